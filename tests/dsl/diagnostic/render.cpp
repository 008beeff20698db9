/// What the user sees of an error, to the last blank; every case once in the compiler and once at run time.
#include "dsl/diagnostic/render.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace ricci::dsl;

namespace {

struct Case {
  std::string_view source;
  std::array<Span, 2> places;  // the second counts unless it is {0, 0}
  std::string_view hint;
  std::string_view shown;  // below the first line
};

constexpr std::array cases{
    Case{"K[i,j] = (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])",
         {Span{10, 16}, Span{27, 33}},
         "",
         "  K[i,j] = (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])\n"
         "            ^^^^^^           ^^^^^^\n"},
    Case{"a = b", {Span{4, 5}}, "write c", "  a = b\n      ^\n  hint: write c\n"},
    Case{"a = b +", {Span{7, 7}}, "", "  a = b +\n         ^\n"},
    Case{"", {Span{}}, "", "  \n  ^\n"},
    Case{"x = 1\r\nyy = zz\r\n", {Span{12, 14}}, "", "  yy = zz\n       ^^\n"},
    Case{"f(a,\n  b\n  c", {Span{1, 2}, Span{11, 12}}, "", "  f(a,\n   ^\n    c\n    ^\n"},
    Case{"f(a,\n  b\n  c", {Span{11, 12}, Span{1, 2}}, "", "  f(a,\n   ^\n    c\n    ^\n"},
    Case{"(a +\n b", {Span{0, 7}}, "", "  (a +\n  ^^^^\n"},
    Case{"λ = Σx", {Span{5, 8}}, "", "  λ = Σx\n      ^^\n"},
    Case{"温度 = a", {Span{9, 10}}, "", "  温度 = a\n         ^\n"},
    Case{"温度 = a", {Span{0, 6}}, "", "  温度 = a\n  ^^^^\n"},
    Case{"e\xCC\x81 = a", {Span{6, 7}}, "", "  e\xCC\x81 = a\n      ^\n"},
    Case{"\ta\t= b", {Span{5, 6}}, "", "  \ta\t= b\n  \t \t  ^\n"},
    Case{"a\x1B[2J\xFF", {Span{5, 6}}, "", "  a\xEF\xBF\xBD[2J\xEF\xBF\xBD\n       ^\n"},
};

constexpr Diagnostic raised(const Case& own) {
  Diagnostic out;
  out.fault = Fault::internal;
  out.message = "it broke";
  out.hint = own.hint;
  out.places.push_back(own.places[0]);
  if (!own.places[1].empty()) out.places.push_back(own.places[1]);
  return out;
}

constexpr Str shown(const Case& own) {
  const Str whole = render(raised(own), own.source);
  constexpr std::string_view head = "error[internal]: it broke\n";
  if (whole.view().substr(0, head.size()) != head) return "a wrong first line";
  return whole.view().substr(head.size());
}

template <std::size_t at>
struct Row {
  static_assert(shown(cases[at]) == cases[at].shown);
  static constexpr bool value = true;
};
template <std::size_t... at>
constexpr bool all_hold(std::index_sequence<at...>) {
  return (Row<at>::value && ...);
}
static_assert(all_hold(std::make_index_sequence<cases.size()>{}));

constexpr bool stands_at(std::string_view source, Span place, Location expected) {
  Diagnostic own;
  own.places.push_back(place);
  return locate(own, source) == expected;
}
static_assert(stands_at("a = b", {4, 5}, {1, 5, 1}));
static_assert(stands_at("a\nλb = c", {4, 5}, {2, 2, 1}));
static_assert(stands_at("λλ", {0, 4}, {1, 1, 2}));
static_assert(stands_at("a\r\nb", {3, 4}, {2, 1, 1}));
static_assert(stands_at("a", {1, 1}, {1, 2, 0}));
static_assert(locate(Diagnostic{}, "a") == Location{});

}  // namespace

TEST_CASE("dsl/diagnostic: errors are shown under their places") {
  for (const Case& own : cases) CHECK(std::string(shown(own).view()) == std::string(own.shown));
}

TEST_CASE("dsl/diagnostic: long lines are cut around each place") {
  std::string source(300, 'a');
  source += " + ";
  source += std::string(300, 'b');
  Diagnostic own;
  own.message = "it broke";
  own.places = {{301, 302}, {4, 6}};
  RenderStyle narrow;
  narrow.width = 40;
  CHECK(std::string(render(own, source, narrow).view()) ==
        "error[internal]: it broke\n  " + std::string(38, 'a') + "…\n" + "      ^^\n" + "  …" + std::string(11, 'a') +
            " + " + std::string(24, 'b') + "…\n" + "   " + std::string(12, ' ') + "^\n");
  own.places = {{0, 603}};
  const std::string whole(render(own, source, narrow).view());
  CHECK(whole.size() < 200);
  own.places = {{603, 603}};
  CHECK(std::string(render(own, source, narrow).view()).find("…" + std::string(38, 'b')) != std::string::npos);
}

TEST_CASE("dsl/diagnostic: colour only where it is asked for") {
  const Diagnostic own = raised(cases[1]);
  RenderStyle style;
  CHECK(std::string(render(own, cases[1].source, style).view()).find('\x1B') == std::string::npos);
  style.colour = true;
  CHECK(std::string(render(own, cases[1].source, style).view()) ==
        "\x1B[1;31merror[internal]\x1B[0m: it broke\n  a = b\n\x1B[1;31m      ^\x1B[0m\n"
        "  \x1B[1;36mhint:\x1B[0m write c\n");
}

TEST_CASE("dsl/diagnostic: every fault has a code, a message without full stop, and filled slots") {
  for (const FaultRow& own : fault_rows) {
    INFO(std::string(own.message));
    CHECK(!own.code.empty());
    CHECK(!own.message.empty());
    CHECK((own.message.empty() || own.message.back() != '.'));
    CHECK(fill(own.message, {"a", "b", "c", "d", "e", "f"}).view().find("{}") == std::string_view::npos);
  }
}
