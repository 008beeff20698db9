/// Recognises a contraction in the graph: a tensor whose body is a sum of a product of one or two dense accesses, or
/// such a product without a sum, times a constant. What follows sees this small value and no graph.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dsl/graph/graph.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::contraction {

using dsl::Graph;
using dsl::NodeId;

/// coefficient * the index that stands at `index` of Contraction::extents.
struct Term {
  std::uint32_t index = 0;
  std::int64_t coefficient = 0;
};

/// One entry of an access: offset + sum of terms, and what is done with that number. It lies in 0..extent-1 by then.
struct Place {
  dsl::Op rule = dsl::Op::affine;  // affine, wrap, clamp_to, or gather: an element of `source`
  std::int64_t offset = 0;
  std::vector<Term> terms;
  std::int64_t extent = 0;   // of the axis
  std::int64_t modulus = 0;  // of wrap and clamp_to
  NodeId source;             // of gather: a dense integer tensor,
  std::vector<Place> at;     // read here; affine places
};

struct Operand {
  NodeId tensor;
  DType stored = DType::f64;  // the tensor's own type: elements are converted to the contraction's
  bool conjugated = false;
  std::vector<Place> places;
};

/// A constant factor: the real one for floating types, both for complex ones, the whole one for integers.
struct Scale {
  double real = 1;
  double imaginary = 0;
  std::int64_t whole = 1;
  friend bool operator==(const Scale&, const Scale&) = default;
};

/// The sparse matrix of a product, at two different plain indices; what it does not store annihilates.
struct SparseFactor {
  NodeId tensor;
  DType stored = DType::f64;
  bool conjugated = false;
  std::uint32_t row = 0;  // positions in the contraction's extents
  std::uint32_t column = 0;
};

struct Contraction {
  NodeId tensor;
  DType dtype = DType::f64;
  Extents extents;                // of all indices: the axes of the result in order, then the summed ones
  std::size_t axes = 0;           // how many of them are axes
  std::vector<Operand> operands;  // the dense factors: one or two
  Scale scale;
  /// The product is one of i32 that is cast to i64 under the sum: right only while no product leaves i32.
  bool narrow_product = false;
  std::optional<SparseFactor> sparse;  // of match_sparse_product alone

  Extents shape() const { return {extents.begin(), extents.begin() + static_cast<std::ptrdiff_t>(axes)}; }
};

/// What an index does in a product of two operands.
enum class Part : std::uint8_t {
  batch,      // an axis of both operands, or of neither
  row,        // an axis of the left operand alone
  column,     // an axis of the right operand alone
  summed,     // summed over in both
  sum_left,   // summed over in the left operand alone
  sum_right,  // the same in the right one
  count,      // summed over in neither: counts its extent
};

/// One for each index of the contraction. With one operand every axis is a row or a batch.
std::vector<Part> parts_of(const Contraction& contraction);

/// Whether some entry of the operand depends on the index.
bool reads(const Operand& operand, std::uint32_t index);

/// Whether the affine number of a place lies in 0..limit-1 at every point of the extents (none of them 0).
bool stays_within(const Place& place, const Extents& extents, std::int64_t limit);

/// Nothing where the tensor is none: other bodies, sparse or bool factors, padded entries, entries that could leave
/// their axis.
std::optional<Contraction> match_contraction(const Graph& graph, NodeId tensor);

/// A product under guard(stored(S, i, j), ...), with S[i,j] among its factors and any number of dense ones, summed or
/// not; the tensor may be sparse itself.
std::optional<Contraction> match_sparse_product(const Graph& graph, NodeId tensor);

}  // namespace ricci::runtime::contraction
