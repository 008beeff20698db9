/// Distance kernels by Eigen's blocked product and array exp; rolled products by Eigen's fixed sizes and libxsmm's
/// small products; the layered field by Eigen's outer products.
#include <cmath>
#include <complex>

#include <Eigen/Dense>
#if defined(RICCI_XSMM)
#include <libxsmm.h>
#endif

#include "bench/peers/peer.hpp"

namespace peers {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::Array<double, 1, Eigen::Dynamic>;
using Complex = std::complex<double>;

/// exp(-q/2) of squared distances in the coordinates of W's Cholesky factor, centred, a block of rows at a time.
Task ard(const Data& data) {
  const std::int64_t rows = data.extent("X", 0), cols = data.extent("Y", 0), inputs = data.extent("X", 1);
  Task out{Tensor::zeros(ricci::dtype::f64, {rows, cols}), {}};
  out.run = [&data, rows, cols, inputs, K = out.result]() mutable {
    const auto own = [&](const char* name, std::int64_t n) {
      return Eigen::Map<const Matrix>(data.numbers(name), n, inputs);
    };
    const Matrix factor = own("W", inputs).llt().matrixL();
    const Eigen::RowVectorXd centre = own("Y", cols).colwise().mean();
    const Matrix x = (own("X", rows).rowwise() - centre) * factor, y = (own("Y", cols).rowwise() - centre) * factor;
    const Row y2 = y.rowwise().squaredNorm().transpose();
    const double scale = std::pow(data.scalar("s"), 2);
    Eigen::Map<Matrix> to(K.as<double>(), rows, cols);
    constexpr std::int64_t block = 64;
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t from = 0; from < rows; from += block) {
      const std::int64_t count = std::min(block, rows - from);
      Matrix q = x.middleRows(from, count) * y.transpose();
      for (std::int64_t i = 0; i < count; ++i)
        to.row(from + i).array() =
            scale * (q.row(i).array() - 0.5 * (y2 + x.row(from + i).squaredNorm())).min(0.0).exp();
    }
    to.diagonal().array() += std::pow(data.scalar("noise"), 2);
  };
  return out;
}

/// One product of the rolled family for every (i, j): `multiply(a, b, to)` of m x m matrices.
template <typename T, typename Multiply>
Task rolled(const Data& data, const Multiply& multiply) {
  const std::int64_t d = data.extent("A", 0), m = data.extent("A", 1);
  const auto k = static_cast<std::int64_t>(data.scalar("k"));
  Task out{Tensor::zeros(data.tensor("A").dtype, {d, k, m, m}), {}};
  out.run = [&data, d, m, k, multiply, P = out.result]() mutable {
    const T* A = data.tensor("A").as<T>();
    const T* B = data.tensor("B").as<T>();
    T* to = P.as<T>();
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < d; ++i)
      for (std::int64_t j = 0; j < k; ++j) multiply(A + i * m * m, B + (i + j) % d * m * m, to + (i * k + j) * m * m);
  };
  return out;
}

template <typename T, int m>
Task rolled_eigen(const Data& data) {
  using Square = Eigen::Matrix<T, m, m, Eigen::RowMajor>;
  if (data.tensor("A").dtype != ricci::runtime::dtype_of<T>()) return {};
  const std::int64_t size = data.extent("A", 1);
  if (m > 0 && size != m) return {};
  return rolled<T>(data, [size](const T* a, const T* b, T* to) {
    Eigen::Map<Square>(to, size, size).noalias() =
        Eigen::Map<const Square>(a, size, size) * Eigen::Map<const Square>(b, size, size);
  });
}

#if defined(RICCI_XSMM)
Task rolled_xsmm(const Data& data) {
  if (data.tensor("A").dtype != ricci::dtype::f64) return {};
  const auto m = static_cast<int>(data.extent("A", 1));
  const double alpha = 1, beta = 0;
  const int flags = LIBXSMM_GEMM_FLAG_NONE;
  // Columns first: B' A' = (A B)'.
  const libxsmm_dmmfunction product = libxsmm_dmmdispatch(m, m, m, &m, &m, &m, &alpha, &beta, &flags, nullptr);
  if (product == nullptr) return {};
  return rolled<double>(data, [product](const double* a, const double* b, double* to) { product(b, a, to); });
}
#endif

Task field(const Data& data) {
  const std::int64_t rows = data.extent("Z", 0), cols = data.extent("X", 0), parts = data.extent("e", 1);
  Task out{Tensor::zeros(ricci::dtype::c128, {rows, cols, parts}), {}};
  out.run = [&data, rows, cols, parts, E = out.result]() mutable {
    const double* d = data.numbers("d");
    const std::int64_t layers = data.extent("d", 0);
    const auto* e = data.tensor("e").as<Complex>();
    const auto* En = data.tensor("En").as<Complex>();
    Eigen::ArrayXcd along_x(cols);
    for (std::int64_t x = 0; x < cols; ++x) along_x(x) = std::exp(Complex(0, data.scalar("kx") * data.numbers("X")[x]));
    Complex* to = E.as<Complex>();
#pragma omp parallel for schedule(static)
    for (std::int64_t z = 0; z < rows; ++z) {
      const double at = data.numbers("Z")[z];
      const std::int64_t n = std::upper_bound(d, d + layers, at) - d;
      Eigen::ArrayXcd part = Eigen::ArrayXcd::Zero(parts);
      if (n > 0 && n < layers) {
        const Complex wave = En[n] * std::exp(Complex(0, data.numbers("kz")[n] * (at - d[n - 1])));
        for (std::int64_t c = 0; c < parts; ++c) part(c) = e[n * parts + c] * wave;
      }
      for (std::int64_t x = 0; x < cols; ++x)
        Eigen::Map<Eigen::ArrayXcd>(to + (z * cols + x) * parts, parts) = part * along_x(x);
    }
  };
  return out;
}

}  // namespace

std::vector<Peer> kernels() {
  return {
    {"ard", "C++ Eigen llt, blocked product, exp", ard},
        {"rolled", "C++ Eigen products", rolled_eigen<double, Eigen::Dynamic>},
        {"rolled", "C++ Eigen fixed 4x4", rolled_eigen<double, 4>},
        {"rolled", "C++ Eigen fixed 10x10", rolled_eigen<double, 10>},
        {"rolled", "C++ Eigen products", rolled_eigen<std::int64_t, Eigen::Dynamic>},
        {"rolled", "C++ Eigen fixed 34x34", rolled_eigen<std::int64_t, 34>},
#if defined(RICCI_XSMM)
        {"rolled", "C++ libxsmm", rolled_xsmm},
#endif
        {"field", "C++ Eigen, layers as bands", field},
  };
}

}  // namespace peers
