/// Whether the BLAS and LAPACK that this process got compute right numbers: builds for other processors, and versions
/// with broken kernels, have been seen in the wild. A few small products are compared with plain loops; under 5 ms,
/// done once.
#pragma once

namespace ricci::runtime::linalg {

bool blas_is_sane();

}  // namespace ricci::runtime::linalg
