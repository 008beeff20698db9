/// The reference in each node's own type.
#include "runtime/kernels/reference/entry_points.hpp"

namespace ricci::runtime::reference {

template void compute_in<Native>(Evaluation&, std::span<const NodeId>);
template Tensor sample_in<Native>(Evaluation&, NodeId, std::span<const Extents>);

}  // namespace ricci::runtime::reference
