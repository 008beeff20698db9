/// The lines of a Matrix Market file and the words and numbers on them, over the whole text in memory, so that every
/// message can name its line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/error.hpp"
#include "runtime/io/numbers.hpp"

namespace ricci::runtime::io {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// The lines of a text, and the tokens of the line that it stands on.
class Lines {
 public:
  Lines(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  /// Moves to the next line, whatever it holds; false at the end.
  bool next_any() {
    if (rest_.empty()) return false;
    const void* found = std::memchr(rest_.data(), '\n', rest_.size());
    const std::size_t length =
        found == nullptr ? rest_.size() : static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
    line_ = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    ++number_;
    skip_spaces();
    return true;
  }
  /// Moves to the next line that is neither blank nor a comment.
  bool next() {
    while (next_any())
      if (!line_.empty() && line_[0] != '%') return true;
    return false;
  }
  std::string_view word() {
    std::size_t length = 0;
    while (length < line_.size() && !is_space(line_[length])) ++length;
    const std::string_view text = line_.substr(0, length);
    line_.remove_prefix(length);
    skip_spaces();
    return text;
  }
  template <typename T>
  T number() {
    if (line_.empty()) refuse("a number is missing");
    T value{};
    const std::string_view before = line_;
    const Parsed parsed = take_number(line_, value);
    const bool whole = line_.empty() || is_space(line_[0]);
    if (parsed == Parsed::number && whole) {
      skip_spaces();
      return value;
    }
    line_ = before;
    const std::string token = "'" + std::string(word().substr(0, 40)) + "'";
    if (parsed == Parsed::too_large) refuse(token + " is too large");
    refuse(token + (std::is_integral_v<T> ? " is no integer" : " is no number"));
  }
  void end_of_line() const {
    if (!line_.empty()) refuse("'" + std::string(line_.substr(0, 40)) + "' stands after the entry");
  }

  std::int64_t bytes_left() const { return static_cast<std::int64_t>(rest_.size()); }
  [[noreturn]] void refuse(const std::string& why) const { fail(dsl::Fault::file_line, name_, number_, why); }
  [[noreturn]] void refuse_file(const std::string& why) const { fail(dsl::Fault::file_contents, name_, ".mtx", why); }

 private:
  void skip_spaces() {
    while (!line_.empty() && is_space(line_[0])) line_.remove_prefix(1);
  }

  std::string_view rest_;
  std::string_view line_;
  std::int64_t number_ = 0;
  const std::string& name_;
};

}  // namespace ricci::runtime::io
