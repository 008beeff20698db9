/// A vector and a string that work in every constexpr evaluation of g++ 12 and clang 16.
/// std::vector and std::string do not on clang with libstdc++ 12, and cost more compiler steps on g++.
/// Both own what they hold, copy deeply, and only ever allocate transiently inside the compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace ricci::dsl {

/// A growable array of T. T must be default-constructible and assignable.
template <typename T>
class Vec {
 public:
  constexpr Vec() = default;
  constexpr explicit Vec(std::size_t n, const T& value = T()) { resize(n, value); }
  constexpr Vec(std::initializer_list<T> items) {
    reserve(items.size());
    for (const T& item : items) push_back(item);
  }
  constexpr Vec(const T* first, const T* last) {
    reserve(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) push_back(*first);
  }
  constexpr Vec(const Vec& other) : Vec(other.begin(), other.end()) {}
  constexpr Vec(Vec&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  constexpr Vec& operator=(Vec other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  constexpr ~Vec() { delete[] data_; }

  constexpr void reserve(std::size_t n) {
    if (n <= capacity_) return;
    T* grown = new T[n];
    for (std::size_t at = 0; at < size_; ++at) grown[at] = std::move(data_[at]);
    delete[] data_;
    data_ = grown;
    capacity_ = n;
  }
  /// Grows geometrically, so that appending piece by piece stays linear.
  constexpr void make_room(std::size_t more) {
    if (size_ + more <= capacity_) return;
    const std::size_t doubled = capacity_ == 0 ? 8 : 2 * capacity_;
    reserve(size_ + more > doubled ? size_ + more : doubled);
  }
  constexpr void push_back(T item) {
    make_room(1);
    data_[size_++] = std::move(item);
  }
  constexpr void append(const Vec& other) {
    make_room(other.size_);
    const std::size_t count = other.size_;  // other may be *this
    for (std::size_t at = 0; at < count; ++at) push_back(other.data_[at]);
  }
  constexpr void pop_back() { --size_; }
  constexpr void clear() { size_ = 0; }
  constexpr void resize(std::size_t n, const T& value = T()) {
    reserve(n);
    for (; size_ < n; ++size_) data_[size_] = value;
    size_ = n;
  }

  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& operator[](std::size_t at) { return data_[at]; }
  constexpr const T& operator[](std::size_t at) const { return data_[at]; }
  constexpr T& back() { return data_[size_ - 1]; }
  constexpr const T& back() const { return data_[size_ - 1]; }
  constexpr T* begin() { return data_; }
  constexpr T* end() { return data_ + size_; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr const T* data() const { return data_; }

  constexpr bool contains(const T& item) const {
    for (const T& own : *this)
      if (own == item) return true;
    return false;
  }
  friend constexpr bool operator==(const Vec& a, const Vec& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t at = 0; at < a.size_; ++at)
      if (!(a.data_[at] == b.data_[at])) return false;
    return true;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A string built piece by piece; `view()` lives as long as the Str is neither changed nor destroyed.
class Str {
 public:
  constexpr Str() = default;
  constexpr Str(std::string_view text) : chars_(text.data(), text.data() + text.size()) {}  // NOLINT: as std::string
  constexpr Str(const char* text) : Str(std::string_view(text)) {}                          // NOLINT: as std::string

  constexpr std::string_view view() const { return {chars_.data(), chars_.size()}; }
  constexpr operator std::string_view() const { return view(); }  // NOLINT: as std::string
  constexpr std::size_t size() const { return chars_.size(); }
  constexpr bool empty() const { return chars_.empty(); }

  constexpr Str& operator+=(std::string_view text) {
    chars_.make_room(text.size());
    for (char c : text) chars_.push_back(c);
    return *this;
  }
  constexpr Str& operator+=(char c) {
    chars_.push_back(c);
    return *this;
  }
  friend constexpr Str operator+(Str a, std::string_view b) { return a += b; }
  friend constexpr bool operator==(const Str& a, const Str& b) { return a.view() == b.view(); }
  friend constexpr bool operator==(const Str& a, std::string_view b) { return a.view() == b; }
  friend constexpr bool operator==(const Str& a, const char* b) { return a.view() == b; }

 private:
  Vec<char> chars_;
};

/// Decimal digits of an integer.
constexpr Str to_text(std::int64_t value) {
  if (value < 0) {
    // The most negative value has no positive twin: go through unsigned.
    std::uint64_t magnitude = ~static_cast<std::uint64_t>(value) + 1;
    Str digits;
    Vec<char> reversed;
    for (; magnitude != 0; magnitude /= 10) reversed.push_back(static_cast<char>('0' + magnitude % 10));
    digits += '-';
    for (std::size_t at = reversed.size(); at-- > 0;) digits += reversed[at];
    return digits;
  }
  Vec<char> reversed;
  do {
    reversed.push_back(static_cast<char>('0' + value % 10));
    value /= 10;
  } while (value != 0);
  Str digits;
  for (std::size_t at = reversed.size(); at-- > 0;) digits += reversed[at];
  return digits;
}

}  // namespace ricci::dsl
