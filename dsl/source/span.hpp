/// Where something stands in the source text. Every syntax node and every diagnostic carries one.
#pragma once

#include <cstdint>

namespace ricci::dsl {

/// Bytes [begin, end) of one program's text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr bool empty() const { return begin == end; }
  friend constexpr bool operator==(const Span&, const Span&) = default;
};

constexpr Span join(Span a, Span b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

}  // namespace ricci::dsl
