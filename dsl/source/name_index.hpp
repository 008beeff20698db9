/// Looks a name up among those of a table, by its first letter: a compiler that reads a literal asks this at every
/// name, and pays for each comparison.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dsl/source/vec.hpp"

namespace ricci::dsl {

/// Of names that begin with a small letter; at most 254. Equal names are found in the order of the table.
template <std::size_t N>
class NameIndex {
 public:
  static constexpr std::size_t none = 0xff;

  /// Empty names are never found.
  constexpr explicit NameIndex(const std::array<std::string_view, N>& names) {
    static_assert(N < none);
    for (std::uint8_t& own : first_) own = none;
    for (std::size_t at = N; at-- > 0;) {
      names_[at] = names[at];
      if (names[at].empty()) continue;
      std::uint8_t& letter = first_[names[at][0] - 'a'];
      next_[at] = letter;
      letter = static_cast<std::uint8_t>(at);
    }
  }
  /// The first place of the name; none if it is not there.
  constexpr std::size_t find(std::string_view name) const {
    const std::size_t size = name.size();
    if (size == 0) return none;
    const char letter = *name.data();
    return letter < 'a' || letter > 'z' ? none : from(first_[letter - 'a'], name);
  }
  /// Its next place after `at`.
  constexpr std::size_t after(std::size_t at) const { return from(next_[at], names_[at]); }

 private:
  constexpr std::size_t from(std::size_t at, std::string_view name) const {
    while (at != none && !(names_[at] == name)) at = next_[at];
    return at;
  }

  std::string_view names_[N];
  std::uint8_t next_[N] = {};
  std::uint8_t first_[26] = {};
};

}  // namespace ricci::dsl
