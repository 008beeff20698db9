/// The ways in which a program is computed again: each pass alone, all of them, all but one, in any order, doing
/// whatever is right instead of what pays, and the plans that are really run.
#pragma once

#include <map>
#include <numeric>
#include <unordered_set>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/print.hpp"
#include "dsl/graph/read.hpp"
#include "dsl/graph/verify.hpp"
#include "passes/extract_contractions.hpp"
#include "passes/hoist_invariants.hpp"
#include "passes/inline_definitions.hpp"
#include "passes/pipeline.hpp"
#include "tests/fuzz/fingerprint.hpp"
#include "tests/fuzz/judge.hpp"

namespace fuzz {

namespace passes = ricci::passes;

/// A sequence of passes, by what they are called.
struct Way {
  std::string name;
  std::vector<passes::Pass> steps;
};

template <auto pass>
Rebuilt freely(const Graph& graph, const Vec<NodeId>& roots, passes::Notes& notes) {
  return pass(passes::Choice::whatever_is_right, graph, roots, notes);
}

/// The passes of the pipeline, and those that choose by cost doing whatever is right: programs here are small.
inline std::vector<passes::Pass> all_passes() {
  std::vector<passes::Pass> out;
  for (const passes::Pass& pass : passes::passes()) out.push_back(pass);
  out.push_back({"inline all", 1, false, freely<passes::inline_by>, ""});
  out.push_back({"extract all", 2, true, freely<passes::extract_by>, ""});
  out.push_back({"hoist all", 2, false, freely<passes::hoist_by>, ""});
  return out;
}

/// What the runs have seen.
struct Tally {
  std::int64_t programs = 0, refused = 0, faulty = 0, differences = 0, ignored = 0;
  std::int64_t computed = 0, spared = 0;        // graphs that ways ended in: judged, and known already
  std::map<std::string, std::int64_t> changed;  // by pass: programs that it changed
  std::map<std::string, std::int64_t> kernels;  // by kernel: programs that it had a step in
};

class Comparison {
 public:
  Comparison(const Subject& subject, std::uint64_t seed, Tally& tally)
      : subject_(subject), judge_(subject), random_(seed), tally_(tally) {
    std::vector<std::uint32_t> slots(subject.inputs.size());
    std::iota(slots.begin(), slots.end(), 0U);
    judged_.insert(Fingerprint(subject.graph, slots)(subject.roots));  // by definition
  }

  /// The first difference: which way, and what differs; empty: none. All of it for one program in some, a few ways of
  /// each kind for the others.
  std::string first_difference() {
    for (const auto check : {&Comparison::text_reads_back, &Comparison::pipeline, &Comparison::some_passes,
                             &Comparison::plans, &Comparison::settled}) {
      const std::string wrong = (this->*check)();
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

 private:
  std::string text_reads_back() { return read_back("as written", subject_.graph, subject_.roots); }
  static std::string read_back(const std::string& which, const Graph& graph, const Vec<NodeId>& roots) {
    const dsl::Str text = dsl::print(graph, {roots.data(), roots.size()});
    const dsl::ReadGraph read = dsl::read(text.view());
    if (read.fault) return which + ": its text is not read back: " + std::string(read.fault->message.view());
    if (dsl::print(read.graph, {read.roots.data(), read.roots.size()}) == text) return "";
    return which + ": its text reads back as another graph";
  }

  std::string pipeline() {
    passes::Work work = whole(2, false);
    const std::string wrong = judged("all passes", work.graph, work.roots, work.nodes, false);
    if (!wrong.empty()) return wrong;
    for (const passes::PassReport& report : work.reports)
      if (report.fired > 0) ++tally_.changed[report.name];
    const std::string unread = read_back("after all passes", work.graph, work.roots);
    if (!unread.empty()) return unread;
    passes::Work strict = whole(random_() % 2 == 0 ? 1 : 2, true);
    return judged("strict", strict.graph, strict.roots, strict.nodes, false);
  }
  std::string settled() {
    const passes::Work work = whole(2, false);
    passes::Work again{work.graph, work.roots, {}, {}};
    for (std::uint32_t at = 0; at < work.graph.size(); ++at) again.nodes.push_back(NodeId{at});
    passes::optimize(again, {});
    if (fingerprint(work) == fingerprint(again)) return "";
    const std::string once(dsl::print(work.graph, {work.roots.data(), work.roots.size()}).view());
    const std::string twice(dsl::print(again.graph, {again.roots.data(), again.roots.size()}).view());
    return "optimising twice is not optimising once:\n" + once + "and then\n" + twice;
  }
  static std::uint64_t fingerprint(const passes::Work& work) {
    std::vector<std::uint32_t> slots(work.graph.inputs().size());
    std::iota(slots.begin(), slots.end(), 0U);
    return Fingerprint(work.graph, slots)(work.roots);
  }
  passes::Work whole(int level, bool strict) const {
    passes::Work work{subject_.graph, subject_.roots, {}, {}};
    for (std::uint32_t at = 0; at < subject_.graph.size(); ++at) work.nodes.push_back(NodeId{at});
    passes::optimize(work, {level, strict});
    return work;
  }

  /// One pass alone, the pipeline but for one, and some in any order.
  std::string some_passes() {
    const std::vector<passes::Pass> all = all_passes();
    const passes::Pass& alone = all[random_() % all.size()];
    Way without{"", {passes::passes().begin(), passes::passes().end()}};
    const std::size_t left_out = random_() % without.steps.size();
    without.name = std::string("without ") + without.steps[left_out].name;
    without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(left_out));
    Way shuffled{"in order:", {}};
    for (std::size_t at = 0; at < all.size(); ++at) shuffled.steps.push_back(all[random_() % all.size()]);
    for (const passes::Pass& pass : shuffled.steps) shuffled.name += std::string(" ") + pass.name;
    for (const Way& way : {Way{alone.name, {alone}}, without, shuffled}) {
      const std::string wrong = taken(way);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string taken(const Way& way) {
    Rebuilt out = dsl::copy_reachable(subject_.graph, {subject_.roots.data(), subject_.roots.size()});
    bool exact = true;
    for (const passes::Pass& pass : way.steps) {
      passes::Notes notes;
      out = passes::then(out, pass.run(out.graph, out.roots, notes));
      if (const auto fault = dsl::verify(out.graph, {out.roots.data(), out.roots.size()}))
        return way.name + ": after " + pass.name + " the graph breaks a rule: " + std::string(fault->message.view());
      if (notes.fired > 0) ++tally_.changed[way.steps.size() == 1 ? std::string(pass.name) + " (alone)" : pass.name];
      exact = exact && !pass.reorders;
    }
    return judged(way.name, out.graph, out.roots, out.nodes, exact);
  }

  std::string judged(const std::string& way, const Graph& graph, const Vec<NodeId>& roots, const Vec<NodeId>& nodes,
                     bool exact) {
    if (const auto fault = dsl::verify(graph, {roots.data(), roots.size()}))
      return way + ": the graph breaks a rule: " + std::string(fault->message.view());
    const std::vector<std::uint32_t> slots = slots_of(subject_, graph, nodes);
    const std::uint64_t print = Fingerprint(graph, slots)(roots);
    if (judged_.contains(print) || (!exact && judged_loosely_.contains(print))) {
      ++tally_.spared;
      return "";
    }
    (exact ? judged_ : judged_loosely_).insert(print);
    ++tally_.computed;
    const Outcome found = computed(subject_, graph, roots, slots);
    return placed(way, judge_.verdict(found, exact));
  }
  static std::string placed(const std::string& way, const std::string& wrong) {
    return wrong.empty() ? "" : way + ": " + wrong;
  }

  /// What is really run: kernels over plans, at both levels.
  std::string plans() {
    for (const int level : {2, 1}) {
      if (level == 1 && random_() % 4 != 0) continue;
      runtime::Values values;
      for (NodeId id : dsl::reachable(subject_.graph, {subject_.roots.data(), subject_.roots.size()}))
        if (subject_.graph.op(id) == dsl::Op::input)
          values.emplace(id.at, subject_.inputs[static_cast<std::size_t>(subject_.graph.attribute(id, 0))]);
      const std::vector<NodeId> roots(subject_.roots.begin(), subject_.roots.end());
      Outcome found;
      found.fault = fault_of([&] {
        const runtime::Plan plan = runtime::make_plan(subject_.graph, roots, values, {.level = level});
        for (const runtime::Step& step : plan.steps) ++tally_.kernels[step.kernel->name];
        runtime::FactorStore factors;
        found.values = runtime::run_plan(plan, values, factors).roots;
      });
      const std::string wrong = placed("-O" + std::to_string(level), judge_.verdict(found, false));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  const Subject& subject_;
  Judge judge_;
  std::mt19937_64 random_;
  Tally& tally_;
  std::unordered_set<std::uint64_t> judged_, judged_loosely_;  // graphs, by their fingerprints; the latter to rounding
};

}  // namespace fuzz
