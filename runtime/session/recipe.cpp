#include "runtime/session/recipe.hpp"

#include <algorithm>
#include <span>

#include "dsl/graph/traverse.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// More nodes than that are read again.
constexpr std::size_t most_steps = 512;

/// A scalar that elaboration reads as a literal.
bool is_number(const Graph& graph, NodeId node) {
  return graph.op(node) == Op::tensor && graph.shape(node).empty() && graph.op(graph.operand(node, 0)) == Op::constant;
}
bool is_flat(const Graph& graph, NodeId node) {
  return graph.op(node) == Op::tensor && graph[graph.operand(node, 0)].height == 0;
}
bool comes_from_outside(Op op) { return op == Op::input || op == Op::random || op == Op::random_sparse; }

}  // namespace

// -- listening

dsl::Binding Listener::find(std::string_view name) const {
  const dsl::Binding found = of_.find(name);
  if (std::ranges::none_of(asked_, [&](const Asked& own) { return own.name == name; }))
    asked_.push_back({std::string(name), found});
  return found;
}
std::uint64_t Listener::times_defined(std::string_view name) const {
  beyond_names_ = true;
  return of_.times_defined(name);
}
std::uint64_t Listener::seed() const {
  beyond_names_ = true;
  return of_.seed();
}
bool Listener::integer(Graph& graph, NodeId element, std::int64_t& value) const {
  beyond_names_ = true;
  return of_.integer(graph, element, value);
}
NodeId Listener::load(Graph& graph, std::string_view path, std::string_view key) const {
  beyond_names_ = true;
  return of_.load(graph, path, key);
}

// -- writing down

Recipe::Recipe(const Graph& graph, const Listener& heard, dsl::Elaborated made, std::uint64_t epoch)
    : made_(std::move(made)), epoch_(epoch) {
  note_places(graph, heard);
  fixed_ = !write_steps(graph);
  now_.resize(places_.size());
  nodes_.resize(steps_.size());
}

void Recipe::note_places(const Graph& graph, const Listener& heard) {
  for (const Listener::Asked& asked : heard.asked()) {
    Place own{.name = asked.name, .found = asked.found, .first = places_.size(), .shape = {}};
    for (std::size_t at = places_.size(); at-- > 0;)
      if (places_[at].found.node == asked.found.node) own.first = places_[at].first;
    if (const NodeId node = asked.found.node; node.valid()) {
      own.op = graph.op(node);
      own.dtype = graph.dtype(node);
      own.sparse = graph[node].sparse;
      own.shape.assign(graph.shape(node).begin(), graph.shape(node).end());
      own.flat = is_flat(graph, node);
      own.replaceable = own.op == Op::input || (own.op == Op::tensor && !is_number(graph, node) && !made_.opened);
    }
    places_.push_back(std::move(own));
  }
}

std::int64_t Recipe::index_number(const dsl::Index& index) {
  for (std::size_t at = 0; at < indices_.size(); ++at)
    if (indices_[at].index.level == index.level && indices_[at].index.extent == index.extent)
      return static_cast<std::int64_t>(at);
  indices_.push_back({index, {}});
  return static_cast<std::int64_t>(indices_.size() - 1);
}

/// False where the nodes are more than a recipe is worth, or stand on something that no name stands for.
bool Recipe::write_steps(const Graph& graph) {
  std::vector<std::int32_t> number;  // by node: 1 + its step, or minus its place; 0: not met
  number.resize(graph.size(), 0);
  for (std::size_t at = places_.size(); at-- > 0;)
    if (places_[at].found.node.valid()) number[places_[at].found.node.at] = -1 - static_cast<std::int32_t>(at);
  std::vector<NodeId> met;
  std::vector<NodeId> open(made_.nodes.begin(), made_.nodes.end());
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    if (number[node.at] != 0) continue;
    if (comes_from_outside(graph.op(node)) || met.size() == most_steps) return false;
    number[node.at] = 1;
    met.push_back(node);
    open.insert(open.end(), graph.operands(node).begin(), graph.operands(node).end());
  }
  std::sort(met.begin(), met.end());
  for (std::size_t at = 0; at < met.size(); ++at) number[met[at].at] = static_cast<std::int32_t>(at + 1);
  for (NodeId node : met) write_step(graph, node, number);
  for (NodeId node : made_.nodes) results_.push_back(number[node.at]);
  return true;
}

void Recipe::write_step(const Graph& graph, NodeId node, const std::vector<std::int32_t>& number) {
  Step step{.op = graph.op(node), .dtype = graph.dtype(node), .sparse = graph[node].sparse};
  step.operands = static_cast<std::uint32_t>(operands_.size());
  step.operand_count = static_cast<std::uint32_t>(graph.operands(node).size());
  for (NodeId operand : graph.operands(node)) operands_.push_back(number[operand.at]);
  const auto ints = graph.ints(node);
  step.plain = static_cast<std::uint32_t>(ints.size());
  if (step.op == Op::index || graph.binds(node))
    step.plain = step.op == Op::index ? 0 : static_cast<std::uint32_t>(Graph::leading_ints(step.op));
  step.index_count = static_cast<std::uint32_t>(ints.size()) - step.plain;
  step.ints = static_cast<std::uint32_t>(ints_.size());
  for (std::size_t at = 0; at < ints.size(); ++at)
    ints_.push_back(at < step.plain ? ints[at]
                                    : index_number(graph.index(dsl::IndexId{static_cast<std::uint32_t>(ints[at])})));
  step.extents = static_cast<std::uint32_t>(extents_.size());
  step.rank = graph[node].rank;
  extents_.insert(extents_.end(), graph.shape(node).begin(), graph.shape(node).end());
  steps_.push_back(step);
}

// -- following

bool Recipe::fits(const Graph& graph, const Place& place, NodeId node) const {
  const auto shape = graph.shape(node);
  if (fixed_ || !place.replaceable || graph.op(node) != place.op || graph.dtype(node) != place.dtype ||
      graph[node].sparse != place.sparse ||
      !std::equal(shape.begin(), shape.end(), place.shape.begin(), place.shape.end()))
    return false;
  return place.op == Op::input || (is_flat(graph, node) == place.flat && !is_number(graph, node));
}

/// The nodes that the names stand for now; `same`: the very ones as before.
bool Recipe::take_places(const Graph& graph, const dsl::Environment& names, std::uint64_t epoch, bool& same) {
  same = epoch == epoch_;
  for (std::size_t at = 0; at < places_.size(); ++at) {
    const Place& place = places_[at];
    const dsl::Binding now = names.find(place.name);
    if (now.node.valid() != place.found.node.valid() || now.weak != place.found.weak) return false;
    now_[at] = now.node;
    if (!now.node.valid() || (epoch == epoch_ && now.node == place.found.node)) continue;
    same = false;
    if (!fits(graph, place, now.node)) return false;
  }
  if (same) return true;
  if (fixed_) return false;
  for (std::size_t at = 0; at < places_.size(); ++at)  // what was one value is one, what was two is two
    for (std::size_t before = 0; before < at; ++before)
      if (now_[at].valid() && (now_[at] == now_[before]) != (places_[at].first == places_[before].first)) return false;
  return true;
}

const dsl::Elaborated* Recipe::follow(Graph& graph, const dsl::Environment& names, std::uint64_t epoch) {
  bool same = false;
  if (!take_places(graph, names, epoch, same)) return nullptr;
  if (!same) make(graph, epoch);
  return &made_;
}

void Recipe::make(Graph& graph, std::uint64_t epoch) {
  if (indices_epoch_ != epoch)
    for (BoundIndex& own : indices_)
      own.now = graph.canonical_index(own.index.level, own.index.extent, own.index.name.view());
  indices_epoch_ = epoch;
  const auto node_of = [&](std::int32_t number) {
    return number > 0 ? nodes_[static_cast<std::size_t>(number - 1)] : now_[static_cast<std::size_t>(-1 - number)];
  };
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    over_.clear();
    for (std::uint32_t which = 0; which < step.operand_count; ++which)
      over_.push_back(node_of(operands_[step.operands + which]));
    numbers_.assign(ints_.begin() + step.ints, ints_.begin() + step.ints + step.plain);
    for (std::uint32_t which = 0; which < step.index_count; ++which)
      numbers_.push_back(indices_[static_cast<std::size_t>(ints_[step.ints + step.plain + which])].now.at);
    nodes_[at] = step.op == Op::affine
                     ? graph.linear(numbers_[0], over_, std::span<const std::int64_t>(numbers_).subspan(1))
                     : graph.add(step.op, step.dtype, over_, numbers_,
                                 std::span<const std::int64_t>(extents_).subspan(step.extents, step.rank), step.sparse);
  }
  for (std::size_t at = 0; at < places_.size(); ++at) places_[at].found.node = now_[at];
  for (std::size_t at = 0; at < results_.size(); ++at) made_.nodes[at] = node_of(results_[at]);
  epoch_ = epoch;
}

std::int64_t Recipe::bytes() const {
  return static_cast<std::int64_t>(places_.size() * (sizeof(Place) + 32) + steps_.size() * (sizeof(Step) + 8) +
                                   operands_.size() * 4 + ints_.size() * 8 + extents_.size() * 8 +
                                   indices_.size() * sizeof(BoundIndex));
}

}  // namespace ricci::runtime
