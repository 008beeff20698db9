/// Long curves, made short enough to draw without a visible difference.
#pragma once

#include <vector>

#include "runtime/display/plot/picture.hpp"

namespace ricci::runtime::plot {

/// Takes points out of a curve that has more than about `most`. Where x only grows, each of most/4 stretches of x keeps
/// its first, lowest, highest and last point, which is all that a line of pixels shows (Jugel et al., M4: a
/// visualization-oriented time series data aggregation, 2014); elsewhere of consecutive points in the same cell of a
/// fine grid one is kept. Gaps stay gaps.
std::vector<Point> thinned(std::vector<Point> points, const Scale& x, const Scale& y, std::size_t most);

/// Of each stretch of `group` points without a gap its first, lowest, highest and last one: for curves that are too
/// long to be kept while they are read.
std::vector<Point> grouped(const std::vector<Point>& points, std::size_t group);

}  // namespace ricci::runtime::plot
