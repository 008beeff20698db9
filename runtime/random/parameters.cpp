#include "runtime/random/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>

#include "runtime/error.hpp"

namespace ricci::runtime::random {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double two_to_63 = 9223372036854775808.0;

/// True for numbers without a fraction.
bool is_integral(double x) {
  if (!(x > -two_to_63 && x < two_to_63)) return x == x && x != infinity && x != -infinity;
  return static_cast<double>(static_cast<std::int64_t>(x)) == x;
}

bool in_domain(Domain domain, double x) {
  using Test = bool (*)(double);
  static constexpr std::array<Test, domain_text.size()> tests{
      +[](double v) { return v > -infinity && v < infinity; },
      +[](double v) { return v >= 0 && v < infinity; },
      +[](double v) { return v > 0 && v < infinity; },
      +[](double v) { return v >= 0 && v <= 1; },
      +[](double v) { return v >= -two_to_63 && v <= two_to_63 && is_integral(v); },
      +[](double v) { return v >= 0 && v <= most_trials && is_integral(v); },
      +[](double v) { return v >= 0 && v <= highest_rate; },
  };
  return tests[static_cast<std::size_t>(domain)](x);
}

std::string number_text(double x) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x).ptr;
  return {buffer.data(), end};
}

[[noreturn]] void refuse(Distribution distribution, std::string_view name, std::string_view wanted, double value) {
  fail(dsl::Fault::random_parameter, row(distribution).name, name, wanted, number_text(value));
}

/// low < high, compared exactly whether they come as doubles or as integers.
bool ascend(const Parameter& low, const Parameter& high, std::int64_t lane) {
  if (low.is_whole() && high.is_whole()) return low.whole(lane) < high.whole(lane);
  if (!low.is_whole() && !high.is_whole()) return low.real(lane) < high.real(lane);
  // One is a double, hence a whole number of at most 2^63 in size: as an integer, save 2^63 itself.
  const bool low_is_top = !low.is_whole() && low.real(lane) == two_to_63;
  const bool high_is_top = !high.is_whole() && high.real(lane) == two_to_63;
  if (low_is_top || high_is_top) return high_is_top && !low_is_top;
  const auto exact = [&](const Parameter& p) {
    return p.is_whole() ? p.whole(lane) : static_cast<std::int64_t>(p.real(lane));
  };
  return exact(low) < exact(high);
}

/// What one parameter alone does not show.
void check_together(Distribution distribution, Parameters parameters, std::int64_t lane) {
  if (distribution == Distribution::uniform) {
    const double low = parameters[0].real(lane);
    const double high = parameters[1].real(lane);
    if (high < low) refuse(distribution, "high", "at least low = " + number_text(low), high);
    if (high - low == infinity) refuse(distribution, "high - low", "finite", high - low);
  } else if (distribution == Distribution::integers) {
    if (!ascend(parameters[0], parameters[1], lane))
      refuse(distribution, "high", "above low = " + number_text(parameters[0].real(lane)), parameters[1].real(lane));
  } else if (distribution == Distribution::categorical) {
    const double sum = weight_sum(parameters, lane);
    if (!in_domain(Domain::positive, sum)) refuse(distribution, "the sum of p", "finite and above 0", sum);
  }
}

bool is_checked_together(Distribution distribution) {
  return distribution == Distribution::uniform || distribution == Distribution::integers ||
         distribution == Distribution::categorical;
}

}  // namespace

bool varies(Parameters parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const Parameter& each) { return each.varies(); });
}

WholeRange whole_range(Parameters parameters, std::int64_t lane) {
  const auto exact = [lane](const Parameter& p) {
    return p.is_whole() ? p.whole(lane) : static_cast<std::int64_t>(p.real(lane));
  };
  const std::int64_t low = exact(parameters[0]);
  const bool to_the_top = !parameters[1].is_whole() && parameters[1].real(lane) == two_to_63;
  const std::int64_t last = to_the_top ? std::numeric_limits<std::int64_t>::max() : exact(parameters[1]) - 1;
  return {low, static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(low)};
}

double weight_sum(Parameters weights, std::int64_t lane) {
  double sum = 0;
  for (const Parameter& weight : weights) sum += weight.real(lane);
  return sum;
}

void check_parameters(Distribution distribution, Parameters parameters, std::int64_t count) {
  const DistributionRow& facts = row(distribution);
  const bool fits = facts.parameter_count == 0 ? !parameters.empty() : parameters.size() == facts.parameter_count;
  if (!fits) {
    fail(dsl::Fault::internal,
         std::string(facts.name) + " drawn with " + std::to_string(parameters.size()) + " parameters");
  }
  for (std::size_t at = 0; at < parameters.size(); ++at) {
    const ParameterRow& parameter = facts.parameters[facts.parameter_count == 0 ? 0 : at];
    const std::int64_t lanes = parameters[at].varies() ? count : 1;
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const double value = parameters[at].real(lane);
      if (!in_domain(parameter.domain, value))
        refuse(distribution, parameter.name, domain_text[static_cast<std::size_t>(parameter.domain)], value);
    }
  }
  if (!is_checked_together(distribution)) return;
  const std::int64_t lanes = varies(parameters) ? count : 1;
  for (std::int64_t lane = 0; lane < lanes; ++lane) check_together(distribution, parameters, lane);
}

}  // namespace ricci::runtime::random
