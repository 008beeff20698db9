/// Input that nobody would write: the parser must end, with at most one fault whose places lie in the text, and
/// whatever it accepts must survive being written and read again.
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "dsl/diagnostic/render.hpp"
#include "dsl/text/parser.hpp"
#include "dsl/text/unparse.hpp"
#include "tests/dsl/text/accepted.hpp"
#include "tests/dsl/text/refused.hpp"
#include "tests/dsl/text/tree.hpp"

using namespace ricci::dsl;

namespace {

std::string text_of(const Str& own) { return std::string(own.view()); }

/// `program` with an empty line between statements, so that none can be drawn into the one above.
std::string written(const Program& program) {
  std::string out;
  for (const Statement& statement : program.statements)
    out += text_of(unparse(program, statement)) + (statement.quiet ? ";\n" : "\n\n");
  return out;
}

void survives(const std::string& source) {
  Vec<Diagnostic> faults;
  const Program program = parse(source, faults);
  REQUIRE(faults.size() <= 1);
  for (const Diagnostic& fault : faults) {
    REQUIRE(!fault.message.empty());
    REQUIRE(!fault.places.empty());
    for (Span place : fault.places) REQUIRE((place.begin <= place.end && place.end <= source.size()));
    const std::string shown = text_of(render(fault, source));
    for (char c : shown) REQUIRE((c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' '));
    const Location where = locate(fault, source);
    REQUIRE((where.line >= 1 && where.column >= 1));
  }
  Vec<Diagnostic> again;
  const Program reread = parse(written(program), again);
  INFO(written(program));
  for (const Diagnostic& fault : again) FAIL(text_of(fault.message));
  REQUIRE(text_of(test::TreeText(reread).program()) == text_of(test::TreeText(program).program()));
}

constexpr std::string_view pieces[] = {
    "a",       "b",     "i",    "k",    "x ", "1",  "2.5", "1i", "0",    "\"s\"", "sum[k] ", "any[k]",
    "max",     "for ",  " in ", "0:n",  "(",  ")",  "[",   "]",  ",",    ":",     ";",       "\n",
    "\n\n",    "=",     "==",   "<",    "<=", "!=", "&&",  "||", "!",    "+",     "-",       "*",
    "/",       "//",    "\\",   "@",    "%",  "^",  "**",  "'",  "...",  " ",     "#c",      "\"",
    "newaxis", "axis=", "f(",   "A[i,", "+=", "λ",  "×",   "\t", "\r\n", ".",     "_",       "e"};

}  // namespace

TEST_CASE("dsl/text: random bytes are parsed or refused") {
  constexpr std::uint64_t seed = 1;
  for (std::uint64_t round = 0; round < 5'000; ++round) {
    INFO("seed " << seed + round);
    std::mt19937_64 random(seed + round);
    std::string source;
    for (std::uint64_t left = random() % 60; left > 0; --left) source += static_cast<char>(random() % 256);
    survives(source);
  }
}

TEST_CASE("dsl/text: random words are parsed or refused") {
  constexpr std::uint64_t seed = 100'000;
  for (std::uint64_t round = 0; round < 40'000; ++round) {
    INFO("seed " << seed + round);
    std::mt19937_64 random(seed + round);
    std::string source;
    for (std::uint64_t left = 1 + random() % 12; left > 0; --left) source += pieces[random() % std::size(pieces)];
    INFO(source);
    survives(source);
  }
}

TEST_CASE("dsl/text: programs with one thing changed are parsed or refused") {
  constexpr std::uint64_t seed = 200'000;
  std::mt19937_64 random(seed);
  INFO("seed " << seed);
  const auto mangle = [&](std::string source) {
    for (std::uint64_t left = 1 + random() % 3; left > 0; --left) {
      const std::size_t at = random() % (source.size() + 1);
      const std::string_view piece = pieces[random() % std::size(pieces)];
      if (random() % 2 == 0) source = source.substr(0, at);
      if (random() % 2 == 0 && at < source.size()) source.erase(at, 1 + random() % 3);
      source.insert(at < source.size() ? at : source.size(), piece);
    }
    INFO(source);
    survives(source);
  };
  for (int round = 0; round < 60; ++round) {
    for (const test::Accepted& own : test::accepted) mangle(std::string(own.source));
    for (const test::Refused& own : test::refused) mangle(std::string(own.source));
  }
}
