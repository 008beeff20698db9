/// Whether a graph obeys the rules that every pass and the runtime rely on. Run after every pass in tests and debug
/// builds, and on what read() has read. Each rule is one function below, in the order in which later ones rely on
/// earlier ones; the first fault is reported, since what follows may be wrong because of it.
///
/// Rules: operands are as many and of the kind the op table says; attributes are as many as the operation needs and in
/// range; types follow types.hpp and shapes.hpp; an access stays inside its axes for all values of its indices; binders
/// bind the canonical levels; a tensor has no free index, nor has a root a free bound index.
#pragma once

#include <optional>
#include <span>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/graph/entries.hpp"
#include "dsl/graph/quadratic.hpp"
#include "dsl/graph/traverse.hpp"
#include "dsl/graph/types.hpp"
#include "dsl/graph/verify_tensor.hpp"

namespace ricci::dsl {

namespace detail {

/// The number of attributes of a node of this operation; none: no matter.
constexpr std::size_t attribute_count(const Graph& graph, NodeId id) {
  using enum Op;
  const Op op = graph.op(id);
  if (op == constant) return 2;
  if (op == random) return 4;
  if (op == quadratic) return 2;
  if (op == random_sparse) return 3;
  if (op == affine) return graph.operands(id).size() + 1;
  if (op == Op::tensor) return graph.shape(id).size();
  if (op == solve) return solves_transposed(graph, id) ? 2 : 1;
  for (Op one : {index, input, wrap, clamp_to, pad, gather, concat, lstsq, solve_update, det_update, part, assume})
    if (op == one) return 1;
  return 0;
}
constexpr bool is_decomposition(Op op) { return op == Op::lu || op == Op::qr || op == Op::svd || op == Op::eigh; }
constexpr bool is_access(Op op) { return op == Op::access || op == Op::stored; }

class Verifier {
 public:
  constexpr explicit Verifier(const Graph& graph) : graph_(graph), intervals_(graph.size()) {}

  constexpr std::optional<Diagnostic> fault(std::span<const NodeId> roots) {
    for (NodeId root : roots)
      if (root.at >= graph_.size()) return diagnose(Fault::graph_rule, Span{}, "?", "root", "it does not exist");
    const Vec<NodeId> needed = reachable(graph_, roots);
    Vec<char> is_root(graph_.size(), 0);
    for (NodeId root : roots) is_root[root.at] = 1;
    for (std::size_t at = 0; at < needed.size(); ++at) {
      const NodeId id = needed[at];
      std::string_view why = check(id);
      if (why.empty() && is_root[id.at] != 0) why = check_root(id);
      if (why.empty()) continue;
      const Str name = Str("%") + to_text(static_cast<std::int64_t>(at)).view();  // as print() numbers it
      return diagnose(Fault::graph_rule, Span{}, name.view(), row(graph_.op(id)).spelling, why);
    }
    return std::nullopt;
  }

 private:
  constexpr std::string_view check(NodeId id) {
    using Rule = std::string_view (Verifier::*)(NodeId) const;
    constexpr Rule rules[] = {&Verifier::operands, &Verifier::attributes, &Verifier::kinds,  &Verifier::binders,
                              &Verifier::leaves,   &Verifier::types,      &Verifier::access, &Verifier::tensors};
    for (Rule rule : rules)
      if (const std::string_view why = (this->*rule)(id); !why.empty()) return why;
    intervals_[id.at] = interval_of(graph_, id, intervals_);
    return {};
  }
  constexpr std::string_view check_root(NodeId root) const {
    if (graph_.op(root) == Op::pad) return "padding stands outside an access";
    if (is_decomposition(graph_.op(root))) return "a decomposition is no value: only its parts are";
    for (IndexId own : graph_.free(root))
      if (!graph_.index(own).open()) return "a bound index is used outside its binder";
    return {};
  }

  constexpr std::string_view operands(NodeId id) const {
    const int count = row(graph_.op(id)).operands;
    if (count != many_operands && graph_.operands(id).size() != static_cast<std::size_t>(count))
      return "the number of operands is wrong";
    for (NodeId operand : graph_.operands(id))
      if (operand.at >= id.at) return "an operand comes after it";
    if (is_access(graph_.op(id)) && graph_.operands(id).empty()) return "the number of operands is wrong";
    return {};
  }
  constexpr std::string_view attributes(NodeId id) const {
    const std::size_t count = graph_.ints(id).size();
    if (graph_.op(id) == Op::quadratic && count == 2) return quadratic_attributes(id);
    if (is_reduce(graph_.op(id))) {
      const bool arg = graph_.op(id) == Op::argmin || graph_.op(id) == Op::argmax;
      if (count < Graph::leading_ints(graph_.op(id))) return "the number of attributes is wrong";
      if (arg && count != 1) return "it takes one index";
      if (Graph::leading_ints(graph_.op(id)) == 1 && graph_.attribute(id, 0) < 0) return "ddof is negative";
      return {};
    }
    return count == attribute_count(graph_, id) ? "" : "the number of attributes is wrong";
  }

  constexpr std::string_view quadratic_attributes(NodeId id) const {
    const std::int64_t kind = graph_.attribute(id, 0);
    if (kind < 0 || kind > 2 || graph_.attribute(id, 1) < 0) return "an attribute is out of range";
    return graph_.operands(id).size() < (kind == 0 ? 2U : 3U) ? "the number of operands is wrong" : "";
  }

  /// Which operands are tensors, which elements; and what may stand in one place only.
  constexpr std::string_view kinds(NodeId id) const {
    const Op op = graph_.op(id);
    if (!is_tensor(op) && (graph_[id].rank > 0 || graph_[id].sparse)) return "an element has axes, or is sparse";
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
      const Op below = graph_.op(graph_.operand(id, at));
      if (is_tensor(below) != takes_tensor(id, at))
        return is_tensor(below) ? "an operand is a tensor, where an element is expected"
                                : "an operand is an element, where a tensor is expected";
      if (below == Op::pad && !(is_access(op) && at > 0)) return "padding stands outside an access";
      if (is_decomposition(below) && op != Op::part) return "a decomposition is no value: only its parts are";
    }
    return {};
  }
  constexpr bool takes_tensor(NodeId id, std::size_t which) const {
    const Op op = graph_.op(id);
    if (is_access(op)) return which == 0;
    if (op == Op::random) {
      const bool weights = graph_.attribute(id, 0) == static_cast<std::int64_t>(Distribution::categorical);
      return weights && which == 0;
    }
    if (op == Op::quadratic) return which < (graph_.attribute(id, 0) == 0 ? 2U : 3U);
    return is_tensor(op) && op != Op::tensor && op != Op::pack;
  }

  /// A binder binds the levels from its body's height on; a tensor leaves nothing free.
  constexpr std::string_view binders(NodeId id) const {
    if (graph_.binds(id)) {
      const NodeId body = graph_.operand(id, 0);
      std::uint32_t level = graph_[body].height;
      for (IndexId own : graph_.bound(id)) {
        if (own.at >= graph_.index_count()) return "it binds an index that does not exist";
        if (graph_.index(own).level != level++) return "it does not bind the levels from its body's height on";
      }
    }
    if (!is_tensor(graph_.op(id))) return {};
    for (NodeId operand : graph_.operands(id))
      for (IndexId own : graph_.free(operand))
        if (!(graph_.op(id) == Op::tensor && graph_.bound(id).contains(own)))
          return graph_.index(own).open() ? "an open index is left in a tensor"
                                          : "a bound index is used outside its binder";
    return {};
  }

  constexpr std::string_view leaves(NodeId id) const {
    const Op op = graph_.op(id);
    if (op == Op::constant) return constant(id);
    if (op == Op::index && graph_.dtype(id) != DType::i64) return "the value of an index is i64";
    if (op == Op::input) {
      const std::uint64_t slot = static_cast<std::uint64_t>(graph_.attribute(id, 0));
      if (slot >= graph_.inputs().size()) return "there is no such input";
      const Input& input = graph_.input_of(id);
      const TensorType type = type_of(graph_, id);
      if (input.dtype != type.dtype || !(input.shape == type.shape) || input.sparse != type.sparse)
        return "it differs from the input";
    }
    return {};
  }
  constexpr std::string_view constant(NodeId id) const {
    const DType type = graph_.dtype(id);
    const std::int64_t bits = graph_.attribute(id, 0);
    if (!is_complex(type) && graph_.attribute(id, 1) != 0) return "only complex numbers have an imaginary part";
    if (type == DType::boolean && bits != 0 && bits != 1) return "a bool is 0 or 1";
    if (type == DType::i32 && (bits < -2147483648 || bits > 2147483647)) return "the number does not fit its type";
    return {};
  }

  constexpr std::string_view types(NodeId id) const {
    const Op op = graph_.op(id);
    const DType own = graph_.dtype(id);
    if (is_access(op)) {
      if (own != (op == Op::stored ? DType::boolean : graph_.dtype(graph_.operand(id, 0)))) return "its type is wrong";
    } else if (row(op).kind == OpKind::entry) {
      if (own != DType::i64) return "an entry is i64";
      for (NodeId operand : graph_.operands(id))
        if (graph_.dtype(operand) != DType::i64) return "an entry is made of i64";
    } else if (op == Op::random) {
      return random(id);
    } else if (op == Op::quadratic) {
      return quadratic_fault(graph_, id);
    } else if (is_reduce(op)) {
      if (reduced_type(op, graph_.dtype(graph_.operand(id, 0))) != own) return "its type is wrong for the body's";
    } else if (row(op).kind == OpKind::element && op != Op::cast) {
      Vec<DType> over;
      for (NodeId operand : graph_.operands(id)) over.push_back(graph_.dtype(operand));
      if (element_type(op, std::span<const DType>(over.data(), over.size())) != own)
        return "its type is wrong for its operands'";
    }
    return {};
  }
  constexpr std::string_view random(NodeId id) const {
    const auto ints = graph_.ints(id);
    const auto over = graph_.operands(id);
    if (static_cast<std::uint64_t>(ints[0]) >= distribution_rows.size()) return "there is no such distribution";
    const DistributionRow& distribution = distribution_rows[static_cast<std::size_t>(ints[0])];
    if (ints[1] != distribution.parameter_count || over.size() < static_cast<std::size_t>(ints[1]))
      return "the number of parameters is wrong";
    if (ints[0] == static_cast<std::int64_t>(Distribution::categorical) && graph_.shape(over[0]).size() != 1)
      return "the weights are no vector";
    if (graph_.dtype(id) != distribution.type) return "its type is not the distribution's";
    for (std::size_t at = 0; at < over.size(); ++at) {
      const DType type = graph_.dtype(over[at]);
      if (at < static_cast<std::size_t>(ints[1]) ? is_complex(type) : type != DType::i64)
        return "a parameter is complex, or a coordinate is not i64";
    }
    return {};
  }

  constexpr std::string_view access(NodeId id) const {
    const Op op = graph_.op(id);
    if (op == Op::affine) return affine(id);
    if (op == Op::quadratic) return rows(id);
    if (!is_access(op)) return {};
    const NodeId tensor = graph_.operand(id, 0);
    const auto shape = graph_.shape(tensor);
    if (op == Op::stored && !graph_[tensor].sparse) return "only a sparse tensor has elements that are not stored";
    if (graph_.operands(id).size() != shape.size() + 1) return "an access has one entry for each axis";
    bool never_computed = false;
    for (IndexId own : graph_.free(id)) never_computed = never_computed || graph_.extent(own) == 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const NodeId entry = graph_.operand(id, axis + 1);
      if (graph_.dtype(entry) != DType::i64) return "an entry is i64";
      const bool pads = graph_.op(entry) == Op::pad;
      const bool inside = pads ? graph_.attribute(entry, 0) >= 0 && graph_.attribute(entry, 0) <= shape[axis]
                               : intervals_[entry.at].inside(shape[axis]);
      if (!inside && !never_computed) return "an entry could leave its axis";
    }
    return {};
  }
  constexpr std::string_view rows(NodeId id) const {
    const Quadratic own = quadratic_of(graph_, id);
    const auto inside = [&](std::span<const NodeId> entries, std::span<const std::int64_t> shape, std::size_t first) {
      bool out = true;
      for (std::size_t at = 0; at < entries.size(); ++at)
        out = out && graph_.dtype(entries[at]) == DType::i64 && intervals_[entries[at].at].inside(shape[first + at]);
      return out;
    };
    bool never_computed = false;
    for (IndexId index : graph_.free(id)) never_computed = never_computed || graph_.extent(index) == 0;
    const bool holds = inside(own.shared_entries, graph_.shape(own.x), 0) &&
                       inside(own.x_entries, graph_.shape(own.x), own.shared) &&
                       inside(own.y_entries, graph_.shape(own.y), own.shared);
    return holds || never_computed ? "" : "an entry could leave its axis";
  }
  /// Terms are distinct indices in the order that Graph::affine gives them, so that equal forms are one node.
  constexpr std::string_view affine(NodeId id) const {
    std::uint32_t level = 0;
    std::int64_t extent = -1;
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
      const NodeId term = graph_.operand(id, at);
      if (graph_.op(term) != Op::index) return "a term of an affine form is no index";
      if (graph_.attribute(id, at + 1) == 0) return "a coefficient is 0";
      const Index& own = graph_.index(IndexId{static_cast<std::uint32_t>(graph_.attribute(term, 0))});
      if (own.level < level || (own.level == level && own.extent <= extent))
        return "the terms of an affine form are out of order";
      level = own.level;
      extent = own.extent;
    }
    return {};
  }

  constexpr std::string_view tensors(NodeId id) const {
    return is_tensor(graph_.op(id)) ? tensor_fault(graph_, id) : "";
  }

  const Graph& graph_;
  Vec<Interval> intervals_;
};

}  // namespace detail

/// The first fault of what the roots need, naming the node by its number in print(); none if it obeys every rule.
constexpr std::optional<Diagnostic> verify(const Graph& graph, std::span<const NodeId> roots) {
  return detail::Verifier(graph).fault(roots);
}

}  // namespace ricci::dsl
