/// Finds what can run slice by slice, and makes the graph of one slice.
#include "runtime/execute/slice.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "dsl/graph/detach.hpp"
#include "dsl/graph/quadratic.hpp"
#include "passes/cost.hpp"
#include "runtime/kernels/distances/form.hpp"
#include "runtime/kernels/estimate.hpp"

namespace ricci::runtime {
namespace {

using dsl::IndexId;
using dsl::Op;
using dsl::Vec;

/// Where a member is cut: along an axis, or along an index of the sum that it is.
struct Cut {
  std::size_t at = 0;  // among the axes, or among what the sum binds
  bool summed = false;
  friend bool operator==(const Cut&, const Cut&) = default;
};
using Members = std::unordered_map<std::uint32_t, Cut>;

/// Walks over the element nodes of a body; `visit` says whether to look below one.
template <typename F>
void walk(const Graph& graph, NodeId body, F visit) {
  std::vector<NodeId> open{body};
  std::unordered_set<std::uint32_t> seen;
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (dsl::is_tensor(graph.op(id)) || !seen.insert(id.at).second || !visit(id)) continue;
    open.insert(open.end(), graph.operands(id).begin(), graph.operands(id).end());
  }
}

bool exceeds(const Graph& graph, NodeId node, double bytes) {
  return graph.op(node) == Op::tensor && !graph[node].sparse && static_cast<double>(result_bytes(graph, node)) > bytes;
}

/// Which tensors run together, cut along one index.
class Grouping {
 public:
  Grouping(const Graph& graph, const std::vector<NodeId>& steps, const std::vector<NodeId>& roots, double large)
      : graph_(graph), steps_(steps), large_(large) {
    for (NodeId root : roots) roots_.insert(root.at);
    for (NodeId step : steps)
      for (NodeId read : tensors_read(graph, step)) readers_[read.at].push_back(step);
  }

  bool is_large(NodeId node) const {
    return exceeds(graph_, node, large_) && !roots_.contains(node.at) && readers_.contains(node.at);
  }
  /// All that must run together if `seed` is cut along this axis; nothing where that cannot be. `further`: large
  /// tensors among the readers are not to be stored either. `sums`: readers may sum over the index.
  std::optional<Members> around(NodeId seed, std::size_t axis, bool further, bool sums) const {
    Members members{{seed.at, {axis, false}}};
    std::vector<NodeId> open{seed};
    while (!open.empty()) {
      const NodeId member = open.back();
      open.pop_back();
      for (NodeId reader : readers_.at(member.at)) {
        const auto own = cut_of(reader, member, members.at(member.at).at, sums);
        if (!own) return std::nullopt;
        const auto [at, added] = members.emplace(reader.at, *own);
        if (at->second != *own) return std::nullopt;
        if (added && !own->summed && further && is_large(reader)) open.push_back(reader);
      }
    }
    return reads_a_sum(members) || tangled(members) ? std::nullopt : std::optional(members);
  }
  /// Whether somebody outside reads it.
  bool is_result(NodeId node, const Members& members) const {
    if (roots_.contains(node.at) || !readers_.contains(node.at)) return true;
    return std::ranges::any_of(readers_.at(node.at), [&](NodeId own) { return !members.contains(own.at); });
  }

 private:
  std::optional<Cut> cut_of(NodeId reader, NodeId member, std::size_t axis, bool sums) const {
    if (graph_.op(reader) != Op::tensor || graph_[reader].sparse) return std::nullopt;
    if (const auto own = place_of(reader, reader, member, axis)) return Cut{*own, false};
    const NodeId sum = graph_.operand(reader, 0);
    if (!sums || graph_.op(sum) != Op::sum || graph_.dtype(sum) == DType::boolean) return std::nullopt;
    if (const auto own = place_of(reader, sum, member, axis)) return Cut{*own, true};
    return std::nullopt;
  }
  /// Which of the indices that `binder` binds, the reader or the sum that it is, reads the member along `axis`,
  /// everywhere.
  std::optional<std::size_t> place_of(NodeId reader, NodeId binder, NodeId member, std::size_t axis) const {
    const Vec<IndexId> bound = graph_.bound(binder);
    std::optional<std::size_t> out;
    bool right = true;
    walk(graph_, graph_.operand(reader, 0), [&](NodeId id) {
      for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
        if (graph_.operand(id, at) != member) continue;
        const NodeId entry = graph_.op(id) == Op::access ? graph_.operand(id, axis + 1) : NodeId{};
        std::size_t which = bound.size();
        if (entry.valid() && graph_.op(entry) == Op::index)
          for (std::size_t own = 0; own < bound.size(); ++own)
            if (graph_.attribute(entry, 0) == static_cast<std::int64_t>(bound[own].at)) which = own;
        right = right && which < bound.size() && (!out || *out == which);
        out = which;
      }
      return true;
    });
    if (!right || !out || graph_.extent(bound[*out]) != graph_.shape(member)[axis]) return std::nullopt;
    return out;
  }
  /// Whether a member reads what is known only when all slices have been added up.
  bool reads_a_sum(const Members& members) const {
    return std::ranges::any_of(steps_, [&](NodeId step) {
      return members.contains(step.at) && std::ranges::any_of(tensors_read(graph_, step), [&](NodeId read) {
               const auto at = members.find(read.at);
               return at != members.end() && at->second.summed;
             });
    });
  }
  /// Whether a member needs all of another through a step outside.
  bool tangled(const Members& members) const {
    std::unordered_set<std::uint32_t> after;
    for (NodeId step : steps_) {
      bool outside = false;
      for (NodeId read : tensors_read(graph_, step))
        outside = outside || after.contains(read.at) || (members.contains(read.at) && !members.contains(step.at));
      if (outside && members.contains(step.at)) return true;
      if (outside) after.insert(step.at);
    }
    return false;
  }

  const Graph& graph_;
  const std::vector<NodeId>& steps_;
  double large_;
  std::unordered_set<std::uint32_t> roots_;
  std::unordered_map<std::uint32_t, std::vector<NodeId>> readers_;
};

/// Makes the graph of one slice: each member over `rows` points of the index, reading slices of what it reads by it.
class Cutting {
 public:
  Cutting(const Graph& graph, std::int64_t extent, std::int64_t rows) : graph_(graph) {
    out_.extent = extent;
    out_.rows = rows;
  }

  /// False where a body uses the index otherwise than as a number and to read by.
  bool add(NodeId member, Cut cut) {
    const dsl::Opened opened = graph_.open(member);
    NodeId made = cut.summed ? part_of(opened.body, graph_.open(opened.body), cut.at) : part_of(member, opened, cut.at);
    if (!made.valid()) return false;
    if (cut.summed) made = graph_.rebind(member, graph_.dtype(member), made, opened.indices);
    made_.emplace(member.at, Made{made, cut});
    return true;
  }

  /// Of the members so far; `results` are seen from outside.
  Slices finish(const std::vector<NodeId>& members, const std::vector<NodeId>& results) {
    std::vector<NodeId> cut;
    for (NodeId member : members) cut.push_back(made_.at(member.at).node);
    const auto ours = [&](NodeId id) { return std::ranges::find(cut, id) != cut.end(); };
    const dsl::Rebuilt detached = dsl::detach(graph_, std::span<const NodeId>(cut.data(), cut.size()),
                                              [&](NodeId id) { return dsl::is_tensor(graph_.op(id)) && !ours(id); });
    out_.graph = detached.graph;
    for (NodeId node : detached.roots) out_.steps.push_back({node, &kernel_for(out_.graph, node)});
    for (NodeId result : results) {
      const Made& own = made_.at(result.at);
      out_.results.push_back({detached.nodes[own.node.at], result, own.cut.at, own.cut.summed});
    }
    for (std::uint32_t at = 0; at < detached.nodes.size(); ++at)
      if (detached.nodes[at].valid() && out_.graph.op(detached.nodes[at]) == Op::input)
        place_read(NodeId{at}, detached.nodes[at]);
    return std::move(out_);
  }

 private:
  struct Made {
    NodeId node;
    Cut cut;
  };

  /// What binds `opened`, over a slice of the index at this place; invalid where it cannot be cut.
  NodeId part_of(NodeId binder, const dsl::Opened& opened, std::size_t at) {
    whole_ = opened.indices[at];
    part_ = graph_.open_index(graph_.index(whole_).name.view(), out_.rows);
    by_ = {};
    if (!replace_in(opened.body)) return {};
    Vec<IndexId> indices = opened.indices;
    indices[at] = part_;
    return graph_.rebind(binder, graph_.dtype(binder), passes::with_replaced(graph_, opened.body, by_), indices);
  }

  void place_read(NodeId node, NodeId inside) {
    for (const Slices::Read& cut : cuts_)
      if (cut.inside == node) {
        out_.reads.push_back({inside, cut.outside, cut.axis, cut.offset});
        return;
      }
    if (node == first_)
      out_.first = inside;
    else
      out_.reads.push_back({inside, node, std::nullopt, 0});
  }

  bool replace_in(NodeId body) {
    bool right = true;
    walk(graph_, body, [&](NodeId id) {
      if (!right || !graph_.uses(id, whole_)) return false;
      switch (graph_.op(id)) {
        case Op::index:
        case Op::affine: by_.set(id, moved(id)); return false;
        case Op::access:
        case Op::quadratic: right = replace_read(id); return false;
        case Op::random:
        case Op::stored: right = false; return false;
        default: return true;
      }
    });
    return right;
  }
  /// A number made of the index, where the slice begins included.
  NodeId moved(NodeId id) {
    if (!first_.valid()) first_ = graph_.input({dsl::Str("first"), DType::i64, {}, false});
    const NodeId here = graph_.add(Op::add, DType::i64, {graph_.index_value(part_), graph_.access(first_, {})});
    if (graph_.op(id) == Op::index) return here;
    Vec<NodeId> terms;
    for (NodeId term : graph_.operands(id)) terms.push_back(is_whole(term) ? here : term);
    const auto ints = graph_.ints(id);
    const Vec<std::int64_t> scales(ints.data() + 1, ints.data() + ints.size());
    return graph_.linear(ints[0], passes::span_of(terms), passes::span_of(scales));
  }
  bool is_whole(NodeId entry) const {
    return graph_.op(entry) == Op::index && graph_.attribute(entry, 0) == static_cast<std::int64_t>(whole_.at);
  }
  /// index + offset.
  std::optional<std::int64_t> offset_of(NodeId entry) const {
    if (is_whole(entry)) return 0;
    if (graph_.op(entry) != Op::affine || graph_.operands(entry).size() != 1 || !is_whole(graph_.operand(entry, 0)) ||
        graph_.attribute(entry, 1) != 1)
      return std::nullopt;
    return graph_.attribute(entry, 0);
  }

  /// An element, or a pair of rows, of tensors that are cut where the index leads.
  bool replace_read(NodeId id) {
    const auto given = graph_.operands(id);
    Vec<NodeId> operands(given.data(), given.data() + given.size());
    const bool pair = graph_.op(id) == Op::quadratic;
    const std::size_t tensors = !pair ? 1 : graph_.attribute(id, 0) == 0 ? 2 : 3;
    const std::size_t shared = pair ? static_cast<std::size_t>(graph_.attribute(id, 1)) : 0;
    const std::size_t of_x = pair ? graph_.shape(operands[0]).size() - 1 - shared : graph_.shape(operands[0]).size();
    Vec<NodeId> cut = operands;
    for (std::size_t at = tensors; at < operands.size(); ++at) {
      if (!graph_.uses(operands[at], whole_)) continue;
      const auto offset = offset_of(operands[at]);
      if (!offset) return false;
      const std::size_t place = at - tensors;
      const bool of_all = place < shared, y = place >= shared + of_x;
      for (std::size_t which = 0; which < tensors; ++which) {
        if (!of_all && which != (y ? 1U : 0U)) continue;
        if (cut[which] != operands[which]) return false;  // a diagonal
        cut[which] = slice_of(operands[which], y ? place - of_x : place, *offset);
        if (!cut[which].valid()) return false;
      }
      cut[at] = graph_.index_value(part_);
    }
    const auto ints = graph_.ints(id);
    by_.set(id, graph_.add(graph_.op(id), graph_.dtype(id), passes::span_of(cut), ints));
    return true;
  }
  NodeId slice_of(NodeId tensor, std::size_t axis, std::int64_t offset) {
    if (graph_[tensor].sparse) return {};
    if (const auto at = made_.find(tensor.at); at != made_.end())
      return at->second.cut == Cut{axis, false} && offset == 0 ? at->second.node : NodeId{};
    for (const Slices::Read& own : cuts_)
      if (own.outside == tensor && own.axis == axis && own.offset == offset) return own.inside;
    const auto shape = graph_.shape(tensor);
    Vec<std::int64_t> extents(shape.data(), shape.data() + shape.size());
    extents[axis] = out_.rows;
    const dsl::Str name = graph_.op(tensor) == Op::input ? graph_.input_of(tensor).name : dsl::Str("kept");
    const NodeId inside = graph_.input({name, graph_.dtype(tensor), extents, false});
    cuts_.push_back({inside, tensor, axis, offset});
    return inside;
  }

  Graph graph_;  // a copy, that grows
  Slices out_;
  IndexId whole_, part_;
  dsl::IdMap by_;
  NodeId first_;
  std::unordered_map<std::uint32_t, Made> made_;
  std::vector<Slices::Read> cuts_;
};

/// As many points of the index as their temporaries' bytes allow; whole blocks of rows where pairs of rows are
/// compared.
std::int64_t rows_of(std::int64_t extent, std::int64_t bytes, std::int64_t slice) {
  const std::int64_t each = std::max<std::int64_t>(1, bytes / extent);
  const std::int64_t rows = std::clamp<std::int64_t>(slice / each, 1, extent);
  return rows <= distances::block_rows ? rows : rows / distances::block_rows * distances::block_rows;
}

std::optional<Slices> slices_of(const Graph& graph, const std::vector<NodeId>& nodes, const Members& members,
                                const std::vector<NodeId>& results, std::int64_t extent, std::int64_t rows) {
  Cutting cutting(graph, extent, rows);
  for (NodeId member : nodes)
    if (!cutting.add(member, members.at(member.at))) return std::nullopt;
  return cutting.finish(nodes, results);
}

std::optional<SlicedGroup> cut(const Graph& graph, const std::vector<NodeId>& steps, const Grouping& grouping,
                               const Members& members, std::int64_t slice) {
  SlicedGroup out;
  std::vector<NodeId> results;
  std::int64_t bytes = 0, passing = 0, added = 0;
  for (NodeId step : steps) {
    if (!members.contains(step.at)) continue;
    out.members.push_back(step);
    const bool summed = members.at(step.at).summed;
    (summed ? added : bytes) += result_bytes(graph, step);
    if (summed || grouping.is_result(step, members))
      results.push_back(step);
    else
      passing += result_bytes(graph, step);
  }
  const NodeId any = out.members[0];  // what others read, and no sum itself
  const std::int64_t extent = graph.shape(any)[members.at(any.at).at];
  const std::int64_t rows = rows_of(extent, bytes, slice);
  if (rows == extent) return std::nullopt;
  std::optional<Slices> slices = slices_of(graph, out.members, members, results, extent, rows);
  if (!slices) return std::nullopt;
  slices->passing = passing / extent * rows + added;
  if (added > 0 && extent % rows > 0) {
    std::optional<Slices> tail = slices_of(graph, out.members, members, results, extent, extent % rows);
    if (!tail) return std::nullopt;
    slices->tail = std::make_shared<const Slices>(std::move(*tail));
  }
  out.slices = std::make_shared<const Slices>(std::move(*slices));
  return out;
}

std::optional<SlicedGroup> sliced(const Graph& graph, const std::vector<NodeId>& steps, const Grouping& grouping,
                                  NodeId seed, std::int64_t slice) {
  for (const bool sums : {false, true})
    for (const bool further : {true, false})
      for (std::size_t axis = 0; axis < graph.shape(seed).size(); ++axis)
        if (const auto members = grouping.around(seed, axis, further, sums))
          if (auto out = cut(graph, steps, grouping, *members, slice)) return out;
  return std::nullopt;
}

}  // namespace

std::vector<SlicedGroup> slice_large(const Graph& graph, const std::vector<NodeId>& steps,
                                     const std::vector<NodeId>& roots, const SliceSizes& sizes) {
  std::vector<SlicedGroup> out;
  if (std::ranges::none_of(steps, [&](NodeId own) { return exceeds(graph, own, sizes.large); })) return out;
  const Grouping grouping(graph, steps, roots, sizes.large);
  std::unordered_set<std::uint32_t> taken;
  for (NodeId seed : steps) {
    if (!grouping.is_large(seed) || taken.contains(seed.at)) continue;
    auto group = sliced(graph, steps, grouping, seed, sizes.slice);
    if (!group) continue;
    if (std::ranges::any_of(group->members, [&](NodeId own) { return taken.contains(own.at); })) continue;
    for (NodeId own : group->members) taken.insert(own.at);
    out.push_back(std::move(*group));
  }
  return out;
}

}  // namespace ricci::runtime
