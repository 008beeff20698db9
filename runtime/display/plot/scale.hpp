/// The scale of an axis: which interval it shows, where a number stands on it, and which numbers deserve a tick.
/// Ticks are round numbers (1, 2, 5 times a power of ten), as many as fit without their labels touching. What all
/// labels have in common, a power of ten or a large offset, is said once, beside the axis.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ricci::runtime::plot {

struct Scale {
  double from = 0;
  double to = 1;             // below `from`: the axis runs backwards
  bool logarithmic = false;  // both ends are positive
  bool whole = false;        // ticks at integers alone

  /// 0 at `from`, 1 at `to`. Finite for finite numbers (positive ones, where logarithmic).
  double position(double x) const;
};

/// The scale over [least, largest], widened by `margin` of its length at both ends. A single number stands in the
/// middle of its scale; nothing at all (least > largest) gets the scale from 0 to 1 (1 to 10 where logarithmic).
Scale scale_over(double least, double largest, bool logarithmic, double margin);

struct Tick {
  double position = 0;  // on the axis: 0 .. 1
  std::string label;
  double begin = 0;  // where the label begins, in the units of Room
};

struct Ticks {
  std::vector<Tick> at;
  std::string unit;  // of the labels: "×1e6", "+2000"; empty: they say what they mean
};

/// Where labels have to stand: `length` units of axis; labels are centred on their ticks and shifted to stay within
/// [low, high], at least `gap` apart.
struct Room {
  double length = 0;
  double low = 0;
  double high = 0;
  double gap = 0;
  std::function<double(std::string_view)> extent;  // of a label, along the axis
  int most = 8;                                    // ticks
};

Ticks ticks_for(const Scale& scale, const Room& room);

/// 1, 2 or 5 times a power of ten, the smallest that is at least `x` > 0.
struct RoundStep {
  int digit = 1;
  int exponent = 0;
  long double value() const;
  RoundStep next() const;
};
RoundStep round_step(long double x);

/// Columns of a text on a screen, or its letters: code points.
std::size_t letters(std::string_view text);

}  // namespace ricci::runtime::plot
