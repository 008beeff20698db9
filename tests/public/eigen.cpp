// Eigen in and out: every storage order, vectors, maps, blocks, sparse matrices.
#include <catch2/catch.hpp>
#include <ricci/eigen.hpp>

namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

}  // namespace

TEST_CASE("public: dense Eigen matrices of any order come and go") {
  Eigen::MatrixXd columns(2, 3);
  columns << 1, 2, 3, 4, 5, 6;
  const RowMatrix rows = columns;
  Eigen::MatrixXd wide = Eigen::MatrixXd::Zero(5, 7);
  wide.block(1, 2, 2, 3) = columns;
  const auto gram = ricci::compile("G[i,j] = A[i,k]*A[j,k]");
  const Eigen::MatrixXd expected = columns * columns.transpose();
  const Eigen::MatrixXd a = gram({{"A", columns}});
  const RowMatrix b = gram({{"A", rows}});
  const Eigen::Matrix2d c = gram({{"A", wide.block(1, 2, 2, 3)}});
  const Eigen::ArrayXXd d = gram({{"A", Eigen::Map<const RowMatrix>(rows.data(), 2, 3)}});
  CHECK((a == expected));
  CHECK((b == expected));
  CHECK((c == expected));
  CHECK((d == expected.array()).all());
  Eigen::MatrixXd big = Eigen::MatrixXd::Zero(4, 4);
  gram.into(big.block(1, 1, 2, 2), {{"A", rows}});
  CHECK((big.block(1, 1, 2, 2) == expected));
  CHECK((big.sum() == expected.sum()));
  CHECK(code_of([&] { [[maybe_unused]] Eigen::Matrix3d wrong = gram({{"A", rows}}); }) == "shape");
  CHECK(code_of([&] { [[maybe_unused]] Eigen::VectorXd wrong = gram({{"A", rows}}); }) == "shape");
  CHECK(code_of([&] { [[maybe_unused]] Eigen::MatrixXf wrong = gram({{"A", rows}}); }) == "type");
}

TEST_CASE("public: Eigen vectors have rank 1") {
  const Eigen::Vector3d x(1, 2, 3);
  const Eigen::RowVectorXcd z = Eigen::RowVectorXcd::Constant(3, std::complex<double>(0, 1));
  const auto sum = ricci::compile("y[i] = x[i] + z[i]");
  const Eigen::VectorXcd y = sum({{"x", x}, {"z", z}});
  CHECK((y(2) == std::complex<double>(3, 1)));
  Eigen::MatrixXd M(3, 3);
  M << 1, 2, 3, 4, 5, 6, 7, 8, 9;
  const Eigen::Vector3d row = ricci::compile("r[j] = 2*v[j]")({{"v", M.row(1)}});
  CHECK((row == Eigen::Vector3d(8, 10, 12)));
  ricci::session rc;
  Eigen::VectorXd v = x;
  rc.borrow("v", v);
  rc.run("s = sum(v)");
  CHECK(rc.get("s").scalar<double>() == 6);
  v(0) = 5;
  rc.changed("v");
  CHECK(rc.get("s").scalar<double>() == 10);
  const double* elements = v.data();
  rc.set("w", std::move(v));
  CHECK(rc.get<double, 1>("w").data() == elements);
}

TEMPLATE_TEST_CASE_SIG("public: sparse Eigen matrices of either order come and go", "", ((int Order), Order),
                       Eigen::RowMajor, Eigen::ColMajor) {
  Eigen::SparseMatrix<double, Order> A(3, 4);
  A.insert(2, 1) = 5;
  A.insert(0, 3) = 2;
  A.insert(2, 0) = 1;  // not compressed
  const Eigen::Vector4d x(1, 10, 100, 1000);
  const Eigen::Vector3d y = ricci::compile("y[i] = A[i,k]*x[k]")({{"A", A}, {"x", x}});
  CHECK((y == Eigen::Vector3d(2000, 0, 51)));
  const Eigen::SparseMatrix<double, Order> back = ricci::compile("A")({{"A", A}});
  CHECK(back.nonZeros() == 3);
  CHECK((Eigen::MatrixXd(back) == Eigen::MatrixXd(A)));
  const Eigen::SparseMatrix<double, Order> from_dense = ricci::compile("A")({{"A", Eigen::MatrixXd(A)}});
  CHECK(from_dense.nonZeros() == 3);
  const Eigen::MatrixXd dense = ricci::compile("2*A")({{"A", A}});
  CHECK((dense == 2 * Eigen::MatrixXd(A)));
}
