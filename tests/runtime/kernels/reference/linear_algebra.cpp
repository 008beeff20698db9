/// Linear algebra by residuals, orthogonality and known answers: four scalar types, all shapes, batches, and the data
/// on which it must fail in words.
#include <algorithm>
#include <random>

#include "runtime/kernels/reference/spectral.hpp"
#include "tests/runtime/kernels/reference/sheet.hpp"
#include "tests/seed.hpp"

namespace ricci::runtime::reference::test {
namespace {

template <class T>
T random_number(std::mt19937_64& generator) {
  const auto draw = [&] { return static_cast<Part<T>>(static_cast<double>(generator() >> 11U) * 0x1p-52 - 1); };
  if constexpr (ComplexScalar<T>) {
    const auto re = draw();
    return {re, draw()};
  } else {
    return draw();
  }
}
template <class T>
Matrix<T> random_matrix(std::int64_t rows, std::int64_t cols, std::mt19937_64& generator) {
  Matrix<T> out(rows, cols);
  for (T& element : out) element = random_number<T>(generator);
  return out;
}
template <class T>
Matrix<T> of_rank(std::int64_t rows, std::int64_t cols, std::int64_t rank, std::mt19937_64& generator) {
  return times(random_matrix<T>(rows, rank, generator), random_matrix<T>(rank, cols, generator));
}

/// The largest |a - b|, in units of eps times the largest |b| (at least 1).
template <class T>
double apart(const Matrix<T>& a, const Matrix<T>& b) {
  REQUIRE(a.rows == b.rows);
  REQUIRE(a.cols == b.cols);
  Part<T> size = 1;
  Part<T> worst = 0;
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) {
      size = std::max(size, magnitude(b(i, j)));
      worst = std::max(worst, magnitude(T{a(i, j) - b(i, j)}));
    }
  return static_cast<double>(worst / size / std::numeric_limits<Part<T>>::epsilon());
}
template <class T>
bool orthonormal_columns(const Matrix<T>& q) {
  return apart(times(adjoint(q), q), Matrix<T>::identity(q.cols)) < 60;
}
template <class T>
Matrix<T> with_diagonal(const Matrix<T>& a, const std::vector<Part<T>>& d) {
  Matrix<T> out = a;
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) out(i, j) *= d[static_cast<std::size_t>(j)];
  return out;
}

template <class T>
void check_square(std::int64_t n, std::mt19937_64& generator) {
  Matrix<T> a = random_matrix<T>(n, n, generator);
  for (std::int64_t k = 0; k < n; ++k) a(k, k) += static_cast<Part<T>>(2 * n);  // well-conditioned: residuals tell
  const Matrix<T> b = random_matrix<T>(n, 2, generator);
  CHECK(apart(times(a, *solve(a, b)), b) < 300);
  CHECK(apart(times(a, *inverse(a)), Matrix<T>::identity(n)) < 300);
  const Matrix<T> spd = times(a, adjoint(a));
  const Matrix<T> l = *cholesky(spd);
  CHECK(apart(times(l, adjoint(l)), spd) < 60);
  CHECK(std::abs(std::log(magnitude(determinant(a))) - log_determinant(a)) < 1e-4);
  const Matrix<T> hermitian = hermitian_of_lower(a);
  const Eigh<T> e = eigh(a);
  CHECK(std::is_sorted(e.w.begin(), e.w.end()));
  CHECK(orthonormal_columns(e.V));
  CHECK(apart(times(with_diagonal(e.V, e.w), adjoint(e.V)), hermitian) < 100);
}

template <class T>
void check_rectangle(const Matrix<T>& a) {
  INFO(a.rows << " x " << a.cols);
  const Lu<T> f = lu(a);
  CHECK(apart(times(times(f.P, f.L), f.U), a) < 60);
  for (const T& element : f.L) CHECK(pivot_size(element) <= Part<T>{2.001F});
  const Qr<T> h = qr(a);
  CHECK(orthonormal_columns(h.Q));
  CHECK(apart(times(h.Q, h.R), a) < 60);
  const Svd<T> s = svd(a);
  CHECK(std::is_sorted(s.s.begin(), s.s.end(), std::greater<>()));
  CHECK(orthonormal_columns(s.U));
  CHECK(orthonormal_columns(adjoint(s.Vh)));
  CHECK(apart(times(with_diagonal(s.U, s.s), s.Vh), a) < 100);
  const Matrix<T> p = pseudo_inverse(a, std::numeric_limits<Part<T>>::epsilon());  // Penrose's four conditions
  Part<T> condition = 1;
  for (Part<T> sigma : s.s)
    if (sigma > std::numeric_limits<Part<T>>::epsilon() * 10 * s.s[0]) condition = s.s[0] / sigma;
  const double most = 100 * static_cast<double>(condition);
  const Matrix<T> ap = times(a, p);
  const Matrix<T> pa = times(p, a);
  CHECK(apart(times(ap, a), a) < most);
  CHECK(apart(times(pa, p), p) < most);
  CHECK(apart(adjoint(ap), ap) < most);
  CHECK(apart(adjoint(pa), pa) < most);
}

template <class T>
void check_scalar_type() {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 generator(seed);
  for (std::int64_t n : {0, 1, 2, 3, 7, 20}) check_square<T>(n, generator);
  for (const auto& [rows, cols] : {std::pair{5, 5}, {9, 4}, {4, 9}, {1, 6}, {6, 1}, {0, 3}, {3, 0}}) {
    check_rectangle(random_matrix<T>(rows, cols, generator));
    check_rectangle(Matrix<T>(rows, cols));
    if (std::min(rows, cols) > 2) check_rectangle(of_rank<T>(rows, cols, 2, generator));
  }
}

}  // namespace

TEST_CASE("reference: factorisations multiply back, in every scalar") {
  check_scalar_type<float>();
  check_scalar_type<double>();
  check_scalar_type<long double>();
  check_scalar_type<c64>();
  check_scalar_type<c128>();
  check_scalar_type<std::complex<long double>>();
}

TEST_CASE("reference: svd and eigh hold at any scale") {
  std::mt19937_64 generator(7);
  for (double scale : {1e-300, 1e-160, 1e160, 1e300}) {
    Matrix<double> a = random_matrix<double>(5, 3, generator);
    const Svd<double> plain = svd(a);
    for (double& element : a) element *= scale;
    const Svd<double> scaled_one = svd(a);
    for (std::size_t k = 0; k < 3; ++k) CHECK(scaled_one.s[k] / scale == Approx(plain.s[k]).epsilon(1e-13));
    CHECK(orthonormal_columns(scaled_one.U));
  }
  CHECK(determinant(Matrix<double>(2, 2)) == 0);
  Matrix<double> wide = Matrix<double>::identity(4);  // the product of its pivots leaves the range on the way
  wide(0, 0) = wide(1, 1) = 1e200;
  wide(2, 2) = wide(3, 3) = 1e-200;
  CHECK(determinant(wide) == Approx(1).epsilon(1e-14));
}

TEST_CASE("reference: qr's signs and lu's pivots are LAPACK's") {
  Sheet s;
  const NodeId a = s.input<double>({3, 2}, {1, 2, 3, 4, 5, 6});
  const NodeId q = s.whole(Op::qr, DType::f64, {a}, {}, {});
  const auto r = s.elements<double>(s.whole(Op::part, DType::f64, {q}, {1}, {2, 2}));
  const std::vector<double> expected{-5.916079783099616, -7.437357441610944, 0, 0.828078671210825};
  for (std::size_t at = 0; at < 4; ++at) CHECK(r[at] == Approx(expected[at]).margin(1e-14));
  const NodeId upper = s.input<double>({2, 2}, {2, 1, 0, -3});  // already triangular: left as it is
  const NodeId identity = s.whole(Op::qr, DType::f64, {upper}, {}, {});
  CHECK(s.elements<double>(s.whole(Op::part, DType::f64, {identity}, {1}, {2, 2})) == std::vector<double>{2, 1, 0, -3});
  const NodeId f = s.whole(Op::lu, DType::f64, {a}, {}, {});
  CHECK(s.elements<double>(s.whole(Op::part, DType::f64, {f}, {0}, {3, 3})) ==
        std::vector<double>{0, 1, 0, 0, 0, 1, 1, 0, 0});
  const auto u = s.elements<double>(s.whole(Op::part, DType::f64, {f}, {2}, {2, 2}));
  CHECK(u[0] == 5);
  CHECK(u[3] == Approx(0.8));
}

TEST_CASE("reference: known answers") {
  Sheet s;
  const NodeId a = s.input<std::int64_t>({2, 2}, {1, 2, 3, 4});
  CHECK(s.number<double>(s.whole(Op::det, DType::f64, {a}, {}, {})) == Approx(-2));
  CHECK(s.number<double>(s.whole(Op::logdet, DType::f64, {a}, {}, {})) == Approx(0.6931471805599453));
  const auto inverted = s.elements<double>(s.whole(Op::inv, DType::f64, {a}, {}, {2, 2}));
  const std::vector<double> expected{-2, 1, 1.5, -0.5};
  for (std::size_t at = 0; at < 4; ++at) CHECK(inverted[at] == Approx(expected[at]));
  const NodeId e = s.whole(Op::eigh, DType::f64, {s.input<double>({2, 2}, {2, 99, 1, 2})}, {}, {});  // reads the lower
  const auto w = s.elements<double>(s.whole(Op::part, DType::f64, {e}, {0}, {2}));
  CHECK(w[0] == Approx(1));
  CHECK(w[1] == Approx(3));
  const NodeId z = s.input<c64>({2, 2}, {{2, 0}, {9, 9}, {0, 1}, {2, 0}});
  const auto complex_w =
      s.elements<float>(s.whole(Op::part, DType::f32, {s.whole(Op::eigh, DType::c64, {z}, {}, {})}, {0}, {2}));
  CHECK(complex_w[0] == Approx(1).epsilon(1e-5));
  CHECK(complex_w[1] == Approx(3).epsilon(1e-5));
  const NodeId d = s.whole(Op::svd, DType::f64, {s.input<double>({2, 2}, {3, 0, 4, 5})}, {}, {});
  const auto sigma = s.elements<double>(s.whole(Op::part, DType::f64, {d}, {1}, {2}));
  CHECK(sigma[0] == Approx(6.708203932499369));
  CHECK(sigma[1] == Approx(2.23606797749979));
  const auto complex_det = s.number<c128>(s.whole(Op::det, DType::c128, {s.input<c128>({1, 1}, {{3, 4}})}, {}, {}));
  CHECK(complex_det == c128{3, 4});
  CHECK(s.number<double>(s.whole(Op::logdet, DType::f64, {s.input<c128>({1, 1}, {{3, 4}})}, {}, {})) ==
        Approx(1.6094379124341003));
}

TEST_CASE("reference: solve broadcasts its batches and promotes its types") {
  Sheet s;
  const NodeId a = s.input<double>({2, 1, 2, 2}, {2, 0, 0, 4, 0, 1, 1, 0});
  const NodeId b = s.input<double>({3, 2}, {2, 4, 6, 8, 10, 12});
  CHECK(s.elements<double>(s.whole(Op::solve, DType::f64, {a, b}, {1}, {2, 3, 2})) ==
        std::vector<double>{1, 1, 3, 2, 5, 3, 4, 2, 8, 6, 12, 10});
  const NodeId sides = s.input<c64>({2, 1}, {{2, 2}, {4, 0}});
  const NodeId one = s.input<std::int32_t>({2, 2}, {2, 0, 0, 4});
  CHECK(s.elements<c128>(s.whole(Op::solve, DType::c128, {one, sides}, {0}, {2, 1})) ==
        std::vector<c128>{{1, 1}, {1, 0}});
  const NodeId none = s.input<double>({0, 2, 2}, {});
  CHECK(s.elements<double>(s.whole(Op::solve, DType::f64, {none, s.vector<double>({1, 2})}, {1}, {0, 2})).empty());
}

TEST_CASE("reference: lstsq is NumPy's, full rank or not, tall or wide") {
  Sheet s;
  const NodeId tall = s.input<double>({4, 2}, {0, 1, 1, 1, 2, 1, 3, 1});
  const auto line =
      s.elements<double>(s.whole(Op::lstsq, DType::f64, {tall, s.vector<double>({-1, 0.2, 0.9, 2.1})}, {1}, {2}));
  CHECK(line[0] == Approx(1.0));
  CHECK(line[1] == Approx(-0.95));
  const NodeId wide = s.input<double>({1, 2}, {1, 1});
  const auto least = s.elements<double>(s.whole(Op::lstsq, DType::f64, {wide, s.vector<double>({2})}, {1}, {2}));
  CHECK(least[0] == Approx(1));
  CHECK(least[1] == Approx(1));
  const NodeId deficient = s.input<double>({3, 2}, {1, 2, 2, 4, 3, 6});
  for (Precision precision : {Precision::native, Precision::extended}) {
    const auto x = s.elements<double>(
        s.whole(Op::lstsq, DType::f64, {deficient, s.vector<double>({1, 2, 3})}, {1}, {2}), precision);
    CHECK(x[0] == Approx(0.2));
    CHECK(x[1] == Approx(0.4));
  }
  const auto zero =
      s.elements<double>(s.whole(Op::pinv, DType::f64, {s.input<double>({2, 3}, {0, 0, 0, 0, 0, 0})}, {}, {3, 2}));
  CHECK(zero == std::vector<double>(6, 0.0));
}

TEST_CASE("reference: singular and indefinite matrices are errors that name the batch entry") {
  Sheet s;
  const NodeId a = s.input<double>({2, 2, 2}, {1, 0, 0, 1, 1, 2, 2, 4});
  const auto message = [&](NodeId node) {
    try {
      s.run(node);
      return std::string("nothing");
    } catch (const error& raised) {
      return raised.code() + ": " + raised.message();
    }
  };
  CHECK(message(s.whole(Op::inv, DType::f64, {a}, {}, {2, 2, 2})) ==
        "singular: the matrix at batch entry [1] is singular");
  CHECK(message(s.whole(Op::solve, DType::f64, {a, s.vector<double>({1, 1})}, {1}, {2, 2})) ==
        "singular: the matrix at batch entry [1] is singular");
  CHECK(message(s.whole(Op::cholesky, DType::f64, {a}, {}, {2, 2, 2})) ==
        "not_positive_definite: the matrix at batch entry [1] is not positive definite");
  CHECK(s.elements<double>(s.whole(Op::det, DType::f64, {a}, {}, {2})) == std::vector<double>{1, 0});
  CHECK(s.elements<double>(s.whole(Op::logdet, DType::f64, {a}, {}, {2})) == std::vector<double>{0, -inf});
  const NodeId empty = s.input<double>({0, 0}, {});
  CHECK(s.number<double>(s.whole(Op::det, DType::f64, {empty}, {}, {})) == 1);
  CHECK(s.number<double>(s.whole(Op::logdet, DType::f64, {empty}, {}, {})) == 0);
}

TEST_CASE("reference: a matrix that is not finite gives NaN for its own batch entry alone") {
  Sheet s;
  const NodeId a = s.input<double>({2, 2, 2}, {nan, 0, 0, 1, 1, 0, 0, 1});
  for (Op op : {Op::inv, Op::pinv, Op::cholesky}) {
    const auto out = s.elements<double>(s.whole(op, DType::f64, {a}, {}, {2, 2, 2}));
    for (std::size_t at = 0; at < 4; ++at) CHECK(std::isnan(out[at]));
    CHECK(std::vector<double>(out.begin() + 4, out.end()) == std::vector<double>{1, 0, 0, 1});
  }
  const auto x = s.elements<double>(s.whole(Op::solve, DType::f64, {a, s.vector<double>({5, 6})}, {1}, {2, 2}));
  CHECK(std::isnan(x[0]));
  CHECK(x[3] == 6);
  const NodeId d = s.whole(Op::svd, DType::f64, {a}, {}, {});
  const auto sigma = s.elements<double>(s.whole(Op::part, DType::f64, {d}, {1}, {2, 2}));
  CHECK(std::isnan(sigma[0]));
  CHECK(sigma[2] == 1);
  const auto det = s.elements<double>(s.whole(Op::det, DType::f64, {a}, {}, {2}));
  CHECK(std::isnan(det[0]));
}

TEST_CASE("reference: the parts of one decomposition are computed once") {
  Sheet s;
  const NodeId d = s.whole(Op::svd, DType::f64, {s.input<double>({2, 2}, {3, 0, 4, 5})}, {}, {});
  const NodeId u = s.whole(Op::part, DType::f64, {d}, {0}, {2, 2});
  const NodeId sigma = s.whole(Op::part, DType::f64, {d}, {1}, {2});
  Evaluation evaluation = s.evaluation();
  evaluate(evaluation, u);
  REQUIRE(evaluation.results.at(d.at).size() == 3);
  evaluation.results.at(d.at)[1] = Tensor::from<double>({2}, {8, 9});
  CHECK(std::get<Tensor>(evaluate(evaluation, sigma)).as<double>()[1] == 9);
  CHECK_THROWS_AS(evaluate(evaluation, d), error);
}

}  // namespace ricci::runtime::reference::test
