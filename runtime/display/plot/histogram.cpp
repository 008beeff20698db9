/// Numbers as counts in bins.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/display/plot/numbers_of.hpp"
#include "runtime/display/plot/picture.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::plot {
namespace {

/// A histogram of more bins than this cannot be read.
constexpr long double most_bins = 100;
/// Integers over a range up to this get one bin each.
constexpr double most_integers = 60;
/// The quartiles are those of this many elements, evenly taken from all.
constexpr std::int64_t sampled = 100'000;

/// What a tensor holds, zeros that are not stored apart.
struct Elements {
  Tensor stored;  // f64, row-major
  std::int64_t zeros = 0;
  bool integers = false;
};

Elements elements_of(const Value& value) {
  const auto* dense = std::get_if<Tensor>(&value);
  const Tensor& stored = dense != nullptr ? *dense : std::get<std::shared_ptr<const Csr>>(value)->values;
  return {as_doubles(stored), dense != nullptr ? 0 : count_of(shape_of(value)) - stored.count(),
          !dsl::is_floating(stored.dtype) && !dsl::is_complex(stored.dtype)};
}

struct Seen {
  double least = HUGE_VAL;
  double largest = -HUGE_VAL;
  std::int64_t finite = 0;
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
};

template <typename F>
void for_each(const Elements& elements, const F& visit) {
  const std::int64_t count = elements.stored.count();
  for (std::int64_t at = 0; at < count; ++at) {
    if (at % (1 << 20) == 0) check_interrupt();
    visit(elements.stored.as<double>()[at], std::int64_t{1});
  }
  if (elements.zeros > 0) visit(0.0, elements.zeros);
}

Seen seen_in(const Elements& elements) {
  Seen out;
  for_each(elements, [&](double x, std::int64_t times) {
    if (std::isnan(x)) out.nan += times;
    if (std::isinf(x)) out.infinite += times;
    if (!std::isfinite(x)) return;
    out.finite += times;
    out.least = std::min(out.least, x);
    out.largest = std::max(out.largest, x);
  });
  return out;
}

/// Twice the distance of the quartiles over the cube root of the count; 0 where half of the numbers are one.
long double advised_width(const Elements& elements, const Seen& seen) {
  std::vector<double> sample;
  const std::int64_t count = elements.stored.count();
  const std::int64_t stride = std::max<std::int64_t>(1, count / sampled);
  for (std::int64_t at = 0; at < count; at += stride)
    if (const double x = elements.stored.as<double>()[at]; std::isfinite(x)) sample.push_back(x);
  if (elements.zeros > 0) return 0;
  if (sample.size() < 2) return 0;
  const auto quantile = [&](std::size_t quarter) {
    const auto at = sample.begin() + static_cast<std::ptrdiff_t>(quarter * (sample.size() - 1) / 4);
    std::nth_element(sample.begin(), at, sample.end());
    return static_cast<long double>(*at);
  };
  return 2 * (quantile(3) - quantile(1)) / std::cbrt(static_cast<long double>(seen.finite));
}

/// Bins are [first + k * width, first + (k+1) * width); the last one holds its end too.
struct Bins {
  long double first = 0;
  long double width = 1;
  std::int64_t count = 1;

  std::int64_t of(double x) const {
    const auto at = static_cast<std::int64_t>(std::floor((x - first) / width));
    return std::clamp<std::int64_t>(at, 0, count - 1);
  }
};

Bins bins_for(const Elements& elements, const Seen& seen, std::int64_t chosen) {
  const long double low = seen.least;
  const long double range = static_cast<long double>(seen.largest) - low;
  if (chosen > 0) {
    if (range > 0) return {low, range / static_cast<long double>(chosen), chosen};
    const Scale scale = scale_over(seen.least, seen.largest, false, 0);
    return {scale.from, (static_cast<long double>(scale.to) - scale.from) / static_cast<long double>(chosen), chosen};
  }
  if (elements.integers && range < most_integers) return {low - 0.5L, 1, static_cast<std::int64_t>(range) + 1};
  if (!(range > 0)) {
    const Scale scale = scale_over(seen.least, seen.largest, false, 0);
    return {scale.from, static_cast<long double>(scale.to) - scale.from, 1};
  }
  long double wanted = advised_width(elements, seen);
  if (!(wanted > 0)) wanted = range / 20;
  wanted = std::max(wanted, range / most_bins * 1.5L);
  const RoundStep step = round_step(std::min(wanted, range));
  // Integers are counted as what they are: bins are as wide as integers, and bounded between them.
  const long double width = elements.integers ? std::max(1.0L, step.value()) : step.value();
  const long double shift = elements.integers ? 0.5L : 0.0L;
  const long double first = std::floor((low + shift) / width) * width - shift;
  const auto count = static_cast<std::int64_t>(std::floor((seen.largest - first) / width));
  const bool at_end = first + static_cast<long double>(count) * width >= seen.largest && count > 0;
  return {first, width, at_end ? count : count + 1};
}

}  // namespace

Picture histogram_of(const Named& numbers, const Choices& choices) {
  const Elements elements = elements_of(numbers.value);
  const Seen seen = seen_in(elements);
  Picture out;
  double highest = 0;
  if (seen.finite > 0) {
    const Bins bins = bins_for(elements, seen, choices.bins);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(bins.count), 0);
    for_each(elements, [&](double x, std::int64_t times) {
      if (std::isfinite(x)) counts[static_cast<std::size_t>(bins.of(x))] += times;
    });
    const auto edge = [&](std::int64_t at) {
      constexpr long double most = std::numeric_limits<double>::max();
      long double place = bins.first + static_cast<long double>(at) * bins.width;
      // A width that was rounded down must not leave the largest number outside of the last bin.
      if (at == bins.count) place = std::max<long double>(place, seen.largest);
      return static_cast<double>(std::clamp(place, -most, most));
    };
    for (std::int64_t at = 0; at < bins.count; ++at) {
      const auto height = static_cast<double>(counts[static_cast<std::size_t>(at)]);
      out.bars.push_back({edge(at), edge(at + 1), height});
      highest = std::max(highest, height);
    }
    out.x.scale = scale_over(edge(0), edge(bins.count), false, 0);
  }
  out.x.scale.whole = elements.integers;
  out.y.scale = {.from = 0, .to = std::max(1.0, highest * 1.04), .logarithmic = false, .whole = true};
  out.title = choices.title;
  out.x.title = choices.x_title.empty() ? numbers.name : choices.x_title;
  out.y.title = choices.y_title.empty() ? "count" : choices.y_title;
  if (seen.nan > 0) out.notes.push_back(std::to_string(seen.nan) + " nan left out");
  if (seen.infinite > 0) out.notes.push_back(std::to_string(seen.infinite) + " inf left out");
  if (seen.finite == 0) out.notes.push_back("there are no numbers");
  return out;
}

}  // namespace ricci::runtime::plot
