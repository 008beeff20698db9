/// Linear systems, least squares and decompositions by Eigen (sizes known to the compiler, OpenMP over the batch) and
/// by Armadillo, which calls LAPACK.
#include <Eigen/Dense>
#if defined(RICCI_ARMADILLO)
#include <armadillo>
#endif

#include "bench/peers/peer.hpp"

namespace peers {
namespace {

template <int rows, int cols>
using RowMajor = Eigen::Matrix<double, rows, cols, cols == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
using Matrix = RowMajor<Eigen::Dynamic, Eigen::Dynamic>;
using Matrices = Eigen::Map<const Matrix>;

Tensor zeros(std::vector<std::int64_t> shape) { return Tensor::zeros(ricci::dtype::f64, std::move(shape)); }

Matrices matrix(const Data& data, const std::string& name) {
  return {data.numbers(name), data.extent(name, 0), data.extent(name, 1)};
}

/// N = -1 leaves the size to the run.
template <int N>
Task eigen_batch(const Data& data) {
  const std::int64_t count = data.extent("A", 0), n = data.extent("A", 1);
  if (N > 0 ? n != N : n <= 32) return {};
  Task out{zeros({count, n}), {}};
  out.run = [&data, count, n, x = out.result]() mutable {
    const double* A = data.numbers("A");
    const double* b = data.numbers("b");
    double* to = x.as<double>();
#pragma omp parallel for schedule(static)
    for (std::int64_t m = 0; m < count; ++m) {
      const Eigen::Map<const RowMajor<N, N>> own(A + m * n * n, n, n);
      const Eigen::Map<const RowMajor<N, 1>> side(b + m * n, n);
      Eigen::Map<RowMajor<N, 1>>(to + m * n, n) = own.partialPivLu().solve(side);
    }
  };
  return out;
}

Task eigen_square(const Data& data) {
  Task out{zeros({data.extent("M", 1), data.extent("B", 1)}), {}};
  out.run = [&data, x = out.result]() mutable {
    Eigen::Map<Matrix>(x.as<double>(), x.shape[0], x.shape[1]) =
        matrix(data, "M").partialPivLu().solve(matrix(data, "B"));
  };
  return out;
}

/// Householder with pivots; where the rank is short, completed to the least solution.
Task eigen_least_squares(const Data& data) {
  const bool full = data.scalar("full_rank") != 0;
  Task out{zeros({data.extent("M", 1), data.extent("B", 1)}), {}};
  out.run = [&data, full, x = out.result]() mutable {
    Eigen::Map<Matrix> to(x.as<double>(), x.shape[0], x.shape[1]);
    if (full)
      to = matrix(data, "M").colPivHouseholderQr().solve(matrix(data, "B"));
    else
      to = matrix(data, "M").completeOrthogonalDecomposition().solve(matrix(data, "B"));
  };
  return out;
}

#if defined(RICCI_ARMADILLO)
/// Armadillo stores columns: it gets its own copies, outside of what is timed.
arma::mat columns(const Data& data, const std::string& name) {
  const auto rows = static_cast<arma::uword>(data.extent(name, 0)),
             cols = static_cast<arma::uword>(data.extent(name, 1));
  return arma::mat(data.numbers(name), cols, rows).t();
}

Task armadillo_solve(const Data& data) {
  Task out{zeros({data.extent("M", 1), data.extent("B", 1)}), {}};
  out.run = [M = columns(data, "M"), B = columns(data, "B"), X = arma::mat(), x = out.result]() mutable {
    arma::solve(X, M, B, arma::solve_opts::fast);
    const arma::mat rows = X.t();
    std::copy_n(rows.memptr(), rows.n_elem, x.as<double>());
  };
  return out;
}

Task armadillo_svd(const Data& data) {
  const std::int64_t least = std::min(data.extent("M", 0), data.extent("M", 1));
  Task out{zeros({least}), {}};
  out.run = [M = columns(data, "M"), x = out.result]() mutable {
    arma::mat U, V;
    arma::vec s;
    arma::svd_econ(U, s, V, M);
    std::copy_n(s.memptr(), s.n_elem, x.as<double>());
  };
  return out;
}
#endif

}  // namespace

std::vector<Peer> systems() {
  return {
    {"solve", "C++ Eigen, fixed 3x3, OpenMP", eigen_batch<3>},
        {"solve", "C++ Eigen, fixed 6x6, OpenMP", eigen_batch<6>},
        {"solve", "C++ Eigen, fixed 8x8, OpenMP", eigen_batch<8>},
        {"solve", "C++ Eigen, fixed 32x32, OpenMP", eigen_batch<32>},
        {"solve", "C++ Eigen, OpenMP", eigen_batch<Eigen::Dynamic>}, {"square", "C++ Eigen partialPivLu", eigen_square},
        {"lstsq", "C++ Eigen QR with pivots", eigen_least_squares},
#if defined(RICCI_ARMADILLO)
        {"square", "C++ Armadillo solve", armadillo_solve}, {"svd", "C++ Armadillo svd_econ", armadillo_svd},
#endif
  };
}

}  // namespace peers
