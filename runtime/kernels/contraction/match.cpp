#include "runtime/kernels/contraction/match.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

namespace ricci::runtime::contraction {
namespace {

using dsl::IndexId;
using dsl::Op;

class Matcher {
 public:
  explicit Matcher(const Graph& graph) : graph_(graph) {}

  std::optional<Contraction> run(NodeId tensor) {
    const dsl::Node& node = graph_[tensor];
    if (node.op != Op::tensor || node.dtype == DType::boolean) return std::nullopt;
    out_.tensor = tensor;
    out_.dtype = node.dtype;
    if (!note_indices(tensor)) return std::nullopt;
    out_.axes = out_.extents.size();
    if (!value(graph_.operand(tensor, 0), true, false)) return std::nullopt;
    if (condition_.valid() != out_.sparse.has_value()) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool note_indices(NodeId binder) {
    for (IndexId own : graph_.bound(binder)) {
      if (std::ranges::find(indices_, own) != indices_.end()) return false;
      indices_.push_back(own);
      out_.extents.push_back(graph_.extent(own));
    }
    return true;
  }

  /// One factor of the product, or the product. Sums stand above every access.
  bool value(NodeId id, bool sums_allowed, bool conjugated) {
    const Op op = graph_.op(id);
    if (graph_.dtype(id) == DType::boolean || ++seen_ > most_nodes) return false;
    if (op == Op::access) return access(id, conjugated);
    if (op == Op::guard) {
      condition_ = graph_.operand(id, 0);
      return sums_allowed && graph_.op(condition_) == Op::stored && value(graph_.operand(id, 1), false, conjugated);
    }
    if (op == Op::constant) return constant(id, conjugated);
    if (op == Op::cast) return cast(id, sums_allowed, conjugated);
    if (graph_.dtype(id) != out_.dtype) return false;
    if (op == Op::conj) return value(graph_.operand(id, 0), sums_allowed, !conjugated);
    if (op == Op::negate) return negate() && value(graph_.operand(id, 0), sums_allowed, conjugated);
    if (op == Op::sum)
      return sums_allowed && out_.operands.empty() && note_indices(id) &&
             value(graph_.operand(id, 0), true, conjugated);
    if (op != Op::multiply) return false;
    // A sum below a product has to be its only factor but constants.
    const NodeId left = graph_.operand(id, 0), right = graph_.operand(id, 1);
    const bool left_sums = sums_allowed && graph_.op(right) == Op::constant;
    const bool right_sums = sums_allowed && graph_.op(left) == Op::constant;
    return value(left, left_sums, conjugated) && value(right, right_sums, conjugated);
  }

  bool negate() {
    out_.scale.real = -out_.scale.real;
    out_.scale.imaginary = -out_.scale.imaginary;
    out_.scale.whole = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(out_.scale.whole));
    return true;
  }

  bool constant(NodeId id, bool conjugated) {
    const std::int64_t bits = graph_.attribute(id, 0);
    if (graph_.dtype(id) != out_.dtype) return false;
    if (dsl::is_integer(out_.dtype)) {
      out_.scale.whole =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(out_.scale.whole) * static_cast<std::uint64_t>(bits));
      return true;
    }
    const double re = std::bit_cast<double>(bits);
    const double im = dsl::is_complex(out_.dtype) ? std::bit_cast<double>(graph_.attribute(id, 1)) : 0.0;
    if (im == 0 && out_.scale.imaginary == 0) {
      out_.scale.real *= re;
      return true;
    }
    const auto product =
        std::complex<double>(out_.scale.real, out_.scale.imaginary) * std::complex<double>(re, conjugated ? -im : im);
    out_.scale.real = product.real();
    out_.scale.imaginary = product.imag();
    return true;
  }

  /// Conversions that lose nothing, of one access; or of an i32 product under a sum.
  bool cast(NodeId id, bool sums_allowed, bool conjugated) {
    NodeId below = graph_.operand(id, 0);
    const DType from = graph_.dtype(below);
    if (graph_.dtype(id) != out_.dtype || dsl::promote(from, out_.dtype) != out_.dtype) return false;
    if (graph_.op(below) == Op::conj) {
      conjugated = !conjugated;
      below = graph_.operand(below, 0);
    }
    if (graph_.op(below) == Op::access) return access(below, conjugated);
    if (from != DType::i32 || out_.dtype != DType::i64 || graph_.op(below) != Op::multiply || !sums_allowed ||
        !out_.operands.empty())
      return false;
    out_.narrow_product = true;
    for (NodeId factor : graph_.operands(below))
      if (graph_.op(factor) != Op::access || !access(factor, false)) return false;
    return true;
  }

  bool access(NodeId id, bool conjugated) {
    Operand operand{
        .tensor = graph_.operand(id, 0), .stored = graph_.dtype(id), .conjugated = conjugated, .places = {}};
    if (operand.stored == DType::boolean || dsl::promote(operand.stored, out_.dtype) != out_.dtype) return false;
    operand.conjugated = conjugated && dsl::is_complex(operand.stored);
    if (graph_[operand.tensor].sparse) return sparse_access(id, operand.conjugated);
    const auto shape = graph_.shape(operand.tensor);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      Place place;
      if (!entry(graph_.operand(id, axis + 1), shape[axis], place)) return false;
      operand.places.push_back(std::move(place));
    }
    out_.operands.push_back(std::move(operand));
    return true;
  }

  /// Only under its own condition, once, at two different indices.
  bool sparse_access(NodeId id, bool conjugated) {
    if (!condition_.valid() || out_.sparse || !std::ranges::equal(graph_.operands(id), graph_.operands(condition_)))
      return false;
    SparseFactor sparse{graph_.operand(id, 0), graph_.dtype(id), conjugated, 0, 0};
    if (graph_.operands(id).size() != 3) return false;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      Place place;
      if (graph_.op(graph_.operand(id, axis + 1)) != Op::index || !affine(graph_.operand(id, axis + 1), place))
        return false;
      (axis == 0 ? sparse.row : sparse.column) = place.terms[0].index;
      if (out_.extents[place.terms[0].index] != graph_.shape(sparse.tensor)[axis]) return false;
    }
    if (sparse.row == sparse.column) return false;
    out_.sparse = sparse;
    return true;
  }

  bool entry(NodeId id, std::int64_t extent, Place& place) {
    place.extent = extent;
    const Op op = graph_.op(id);
    if (op == Op::wrap || op == Op::clamp_to) {
      place.rule = op;
      place.modulus = graph_.attribute(id, 0);
      const bool fits = place.modulus <= extent && (place.modulus > 0 || empty());
      return fits && affine(graph_.operand(id, 0), place);
    }
    if (op == Op::gather) return gather(graph_.operand(id, 0), place);
    return affine(id, place) && within(place);
  }

  bool gather(NodeId id, Place& place) {
    place.rule = Op::gather;
    if (graph_.op(id) == Op::cast && dsl::is_integer(graph_.dtype(id))) id = graph_.operand(id, 0);
    if (graph_.op(id) != Op::access || !dsl::is_integer(graph_.dtype(id))) return false;
    place.source = graph_.operand(id, 0);
    if (graph_[place.source].sparse) return false;
    const auto shape = graph_.shape(place.source);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      Place at;
      at.extent = shape[axis];
      if (!affine(graph_.operand(id, axis + 1), at) || !within(at)) return false;
      place.at.push_back(std::move(at));
    }
    return true;
  }

  bool affine(NodeId id, Place& place) const {
    const Op op = graph_.op(id);
    if (op == Op::constant && dsl::is_integer(graph_.dtype(id))) {
      place.offset = graph_.attribute(id, 0);
      return true;
    }
    if (op == Op::index) return term(id, 1, place);
    if (op != Op::affine) return false;
    place.offset = graph_.attribute(id, 0);
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at)
      if (!term(graph_.operand(id, at), graph_.attribute(id, at + 1), place)) return false;
    return true;
  }

  bool term(NodeId id, std::int64_t coefficient, Place& place) const {
    if (graph_.op(id) != Op::index) return false;
    const IndexId own{static_cast<std::uint32_t>(graph_.attribute(id, 0))};
    const auto found = std::ranges::find(indices_, own);
    if (found == indices_.end()) return false;
    place.terms.push_back({static_cast<std::uint32_t>(found - indices_.begin()), coefficient});
    return true;
  }

  bool empty() const { return std::ranges::find(out_.extents, 0) != out_.extents.end(); }

  bool within(const Place& place) const {
    if (empty()) return true;  // nothing is read
    return stays_within(place, out_.extents, place.extent);
  }

  const Graph& graph_;
  std::vector<IndexId> indices_;
  static constexpr int most_nodes = 200;  // a longer product is none of ours, and recursion ends
  int seen_ = 0;
  NodeId condition_;  // under which the product is computed: stored(...)
  Contraction out_;
};

}  // namespace

std::optional<Contraction> match_contraction(const Graph& graph, NodeId tensor) {
  std::optional<Contraction> out = Matcher(graph).run(tensor);
  if (!out || out->sparse || graph[tensor].sparse) return std::nullopt;
  if (out->operands.empty() || out->operands.size() > 2) return std::nullopt;
  // A complex infinity times 1 is not itself: sums of one complex operand are not done as products.
  if (out->operands.size() == 1 && dsl::is_complex(out->dtype)) return std::nullopt;
  if (out->narrow_product && !(out->scale == Scale{})) return std::nullopt;
  return out;
}

std::optional<Contraction> match_sparse_product(const Graph& graph, NodeId tensor) {
  std::optional<Contraction> out = Matcher(graph).run(tensor);
  if (!out || !out->sparse || out->narrow_product) return std::nullopt;
  if (!std::isfinite(out->scale.real) || !std::isfinite(out->scale.imaginary)) return std::nullopt;
  return out;
}

}  // namespace ricci::runtime::contraction
