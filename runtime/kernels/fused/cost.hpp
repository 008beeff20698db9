/// A model of what a stage costs with given lanes and loop order, in nanoseconds on one core; measured on a Zen 4 with
/// 512-bit vectors. It need only rank the alternatives.
#pragma once

#include <vector>

#include "runtime/kernels/fused/schedule.hpp"

namespace ricci::runtime::fused {

/// What one expression costs where it stands.
struct Placed {
  ExprId id = 0;
  double executions = 0;  // of its instruction
  double elements = 0;    // numbers it computes in all
  double each = 0;        // nanoseconds a number
  bool wide = false;
  bool conditional = false;  // needed under a guard or where only
};

struct Estimate {
  double nanoseconds = 0;
  double calls = 0;   // of these, in functions that cost many cheap operations
  double joined = 0;  // what instructions that become one take less: the same for all lanes, so no part of the above
  double steps = 1;   // of the nest of free loops
  std::vector<Placed> placed;
};

Estimate estimate(const Kernel& kernel, const Stored& stored, const Stage& stage);

/// Lanes from the last axes backwards, single axes, and for reductions the same of what they bind.
std::vector<Stage> lane_candidates(const Kernel& kernel, const Stage& stage);

/// The cheapest of the candidates, with its estimate; long reductions are cut in chunks.
Stage best_lanes(const Kernel& kernel, const Stored& stored, const Stage& stage, Estimate* chosen = nullptr);

double points_of(const Kernel& kernel, const Vars& vars);

}  // namespace ricci::runtime::fused
