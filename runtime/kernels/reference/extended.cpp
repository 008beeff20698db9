/// The reference in long double.
#include "runtime/kernels/reference/entry_points.hpp"

namespace ricci::runtime::reference {

template void compute_in<Extended>(Evaluation&, std::span<const NodeId>);
template Tensor sample_in<Extended>(Evaluation&, NodeId, std::span<const Extents>);

}  // namespace ricci::runtime::reference
