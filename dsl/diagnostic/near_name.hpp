/// `did you mean`: the known name that a mistyped one is closest to.
/// Distance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment, Damerau
/// 1964); a letter in the wrong case costs half, so that `x` offers `X` and nothing else.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/source/utf8.hpp"
#include "dsl/source/vec.hpp"

namespace ricci::dsl {
namespace detail {

inline constexpr std::size_t longest_compared = 64;  // code points; nobody mistypes a name longer than that

constexpr Vec<std::uint32_t> code_points(std::string_view text) {
  Vec<std::uint32_t> out;
  for (std::size_t at = 0; at < text.size() && out.size() <= longest_compared;) {
    const CodePoint here = decode(text, at);
    out.push_back(here.length == 0 ? 0xFFFD : here.value);
    at += here.length == 0 ? 1 : here.length;
  }
  return out;
}

constexpr std::uint32_t lower_case(std::uint32_t value) {
  return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
}

/// In half steps: 2 for an insertion, deletion, substitution or swap, 1 for a letter in the other case.
constexpr int name_distance(const Vec<std::uint32_t>& a, const Vec<std::uint32_t>& b) {
  Vec<int> before_last;
  Vec<int> last;
  for (std::size_t column = 0; column <= b.size(); ++column) last.push_back(2 * static_cast<int>(column));
  for (std::size_t row = 1; row <= a.size(); ++row) {
    Vec<int> now{2 * static_cast<int>(row)};
    for (std::size_t column = 1; column <= b.size(); ++column) {
      const std::uint32_t mine = a[row - 1];
      const std::uint32_t theirs = b[column - 1];
      const int change = mine == theirs ? 0 : lower_case(mine) == lower_case(theirs) ? 1 : 2;
      int best = last[column - 1] + change;
      if (last[column] + 2 < best) best = last[column] + 2;
      if (now[column - 1] + 2 < best) best = now[column - 1] + 2;
      const bool swapped = row > 1 && column > 1 && mine == b[column - 2] && a[row - 2] == theirs;
      if (swapped && before_last[column - 2] + 2 < best) best = before_last[column - 2] + 2;
      now.push_back(best);
    }
    before_last = std::move(last);
    last = std::move(now);
  }
  return last[b.size()];
}

}  // namespace detail

/// The one of `known` nearest to `wanted`, the first among equals; empty if none is near: one slip, or one in three
/// letters of a longer name. Cost: known.size() * wanted.size()^2.
constexpr Str near_name(std::string_view wanted, const Vec<Str>& known) {
  const Vec<std::uint32_t> own = detail::code_points(wanted);
  if (own.empty() || own.size() > detail::longest_compared) return {};
  const int slips = own.size() / 3 > 1 ? static_cast<int>(own.size() / 3) : 1;
  int nearest = 2 * slips + 1;
  const Str* found = nullptr;
  for (const Str& candidate : known) {
    const Vec<std::uint32_t> theirs = detail::code_points(candidate.view());
    const std::size_t longer = own.size() > theirs.size() ? own.size() : theirs.size();
    const std::size_t shorter = own.size() + theirs.size() - longer;
    if (theirs.empty() || longer > detail::longest_compared || longer - shorter > static_cast<std::size_t>(slips))
      continue;
    const int distance = detail::name_distance(own, theirs);
    const bool shares_a_letter = distance < 2 * static_cast<int>(longer);
    if (distance == 0 || !shares_a_letter || distance >= nearest) continue;
    nearest = distance;
    found = &candidate;
  }
  if (found == nullptr) return {};
  return *found;
}

}  // namespace ricci::dsl
