// Ticks: round, apart, and where they say they are.
#include "runtime/display/plot/scale.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include "tests/seed.hpp"

namespace {

using namespace ricci::runtime::plot;

/// An axis of `columns` characters.
Room room_of(double columns) {
  return {.length = columns,
          .low = -4,
          .high = columns + 4,
          .gap = 2,
          .extent = [](std::string_view text) { return static_cast<double>(letters(text)); },
          .most = 12};
}

std::string ticks(const Scale& scale, double columns = 60) {
  const Ticks own = ticks_for(scale, room_of(columns));
  std::string out;
  for (const Tick& tick : own.at) out += (out.empty() ? "" : " ") + tick.label;
  return own.unit.empty() ? out : out + " | " + own.unit;
}

/// The number that a label stands for, with what the unit says of all.
long double meaning(const std::string& label, const std::string& unit) {
  long double factor = 1;
  long double offset = 0;
  if (unit.starts_with("×")) factor = std::strtold(unit.c_str() + 2, nullptr);
  if (const std::size_t sign = unit.find_first_of("+-", unit.starts_with("×1e-") ? 6 : 0); sign != std::string::npos)
    offset = std::strtold(unit.c_str() + sign, nullptr);
  return std::strtold(label.c_str(), nullptr) * factor + offset;
}

}  // namespace

TEST_CASE("plot: ticks are round numbers") {
  CHECK(ticks({.from = 0, .to = 1}) == "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0");
  CHECK(ticks({.from = 0, .to = 1}, 20) == "0.0 0.5 1.0");
  CHECK(ticks({.from = -1, .to = 1}) == "-1.0 -0.8 -0.6 -0.4 -0.2 0.0 0.2 0.4 0.6 0.8 1.0");
  CHECK(ticks({.from = 3, .to = 97}) == "10 20 30 40 50 60 70 80 90");
  CHECK(ticks({.from = 10, .to = 0}) == "0 1 2 3 4 5 6 7 8 9 10");
  CHECK(ticks({.from = 0, .to = 3, .logarithmic = false, .whole = true}) == "0 1 2 3");
  CHECK(ticks({.from = -0.5, .to = 0.5, .logarithmic = false, .whole = true}) == "0");
}

TEST_CASE("plot: what labels have in common is said once") {
  CHECK(ticks({.from = 0, .to = 3e6}) == "0.0 0.5 1.0 1.5 2.0 2.5 3.0 | ×1e6");
  CHECK(ticks({.from = 0, .to = 2e-7}) == "0.0 0.2 0.4 0.6 0.8 1.0 1.2 1.4 1.6 1.8 2.0 | ×1e-7");
  CHECK(ticks({.from = 1000000, .to = 1000001}, 30) == "0.0 0.2 0.4 0.6 0.8 1.0 | +1000000");
  CHECK(ticks({.from = 1, .to = 1 + 1e-9}, 30) == "0.0 0.2 0.4 0.6 0.8 1.0 | ×1e-9 +1");
}

TEST_CASE("plot: logarithmic ticks") {
  CHECK(ticks({.from = 1, .to = 1000, .logarithmic = true}) == "1 2 5 10 20 50 100 200 500 1000");
  CHECK(ticks({.from = 1, .to = 1000, .logarithmic = true}, 24) == "1 10 100 1000");
  CHECK(ticks({.from = 1e-8, .to = 1e8, .logarithmic = true}, 40) == "1e-6 0.001 1 1000 1e6");
  CHECK(ticks({.from = 2, .to = 8, .logarithmic = true}) == "2 3 4 5 6 7 8");
}

TEST_CASE("plot: scales of nothing, of one number, of the largest") {
  CHECK(scale_over(1, 0, false, 0.1).from == 0);
  CHECK(scale_over(1, 0, true, 0.1).to == 10);
  CHECK(scale_over(5, 5, false, 0).position(5) == 0.5);
  CHECK(scale_over(0, 0, false, 0).position(0) == 0.5);
  CHECK(scale_over(5, 5, true, 0).position(5) == Approx(0.5));
  const double most = 1.7976931348623157e308;
  const Scale all = scale_over(-most, most, false, 0.04);
  CHECK(all.position(0) == 0.5);
  CHECK(std::isfinite(all.from));
  CHECK(!ticks(all).empty());
  const Scale least = scale_over(5e-324, 5e-324, false, 0);
  CHECK(least.from < least.to);
  CHECK(std::isfinite(least.position(5e-324)));
}

TEST_CASE("plot: of any interval, ticks mean what they say and do not touch") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(-300, 300), share(-1, 1), width(10, 150), narrow(-10, 0);
  for (int at = 0; at < 3000; ++at) {
    const double centre = share(random) * std::pow(10, exponent(random));
    const double half = at % 3 == 0 ? std::fabs(centre) * std::pow(10, narrow(random))
                                    : std::pow(10, at % 3 == 1 ? share(random) * 6 : exponent(random));
    Scale scale = scale_over(centre - half, centre + half, false, 0);
    if (at % 2 == 0) std::swap(scale.from, scale.to);
    const double columns = std::floor(width(random));
    const Ticks own = ticks_for(scale, room_of(columns));
    INFO(scale.from << " .. " << scale.to << " in " << columns << " columns: " << ticks(scale, columns));
    double end = -100;
    REQUIRE(!own.at.empty());
    const auto before = [](const Tick& a, const Tick& b) { return a.position < b.position; };
    std::vector<Tick> along = own.at;
    std::sort(along.begin(), along.end(), before);
    for (const Tick& tick : along) {
      REQUIRE(tick.begin >= end + 2 - 1e-6);
      end = tick.begin + static_cast<double>(letters(tick.label));
      REQUIRE(end <= columns + 4 + 1e-6);
      const long double said = meaning(tick.label, own.unit);
      const long double stands = scale.from + (static_cast<long double>(scale.to) - scale.from) * tick.position;
      const long double length = std::fabs(static_cast<long double>(scale.to) - scale.from);
      const long double rounding = std::max(std::fabs(stands), std::fabs(said)) * 4e-16L;
      REQUIRE(std::fabs(said - stands) <= length * 1e-6L + rounding);
    }
  }
}
