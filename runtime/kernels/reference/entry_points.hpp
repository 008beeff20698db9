/// What native.cpp and extended.cpp instantiate and reference.cpp chooses between: one file a set of scalars, for they
/// take the compiler a while.
#pragma once

#include "runtime/kernels/reference/evaluator.hpp"

namespace ricci::runtime::reference {

template <class Scalars>
void compute_in(Evaluation& evaluation, std::span<const NodeId> tensors) {
  Evaluator<Scalars> evaluator(evaluation);
  for (NodeId tensor : tensors) evaluator.compute(tensor);
}

template <class Scalars>
Tensor sample_in(Evaluation& evaluation, NodeId tensor, std::span<const Extents> points) {
  return tensor_of(Evaluator<Scalars>(evaluation).sample(tensor, points));
}

}  // namespace ricci::runtime::reference
