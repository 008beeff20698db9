// What the graph's tests share: a generator of valid random graphs, and an evaluator that knows nothing of layout,
// sharing or levels. Values are 64-bit words: sums, products and guards mean what they say, every other operation is a
// hash of its operands, so that two graphs agree only if they compute the same.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "dsl/graph/graph.hpp"
#include "dsl/graph/shapes.hpp"

namespace sample {
using namespace ricci::dsl;

constexpr std::span<const NodeId> all(const Vec<NodeId>& nodes) { return {nodes.data(), nodes.size()}; }
constexpr NodeId reach(Graph& graph, NodeId tensor, const Vec<NodeId>& entries) {
  return graph.access(tensor, all(entries));
}

class Evaluator {
 public:
  explicit Evaluator(const Graph& graph) : graph_(graph) {}
  std::map<std::uint32_t, std::int64_t> at;  // values of free indices

  std::uint64_t element(NodeId id);
  std::uint64_t whole(NodeId tensor);  // a hash of all elements

 private:
  std::uint64_t of_tensor(NodeId tensor, const std::vector<std::int64_t>& place);
  std::uint64_t accessed(NodeId id);
  std::uint64_t reduced(NodeId id);
  template <typename F>
  void over(std::span<const std::int64_t> extents, std::vector<std::int64_t>& place, F f) {
    if (place.size() == extents.size()) return f();
    for (std::int64_t value = 0; value < extents[place.size()]; ++value) {
      place.push_back(value);
      over(extents, place, f);
      place.pop_back();
    }
  }

  const Graph& graph_;
};

inline std::uint64_t Evaluator::whole(NodeId tensor) {
  std::uint64_t hash = graph_.shape(tensor).size();
  std::vector<std::int64_t> place;
  over(graph_.shape(tensor), place, [&] { hash = mix(hash ^ of_tensor(tensor, place)); });
  return hash;
}

inline std::uint64_t Evaluator::of_tensor(NodeId tensor, const std::vector<std::int64_t>& place) {
  if (graph_.op(tensor) == Op::tensor) {
    const Vec<IndexId> axes = graph_.bound(tensor);
    const auto saved = at;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) at[axes[axis].at] = place[axis];
    const std::uint64_t value = element(graph_.operand(tensor, 0));
    at = saved;
    return value;
  }
  std::uint64_t hash = static_cast<std::uint64_t>(graph_.op(tensor));
  if (graph_.op(tensor) == Op::input) {
    for (char c : graph_.input_of(tensor).name.view()) hash = mix(hash ^ static_cast<std::uint8_t>(c));
  } else {
    for (std::int64_t value : graph_.ints(tensor)) hash = mix(hash ^ static_cast<std::uint64_t>(value));
    for (NodeId operand : graph_.operands(tensor))
      hash = mix(hash ^ (is_tensor(graph_.op(operand)) ? whole(operand) : element(operand)));
  }
  for (std::int64_t value : place) hash = mix(hash ^ static_cast<std::uint64_t>(value));
  return hash % 1000;
}

inline std::uint64_t Evaluator::accessed(NodeId id) {
  const NodeId tensor = graph_.operand(id, 0);
  std::vector<std::int64_t> place;
  for (std::size_t axis = 0; axis < graph_.shape(tensor).size(); ++axis) {
    const NodeId entry = graph_.operand(id, axis + 1);
    const std::int64_t value = static_cast<std::int64_t>(element(entry));
    if (graph_.op(entry) == Op::pad && (value < 0 || value >= graph_.attribute(entry, 0))) return 0;
    if (value < 0 || value >= graph_.shape(tensor)[axis]) throw std::out_of_range("an access leaves its axis");
    place.push_back(value);
  }
  return of_tensor(tensor, place);
}

inline std::uint64_t Evaluator::reduced(NodeId id) {
  const Vec<IndexId> bound = graph_.bound(id);
  std::vector<std::int64_t> extents, place;
  for (IndexId own : bound) extents.push_back(graph_.extent(own));
  std::uint64_t out = graph_.op(id) == Op::product ? 1 : 0;
  const auto saved = at;
  over(extents, place, [&] {
    for (std::size_t which = 0; which < place.size(); ++which) at[bound[which].at] = place[which];
    const std::uint64_t value = element(graph_.operand(id, 0));
    if (graph_.op(id) == Op::sum)
      out += value;
    else if (graph_.op(id) == Op::product)
      out *= value;
    else
      out = mix(out ^ value) % 1000 + static_cast<std::uint64_t>(graph_.op(id));
  });
  at = saved;
  return out;
}

inline std::uint64_t Evaluator::element(NodeId id) {
  const auto operand = [&](std::size_t which) { return element(graph_.operand(id, which)); };
  const auto attribute = [&](std::size_t which) { return graph_.attribute(id, which); };
  if (is_reduce(graph_.op(id))) return reduced(id);
  switch (graph_.op(id)) {
    case Op::constant: return static_cast<std::uint64_t>(attribute(0));
    case Op::index: return static_cast<std::uint64_t>(at.at(static_cast<std::uint32_t>(attribute(0))));
    case Op::affine: {
      std::uint64_t value = static_cast<std::uint64_t>(attribute(0));
      for (std::size_t term = 0; term < graph_.operands(id).size(); ++term)
        value += operand(term) * static_cast<std::uint64_t>(attribute(term + 1));
      return value;
    }
    case Op::wrap: {
      const std::int64_t left = static_cast<std::int64_t>(operand(0)) % attribute(0);
      return static_cast<std::uint64_t>(left < 0 ? left + attribute(0) : left);
    }
    case Op::clamp_to: {
      const std::int64_t value = static_cast<std::int64_t>(operand(0));
      return static_cast<std::uint64_t>(value < 0 ? 0 : value >= attribute(0) ? attribute(0) - 1 : value);
    }
    case Op::gather: return operand(0) % static_cast<std::uint64_t>(attribute(0));
    case Op::pad: return operand(0);
    case Op::access: return accessed(id);
    case Op::add: return operand(0) + operand(1);
    case Op::subtract: return operand(0) - operand(1);
    case Op::multiply: return operand(0) * operand(1);
    case Op::less: return static_cast<std::int64_t>(operand(0)) < static_cast<std::int64_t>(operand(1));
    case Op::less_equal: return static_cast<std::int64_t>(operand(0)) <= static_cast<std::int64_t>(operand(1));
    case Op::logical_and: return operand(0) & operand(1) & 1U;
    case Op::guard: return (operand(0) & 1U) != 0 ? operand(1) : 0;
    case Op::where: return (operand(0) & 1U) != 0 ? operand(1) : operand(2);
    default: break;
  }
  std::uint64_t hash = static_cast<std::uint64_t>(graph_.op(id)) * 8 + static_cast<std::uint64_t>(graph_.dtype(id));
  for (std::int64_t value : graph_.ints(id)) hash = mix(hash ^ static_cast<std::uint64_t>(value));
  for (NodeId own : graph_.operands(id)) hash = mix(hash ^ (is_tensor(graph_.op(own)) ? whole(own) : element(own)));
  return hash % 1000;
}

/// Grows one valid graph: tensors, and elements over open indices that binders close again.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {
    for (int at = 0; at < 4; ++at) {
      Vec<std::int64_t> shape;
      for (int axis = below(3); axis >= 0; --axis) shape.push_back(2 + below(3));
      tensors_.push_back(graph.input({Str("X") + to_text(at).view(), pick_type(), shape, below(5) == 0}));
    }
  }

  Graph graph;
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  /// An element of `type` over (some of) the indices in scope.
  NodeId element(DType type, int depth, Vec<IndexId>& scope);
  NodeId tensor(int depth);
  Vec<NodeId> roots(int count) {
    Vec<NodeId> out;
    for (int at = 0; at < count; ++at) out.push_back(tensor(4));
    return out;
  }
  IndexId fresh() {
    static constexpr std::string_view names[] = {"i", "j", "k"};
    return graph.open_index(names[below(3)], 2 + below(2));
  }

 private:
  DType pick_type() {
    static constexpr DType types[] = {DType::i64, DType::f64, DType::f64, DType::c128, DType::f32, DType::boolean};
    return types[below(6)];
  }
  NodeId leaf(DType type, Vec<IndexId>& scope);
  NodeId entry(std::int64_t extent, int depth, Vec<IndexId>& scope);
  NodeId access(DType type, int depth, Vec<IndexId>& scope);
  NodeId sum(DType type, int depth, Vec<IndexId>& scope);
  NodeId rows(DType type, int depth, Vec<IndexId>& scope);
  NodeId linear_algebra();

  std::mt19937 random_;
  Vec<NodeId> tensors_;
};

inline NodeId Generator::leaf(DType type, Vec<IndexId>& scope) {
  if (type == DType::i64 && !scope.empty() && below(3) != 0)
    return graph.index_value(scope[static_cast<std::size_t>(below(static_cast<int>(scope.size())))]);
  if (type == DType::boolean) return graph.constant(type, static_cast<std::uint64_t>(below(2)));
  if (!(DType::f32 <= type)) return graph.integer(below(7) - 3, type);
  if (is_complex(type)) return graph.complex(below(5) * 0.25, below(3) - 1.0, type);
  return graph.real((below(41) - 20) * 0.125, type);
}

inline NodeId Generator::entry(std::int64_t extent, int depth, Vec<IndexId>& scope) {
  Vec<IndexId> indices;
  Vec<std::int64_t> scales;
  for (IndexId own : scope)
    if (below(2) == 0) {
      indices.push_back(own);
      scales.push_back(below(5) - 2);
    }
  const NodeId form = graph.affine(below(5) - 2, indices, scales);
  switch (below(6)) {
    case 0: return graph.add(Op::wrap, DType::i64, {form}, {extent});
    case 1: return graph.add(Op::clamp_to, DType::i64, {form}, {extent});
    case 2: return graph.add(Op::pad, DType::i64, {form}, {extent});
    case 3: return graph.add(Op::gather, DType::i64, {element(DType::i64, depth - 1, scope)}, {extent});
    case 4: return graph.integer(below(static_cast<int>(extent)));
    default:
      for (IndexId own : scope)
        if (graph.extent(own) <= extent) {
          const std::int64_t room = extent - graph.extent(own);
          return graph.affine(below(static_cast<int>(room) + 1), {own}, {1});
        }
      return graph.integer(0);
  }
}

inline NodeId Generator::access(DType type, int depth, Vec<IndexId>& scope) {
  const NodeId from = tensors_[static_cast<std::size_t>(below(static_cast<int>(tensors_.size())))];
  Vec<NodeId> entries;
  for (std::size_t axis = 0; axis < graph.shape(from).size(); ++axis)
    entries.push_back(entry(graph.shape(from)[axis], depth, scope));
  const NodeId got = reach(graph, from, entries);
  return graph.dtype(got) == type ? got : graph.add(Op::cast, type, {got});
}

inline NodeId Generator::sum(DType type, int depth, Vec<IndexId>& scope) {
  const std::size_t outside = scope.size();
  for (int count = 1 + below(2); count > 0; --count) scope.push_back(fresh());
  Vec<IndexId> bound(scope.begin() + outside, scope.end());
  const DType of = type == DType::boolean ? DType::boolean : type;
  const NodeId body = element(of, depth - 1, scope);
  scope.resize(outside);
  if (type == DType::boolean) return graph.reduce(Op::any, type, body, bound);
  if (is_floating(type) && below(4) == 0) return graph.reduce(Op::variance, type, body, bound, {below(2)});
  return graph.reduce(below(4) == 0 ? Op::product : Op::sum, type, body, bound);
}

inline NodeId Generator::element(DType type, int depth, Vec<IndexId>& scope) {
  if (depth <= 0) return leaf(type, scope);
  const auto another = [&](DType of) { return element(of, depth - 1 - below(2), scope); };
  const NodeId a = below(3) == 0 ? leaf(type, scope) : another(type);
  switch (below(8)) {
    case 0:
    case 1: return access(type, depth, scope);
    case 2:
    case 3: return sum(type, depth, scope);
    case 4:
      if (type == DType::boolean) {
        const NodeId left = another(DType::i64);
        return graph.add(Op::less, type, {left, another(DType::i64)});
      }
      return graph.add(below(2) == 0 ? Op::add : Op::multiply, type, {a, another(type)});
    case 5: {
      const NodeId condition = another(DType::boolean);
      return below(2) == 0 ? graph.add(Op::guard, type, {condition, a})
                           : graph.add(Op::where, type, {condition, a, another(type)});
    }
    case 6:
      if (DType::f32 <= type) return graph.add(below(2) == 0 ? Op::exp : Op::conj, type, {a});
      return graph.add(Op::maximum, type, {a, another(type)});
    default: {
      if (is_floating(type) && below(3) == 0) return rows(type, depth, scope);
      if (type != DType::f64) return a;
      const NodeId loc = another(DType::f64);
      return graph.add(Op::random, DType::f64, {loc, graph.real(1.0), graph.integer(below(5)), another(DType::i64)},
                       {static_cast<int>(Distribution::normal), 2, 0, static_cast<std::int64_t>(random_())});
    }
  }
}

/// A quadratic form of two rows of tensors made for it.
inline NodeId Generator::rows(DType type, int depth, Vec<IndexId>& scope) {
  const int kind = below(3), shared = below(2);
  const std::int64_t length = 1 + below(3), batches = 1 + below(3);
  Vec<NodeId> operands, entries;
  const auto operand = [&](int own_axes, int lengths) {
    Vec<IndexId> axes;
    if (shared != 0) axes.push_back(graph.open_index("b", batches));
    for (int axis = 0; axis < own_axes; ++axis) axes.push_back(fresh());
    for (int axis = 0; axis < lengths; ++axis) axes.push_back(graph.open_index("k", length));
    Vec<IndexId> inside = axes;
    operands.push_back(graph.tensor(element(type, 1, inside), axes));
    const auto shape = graph.shape(operands.back());
    return Vec<std::int64_t>(shape.data() + shared, shape.data() + shared + own_axes);
  };
  const auto put = [&](std::int64_t extent) {
    const NodeId own = entry(extent, depth - 1, scope);
    const Op op = graph.op(own);
    entries.push_back(op == Op::pad || op == Op::gather ? graph.integer(0) : own);
  };
  if (shared != 0) put(batches);
  for (int side = 0; side < 2; ++side)
    for (std::int64_t extent : operand(below(3), 1)) put(extent);
  if (kind > 0) operand(0, kind);
  operands.append(entries);
  const std::int64_t ints[] = {kind, shared};
  return graph.add(Op::quadratic, type, std::span<const NodeId>(operands.data(), operands.size()), ints);
}

/// A tensor operation whose shape follows its operands', as far as one fits.
inline NodeId Generator::linear_algebra() {
  const auto any = [&] { return tensors_[static_cast<std::size_t>(below(static_cast<int>(tensors_.size())))]; };
  static constexpr Op one[] = {Op::inv,      Op::pinv, Op::det, Op::logdet, Op::cholesky,
                               Op::to_dense, Op::qr,   Op::svd, Op::lu,     Op::eigh};
  for (int tries = 0; tries < 30; ++tries) {
    const NodeId of = any();
    NodeId made;
    if (below(3) == 0) {
      const std::int64_t vectors = below(2);
      const NodeId both[] = {of, any()};
      made = derived_tensor(graph, below(2) == 0 ? Op::solve : Op::lstsq, both, std::span(&vectors, 1));
    } else if (below(3) == 0) {
      const std::int64_t axis = below(2);
      const NodeId both[] = {of, any(), of};
      made = derived_tensor(graph, Op::concat, both, std::span(&axis, 1));
    } else {
      made = derived_tensor(graph, one[below(10)], std::span(&of, 1));
      const std::int64_t which = below(2);
      if (made.valid() && (graph.op(made) == Op::qr || graph.op(made) == Op::svd || graph.op(made) == Op::lu ||
                           graph.op(made) == Op::eigh)) {
        const NodeId whole = made;
        made = derived_tensor(graph, Op::part, std::span(&whole, 1), std::span(&which, 1));
      }
    }
    if (made.valid()) return made;
  }
  return any();
}

inline NodeId Generator::tensor(int depth) {
  if (below(4) == 0) {
    tensors_.push_back(linear_algebra());
    return tensors_.back();
  }
  Vec<IndexId> scope;
  for (int axes = below(4); axes > 0; --axes) scope.push_back(fresh());
  const NodeId body = element(pick_type(), depth, scope);
  const NodeId made = graph.tensor(body, scope, below(6) == 0);
  tensors_.push_back(made);
  return made;
}

}  // namespace sample
