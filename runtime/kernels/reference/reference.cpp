#include "runtime/kernels/reference/reference.hpp"

#include "runtime/error.hpp"
#include "runtime/kernels/reference/numbers.hpp"

namespace ricci::runtime::reference {

// In native.cpp and extended.cpp.
template <class Scalars>
void compute_in(Evaluation& evaluation, std::span<const NodeId> tensors);
template <class Scalars>
Tensor sample_in(Evaluation& evaluation, NodeId tensor, std::span<const Extents> points);

void compute(Evaluation& evaluation, std::span<const NodeId> tensors, Precision precision) {
  return precision == Precision::native ? compute_in<Native>(evaluation, tensors)
                                        : compute_in<Extended>(evaluation, tensors);
}

Value evaluate(Evaluation& evaluation, NodeId tensor, Precision precision) {
  compute(evaluation, std::span(&tensor, 1), precision);
  const Value* value = evaluation.find(tensor);
  if (value == nullptr) fail(dsl::Fault::internal, "a decomposition has parts, but no value");
  return *value;
}

Tensor sample(Evaluation& evaluation, NodeId tensor, std::span<const Extents> points, Precision precision) {
  return precision == Precision::native ? sample_in<Native>(evaluation, tensor, points)
                                        : sample_in<Extended>(evaluation, tensor, points);
}

}  // namespace ricci::runtime::reference
