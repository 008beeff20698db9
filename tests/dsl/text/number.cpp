/// Decimal text and doubles: exact in both directions, held against the C library, which rounds exactly too.
#include "dsl/text/number.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "dsl/text/lexer.hpp"

using namespace ricci::dsl;

namespace {

/// The bits of a number as the lexer reads it; all ones if it is no real number.
constexpr std::uint64_t read(std::string_view text) {
  const Lexed lexed = lex(text);
  return lexed.tokens[0].kind == TokenKind::real && lexed.tokens.size() == 2 ? lexed.tokens[0].bits : ~std::uint64_t{0};
}
constexpr bool reads(std::string_view text, double value) { return read(text) == std::bit_cast<std::uint64_t>(value); }
constexpr bool writes(double value, std::string_view text) { return shortest_text(value) == text; }

static_assert(reads("0.1", 0.1));
static_assert(reads("2.5e-3", 2.5e-3));
static_assert(reads("1e22", 1e22) && reads("1e23", 1e23));
static_assert(reads("9007199254740993.0", 9007199254740992.0));
static_assert(reads("9007199254740993.00000000000000000000000001", 9007199254740994.0));
static_assert(reads("2.2250738585072011e-308", 2.2250738585072011e-308));
static_assert(reads("4.9e-324", 4.9406564584124654e-324) && reads("2.4e-324", 0.0));
static_assert(reads("1.7976931348623157e308", 1.7976931348623157e308));
static_assert(lex("1.7976931348623159e308").fault.fault == Fault::number_too_large);
static_assert(writes(0.1, "0.1") && writes(1.0, "1.0") && writes(0.0, "0.0") && writes(-0.0, "-0.0"));
static_assert(writes(1e22, "1e22") && writes(1e16, "1e16") && writes(1e15, "1000000000000000.0"));
static_assert(writes(123456.789, "123456.789") && writes(1.5e-7, "1.5e-7") && writes(0.001, "0.001"));
static_assert(writes(4.9406564584124654e-324, "5e-324") && writes(0.1 + 0.2, "0.30000000000000004"));

std::string random_decimal(std::mt19937_64& random) {
  const int whole = static_cast<int>(random() % 30);
  const int fraction = static_cast<int>(random() % (random() % 8 == 0 ? 800 : 30));
  std::string out;
  for (int at = 0; at < whole; ++at) out += static_cast<char>('0' + random() % 10);
  out += out.empty() ? "0." : ".";
  for (int at = 0; at < fraction; ++at) out += static_cast<char>('0' + random() % 10);
  const int exponent = static_cast<int>(random() % 700) - 360;
  return random() % 3 == 0 ? out : out + "e" + std::to_string(exponent);
}

/// A decimal that lies exactly between two doubles, or one digit beyond: the hardest to round.
std::string random_tie(std::mt19937_64& random) {
  const std::uint64_t bits = random() % (infinity_bits - (std::uint64_t{1} << 52));
  const double low = std::bit_cast<double>(bits);
  const double high = std::bit_cast<double>(bits + 1);
  char digits[1200];
  const long double middle = (static_cast<long double>(low) + static_cast<long double>(high)) / 2;  // 64 bits hold it
  std::snprintf(digits, sizeof digits, "%.1100Le", middle);
  std::string out = digits;
  if (random() % 2 == 0) out.insert(out.find('e'), random() % 2 == 0 ? "1" : "0001");
  return out;
}

}  // namespace

TEST_CASE("dsl/text: decimals are read as strtod reads them") {
  constexpr std::uint64_t seed = 20240607;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = round % 4 == 0 ? random_tie(random) : random_decimal(random);
    const double expected = std::strtod(text.c_str(), nullptr);
    INFO(text);
    if (expected == std::bit_cast<double>(infinity_bits)) {
      REQUIRE(lex(text).fault.fault == Fault::number_too_large);
    } else {
      REQUIRE(read(text) == std::bit_cast<std::uint64_t>(expected));
    }
  }
}

TEST_CASE("dsl/text: what is written reads back, and nothing shorter does") {
  constexpr std::uint64_t seed = 7;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 5'000; ++round) {
    const double plain = static_cast<double>(static_cast<std::int64_t>(random() % 2'000'001)) / 1000;
    const std::uint64_t bits = round % 3 == 0 ? std::bit_cast<std::uint64_t>(plain) : random() % infinity_bits;
    const double value = std::bit_cast<double>(bits);
    const std::string text(shortest_text(bits).view());
    INFO(text);
    REQUIRE(read(text) == bits);
    REQUIRE(std::strtod(text.c_str(), nullptr) == value);
    char digits[64];
    int needed = 1;
    for (; needed < 17; ++needed) {
      std::snprintf(digits, sizeof digits, "%.*e", needed - 1, value);
      if (std::strtod(digits, nullptr) == value) break;
    }
    std::string significant;
    for (char c : text.substr(0, text.find('e')))
      if (c != '.' && (c != '0' || !significant.empty())) significant += c;
    while (significant.size() > 1 && significant.back() == '0') significant.pop_back();
    REQUIRE(static_cast<int>(significant.size()) <= needed);
  }
}

TEST_CASE("dsl/text: very long numbers cost no more than their length") {
  const std::string zeros(100'000, '0');
  CHECK(reads("0." + zeros + "1", 0.0));
  CHECK(reads("0." + zeros + "1e100001", 1.0));
  CHECK(reads("1" + zeros + "e-100000", 1.0));
  CHECK(reads("1" + zeros + ".5e-100000", 1.0));
  CHECK(lex("1" + zeros).fault.fault == Fault::integer_too_large);
  CHECK(lex("1" + zeros + ".0").fault.fault == Fault::number_too_large);
}
