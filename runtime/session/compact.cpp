/// What a session lets go: definitions and values that no name reaches any more, so that a loop of statements runs in
/// constant memory, and kept values when the memory limit would be passed.
#include <algorithm>
#include <set>

#include "dsl/graph/copy.hpp"
#include "runtime/kernels/estimate.hpp"
#include "runtime/session/describe.hpp"
#include "runtime/session/session.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// Dropped values are given back when they come to this, plus what walking the graph is worth.
constexpr std::int64_t most_dropped = std::int64_t{4} << 20;
constexpr std::int64_t bytes_a_node = 64;

/// Whether dropping the value frees its memory.
bool held_alone(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) return dense->data.use_count() == 1;
  return std::get<std::shared_ptr<const Csr>>(value).use_count() == 1;
}

/// Floating-point operations to compute a node again from what else has a value.
double cost_again(const Graph& graph, const Values& values, NodeId node) {
  double flops = 0;
  std::vector<NodeId> open{node};
  std::set<std::uint32_t> seen;
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (!seen.insert(at.at).second || (at != node && values.contains(at.at))) continue;
    if (dsl::is_tensor(graph.op(at)) && graph.op(at) != Op::input) flops += estimate_of(graph, at).flops;
    open.insert(open.end(), graph.operands(at).begin(), graph.operands(at).end());
  }
  return flops;
}

}  // namespace

/// A name is about to stand for something else: its value counts as dropped until the next compaction finds out.
void Session::forget_value_of(std::string_view name) {
  const auto own = names_.find(name);
  if (own == names_.end()) return;
  if (const auto value = values_.find(own->second.node.at); value != values_.end())
    dropped_bytes_ += bytes_of(value->second);
}

void Session::compact_if_due() {
  const auto nodes = static_cast<std::int64_t>(graph_.size());
  if (graph_.size() < compact_at_nodes_ && dropped_bytes_ < most_dropped + bytes_a_node * nodes) return;
  compact();
  compact_at_nodes_ = 2 * graph_.size() + 2'000;
  dropped_bytes_ = 0;
}

/// Drops every definition and value that no name reaches any more.
void Session::compact() {
  std::vector<NodeId> roots;
  for (const auto& [name, own] : names_) roots.push_back(own.node);
  for (const auto& [name, own] : borrowed_) roots.push_back(own.node);
  dsl::Rebuilt rebuilt = dsl::copy_reachable(graph_, std::span<const NodeId>(roots.data(), roots.size()));
  const auto renumber = [&](std::uint32_t node) -> std::optional<std::uint32_t> {
    if (node >= rebuilt.nodes.size() || !rebuilt.nodes[node].valid()) return std::nullopt;
    return rebuilt.nodes[node].at;
  };
  Values values;
  for (auto& [node, value] : values_)
    if (const auto at = renumber(node)) values.emplace(*at, std::move(value));
  std::unordered_map<std::uint32_t, Origin> origin;
  for (auto& [node, own] : origin_)
    if (const auto at = renumber(node)) origin.emplace(*at, std::move(own));
  std::vector<Note> notes(rebuilt.graph.size());
  for (std::uint32_t node = 0; node < notes_.size(); ++node)
    if (const auto at = renumber(node)) notes[*at] = notes_[node];
  std::set<std::uint32_t> inputs_read;
  for (std::uint32_t node : inputs_read_)
    if (const auto at = renumber(node)) inputs_read.insert(*at);
  for (auto& [name, own] : names_) own.node = rebuilt.nodes[own.node.at];
  for (auto& [name, own] : borrowed_) own.node = rebuilt.nodes[own.node.at];
  factors_.renumber(renumber);
  values_ = std::move(values);
  origin_ = std::move(origin);
  notes_ = std::move(notes);
  inputs_read_ = std::move(inputs_read);
  graph_ = std::move(rebuilt.graph);
  ++epoch_;
}

/// Drops kept values that the plan does not read and that can be computed again, the cheapest for their size first,
/// until `shortage` bytes are free or nothing is left to drop; then the factorisations.
void Session::make_room(const Plan& plan, const Origins& origins, std::int64_t shortage) {
  if (shortage <= 0) return;
  if (dropped_bytes_ > 0) {  // the numbers of the plan's nodes stay as they are: only values go
    std::vector<NodeId> roots;
    for (const auto& [name, own] : names_) roots.push_back(own.node);
    std::vector<char> reached(graph_.size(), 0);
    for (NodeId node : dsl::reachable(graph_, std::span<const NodeId>(roots.data(), roots.size())))
      reached[node.at] = 1;
    for (const auto& [own, known] : plan.origin) reached[origins.asked(known)] = 1;
    std::erase_if(values_, [&](const auto& kept) { return reached[kept.first] == 0; });
    if ((shortage = shortage_of(plan)) <= 0) return;
  }
  std::set<std::uint32_t> needed;
  for (const auto& [own, known] : plan.origin)
    if (plan.graph.op(NodeId{own}) == Op::input) needed.insert(origins.asked(known));
  std::vector<std::pair<double, std::uint32_t>> candidates;  // cost a byte
  for (const auto& [node, value] : values_)
    if (graph_.op(NodeId{node}) != Op::input && !needed.contains(node) && held_alone(value))
      candidates.emplace_back(
          cost_again(graph_, values_, NodeId{node}) / static_cast<double>(std::max<std::int64_t>(bytes_of(value), 1)),
          node);
  std::sort(candidates.begin(), candidates.end());
  for (const auto& [cost, node] : candidates) {
    if (shortage <= 0) return;
    shortage -= bytes_of(values_.at(node));
    values_.erase(node);
  }
  if (shortage > 0) factors_.clear();
}

}  // namespace ricci::runtime
