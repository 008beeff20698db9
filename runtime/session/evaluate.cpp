/// Computing what is asked for: kept values are handed over, the rest is planned together, run, and kept.
#include <algorithm>
#include <chrono>

#include "runtime/session/session.hpp"
#include "runtime/session/verify.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime {
namespace {

using dsl::Fault;
using dsl::Op;

using Moment = std::chrono::steady_clock::time_point;
Moment now() { return std::chrono::steady_clock::now(); }
double milliseconds(Moment from, Moment to) { return std::chrono::duration<double, std::milli>(to - from).count(); }

/// A plan spans at most this many definitions on top of each other.
constexpr std::uint32_t longest_plan = 400;
/// Warnings that nobody takes are forgotten, the oldest first.
constexpr std::size_t most_notices = 10'000;

/// What others may keep must not lie in memory that its owner may change or free.
Value owned(const Value& value) {
  const auto* dense = std::get_if<Tensor>(&value);
  return dense != nullptr && dense->data.use_count() == 0 && dense->count() > 0 ? Value(copy(*dense)) : value;
}

/// The values of inputs alone.
Values inputs_of(const Graph& graph, const Values& values) {
  Values out;
  for (const auto& [node, value] : values)
    if (graph.op(NodeId{node}) == Op::input) out.emplace(node, value);
  return out;
}

/// What the optimiser did and what will compute.
void note_plan(const Plan& plan, Timing& timing) {
  timing.flops = plan.flops;
  for (const passes::PassReport& report : plan.reports)
    if (report.fired > 0) timing.passes.push_back(report);
  for (const Step& step : plan.steps)
    if (std::find(timing.kernels.begin(), timing.kernels.end(), step.kernel->name) == timing.kernels.end())
      timing.kernels.emplace_back(step.kernel->name);
}

/// By what systems were solved, and for how many right-hand sides.
void note_methods(const Plan& plan, const std::vector<Notice>& notices, Timing& timing) {
  for (const Notice& notice : notices) {
    if (notice.method.empty()) continue;
    std::string text = notice.method;
    const Op op = plan.graph.op(notice.node);
    const bool sides = (op == Op::solve || op == Op::lstsq) && plan.graph.attribute(notice.node, 0) == 0;
    if (sides)
      text += ", " + std::to_string(plan.graph.shape(plan.graph.operand(notice.node, 1)).back()) + " right-hand sides";
    if (std::find(timing.methods.begin(), timing.methods.end(), text) == timing.methods.end())
      timing.methods.push_back(std::move(text));
  }
}

}  // namespace

Value Session::get(std::string_view name) { return get(std::vector<std::string>{std::string(name)})[0]; }

std::vector<Value> Session::get(const std::vector<std::string>& names) {
  std::vector<NodeId> nodes;
  Origin asker;
  for (const std::string& name : names) {
    nodes.push_back(node(name));
    const auto origin = origin_.find(nodes.back().at);
    if (origin == origin_.end()) continue;
    if (asker.text.empty()) {
      asker = origin->second;
    } else if (asker.text.find(origin->second.text) == std::string::npos) {
      asker.text += "; " + origin->second.text;
      asker.parse_ms += origin->second.parse_ms;
      asker.elaborate_ms += origin->second.elaborate_ms;
    }
  }
  try {
    std::vector<Value> out = evaluate(nodes, asker);
    compact_if_due();
    return out;
  } catch (const error& cause) {  // no step failed: the plan as a whole was refused
    raise_in(cause, asker.text, {0, static_cast<std::uint32_t>(asker.text.size())}, asker);
  }
}

/// The statement of the first definition that needs what failed.
const Origin* Session::blame(const std::vector<std::uint32_t>& nodes) const {
  for (std::uint32_t node : nodes)
    if (const auto at = origin_.find(node); at != origin_.end()) return &at->second;
  return nullptr;
}

std::vector<Value> Session::evaluate(const std::vector<NodeId>& nodes, const Origin& asker) {
  verify_borrowed();
  const auto known = [&](NodeId node) { return values_.contains(node.at); };
  Timing timing{.statement = asker.text,
                .parse_ms = asker.parse_ms,
                .execute_ms = {},
                .passes = {},
                .kernels = {},
                .methods = {}};
  std::vector<Value> out;
  if (std::all_of(nodes.begin(), nodes.end(), known) && repeat_ == 1) {
    for (NodeId node : nodes) out.push_back(owned(values_.at(node.at)));
    timing.execute_ms.push_back(0);
  } else {
    if (repeat_ == 1) evaluate_long_chains(nodes);
    for (const Value& value : run_once(nodes, timing)) out.push_back(owned(value));
  }
  timing.optimize_ms += asker.elaborate_ms;
  if (measure_statements_) timings_.push_back(std::move(timing));
  return out;
}

/// Computes definitions on the way to the nodes, so that no plan spans more than the longest.
void Session::evaluate_long_chains(const std::vector<NodeId>& nodes) {
  if (plans_.needed(graph_, nodes, values_) < longest_plan) return;
  const auto deepest = std::max_element(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return a.at < b.at; });
  if (deepest == nodes.end()) return;
  std::vector<char> needed(deepest->at + 1, 0);
  for (NodeId node : nodes) needed[node.at] = 1;
  for (std::uint32_t at = deepest->at + 1; at-- > 0;)
    if (needed[at] != 0 && !values_.contains(at))
      for (NodeId operand : graph_.operands(NodeId{at})) needed[operand.at] = 1;
  std::vector<std::uint32_t> depth(needed.size(), 0);
  for (std::uint32_t at = 0; at < needed.size(); ++at) {
    const NodeId node{at};
    if (needed[at] == 0 || values_.contains(at) || graph_.op(node) == Op::input) continue;
    for (NodeId operand : graph_.operands(node)) depth[at] = std::max(depth[at], depth[operand.at]);
    const Op op = graph_.op(node);
    if (!dsl::is_tensor(op)) continue;
    const bool whole = op != Op::lu && op != Op::qr && op != Op::svd && op != Op::eigh;
    if (++depth[at] < longest_plan || !whole) continue;
    Timing unmeasured;
    run_once({node}, unmeasured);
    depth[at] = 0;
  }
}

/// The nodes that names stand for, and what is asked for now, in ascending order.
std::vector<std::uint32_t> Session::named_nodes(const std::vector<NodeId>& asked) const {
  std::vector<std::uint32_t> out;
  out.reserve(names_.size() + asked.size());
  for (const auto& [name, own] : names_) out.push_back(own.node.at);
  for (NodeId node : asked) out.push_back(node.at);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Value> Session::run_once(const std::vector<NodeId>& nodes, Timing& timing) {
  const Moment start = now();
  const bool repeated = repeat_ > 1;
  const Values inputs = repeated ? inputs_of(graph_, values_) : Values();
  const Values& given = repeated ? inputs : values_;
  const PlanFor planned = plans_.plan(graph_, nodes, given, options_);
  timing.optimize_ms = milliseconds(start, now());
  if (measure_statements_) note_plan(*planned.plan, timing);
  const std::vector<std::uint32_t> named = named_nodes(nodes);
  const bool all = options_.check;
  const std::function<bool(std::uint32_t)> keep = [&](std::uint32_t node) {
    return all || std::binary_search(named.begin(), named.end(), node);
  };
  std::vector<std::uint32_t> blamed;
  Memory::reset_peak();
  Outcome outcome;
  try {
    for (int run = 0; run < repeat_; ++run) {
      FactorStore fresh;
      const bool last = run + 1 == repeat_;
      outcome = {};
      const Moment begin = now();
      outcome =
          run_within_limit(*planned.plan, given, repeated ? fresh : factors_,
                           {{}, last ? &keep : nullptr, last && measure_steps_, &blamed, watched_, &planned.asked});
      timing.execute_ms.push_back(milliseconds(begin, now()));
    }
    if (options_.check) verify_results(graph_, nodes, given, {}, outcome, blamed);
  } catch (const error& cause) {
    const Origin* origin = blame(blamed);
    if (origin == nullptr) throw;
    raise_in(cause, origin->text, {0, static_cast<std::uint32_t>(origin->text.size())}, *origin);
  }
  timing.peak_bytes = Memory::peak();
  if (measure_statements_) note_methods(*planned.plan, outcome.notices, timing);
  keep_results(nodes, outcome);
  return outcome.roots;
}

Outcome Session::run_planned(const Plan& plan) {
  std::vector<std::uint32_t> blamed;
  FactorStore fresh;
  Memory::reset_peak();
  try {
    return run_within_limit(plan, values_, fresh, {{}, nullptr, true, &blamed, watched_});
  } catch (const error& cause) {
    const Origin* origin = blame(blamed);
    if (origin == nullptr) throw;
    raise_in(cause, origin->text, {0, static_cast<std::uint32_t>(origin->text.size())}, *origin);
  }
}

/// Where the limit would be passed, kept values that can be computed again make room first.
Outcome Session::run_within_limit(const Plan& plan, const Values& values, FactorStore& factors,
                                  const RunOptions& options) {
  const Origins origins{plan.origin, options.asked};
  make_room(plan, origins, shortage_of(plan));
  try {
    return run_plan(plan, values, factors, options);
  } catch (const error& cause) {  // a kernel wanted more than the plan knew of
    const std::int64_t before = Memory::in_use();
    if (cause.diagnostic().fault != Fault::memory_limit) throw;
    make_room(plan, origins, Memory::limit());
    if (Memory::in_use() == before) throw;
  }
  return run_plan(plan, values, factors, options);
}

void Session::keep_results(const std::vector<NodeId>& nodes, Outcome& outcome) {
  if (!options_.check)
    for (auto& [node, value] : outcome.kept) values_.insert_or_assign(node, value);
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    values_.insert_or_assign(nodes[at].at, outcome.roots[at]);
    if (const auto* dense = std::get_if<Tensor>(&outcome.roots[at])) dropped_bytes_ += dense->bytes();
  }
  for (const auto& [name, own] : names_) {
    if (options_.check)
      if (const auto kept = outcome.kept.find(own.node.at); kept != outcome.kept.end())
        values_.insert_or_assign(own.node.at, kept->second);
    if (graph_.op(own.node) != Op::part) continue;  // the other results of a decomposition that ran
    const auto parts = outcome.decompositions.find(graph_.operand(own.node, 0).at);
    if (parts != outcome.decompositions.end())
      values_.try_emplace(own.node.at, parts->second[static_cast<std::size_t>(graph_.attribute(own.node, 0))]);
  }
  for (Notice& notice : outcome.notices)
    if (notice.warning || measure_steps_) notices_.push_back(std::move(notice));
  if (notices_.size() > most_notices)
    notices_.erase(notices_.begin(), notices_.end() - static_cast<std::ptrdiff_t>(most_notices));
  step_timings_.insert(step_timings_.end(), outcome.timings.begin(), outcome.timings.end());
}

}  // namespace ricci::runtime
