#include "runtime/session/prepared.hpp"

#include <algorithm>
#include <set>

#include "dsl/diagnostic/render.hpp"
#include "dsl/text/parser.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// Plans a host keeps for one expression; the oldest signatures are planned again.
constexpr std::size_t most_plans = 64;

/// What a plan depends on: name, type, extents, and the value of integer scalars, which may be extents.
std::string signature_of(const std::vector<NamedValue>& arguments) {
  std::string out;
  for (const auto& [name, value] : arguments) {
    out += name;
    if (const auto* dense = std::get_if<Tensor>(&value)) {
      out += static_cast<char>('a' + static_cast<int>(dense->dtype));
      for (std::int64_t extent : dense->shape) (out += std::to_string(extent)) += ',';
      if (dense->rank() == 0 && dsl::is_integer(dense->dtype))
        (out += '=') += std::to_string(*cast(*dense, DType::i64).as<std::int64_t>());
    } else {
      const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
      (((out += 's') += std::to_string(sparse.rows)) += ',') += std::to_string(sparse.cols);
      out += static_cast<char>('a' + static_cast<int>(sparse.values.dtype));
    }
    out += ';';
  }
  return out;
}

/// Tensor nodes below `root` that depend on bound inputs alone, are no inputs, and feed something that does not.
std::vector<NodeId> constant_nodes(const Graph& graph, NodeId root, const std::set<std::uint32_t>& bound) {
  const NodeId roots[] = {root};
  std::vector<char> constant(graph.size(), 1);
  std::vector<char> draws(graph.size(), 0);  // a call may bring another seed
  std::set<std::uint32_t> found;
  for (NodeId node : dsl::reachable(graph, roots)) {
    if (graph.op(node) == Op::input) constant[node.at] = bound.contains(node.at) ? 1 : 0;
    draws[node.at] = graph.op(node) == Op::random || graph.op(node) == Op::random_sparse ? 1 : 0;
    for (NodeId operand : graph.operands(node)) {
      constant[node.at] = static_cast<char>(constant[node.at] & constant[operand.at]);
      draws[node.at] = static_cast<char>(draws[node.at] | draws[operand.at]);
    }
    if (constant[node.at] != 0) continue;
    for (NodeId operand : graph.operands(node)) {
      const bool kept =
          dsl::is_tensor(graph.op(operand)) && graph.op(operand) != Op::input && graph.op(operand) != Op::tensor;
      const bool stored = graph.op(operand) == Op::tensor && !graph.operands(operand).empty();
      if (constant[operand.at] != 0 && draws[operand.at] == 0 && (kept || stored) && !graph[operand].sparse)
        found.insert(operand.at);
    }
  }
  std::vector<NodeId> out;
  for (std::uint32_t node : found)  // a decomposition has no value of its own
    if (graph.op(NodeId{node}) != Op::lu && graph.op(NodeId{node}) != Op::qr && graph.op(NodeId{node}) != Op::svd &&
        graph.op(NodeId{node}) != Op::eigh)
      out.push_back(NodeId{node});
  return out;
}

}  // namespace

Prepared::Prepared(std::string_view text, Options options) : text_(text), options_(options) {
  Session::written_out(text);  // faults of the text alone are thrown here
}

std::shared_ptr<Prepared> Prepared::bind(const std::vector<NamedValue>& arguments) const {
  auto out = std::make_shared<Prepared>(text_, options_);
  out->bound_ = bound_;
  for (const NamedValue& own : arguments) {
    std::erase_if(out->bound_, [&](const NamedValue& known) { return known.first == own.first; });
    const auto* dense = std::get_if<Tensor>(&own.second);
    out->bound_.emplace_back(own.first, dense != nullptr ? Value(copy(*dense)) : own.second);
  }
  return out;
}

std::shared_ptr<const Prepared::Planned> Prepared::planned_for(const std::vector<NamedValue>& arguments) const {
  const std::string signature = signature_of(arguments);
  const std::lock_guard lock(mutex_);
  const auto at = plans_.find(signature);
  if (at != plans_.end()) return at->second;
  if (plans_.size() >= most_plans) plans_.clear();
  std::shared_ptr<const Planned> made = make(arguments);
  plans_.emplace(signature, made);
  return made;
}

/// Elaborates in a session of its own and takes the last statement's node out of it.
std::shared_ptr<const Prepared::Planned> Prepared::make(const std::vector<NamedValue>& arguments) const {
  Session session(options_);
  for (const NamedValue& own : bound_) session.set(own.first, own.second);
  for (const NamedValue& own : arguments) session.set(own.first, own.second);
  std::set<std::uint32_t> bound;
  for (const NamedValue& own : bound_) bound.insert(session.node(own.first).at);
  auto out = std::make_shared<Planned>();
  for (const NamedValue& own : arguments) out->inputs.emplace_back(own.first, session.node(own.first).at);
  for (const NamedValue& own : bound_) out->constants.emplace(session.node(own.first).at, own.second);
  const NodeId root = session.elaborate_last(text_);
  const std::vector<NodeId> constants = constant_nodes(session.graph(), root, bound);
  if (!constants.empty()) {
    const Plan once = make_plan(session.graph(), constants, out->constants, options_);
    const Outcome outcome = run_plan(once, out->constants, out->factors);
    for (std::size_t at = 0; at < constants.size(); ++at)
      out->constants.insert_or_assign(constants[at].at, outcome.roots[at]);
  }
  out->plan = make_plan(session.graph(), {root}, out->constants, options_);
  return out;
}

Value Prepared::call(const std::vector<NamedValue>& arguments, std::optional<std::uint64_t> seed) const {
  const std::shared_ptr<const Planned> planned = planned_for(arguments);
  Values values = planned->constants;
  for (std::size_t at = 0; at < arguments.size(); ++at)
    values.insert_or_assign(planned->inputs[at].second, arguments[at].second);
  return run_plan(planned->plan, values, planned->factors, {seed, nullptr, false}).roots[0];
}

}  // namespace ricci::runtime
