/// A vector and a string that work in every constexpr evaluation of g++ 12 and clang 16.
/// std::vector and std::string do not on clang with libstdc++ 12, and cost more compiler steps on g++.
/// Both own what they hold, copy deeply, and only ever allocate transiently inside the compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ricci::dsl {

/// Texts are equal. The standard library's comparison takes a compiler some five times as many steps; this one is found
/// first in this namespace. g++ compares bytes by one builtin only where they stand in literals.
constexpr bool operator==(std::string_view a, std::string_view b) {
#ifdef __clang__
  return a.size() == b.size() && __builtin_memcmp(a.data(), b.data(), a.size()) == 0;
#else
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  const char* left = a.data();
  const char* right = b.data();
  for (const char* end = left + size; left != end; ++left, ++right)
    if (*left != *right) return false;
  return true;
#endif
}

/// A growable array of T. An element begins to live when it is put in, unless T needs no beginning.
template <typename T>
class Vec {
 public:
  constexpr Vec() = default;
  constexpr explicit Vec(std::size_t n, const T& value = T()) { resize(n, value); }
  constexpr Vec(std::initializer_list<T> items)  // NOLINT(google-explicit-constructor): as a list is written
      : Vec(items.begin(), items.end()) {}
  constexpr Vec(const T* first, const T* last) {
    if (first == last) return;
    reserve(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) push_back(*first);
  }
  constexpr Vec(const Vec& other) : Vec(other.begin(), other.end()) {}
  constexpr Vec(Vec&& other) noexcept : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
    other.data_ = nullptr;
    other.size_ = other.capacity_ = 0;
  }
  constexpr Vec& operator=(Vec other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  constexpr ~Vec() {
    if (data_ != nullptr) release();
  }

  constexpr void reserve(std::size_t n) {
    if (n <= capacity_) return;
    T* grown = nullptr;
    if constexpr (plain) {
      grown = new T[n];
      for (std::size_t at = 0; at < size_; ++at) grown[at] = data_[at];
    } else {
      grown = std::allocator<T>().allocate(n);
      for (std::size_t at = 0; at < size_; ++at) std::construct_at(grown + at, std::move(data_[at]));
    }
    if (data_ != nullptr) release();
    data_ = grown;
    capacity_ = n;
  }
  /// Grows geometrically, so that appending piece by piece stays linear.
  constexpr void make_room(std::size_t more) {
    if (size_ + more <= capacity_) return;
    const std::size_t doubled = capacity_ == 0 ? 4 : 2 * capacity_;
    reserve(size_ + more > doubled ? size_ + more : doubled);
  }
  constexpr void push_back(const T& item) {
    if (size_ == capacity_) return push_back(T(item));  // item may be one of ours
    if constexpr (plain)
      data_[size_] = item;
    else
      std::construct_at(data_ + size_, item);
    ++size_;
  }
  constexpr void push_back(T&& item) {
    if (size_ == capacity_) make_room(1);
    if constexpr (plain)
      data_[size_] = item;
    else
      std::construct_at(data_ + size_, std::move(item));
    ++size_;
  }
  /// The elements may be some of ours.
  constexpr void append(const T* from, std::size_t count) {
    if (count == 0) return;
    if (size_ + count > capacity_) {
      Vec grown;
      grown.make_room(2 * size_ > size_ + count ? 2 * size_ : size_ + count);
      grown.append(data_, size_);
      grown.append(from, count);
      *this = std::move(grown);
    } else {
      for (const T* end = from + count; from != end; ++from) push_back(*from);
    }
  }
  constexpr void append(const Vec& other) { append(other.data_, other.size_); }
  constexpr void pop_back() { shrink(size_ - 1); }
  constexpr void clear() { shrink(0); }
  constexpr void resize(std::size_t n, const T& value = T()) {
    if (n < size_) return shrink(n);
    reserve(n);
    while (size_ < n) push_back(value);
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
    const T* const end = data_ + size_;
    for (const T* own = data_; own != end; ++own)
      if (*own == item) return true;
    return false;
  }
  friend constexpr bool operator==(const Vec& a, const Vec& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t at = 0; at < a.size_; ++at)
      if (!(a.data_[at] == b.data_[at])) return false;
    return true;
  }

 private:
  /// To default a whole array of such elements costs a compiler nothing; of others, as much as to fill it.
  static constexpr bool plain = std::is_trivially_default_constructible_v<T>;

  constexpr void shrink(std::size_t n) {
    if constexpr (!std::is_trivially_destructible_v<T>)
      for (std::size_t at = n; at < size_; ++at) std::destroy_at(data_ + at);
    size_ = n;
  }
  /// Ends the elements and gives their memory back; what the members say then is wrong.
  constexpr void release() {
    if constexpr (plain) {
      delete[] data_;
    } else {
      if constexpr (!std::is_trivially_destructible_v<T>)
        for (std::size_t at = 0; at < size_; ++at) std::destroy_at(data_ + at);
      std::allocator<T>().deallocate(data_, capacity_);
    }
  }

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
  constexpr const char* data() const { return chars_.data(); }

  constexpr Str& operator+=(std::string_view text) {
    chars_.append(text.data(), text.size());
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
