/// What is known of a tensor's matrices (its last two axes) without looking at their elements, and how it combines: a
/// small lattice whose top says nothing. Who chooses a method reads it; a person sees it beside the value's type.
/// Zeros outside of a band are exact; all else holds as far as rounding lets it.
#pragma once

#include <limits>
#include <string_view>

#include "passes/rewrite.hpp"

namespace ricci::passes {

struct Properties {
  static constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

  std::int64_t below = unbounded;  // no element other than zero where row - column is larger,
  std::int64_t above = unbounded;  // or column - row
  bool hermitian = false;          // symmetric, for real ones
  bool semidefinite = false;       // hermitian, and x^H A x >= 0
  bool definite = false;           // and > 0 for x other than zero
  bool unit_diagonal = false;
  bool orthonormal_columns = false;
  bool orthonormal_rows = false;
  bool permutation = false;
  bool sorted = false;  // of vectors: ascending

  constexpr bool lower() const { return above == 0; }
  constexpr bool upper() const { return below == 0; }
  constexpr bool diagonal() const { return lower() && upper(); }
  constexpr bool banded() const { return below != unbounded && above != unbounded; }

  constexpr Properties transposed() const {
    Properties out = *this;
    out.below = above;
    out.above = below;
    out.orthonormal_columns = orthonormal_rows;
    out.orthonormal_rows = orthonormal_columns;
    out.sorted = false;
    return out;
  }
  /// Of A^-1: what a triangle, a diagonal, or symmetry keeps.
  constexpr Properties inverted() const {
    Properties out = *this;
    if (below != 0) out.below = unbounded;
    if (above != 0) out.above = unbounded;
    out.semidefinite = out.definite = definite;
    out.sorted = false;
    return out;
  }
};

namespace detail {
constexpr std::int64_t wider(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
constexpr std::int64_t narrower(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
constexpr std::int64_t widths_added(std::int64_t a, std::int64_t b) {
  return a == Properties::unbounded || b == Properties::unbounded ? Properties::unbounded : a + b;
}
}  // namespace detail

/// Of A + B.
constexpr Properties sum_of(const Properties& a, const Properties& b) {
  Properties out;
  out.below = detail::wider(a.below, b.below);
  out.above = detail::wider(a.above, b.above);
  out.hermitian = a.hermitian && b.hermitian;
  out.semidefinite = a.semidefinite && b.semidefinite;
  out.definite = out.semidefinite && (a.definite || b.definite);
  return out;
}

/// Of A B, square ones or not.
constexpr Properties product_of(const Properties& a, const Properties& b) {
  Properties out;
  out.below = detail::widths_added(a.below, b.below);
  out.above = detail::widths_added(a.above, b.above);
  const bool both_lower = a.lower() && b.lower(), both_upper = a.upper() && b.upper();
  out.unit_diagonal = a.unit_diagonal && b.unit_diagonal && (both_lower || both_upper);
  out.orthonormal_columns = a.orthonormal_columns && b.orthonormal_columns;
  out.orthonormal_rows = a.orthonormal_rows && b.orthonormal_rows;
  out.permutation = a.permutation && b.permutation;
  return out;
}

/// Of a matrix that has what either says: a user's word beside what follows.
constexpr Properties both_of(const Properties& a, const Properties& b) {
  Properties out = a;
  out.below = detail::narrower(a.below, b.below);
  out.above = detail::narrower(a.above, b.above);
  out.hermitian = a.hermitian || b.hermitian;
  out.semidefinite = a.semidefinite || b.semidefinite;
  out.definite = a.definite || b.definite;
  out.unit_diagonal = a.unit_diagonal || b.unit_diagonal;
  out.orthonormal_columns = a.orthonormal_columns || b.orthonormal_columns;
  out.orthonormal_rows = a.orthonormal_rows || b.orthonormal_rows;
  out.permutation = a.permutation || b.permutation;
  out.sorted = a.sorted || b.sorted;
  return out;
}

/// What a user vouches for, by the order of dsl::property_names.
constexpr Properties vouched_for(std::int64_t property) {
  const std::string_view name = dsl::property_names[static_cast<std::size_t>(property)];
  Properties out;
  if (name == "spd") out.hermitian = out.semidefinite = out.definite = true;
  if (name == "symmetric") out.hermitian = true;
  if (name == "lower" || name == "diagonal") out.above = 0;
  if (name == "upper" || name == "diagonal") out.below = 0;
  if (name == "orthogonal") out.orthonormal_columns = out.orthonormal_rows = true;
  if (name == "sorted") out.sorted = true;
  return out;
}

/// What the results of decompositions are, by part; what cholesky gives is its only one.
constexpr Properties of_part(Op decomposition, std::int64_t part) {
  Properties out;
  if (decomposition == Op::cholesky) out.above = 0;
  if (decomposition == Op::qr && part == 0) out.orthonormal_columns = true;
  if (decomposition == Op::qr && part == 1) out.below = 0;
  if (decomposition == Op::lu && part == 0) {
    out.permutation = out.orthonormal_columns = out.orthonormal_rows = true;
  } else if (decomposition == Op::lu && part == 1) {
    out.above = 0;
    out.unit_diagonal = true;
  } else if (decomposition == Op::lu) {
    out.below = 0;
  }
  if (decomposition == Op::svd && part == 0) out.orthonormal_columns = true;
  if (decomposition == Op::svd && part == 2) out.orthonormal_rows = true;
  if (decomposition == Op::eigh && part == 0) out.sorted = true;
  if (decomposition == Op::eigh && part == 1) out.orthonormal_columns = out.orthonormal_rows = true;
  return out;
}

}  // namespace ricci::passes
