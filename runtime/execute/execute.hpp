/// From what is asked for to numbers: detach what has no value yet, optimise it, plan it, run it, keep the results.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "passes/pipeline.hpp"
#include "runtime/execute/slice.hpp"
#include "runtime/kernels/run.hpp"
#include "runtime/session/options.hpp"

namespace ricci::runtime {

/// One step of a plan: a kernel computes one node, or slice by slice those of several. Estimates are for people and for
/// the cost model.
struct Step {
  NodeId node;
  const Kernel* kernel = nullptr;
  double flops = 0;
  double bytes = 0;
  double least_ms = 0;                             // no machine like this one is faster: by its flops, or by its bytes
  std::int64_t live_bytes = 0;                     // what the steps hold while this one runs
  std::vector<NodeId> last_uses;                   // values that nothing after this step needs
  std::shared_ptr<const Slices> slices = nullptr;  // `node` is then the last of their results
};

/// The nodes that have a value when it has run.
std::vector<NodeId> results_of(const Step& step);

struct StepTiming {
  std::size_t step = 0;  // of its plan
  std::string kernel;
  std::string what;  // the node in index notation, cut
  double ms = 0;
  double flops = 0;
  double bytes = 0;
};

/// Everything that is known before a run. Immutable once made; runs may share it.
struct Plan {
  Graph graph;
  std::vector<NodeId> roots;
  std::vector<Step> steps;
  std::vector<passes::PassReport> reports;
  std::vector<passes::Stage> stages;  // only where they were asked for
  /// From the plan's nodes to the nodes of the graph that was asked, where there is one; for a plan that is kept, to
  /// their numbers (PlanFor).
  std::unordered_map<std::uint32_t, std::uint32_t> origin;
  /// Further tensors of the asked graph that came to be the same node: x where x[i] = (A \ b)[i] is A \ b itself.
  std::unordered_multimap<std::uint32_t, std::uint32_t> aliases;
  double flops = 0;
  double bytes = 0;
  std::int64_t peak_bytes = 0;  // of what the steps allocate, results included
  std::shared_ptr<fused::Programs> programs = std::make_shared<fused::Programs>();
};

using Values = std::unordered_map<std::uint32_t, Value>;

/// A plan that is kept, and the nodes it is about in the graph that asks now.
struct PlanFor {
  std::shared_ptr<const Plan> plan;
  std::vector<std::uint32_t> asked;  // by the numbers in the plan's origins
};

/// Plans the computation of `roots`; nodes with a value (or input nodes) are taken as given.
/// `record`: keep the graph before and after each pass, for people to look at.
Plan make_plan(const Graph& graph, const std::vector<NodeId>& roots, const Values& values, const Options& options,
               bool record = false);

/// Lays out the steps of a plan whose graph and roots stand, with all that follows from them. `kernels`: of the steps
/// in order; where there are none they are chosen.
void place_steps(Plan& plan, int level, const std::vector<const Kernel*>& kernels = {});

/// Lets what makes and what reads tensors that are too large to store run slice by slice. No step is sliced yet.
void slice_steps(Plan& plan, const SliceSizes& sizes);

/// What a run leaves behind.
struct Outcome {
  std::vector<Value> roots;
  Values kept;                                                           // by node of the asked graph
  std::unordered_map<std::uint32_t, std::vector<Value>> decompositions;  // all parts, by node of the asked graph
  std::vector<Notice> notices;
  std::vector<StepTiming> timings;
};

struct RunOptions {
  std::optional<std::uint64_t> seed = {};                    // replaces the seed of every draw
  const std::function<bool(std::uint32_t)>* keep = nullptr;  // which nodes of the asked graph to keep the values of
  bool time_steps = false;
  /// When a step throws: the asked graph's nodes that need its node, operands first.
  std::vector<std::uint32_t>* blamed = nullptr;
  bool watched = false;  // runtime/progress.hpp shows what runs
  /// Of a plan that is kept: the asked graph's nodes by their numbers.
  const std::vector<std::uint32_t>* asked = nullptr;
};

/// By how many bytes a run of the plan would pass the memory limit now; 0 or less: it would not.
std::int64_t shortage_of(const Plan& plan);

/// Runs a plan over values of the asked graph's nodes.
Outcome run_plan(const Plan& plan, const Values& values, FactorStore& factors, const RunOptions& options = {});

}  // namespace ricci::runtime
