/// A sparse matrix along the last axis by Eigen, in blocks of vectors and a thread each; chains of products by
/// Armadillo, which chooses among their orders.
#include <Eigen/Dense>
#include <Eigen/Sparse>
#if defined(RICCI_ARMADILLO)
#include <armadillo>
#endif

#include "bench/peers/peer.hpp"

namespace peers {
namespace {

using Rows = Eigen::SparseMatrix<double, Eigen::RowMajor, std::int32_t>;

Task sparse(const Data& data, std::int64_t block) {
  const Csr& csr = data.sparse("A");
  const std::int64_t n = data.extent("X", 2), vectors = data.extent("X", 0) * data.extent("X", 1);
  const auto* starts = csr.row_starts.as<std::int64_t>();
  const std::vector<std::int32_t> own_starts(starts, starts + csr.rows + 1);
  const Eigen::Map<const Rows> mapped(csr.rows, csr.cols, csr.stored(), own_starts.data(),
                                      csr.columns.as<std::int32_t>(), csr.values.as<double>());
  Task out{Tensor::zeros(ricci::dtype::f64, {data.extent("X", 0), data.extent("X", 1), csr.rows}), {}};
  out.run = [&data, n, vectors, block, A = Rows(mapped), Y = out.result]() mutable {
    // A row-major X [v, n] is the column-major matrix X' [n, v]: columns are vectors.
    const Eigen::Map<const Eigen::MatrixXd> from(data.numbers("X"), n, vectors);
    Eigen::Map<Eigen::MatrixXd> to(Y.as<double>(), A.rows(), vectors);
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t at = 0; at < vectors; at += block) {
      const std::int64_t count = std::min(block, vectors - at);
      to.middleCols(at, count).noalias() = A * from.middleCols(at, count);
    }
  };
  return out;
}

#if defined(RICCI_ARMADILLO)
Task armadillo_chain(const Data& data) {
  if (!data.loaded.contains("D") || data.tensor("D").rank() != 2) return {};
  const auto own = [&](const char* name) {
    const auto rows = static_cast<arma::uword>(data.extent(name, 0)),
               cols = static_cast<arma::uword>(data.extent(name, 1));
    return arma::mat(data.numbers(name), cols, rows);
  };
  Task out{Tensor::zeros(ricci::dtype::f64, {data.extent("A", 0), data.extent("D", 1)}), {}};
  // What Armadillo sees are transposes, so it multiplies from the other end: (A B C D)' = D' C' B' A'.
  out.run = [A = own("A"), B = own("B"), C = own("C"), D = own("D"), R = out.result]() mutable {
    arma::mat to(R.as<double>(), static_cast<arma::uword>(R.shape[1]), static_cast<arma::uword>(R.shape[0]), false,
                 true);
    to = D * C * B * A;
  };
  return out;
}
#endif

}  // namespace

std::vector<Peer> products() {
  return {
    {"sparse", "C++ Eigen sparse, columns in blocks of 64", [](const Data& data) { return sparse(data, 64); }},
#if defined(RICCI_ARMADILLO)
        {"products", "C++ Armadillo D*C*B*A", armadillo_chain},
#endif
  };
}

}  // namespace peers
