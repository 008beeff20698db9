#include <algorithm>

#include "passes/scatter_sums.hpp"
#include "runtime/kernels/scatter/scatter.hpp"

namespace ricci::runtime::scatter {
namespace {

using dsl::IndexId;
using dsl::Op;
using dsl::Vec;

constexpr std::int64_t least_places = 8;
/// What is not there yet is computed first, and held.
constexpr double most_computed_bytes = 64 << 20;

class Matching {
 public:
  Matching(const Graph& graph, NodeId node) { out_.graph = graph, node_ = node; }

  std::optional<Scatter> run() {
    Graph& graph = out_.graph;
    out_.dtype = graph.dtype(node_);
    const dsl::Opened opened = graph.open(node_);
    const passes::ScatterSum found = passes::read_scatter(graph, opened.body);
    passes::Facts facts;
    facts.extend(graph);
    if (!found.valid() || facts.draws(opened.body) || facts.sparse(opened.body)) return std::nullopt;
    if (!place_indices(opened.indices, found)) return std::nullopt;
    out_.places = graph.extent(found.axis);
    if (out_.places < least_places) return std::nullopt;
    out_.place = operand(found.place);
    if (found.value.valid() || found.condition.valid()) out_.value = operand(value_of(found));
    if (bytes_ > most_computed_bytes) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool place_indices(const Vec<IndexId>& axes, const passes::ScatterSum& found) {
    std::vector<std::size_t> beside;
    bool there = false;
    for (std::size_t at = 0; at < axes.size(); ++at) {
      if (axes[at] == found.axis) {
        out_.axis = at;
        there = true;
      } else if (out_.graph.uses(found.place, axes[at])) {
        indices_.push_back(axes[at]);
        out_.result_axes.push_back(at);
      } else {
        beside.push_back(at);
      }
    }
    out_.outer = indices_.size();
    for (IndexId own : found.summed) indices_.push_back(own);
    out_.summed = found.summed.size();
    for (std::size_t at : beside) {
      indices_.push_back(axes[at]);
      out_.result_axes.push_back(at);
    }
    for (IndexId own : indices_) out_.extents.push_back(out_.graph.extent(own));
    return there;
  }

  /// At the place where it goes, and computed only if it goes somewhere.
  NodeId value_of(const passes::ScatterSum& found) {
    Graph& graph = out_.graph;
    const auto truth = [&](Op op, NodeId a, NodeId b) { return graph.add(op, DType::boolean, {a, b}); };
    const NodeId inside = truth(Op::logical_and, truth(Op::less_equal, graph.integer(0), found.place),
                                truth(Op::less, found.place, graph.integer(out_.places)));
    const NodeId there = graph.add(Op::clamp_to, DType::i64, {found.place}, {out_.places});
    const bool plain = found.value.valid() && !found.condition.valid() && is_plain(found.value);
    if (plain) return found.value;
    NodeId condition = inside;
    if (found.condition.valid())
      condition = truth(Op::logical_and, inside, graph.substitute(found.condition, {{found.axis, there}}));
    const NodeId value = found.value.valid()            ? graph.substitute(found.value, {{found.axis, there}})
                         : out_.dtype == DType::boolean ? graph.integer(1, DType::boolean)
                                                        : graph.integer(1, out_.dtype);
    return graph.add(Op::guard, out_.dtype, {condition, value});
  }
  /// Which of the indices stands in an entry, if nothing else does.
  int index_at(NodeId entry) const {
    if (out_.graph.op(entry) != Op::index) return -1;
    const auto at = std::ranges::find(indices_, IndexId{static_cast<std::uint32_t>(out_.graph.attribute(entry, 0))});
    return at == indices_.end() ? -1 : static_cast<int>(at - indices_.begin());
  }
  bool is_plain(NodeId id) const {
    const Graph& graph = out_.graph;
    if (graph.op(id) != Op::access || graph[graph.operand(id, 0)].sparse) return false;
    std::vector<int> seen;
    for (NodeId entry : graph.operands(id).subspan(1)) {
      seen.push_back(index_at(entry));
      if (seen.back() < 0 || std::ranges::count(seen, seen.back()) > 1) return false;
    }
    return true;
  }
  Operand operand(NodeId id) {
    Graph& graph = out_.graph;
    Operand out{{}, false, std::vector<int>(indices_.size(), -1)};
    if (is_plain(id)) {
      out.tensor = graph.operand(id, 0);
      for (std::size_t axis = 0; axis + 1 < graph.operands(id).size(); ++axis)
        out.axes[static_cast<std::size_t>(index_at(graph.operand(id, axis + 1)))] = static_cast<int>(axis);
      return out;
    }
    Vec<IndexId> own;
    for (std::size_t at = 0; at < indices_.size(); ++at) {
      if (!graph.uses(id, indices_[at])) continue;
      out.axes[at] = static_cast<int>(own.size());
      own.push_back(indices_[at]);
    }
    out.tensor = graph.tensor(id, own);
    out.computed = true;
    bytes_ += passes::bytes_of(graph, out.tensor);
    return out;
  }

  Scatter out_;
  NodeId node_;
  std::vector<IndexId> indices_;
  double bytes_ = 0;
};

}  // namespace

std::optional<Scatter> match(const Graph& graph, NodeId node) {
  if (graph.op(node) != Op::tensor || graph[node].sparse || !passes::detail::may_scatter(graph, graph.operand(node, 0)))
    return std::nullopt;
  return Matching(graph, node).run();
}

}  // namespace ricci::runtime::scatter
