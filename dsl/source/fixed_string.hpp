/// Text as a template argument: index<"i">, arg<"X">, "C[i,j] = ..."_ricci. Structural, so that equal texts are equal
/// types; g++ prints one whole where it names a type, which is how a wrong literal is read in its messages.
#pragma once

#include <cstddef>
#include <string_view>

namespace ricci::dsl {

template <std::size_t N>
struct FixedString {
  char chars[N + 1] = {};

  constexpr FixedString() = default;
  constexpr FixedString(const char (&text)[N + 1]) {  // NOLINT: implicit, as in index<"i">
    for (std::size_t at = 0; at < N; ++at) chars[at] = text[at];
  }
  constexpr std::string_view view() const { return {chars, N}; }
};
template <std::size_t N>
FixedString(const char (&)[N]) -> FixedString<N - 1>;

}  // namespace ricci::dsl
