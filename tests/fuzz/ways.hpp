/// The ways in which a program is computed again: each pass alone, all of them, all but one, in any order, doing
/// whatever is right instead of what pays, and the plans that are really run.
#pragma once

#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/fingerprint.hpp"
#include "dsl/graph/print.hpp"
#include "dsl/graph/read.hpp"
#include "dsl/graph/verify.hpp"
#include "passes/extract_contractions.hpp"
#include "passes/hoist_invariants.hpp"
#include "passes/inline_definitions.hpp"
#include "passes/low_rank_systems.hpp"
#include "passes/pipeline.hpp"
#include "passes/quadratic_form.hpp"
#include "passes/rules/table.hpp"
#include "passes/split_exponentials.hpp"
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
  out.push_back({"quadratic all", 2, true, freely<passes::quadratic_by>, "", {}, false});
  out.push_back({"extract all", 2, true, freely<passes::extract_by>, ""});
  out.push_back({"update all", 2, true, freely<passes::low_rank_by>, ""});
  out.push_back({"split all", 2, true, freely<passes::split_by>, ""});
  out.push_back({"hoist all", 2, false, freely<passes::hoist_by>, ""});
  return out;
}

/// The rules of both tables, as they are written.
inline const std::set<std::string>& every_rule() {
  static const std::set<std::string> out = [] {
    std::set<std::string> all;
    for (const passes::rules::Rule& rule : passes::rules::exact) all.insert(rule.written);
    for (const passes::rules::Rule& rule : passes::rules::relaxed) all.insert(rule.written);
    return all;
  }();
  return out;
}

/// In how many programs a pass found something: by the pipeline, alone, in some way at all.
struct Fired {
  std::int64_t whole = 0, alone = 0, some = 0;
};

/// What the runs have seen.
struct Tally {
  std::int64_t programs = 0, refused = 0, faulty = 0, slow = 0, differences = 0, ignored = 0;
  std::int64_t computed = 0, spared = 0;  // graphs that ways ended in: judged, and known already
  std::map<std::string, Fired> passes;
  std::map<std::string, std::int64_t> rules;    // of algebra: programs that each changed
  std::map<std::string, std::int64_t> reasons;  // what passes said of themselves: programs of which they did
  std::map<std::string, std::int64_t> kernels;  // steps
};

class Comparison {
 public:
  Comparison(const Subject& subject, std::uint64_t seed, Tally& tally)
      : subject_(subject), judge_(subject), random_(seed), tally_(tally) {
    std::vector<std::uint32_t> slots(subject.inputs.size());
    std::iota(slots.begin(), slots.end(), 0U);
    judged_[ricci::dsl::Fingerprint(subject.graph, slots)(subject.roots)] = Judge::Care::exact;  // by definition
  }

  /// The first difference: which way, and what differs; empty: none.
  std::string first_difference() {
    const std::string out = search();
    for (const std::string& name : fired_) ++tally_.passes[name].some;
    for (const std::string& name : whole_fired_) ++tally_.passes[name].whole;
    for (const std::string& name : alone_fired_) ++tally_.passes[name].alone;
    for (const std::string& reason : said_) ++tally_.reasons[reason];
    for (const std::string& rule : rules_) ++tally_.rules[rule];
    return out;
  }

 private:
  std::string search() {
    for (const auto check : {&Comparison::text_reads_back, &Comparison::pipeline, &Comparison::some_passes,
                             &Comparison::plans, &Comparison::settled}) {
      const std::string wrong = (this->*check)();
      if (!wrong.empty()) return wrong;
    }
    return "";
  }
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
    for (const passes::PassReport& report : work.reports)
      if (report.fired > 0) {
        fired_.insert(report.name);
        for (const std::string& sentence : report.why) said(report.name, sentence);
      }
    whole_fired_ = fired_;
    care_ = care_of(work);
    const std::string wrong = judged("all passes", work.graph, work.roots, work.nodes, care_);
    if (!wrong.empty()) return wrong;
    const std::string unread = read_back("after all passes", work.graph, work.roots);
    if (!unread.empty()) return unread;
    passes::Work strict = whole(random_() % 2 == 0 ? 1 : 2, true);
    return judged("strict", strict.graph, strict.roots, strict.nodes, Judge::Care::bounded);
  }
  static Judge::Care care_of(const passes::Work& work) {
    for (const passes::PassReport& report : work.reports)
      for (const passes::Pass& pass : passes::passes())
        if (report.fired > 0 && report.name == pass.name && !pass.bounded) return Judge::Care::loose;
    return Judge::Care::bounded;
  }
  void said(const std::string& pass, const std::string& sentence) {
    const std::size_t reason = sentence.rfind("`: ");
    if (sentence.starts_with("simplified") && reason != std::string::npos) {
      const std::string rule = sentence.substr(reason + 3);
      if (every_rule().contains(rule)) {
        rules_.insert(rule);
        return;
      }
    }
    said_.insert(pass + ": " + reason_in(sentence));
  }
  /// A sentence without the expression that it is about, and without numbers.
  static std::string reason_in(const std::string& sentence) {
    const std::size_t open = std::min(sentence.find('`'), sentence.size());
    const std::size_t close = std::min(sentence.rfind('`'), sentence.size() - 1);
    std::string out = sentence.substr(0, open) + (open == sentence.size() ? "" : "..." + sentence.substr(close + 1));
    for (char& c : out)
      if (c >= '0' && c <= '9') c = '#';
    return out;
  }
  std::string settled() {
    const passes::Work work = whole(2, false);
    passes::Work again{work.graph, work.roots, {}, {}};
    for (std::uint32_t at = 0; at < work.graph.size(); ++at) again.nodes.push_back(NodeId{at});
    passes::optimize(again, {});
    const std::string more = one_of(work, again);
    return more.empty() ? "" : "optimising twice is not optimising once:\n" + more;
  }
  static std::uint64_t fingerprint(const passes::Work& work) {
    std::vector<std::uint32_t> slots(work.graph.inputs().size());
    std::iota(slots.begin(), slots.end(), 0U);
    return ricci::dsl::Fingerprint(work.graph, slots)(work.roots);
  }
  passes::Work whole(int level, bool strict) const {
    passes::Work work{subject_.graph, subject_.roots, {}, {}};
    for (std::uint32_t at = 0; at < subject_.graph.size(); ++at) work.nodes.push_back(NodeId{at});
    passes::optimize(work, {level, strict});
    return work;
  }

  /// Each pass alone, the pipeline but for one, and some in any order.
  std::string some_passes() {
    const std::vector<passes::Pass> all = all_passes();
    std::vector<Way> ways;
    std::set<decltype(passes::Pass::run)> there;
    for (const passes::Pass& pass : all)
      if (there.insert(pass.run).second) ways.push_back({pass.name, {pass}});
    Way without{"", {passes::passes().begin(), passes::passes().end()}};
    const std::size_t left_out = random_() % without.steps.size();
    without.name = std::string("without ") + without.steps[left_out].name;
    without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(left_out));
    Way shuffled{"in order:", {}};
    for (std::size_t at = 0; at < all.size(); ++at) shuffled.steps.push_back(all[random_() % all.size()]);
    for (const passes::Pass& pass : shuffled.steps) shuffled.name += std::string(" ") + pass.name;
    ways.push_back(std::move(without));
    ways.push_back(std::move(shuffled));
    for (const Way& way : ways) {
      const std::string wrong = taken(way);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string taken(const Way& way) {
    Rebuilt out = dsl::copy_reachable(subject_.graph, {subject_.roots.data(), subject_.roots.size()});
    Judge::Care care = Judge::Care::exact;
    for (const passes::Pass& pass : way.steps) {
      passes::Notes notes;
      out = passes::then(out, pass.run(out.graph, out.roots, notes));
      if (const auto fault = dsl::verify(out.graph, {out.roots.data(), out.roots.size()}))
        return way.name + ": after " + pass.name + " the graph breaks a rule: " + std::string(fault->message.view());
      if (notes.fired == 0) continue;
      fired_.insert(pass.name);
      if (way.steps.size() == 1) alone_fired_.insert(pass.name);
      for (const dsl::Str& sentence : notes.why) said(pass.name, std::string(sentence.view()));
      if (pass.reorders) care = std::max(care, pass.bounded ? Judge::Care::bounded : Judge::Care::loose);
    }
    if (way.steps.size() == 1) {
      const std::string more = unsettled(way.steps[0], out);
      if (!more.empty()) return way.name + ": twice is not once:\n" + more;
    }
    return judged(way.name, out.graph, out.roots, out.nodes, care);
  }
  /// What a pass of the pipeline makes of a program, and what of that again, where these are two.
  static std::string unsettled(const passes::Pass& pass, const Rebuilt& made) {
    const auto own = passes::passes();
    const auto same = [&](const passes::Pass& other) { return other.run == pass.run; };
    if (std::none_of(own.begin(), own.end(), same)) return "";
    passes::Notes notes;
    passes::Work once{made.graph, made.roots, {}, {}}, twice = once;
    Rebuilt again = pass.run(made.graph, made.roots, notes);
    if (notes.fired == 0) return "";
    twice.graph = std::move(again.graph);
    twice.roots = std::move(again.roots);
    return one_of(once, twice);
  }
  /// Nothing where two graphs are one; else both.
  static std::string one_of(const passes::Work& once, const passes::Work& twice) {
    if (fingerprint(once) == fingerprint(twice)) return "";
    const std::string first(dsl::print(once.graph, {once.roots.data(), once.roots.size()}).view());
    const std::string second(dsl::print(twice.graph, {twice.roots.data(), twice.roots.size()}).view());
    return first + "and then\n" + second;
  }

  std::string judged(const std::string& way, const Graph& graph, const Vec<NodeId>& roots, const Vec<NodeId>& nodes,
                     Judge::Care care) {
    if (const auto fault = dsl::verify(graph, {roots.data(), roots.size()}))
      return way + ": the graph breaks a rule: " + std::string(fault->message.view());
    const std::vector<std::uint32_t> slots = slots_of(subject_, graph, nodes);
    const std::uint64_t print = ricci::dsl::Fingerprint(graph, slots)(roots);
    if (const auto known = judged_.find(print); known != judged_.end() && known->second <= care) {
      ++tally_.spared;
      return "";
    }
    judged_[print] = care;
    ++tally_.computed;
    const Outcome found = computed(subject_, graph, roots, slots);
    return placed(way, judge_.verdict(found, care));
  }
  static std::string placed(const std::string& way, const std::string& wrong) {
    return wrong.empty() ? "" : way + ": " + wrong;
  }

  /// What is really run: kernels over plans, at both levels.
  std::string plans() {
    if (!subject_.planned) return "";
    for (const int level : {2, 1}) {
      if (level == 1 && random_() % 4 != 0) continue;
      runtime::Values values;
      for (NodeId id : dsl::reachable(subject_.graph, {subject_.roots.data(), subject_.roots.size()}))
        if (subject_.graph.op(id) == dsl::Op::input)
          values.emplace(id.at, subject_.inputs[static_cast<std::size_t>(subject_.graph.attribute(id, 0))]);
      const std::vector<NodeId> roots(subject_.roots.begin(), subject_.roots.end());
      Outcome found;
      found.fault = fault_of([&] {
        runtime::Plan plan = runtime::make_plan(subject_.graph, roots, values, {.level = level});
        for (runtime::Step& step : plan.steps) take_any_kernel(plan.graph, step);
        for (const runtime::Step& step : plan.steps) ++tally_.kernels[step.kernel->name];
        runtime::FactorStore factors;
        found.values = runtime::run_plan(plan, values, factors).roots;
      });
      const std::string wrong =
          placed("-O" + std::to_string(level), judge_.verdict(found, level == 2 ? care_ : Judge::Care::bounded));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  /// Whichever kernel could compute a step has to: at these sizes one of them would win nearly always.
  void take_any_kernel(const Graph& graph, runtime::Step& step) {
    if (step.slices) return;
    std::vector<const runtime::Kernel*> could;
    for (const runtime::Kernel& own : runtime::kernel_table())
      if (&own != &runtime::reference_kernel() && own.accepts(graph, step.node)) could.push_back(&own);
    if (!could.empty()) step.kernel = could[random_() % could.size()];
  }

  const Subject& subject_;
  Judge judge_;
  std::mt19937_64 random_;
  Tally& tally_;
  Judge::Care care_ = Judge::Care::bounded;                  // of the whole pipeline
  std::unordered_map<std::uint64_t, Judge::Care> judged_;    // graphs, by their fingerprints
  std::set<std::string> fired_, whole_fired_, alone_fired_;  // passes that found something
  std::set<std::string> said_, rules_;
};

}  // namespace fuzz
