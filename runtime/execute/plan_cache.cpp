#include "runtime/execute/plan_cache.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/execute/plan_file.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

constexpr std::size_t most_plans = 256;
constexpr std::int64_t most_bytes = std::int64_t{16} << 20;

/// About what a plan takes, with the tile programs that its steps will have.
std::int64_t bytes_of(const Plan& plan) {
  constexpr std::int64_t of_node = 256;
  constexpr std::int64_t of_step = 8192;
  return of_node * static_cast<std::int64_t>(plan.graph.size()) +
         of_step * static_cast<std::int64_t>(plan.steps.size());
}

bool has_value(const Graph& graph, const Values& values, NodeId node) {
  return graph.op(node) == Op::input || values.contains(node.at);
}

/// The plan for any graph that asks the same: its nodes go by their numbers among those that are needed.
void number_origins(Plan& plan, const std::vector<std::uint32_t>& number) {
  for (auto& [own, asked] : plan.origin) asked = number[asked] - 1;
  for (auto& [own, asked] : plan.aliases) asked = number[asked] - 1;
}

}  // namespace

PlanCache::PlanCache() : plans_(most_plans, most_bytes) {}

/// The nodes that the roots need down to those with a value, in ascending order: that in which a plan is made of them.
void PlanCache::collect(const Graph& graph, const std::vector<NodeId>& roots, const Values& values) {
  for (std::uint32_t node : nodes_) number_[node] = 0;  // of the question before
  nodes_.clear();
  open_.clear();
  if (number_.size() < graph.size()) number_.resize(graph.size() + graph.size() / 2, 0);
  const auto meet = [&](NodeId node) {
    if (std::exchange(number_[node.at], 1U) != 0) return;
    nodes_.push_back(node.at);
    open_.push_back(node.at);
  };
  for (NodeId root : roots) meet(root);
  while (!open_.empty()) {
    const NodeId node{open_.back()};
    open_.pop_back();
    if (has_value(graph, values, node)) continue;
    for (NodeId operand : graph.operands(node)) meet(operand);
  }
  std::sort(nodes_.begin(), nodes_.end());
  for (std::uint32_t at = 0; at < nodes_.size(); ++at) number_[nodes_[at]] = at + 1;
}

void PlanCache::write_text(std::string_view text) {
  write_number(static_cast<std::uint32_t>(text.size()));
  key_ += text;
}

/// Names of inputs and indices are no part of what is computed, but of what a plan and its errors say.
void PlanCache::write_index(const Graph& graph, std::int64_t index) {
  const dsl::Index& own = graph.index(dsl::IndexId{static_cast<std::uint32_t>(index)});
  write_number(own.level);
  write_number(own.extent);
  write_text(own.name.view());
}

void PlanCache::write(const Graph& graph, NodeId id, bool valued) {
  const dsl::Node& node = graph[id];
  const bool input = node.op == Op::input;
  write_number(static_cast<std::uint8_t>(node.op));
  write_number(static_cast<std::uint8_t>(node.dtype));
  write_number(static_cast<std::uint8_t>((node.sparse ? 1 : 0) + (valued ? 2 : 0)));
  write_number(node.rank);
  for (std::int64_t extent : graph.shape(id)) write_number(extent);
  if (input) write_text(graph.input_of(id).name.view());
  if (valued) return;
  write_number(node.operand_count);
  write_number(node.int_count);
  for (NodeId operand : graph.operands(id)) write_number(number_[operand.at]);
  const std::size_t plain = node.op == Op::index ? 0 : graph.binds(id) ? Graph::leading_ints(node.op) : node.int_count;
  for (std::size_t at = 0; at < node.int_count; ++at)
    if (at < plain)
      write_number(graph.attribute(id, at));
    else
      write_index(graph, graph.attribute(id, at));
}

void PlanCache::write_settings(const Options& options) {
  write_number(options.level);
  write_number(options.strict);
  write_number(static_cast<std::uint32_t>(options.passes_off.size()));
  for (const std::string& pass : options.passes_off) write_text(pass);
}

PlanFor PlanCache::plan(const Graph& graph, const std::vector<NodeId>& roots, const Values& values,
                        const Options& options) {
  collect(graph, roots, values);
  key_.clear();
  write_settings(options);
  for (std::uint32_t node : nodes_) write(graph, NodeId{node}, has_value(graph, values, NodeId{node}));
  for (NodeId root : roots) write_number(number_[root.at]);
  PlanFor out{nullptr, nodes_};
  if (const auto* known = plans_.find(key_)) {
    out.plan = known->plan;
  } else if (!file_.empty()) {
    fail(dsl::Fault::file_contents, file_.c_str(), "plan",
         ("it is for " + planned_ + ", and not for " + purpose(graph, options)).c_str());
  } else {
    auto made = std::make_shared<Plan>(make_plan(graph, roots, values, options));
    number_origins(*made, number_);
    ++times_made_;
    const std::int64_t bytes = bytes_of(*made);
    out.plan = std::shared_ptr<const Plan>(made);
    plans_.put(key_, {out.plan, options.level, purpose(graph, options)}, bytes);
  }
  return out;
}

/// What is given, and the settings, in words.
std::string PlanCache::purpose(const Graph& graph, const Options& options) const {
  std::string out;
  for (std::uint32_t at : nodes_) {
    const NodeId node{at};
    if (graph.op(node) != Op::input) continue;
    out += (out.empty() ? "" : ", ") + std::string(graph.input_of(node).name.view()) + " " +
           std::string(dsl::name_of(graph.dtype(node))) + "[";
    for (std::size_t axis = 0; axis < graph.shape(node).size(); ++axis)
      out += (axis == 0 ? "" : ",") + std::to_string(graph.shape(node)[axis]);
    out += graph[node].sparse ? "] sparse" : "]";
  }
  out += (out.empty() ? "nothing at -O" : " at -O") + std::to_string(options.level);
  return out + (options.strict ? " --accuracy strict" : "");
}

std::string PlanCache::written() const {
  std::vector<KeptPlan> all;
  plans_.each([&](const std::string& key, const Kept& own) { all.push_back({key, own.purpose, own.level, own.plan}); });
  return plan_bytes(all);
}

void PlanCache::take(std::string_view bytes, const std::string& file) {
  std::vector<KeptPlan> all = plans_from(bytes, file);
  if (all.empty()) fail(dsl::Fault::file_contents, file.c_str(), "plan", "it holds none");
  planned_ = all.front().purpose;
  if (all.size() > 1) planned_ += ", and " + std::to_string(all.size() - 1) + " more";
  for (KeptPlan& own : all) {
    const std::int64_t size = bytes_of(*own.plan);
    plans_.put(own.key, {std::move(own.plan), own.level, std::move(own.purpose)}, size);
  }
  file_ = file;
}

}  // namespace ricci::runtime
