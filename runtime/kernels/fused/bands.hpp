/// Brackets as ranges of a loop: of a sum under `d[n] <= z < d[n+1]` or `n <= i`, only iterations between two places of
/// a sorted coordinate can count. They are found by bisection when the loop begins, from the least and the greatest of
/// what the lanes compare with. The bracket itself is still asked inside, so a range may be too wide but never wrong:
/// a coordinate that is not sorted, or has NaN, is noticed when a task first sees it, and gives no range.
#pragma once

#include <vector>

#include "runtime/kernels/fused/schedule.hpp"

namespace ricci::runtime::fused {

/// One comparison of a coordinate, a function of the loop's variable alone, with what does not depend on it.
struct BandSide {
  ExprId coordinate = 0;
  ExprId other = 0;
  bool upper = false;   // coordinate <= other; otherwise other <= coordinate
  bool strict = false;  // < instead
};

/// The condition under which iterations of a reduction count: its body's guard, or its whole body where truths are
/// looked for; nothing where every iteration counts.
std::optional<ExprId> condition_of(const Kernel& kernel, const Stored& stored, ExprId reduce);

/// The comparisons, joined by `and` in the condition, that bound `var`. `inner`: variables that have no value yet when
/// its loop begins.
std::vector<BandSide> band_sides(const Kernel& kernel, const Stored& stored, ExprId condition, VarId var,
                                 const Vars& inner);

/// Whether nothing else stands in the condition, so that its range is all there is to skip.
bool only_band(const Kernel& kernel, const Stored& stored, ExprId condition, VarId var);

/// The share of its iterations that a loop is expected to run.
double band_share(const Kernel& kernel, const Stored& stored, ExprId reduce, VarId var);

}  // namespace ricci::runtime::fused
