/// All arithmetic is in long double: its range holds the width of any interval of doubles, and its digits those of any
/// step between them.
#include "runtime/display/plot/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dsl/diagnostic/render.hpp"

namespace ricci::runtime::plot {
namespace {

/// Numbers of this size and more, or of that and less, have their power of ten said once for all.
constexpr int large_exponent = 5;
constexpr int small_exponent = -4;
/// Labels of more digits than this give what they share to the unit.
constexpr int most_digits = 6;

long double power_of_ten(int exponent) { return std::pow(10.0L, static_cast<long double>(exponent)); }

int exponent_of(long double x) { return static_cast<int>(std::floor(std::log10(x))); }

double position_of(const Scale& scale, long double x) {
  const auto place = [&](long double own) { return scale.logarithmic ? std::log10(own) : own; };
  const long double low = place(scale.from);
  return static_cast<double>((place(x) - low) / (place(scale.to) - low));
}

/// How the labels of one axis are written: x stands as (x - offset) / 10^exponent with so many decimals.
struct Wording {
  double offset = 0;  // as its digits say
  int exponent = 0;
  int decimals = 0;

  std::string label(long double x) const {
    std::string out = fmt::format("{:.{}f}", static_cast<double>((x - offset) / power_of_ten(exponent)), decimals);
    const bool zero = out.find_first_not_of("-0.") == std::string::npos;
    return zero && out[0] == '-' ? out.substr(1) : out;
  }
  std::string unit() const {
    std::string out = exponent == 0 ? std::string() : "×1e" + std::to_string(exponent);
    if (offset != 0) out += (out.empty() ? "" : " ") + fmt::format("{:+}", offset);
    return out;
  }
};

Wording wording(long double low, long double high, RoundStep step) {
  Wording out;
  long double size = std::max(std::fabs(low), std::fabs(high));
  if (exponent_of(size) - step.exponent >= most_digits && low * high > 0) {
    const long double grain = power_of_ten(exponent_of(high - low) + 1);
    out.offset = static_cast<double>(std::trunc(low / grain) * grain);
    size = std::max(std::fabs(low - out.offset), std::fabs(high - out.offset));
  }
  const int exponent = exponent_of(size);
  if (exponent >= large_exponent || exponent <= small_exponent) out.exponent = exponent;
  out.decimals = std::max(0, out.exponent - step.exponent);
  return out;
}

Ticks linear_ticks(const Scale& scale, RoundStep step) {
  const long double low = std::min(scale.from, scale.to);
  const long double high = std::max(scale.from, scale.to);
  const long double width = step.value();
  const long double slack = (high - low) * 1e-9L;
  const Wording words = wording(low, high, step);
  Ticks out{.at = {}, .unit = words.unit()};
  for (long double k = std::ceil((low - slack) / width); k * width <= high + slack; k += 1)
    out.at.push_back({position_of(scale, k * width), words.label(k * width), 0});
  return out;
}

/// 0.001 .. 10000 as such, others as 1e7.
std::string power_label(int digit, int exponent) {
  if (exponent >= large_exponent || exponent <= small_exponent)
    return std::to_string(digit) + "e" + std::to_string(exponent);
  return fmt::format("{:.{}f}", static_cast<double>(digit * power_of_ten(exponent)), std::max(0, -exponent));
}

/// Every `stride`-th power of ten; for stride 0 also 2 and 5 times each.
Ticks logarithmic_ticks(const Scale& scale, int stride) {
  const long double low = std::min(scale.from, scale.to);
  const long double high = std::max(scale.from, scale.to);
  Ticks out;
  for (int exponent = exponent_of(low) - 1; exponent <= exponent_of(high) + 1; ++exponent) {
    if (stride > 0 && exponent % stride != 0) continue;
    for (const int digit : {1, 2, 5}) {
      const long double at = digit * power_of_ten(exponent);
      if ((digit == 1 || stride == 0) && at >= low * (1 - 1e-9L) && at <= high * (1 + 1e-9L))
        out.at.push_back({position_of(scale, at), power_label(digit, exponent), 0});
    }
  }
  return out;
}

/// Places the labels; false where two of them would come closer than the gap.
bool place(Ticks& ticks, const Room& room) {
  std::vector<Tick*> along;
  for (Tick& tick : ticks.at) along.push_back(&tick);
  std::sort(along.begin(), along.end(), [](const Tick* a, const Tick* b) { return a->position < b->position; });
  double end = room.low - room.gap;
  for (Tick* tick : along) {
    const double extent = room.extent(tick->label);
    tick->begin = tick->position * room.length - extent / 2;
    tick->begin = std::max(room.low, std::min(tick->begin, room.high - extent));
    if (tick->begin < end + room.gap - 1e-9 || tick->begin + extent > room.high + 1e-9) return false;
    end = tick->begin + extent;
  }
  return static_cast<int>(ticks.at.size()) <= room.most;
}

/// The finest ticks that fit; of those that do not, one alone; or none.
Ticks finest(const Room& room, const std::function<Ticks(int)>& finer_first, int tries) {
  Ticks last;
  for (int coarseness = 0; coarseness < tries; ++coarseness) {
    Ticks ticks = finer_first(coarseness);
    if (ticks.at.empty()) break;
    if (place(ticks, room)) return ticks;
    last = std::move(ticks);
  }
  if (last.at.size() > 1) last.at = {last.at[last.at.size() / 2]};
  if (!place(last, room)) last = {};
  return last;
}

}  // namespace

double Scale::position(double x) const { return position_of(*this, x); }

Scale scale_over(double least, double largest, bool logarithmic, double margin) {
  if (!(least <= largest))
    return {.from = logarithmic ? 1.0 : 0.0, .to = logarithmic ? 10.0 : 1.0, .logarithmic = logarithmic};
  constexpr double most = 1.7976931348623157e308;
  const auto within = [](long double x) { return static_cast<double>(std::clamp<long double>(x, -most, most)); };
  if (logarithmic) {
    const long double ratio = least == largest ? 3.0L : std::pow(static_cast<long double>(largest) / least, margin);
    return {.from = std::max(within(least / ratio), 5e-324), .to = within(largest * ratio), .logarithmic = true};
  }
  long double extra = (static_cast<long double>(largest) - least) * margin;
  if (least == largest) extra = least == 0 ? 1.0L : std::fabs(static_cast<long double>(least)) / 2;
  Scale out{.from = within(least - extra), .to = within(largest + extra)};
  if (!(out.from < out.to)) out = {.from = within(least - 1e-323L), .to = within(largest + 1e-323L)};
  return out;
}

long double RoundStep::value() const { return digit * power_of_ten(exponent); }

RoundStep RoundStep::next() const {
  if (digit == 5) return {1, exponent + 1};
  return {digit == 1 ? 2 : 5, exponent};
}

RoundStep round_step(long double x) {
  RoundStep out{1, exponent_of(x)};
  while (out.value() < x * (1 - 1e-9L)) out = out.next();
  return out;
}

Ticks ticks_for(const Scale& scale, const Room& room) {
  const long double width = std::fabs(static_cast<long double>(scale.to) - scale.from);
  RoundStep step = round_step(width / std::max(1, room.most));
  if (scale.whole && step.exponent < 0) step = {1, 0};
  const auto linear = [&](int coarseness) {
    RoundStep own = step;
    for (int at = 0; at < coarseness; ++at) own = own.next();
    return linear_ticks(scale, own);
  };
  constexpr int tries = 12;
  if (!scale.logarithmic) return finest(room, linear, tries);
  const long double decades = std::fabs(std::log10(static_cast<long double>(scale.to) / scale.from));
  if (decades < 1) return finest(room, linear, tries);
  const auto powers = [&](int coarseness) { return logarithmic_ticks(scale, coarseness); };
  return finest(room, powers, 200);
}

std::size_t letters(std::string_view text) { return dsl::detail::count_code_points(text); }

}  // namespace ricci::runtime::plot
