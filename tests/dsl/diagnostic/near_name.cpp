/// Which name `did you mean` offers, and when it offers none.
#include "dsl/diagnostic/near_name.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>

using namespace ricci::dsl;

namespace {

struct Case {
  std::string_view wanted;
  std::string_view offered;
};

constexpr std::array cases{
    Case{"X", "Xs"},
    Case{"expp", "exp"},
    Case{"epx", "exp"},
    Case{"cholsky", "cholesky"},
    Case{"norml", "normal"},
    Case{"NORMAL", ""},
    Case{"Exp", "exp"},
    Case{"q", ""},
    Case{"exp", ""},
    Case{"", ""},
    Case{"温变", "温度"},
    Case{"zzzzzz", ""},
    Case{"chloeskyy", "cholesky"},
    Case{"Kernel", "kernel"},
};

constexpr Vec<Str> known() { return {"Xs", "exp", "normal", "cholesky", "温度", "kernel"}; }

constexpr bool holds() {
  for (const Case& own : cases)
    if (!(near_name(own.wanted, known()) == own.offered)) return false;
  return true;
}
static_assert(near_name("epx", known()) == "exp");
static_assert(near_name("cholsky", known()) == "cholesky");
static_assert(near_name("q", known()) == "");

}  // namespace

TEST_CASE("dsl/diagnostic: near names are offered, far ones are not") {
  for (const Case& own : cases) {
    INFO(std::string(own.wanted));
    CHECK(std::string(near_name(own.wanted, known()).view()) == std::string(own.offered));
  }
  CHECK(holds());
  CHECK(near_name(std::string(100'000, 'a'), known()).empty());
  CHECK(near_name("a", Vec<Str>{}).empty());
  CHECK(near_name("n", Vec<Str>{"N", "m", "nn"}) == "N");
}
