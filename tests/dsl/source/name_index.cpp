// A name is found where it stands in the table, and nowhere else.
#include "dsl/source/name_index.hpp"

#include <catch2/catch.hpp>

namespace {

using ricci::dsl::NameIndex;

constexpr std::array<std::string_view, 6> names{"min", "max", "", "m", "min", "log1p"};
constexpr NameIndex index(names);

TEST_CASE("source: names are found by their first letter") {
  STATIC_REQUIRE(index.find("max") == 1);
  CHECK(index.find("min") == 0);
  CHECK(index.after(0) == 4);
  CHECK(index.after(4) == index.none);
  CHECK(index.find("m") == 3);
  CHECK(index.find("log1p") == 5);
  for (std::string_view absent : {"", "mi", "minn", "Min", "zero", "log1q", "\xc3\xa4"})
    CHECK(index.find(absent) == index.none);
}

}  // namespace
