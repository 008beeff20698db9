#include "passes/pipeline.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#ifndef NDEBUG
#include <cstdio>
#include <cstdlib>

#include "dsl/graph/verify.hpp"
#endif

#include "dsl/graph/copy.hpp"
#include "dsl/graph/fingerprint.hpp"
#include "passes/apply_inverses.hpp"
#include "passes/extract_contractions.hpp"
#include "passes/factor_once.hpp"
#include "passes/fold.hpp"
#include "passes/hoist_invariants.hpp"
#include "passes/inline_definitions.hpp"
#include "passes/low_rank_systems.hpp"
#include "passes/quadratic_form.hpp"
#include "passes/relax.hpp"
#include "passes/scatter_sums.hpp"
#include "passes/separate_brackets.hpp"
#include "passes/separate_sums.hpp"
#include "passes/solve_brackets.hpp"
#include "passes/split_exponentials.hpp"
#include "passes/split_systems.hpp"
#include "passes/use_structure.hpp"
#include "passes/visit_partitions.hpp"

namespace ricci::passes {
namespace {

constexpr std::array pipeline{
    Pass{"fold", 1, false, fold, "no operation does nothing"},
    Pass{"solve_brackets",
         2,
         true,
         solve_brackets,
         "no definition is read for all of an index that a bracket fixes",
         {Op::guard}},
    Pass{"inline_definitions", 1, false, inline_definitions, "what is stored is expensive and read often"},
    Pass{"fold", 1, false, fold, "no guard asks twice, where definitions have met"},
    Pass{"relax", 2, true, relax, "no small whole power is left to pow", {Op::power}, false},
    Pass{"quadratic_form",
         2,
         true,
         quadratic_form,
         "no pair of rows looks at the matrix between them",
         {Op::sum, Op::norm},
         false},
    Pass{
        "apply_inverses", 2, true, apply_inverses, "an inverse that is left is wanted as a value", {Op::inv, Op::pinv}},
    Pass{"split_systems", 2, true, split_systems, "no matrix is larger than its factors or blocks", {Op::solve}},
    Pass{"low_rank_systems",
         2,
         true,
         low_rank_systems,
         "no diagonal is factored, nor one plus few products",
         {Op::solve, Op::inv, Op::det, Op::logdet}},
    Pass{"use_structure",
         2,
         true,
         use_structure,
         "no matrix is factored whose inverse, or whose triangles, are at hand",
         {Op::solve, Op::lstsq, Op::inv, Op::pinv}},
    Pass{"factor_once",
         2,
         true,
         factor_once,
         "who factors a matrix asks for one node, and solves at once",
         {Op::solve, Op::lstsq, Op::inv, Op::pinv, Op::det, Op::logdet}},
    Pass{"solve_brackets", 2, true, solve_brackets, "no sum runs over an index that a bracket fixes", {Op::guard}},
    Pass{"visit_partitions", 2, true, visit_partitions, "no point looks at intervals that it is not in", {Op::guard}},
    Pass{"split_exponentials",
         2,
         true,
         split_exponentials,
         "no phase or decay is computed over indices that it does not have",
         {Op::exp}},
    Pass{"extract_contractions", 2, true, extract_contractions, "what BLAS computes best is a tensor of its own"},
    Pass{"separate_sums", 2, true, separate_sums, "no factor stands under a sum that it does not need"},
    Pass{"separate_brackets",
         2,
         true,
         separate_brackets,
         "no sum under a bracket has an index that it can do without",
         {Op::guard}},
    Pass{"scatter_sums",
         2,
         true,
         scatter_sums,
         "no element asks for summands that a bracket sends elsewhere",
         {Op::equal}},
    Pass{"hoist_invariants", 2, false, hoist_invariants, "what is expensive depends on every loop around it"},
    Pass{"inline_leftovers", 2, false, inline_leftovers, "no cheap remainder of a definition is stored"},
    Pass{"fold", 2, false, fold, "no guard asks twice"},
};

bool allowed(const Pass& pass, const Settings& settings) {
  const bool off = std::count(settings.off.begin(), settings.off.end(), pass.name) > 0;
  return pass.level <= settings.level && !off && (pass.bounded || !settings.strict);
}

/// Whether some operation that the pass looks for is there.
bool concerns(const Pass& pass, const Graph& graph) {
  if (pass.looks_for.empty()) return true;
  OpSet there;
  for (std::uint32_t at = 0; at < graph.size(); ++at) there.add(graph.op(NodeId{at}));
  return pass.looks_for.meets(there);
}

/// The ids of the first graph in the newest: two maps, one after the other.
Vec<NodeId> composed(const Vec<NodeId>& first, const Vec<NodeId>& second) {
  Vec<NodeId> out;
  out.reserve(first.size());
  for (NodeId node : first) out.push_back(node.valid() ? second[node.at] : NodeId{});
  return out;
}

void take(Work& work, dsl::Rebuilt rebuilt) {
  work.nodes = composed(work.nodes, rebuilt.nodes);
  work.graph = std::move(rebuilt.graph);
  work.roots = std::move(rebuilt.roots);
}

/// A pass that breaks a rule is a bug of ours: a debug build stops there, naming it.
void hold_to_rules([[maybe_unused]] const Work& work, [[maybe_unused]] const char* pass) {
#ifndef NDEBUG
  const auto fault = dsl::verify(work.graph, std::span<const NodeId>(work.roots.data(), work.roots.size()));
  if (!fault) return;
  std::fprintf(stderr, "%s made a graph that breaks a rule: %s\n", pass, std::string(fault->message.view()).c_str());
  std::abort();
#endif
}

PassReport report_of(const Pass& pass, const Notes& notes) {
  PassReport report{.name = pass.name, .fired = notes.fired, .why = {}};
  for (const dsl::Str& why : notes.why) report.why.emplace_back(why.view());
  return report;
}

/// Keeps the graph as it now stands; `from` are the maps that `take` composes.
void record(Work& work, Vec<NodeId> from) {
  PassReport said;
  if (work.stages.empty())
    said.name = "as written";
  else
    said = work.reports.back();
  work.stages.push_back({said.name, said.fired, said.why, work.graph, work.roots, std::move(from)});
}

template <typename Run>
bool is(const Pass& pass, Run* run) {
  return pass.run == static_cast<decltype(pass.run)>(run);
}

/// What a contraction was taken out of may be cheap enough now to stand in what reads it, and what reads it to be one
/// contraction more; a product in place of a solve is a definition like any other: the passes above have to look again.
/// A round whose passes only undo each other counts for nothing; the bound is for what two rounds or more would undo.
constexpr int most_rounds = 4;
bool asks_again(const Pass& pass, const Notes& notes) {
  return notes.fired > 0 && (is(pass, scatter_sums) || is(pass, extract_contractions) || is(pass, use_structure));
}

/// What a definition costs, and what a sum or a bracket is made of, changes after the passes that look at it: whether
/// the next round would inline more, or find something in sums that came apart or definitions that were inlined last.
bool leaves_some(const Work& work, const Settings& settings, bool remade) {
  Notes notes;
  for (const Pass& pass : pipeline) {
    if (!allowed(pass, settings)) continue;
    const bool tidies = is(pass, fold) || is(pass, hoist_invariants) || is(pass, inline_leftovers);
    if (is(pass, inline_definitions))
      static_cast<void>(detail::Inlining(work.graph, span_of(work.roots), notes, Choice::by_cost));
    else if (remade && !tidies && concerns(pass, work.graph))
      static_cast<void>(pass.run(work.graph, work.roots, notes));
    if (notes.fired > 0) return true;
  }
  return false;
}

/// Runs every pass once; whether another round may find more. In later rounds only what fires is reported.
bool run_round(Work& work, const Settings& settings, bool first) {
  bool again = false, remade = false;
  for (const Pass& pass : pipeline) {
    if (!allowed(pass, settings)) continue;
    Notes notes;
    Vec<NodeId> from;
    if (concerns(pass, work.graph)) {
      dsl::Rebuilt rebuilt = pass.run(work.graph, work.roots, notes);
      if (settings.record) from = rebuilt.nodes;
      take(work, std::move(rebuilt));
    } else if (settings.record) {
      for (std::uint32_t at = 0; at < work.graph.size(); ++at) from.push_back(NodeId{at});
    }
    hold_to_rules(work, pass.name);
    again = again || asks_again(pass, notes);
    const bool remakes = is(pass, separate_sums) || is(pass, separate_brackets) || is(pass, inline_leftovers);
    remade = remade || (remakes && notes.fired > 0);
    if (first || notes.fired > 0 || settings.record) work.reports.push_back(report_of(pass, notes));
    if (settings.record) record(work, std::move(from));
  }
  return again || leaves_some(work, settings, remade);
}

std::uint64_t fingerprint(const Work& work) {
  std::vector<std::uint32_t> slots(work.graph.inputs().size());
  std::iota(slots.begin(), slots.end(), 0U);
  return dsl::Fingerprint(work.graph, slots)(work.roots);
}

/// A round more; whether still another may find something.
bool run_another(Work& work, const Settings& settings) {
  Work before = work;
  const bool again = run_round(work, settings, false);
  if (fingerprint(work) != fingerprint(before)) return again;
  work = std::move(before);
  return false;
}

}  // namespace

std::span<const Pass> passes() { return pipeline; }

void optimize(Work& work, const Settings& settings) {
  if (settings.record) record(work, work.nodes);
  bool again = run_round(work, settings, true);
  for (int round = 1; round < most_rounds && again; ++round) again = run_another(work, settings);
  dsl::Rebuilt copied = dsl::copy_reachable(work.graph, std::span<const NodeId>(work.roots.data(), work.roots.size()));
  if (settings.record) {  // what is planned is the last stage, id by id
    Stage& last = work.stages.back();
    last.graph = copied.graph;
    last.roots = copied.roots;
    last.from = composed(last.from, copied.nodes);
  }
  take(work, std::move(copied));
}

}  // namespace ricci::passes
