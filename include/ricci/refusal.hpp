/// How a wrong literal stops the build: ricci's own sentence, with its code and place, as the name of a type. g++ shows
/// a text among template arguments whole; clang cuts each after some thirty characters, so it gets the sentence in
/// lines.
#pragma once

#include <array>
#include <utility>

#include "dsl/diagnostic/render.hpp"
#include "dsl/source/fixed_string.hpp"

namespace ricci::detail {

/// The diagnostic on one line: error[index] in line 1, column 8: ...; hint: ...
constexpr dsl::Str sentence_of(const dsl::Diagnostic& fault, std::string_view text) {
  const dsl::Location where = dsl::locate(fault, text);
  dsl::Str out = "error[";
  out += dsl::row(fault.fault).code;
  out += "]";
  if (where.line != 0) {
    out += " in line ";
    out += dsl::to_text(where.line).view();
    out += ", column ";
    out += dsl::to_text(where.column).view();
  }
  out += ": ";
  out += fault.message.view();
  if (!fault.hint.empty()) out += "; hint: ";
  out += fault.hint.view();
  return out;
}

/// One line of a sentence, short enough to be shown.
struct SentenceLine {
  char chars[29] = {};
};

/// Breaks a sentence at its blanks; what does not fit is left out. Lines are filled up with blanks: clang shows an
/// array as text only where it is full.
template <std::size_t lines>
constexpr std::array<SentenceLine, lines> broken(std::string_view sentence) {
  constexpr std::size_t width = sizeof(SentenceLine) - 1;
  std::array<SentenceLine, lines> out{};
  for (SentenceLine& line : out) {
    std::size_t end = sentence.size() < width ? sentence.size() : width;
    if (end < sentence.size())
      while (end > width / 2 && sentence[end - 1] != ' ') --end;
    for (std::size_t at = 0; at < width; ++at) line.chars[at] = at < end ? sentence[at] : ' ';
    sentence.remove_prefix(end);
  }
  return out;
}

// Two ways to show it; the static_assert stands inside, so that the type's name is part of the message.
template <dsl::FixedString sentence>
struct ricci_says {
  static constexpr bool accepted = sentence.view().empty();
  static_assert(accepted, "ricci refuses this literal; what it says stands in the name of the type");
};
template <SentenceLine... lines>
struct ricci_says_in_lines {
  static constexpr bool accepted = sizeof...(lines) == 0;
  static_assert(accepted, "ricci refuses this literal; what it says stands in the name of the type");
};

template <auto lines, std::size_t... at>
consteval bool say_in_lines(std::index_sequence<at...>) {
  return ricci_says_in_lines<lines[at]...>::accepted;
}

/// True, or an error of the compiler. `faults()` is what ricci finds wrong with `text`.
template <dsl::FixedString text, auto faults>
consteval bool accepted() {
  constexpr std::size_t size = [] {
    const dsl::Vec<dsl::Diagnostic> found = faults();
    return found.empty() ? 0 : sentence_of(found[0], text.view()).size();
  }();
  if constexpr (size == 0) {
    return true;
  } else {
    constexpr auto sentence = [] {
      dsl::FixedString<size> out;
      const dsl::Str said = sentence_of(faults()[0], text.view());
      for (std::size_t at = 0; at < size; ++at) out.chars[at] = said.view()[at];
      return out;
    }();
#ifdef __clang__
    constexpr std::size_t lines = size / 14 + 1;
    constexpr std::size_t shown = lines < 24 ? lines : 24;
    return say_in_lines<broken<shown>(sentence.view())>(std::make_index_sequence<shown>());
#else
    return ricci_says<sentence>::accepted;
#endif
  }
}

}  // namespace ricci::detail
