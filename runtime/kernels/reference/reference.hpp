/// The reference: every node computed by definition, loop by loop, without a pass, BLAS, LAPACK or a thread. It is what
/// -O0 runs, what every kernel is compared with, and the row of the kernel table that accepts everything.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/evaluation.hpp"

namespace ricci::runtime::reference {

enum class Precision : std::uint8_t {
  native,    // each node in the type that its dtype names
  extended,  // floating and complex nodes in long double; rounded to their dtypes when the call is over
};

/// Computes these tensor nodes and the tensor nodes that they need, as far as they have no value yet, in an order that
/// needs no recursion; all of them then stand in evaluation.values, a decomposition's parts in evaluation.results.
/// What is there already is taken as it is. Throws ricci::error: singular, not_positive_definite, index, value,
/// interrupted, limit, memory; what was computed before the fault is kept.
void compute(Evaluation& evaluation, std::span<const NodeId> tensors, Precision precision = Precision::native);

/// The value of one tensor node (not of a decomposition as a whole, which has none).
Value evaluate(Evaluation& evaluation, NodeId tensor, Precision precision = Precision::native);

/// Elements of a node Op::tensor at these points (each one entry an axis, within the axes), without computing the
/// others: a vector of the node's dtype. The tensors that the body reads are computed as by compute().
Tensor sample(Evaluation& evaluation, NodeId tensor, std::span<const Extents> points,
              Precision precision = Precision::native);

}  // namespace ricci::runtime::reference
