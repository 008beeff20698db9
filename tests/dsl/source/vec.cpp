/// Vec and Str hold in the compiler what they hold at run time; each property is checked in both.
#include "dsl/source/vec.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

using ricci::dsl::Str;
using ricci::dsl::to_text;
using ricci::dsl::Vec;

namespace {

constexpr Vec<int> squares(int count) {
  Vec<int> out;
  for (int at = 0; at < count; ++at) out.push_back(at * at);
  return out;
}

constexpr bool grows_past_its_capacity() {
  const Vec<int> many = squares(100);
  return many.size() == 100 && many[0] == 0 && many[99] == 9801 && many.back() == 9801 && many.contains(49) &&
         !many.contains(50);
}

constexpr bool copies_are_deep() {
  const Vec<Vec<int>> original{squares(3), squares(4)};
  Vec<Vec<int>> copy = original;
  copy[0].push_back(7);
  copy[1][2] = -1;
  return original[0] == squares(3) && original[1] == squares(4) && !(copy == original);
}

constexpr bool moves_leave_an_empty_vec() {
  Vec<int> from = squares(5);
  const Vec<int> into = std::move(from);
  from = squares(2);  // a moved-from Vec takes a new value
  return into == squares(5) && from == squares(2);
}

constexpr bool appends_itself() {
  Vec<int> twice{1, 2, 3};
  twice.append(twice);
  return twice == Vec<int>{1, 2, 3, 1, 2, 3};
}

constexpr bool assigns_itself() {
  Vec<int> same{1, 2, 3};
  const Vec<int>& alias = same;
  same = alias;
  return same == Vec<int>{1, 2, 3};
}

constexpr bool resizes_both_ways() {
  Vec<int> items(2, 5);
  items.resize(4, 6);
  const bool grown = items == Vec<int>{5, 5, 6, 6};
  items.resize(1);
  items.resize(3, 9);  // what was cut off does not come back
  return grown && items == Vec<int>{5, 9, 9};
}

constexpr bool pushes_an_element_of_its_own() {
  Vec<int> items;
  items.push_back(1);
  for (int round = 0; round < 20; ++round) items.push_back(items[0]);  // also across the growth at 8 and 16
  return items == Vec<int>(21, 1);
}

constexpr bool builds_text() {
  Str text = "sum";
  text += '[';
  text += Str("k");
  text += "]";
  const Str copy = text + " x[k]";
  return text == "sum[k]" && copy == "sum[k] x[k]" && copy.size() == 11 && !text.empty() && Str().empty();
}

constexpr bool writes_integers() {
  return to_text(0) == "0" && to_text(10) == "10" && to_text(-7) == "-7" &&
         to_text(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807" &&
         to_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808";
}

// In the compiler, where a leak, a read past the end or a use after free is an error by itself.
static_assert(grows_past_its_capacity());
static_assert(copies_are_deep());
static_assert(moves_leave_an_empty_vec());
static_assert(appends_itself());
static_assert(assigns_itself());
static_assert(resizes_both_ways());
static_assert(pushes_an_element_of_its_own());
static_assert(builds_text());
static_assert(writes_integers());

}  // namespace

TEST_CASE("source: a Vec grows, copies deeply, moves and appends itself") {
  CHECK(grows_past_its_capacity());
  CHECK(copies_are_deep());
  CHECK(moves_leave_an_empty_vec());
  CHECK(appends_itself());
  CHECK(assigns_itself());
  CHECK(resizes_both_ways());
  CHECK(pushes_an_element_of_its_own());
}

TEST_CASE("source: a Vec holds what owns memory") {
  Vec<std::string> names;
  for (int at = 0; at < 40; ++at)
    names.push_back("a name that is too long to be stored in place " + std::to_string(at));
  const Vec<std::string> copy = names;
  names.clear();
  REQUIRE(copy.size() == 40);
  CHECK(copy[39].ends_with("place 39"));
  CHECK(names.empty());
}

TEST_CASE("source: a Str builds text, and integers are written in full") {
  CHECK(builds_text());
  CHECK(writes_integers());
  for (std::int64_t value = -1001; value <= 1001; ++value) CHECK(to_text(value) == std::to_string(value));
}
