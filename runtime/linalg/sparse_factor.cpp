#include "runtime/linalg/sparse_factor.hpp"

#include "runtime/error.hpp"

#if defined(RICCI_EIGEN)
#define EIGEN_MPL2_ONLY
#include <cmath>
#include <complex>
#include <variant>

#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>

#include "runtime/linalg/condition.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

using dsl::DType;
using Complex = std::complex<double>;

/// The columns of the right-hand side that are solved at once: fixed, so that threads do not change bits.
constexpr std::int64_t block = 16;

template <typename T>
using Sparse = Eigen::SparseMatrix<T, Eigen::ColMajor, std::int32_t>;
template <typename T>
using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <typename T>
struct Factors {
  Eigen::SimplicialLDLT<Sparse<T>, Eigen::Lower> ldl;
  mutable Eigen::SparseLU<Sparse<T>, Eigen::COLAMDOrdering<std::int32_t>> lu;  // its view of the transpose wants it
  bool positive = false;                                                       // ldl holds; else lu
  bool usable = true;                                                          // else singular or not finite

  void solve(Eigen::Ref<Columns<T>> columns, bool transposed, bool adjoint = false) const {
    if (positive)
      columns = transposed && Eigen::NumTraits<T>::IsComplex != 0
                    ? Columns<T>(ldl.solve(columns.conjugate()).conjugate())  // A^T is the conjugate of A
                    : Columns<T>(ldl.solve(columns));
    else if (adjoint)
      columns = Columns<T>(lu.adjoint().solve(columns));
    else if (transposed)
      columns = Columns<T>(lu.transpose().solve(columns));
    else
      columns = Columns<T>(lu.solve(columns));
  }
};

}  // namespace

struct SparseFactorData {
  std::variant<Factors<double>, Factors<Complex>> factors;
  DType type = DType::f64;  // of what was given, at least f32
  std::int64_t order = 0;
  std::int64_t stored = 0;  // numbers in the factors
  int exponent = 0;         // A was scaled by 2^exponent before
  Report report;
};

namespace {

template <typename T>
Sparse<T> in_columns(const Csr& matrix, const Tensor& values) {
  const std::int64_t* starts = matrix.row_starts.as<std::int64_t>();
  const std::int32_t* columns = matrix.columns.as<std::int32_t>();
  const T* numbers = values.as<T>();
  std::vector<Eigen::Triplet<T, std::int32_t>> entries;
  entries.reserve(static_cast<std::size_t>(matrix.stored()));
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at)
      entries.emplace_back(static_cast<std::int32_t>(row), columns[at], numbers[at]);
  Sparse<T> out(matrix.rows, matrix.cols);
  out.setFromTriplets(entries.begin(), entries.end());
  out.makeCompressed();
  return out;
}

/// The power of two that brings the largest magnitude to 1; false where a number is not finite.
template <typename T>
bool scale(Sparse<T>& matrix, int& exponent) {
  double largest = 0;
  for (std::int64_t at = 0; at < matrix.nonZeros(); ++at) {
    const T x = matrix.valuePtr()[at];
    if (!std::isfinite(std::real(x)) || !std::isfinite(std::imag(x))) return false;
    largest = std::max({largest, std::abs(std::real(x)), std::abs(std::imag(x))});
  }
  if (largest == 0) return true;
  int own = 0;
  std::frexp(largest, &own);
  exponent = -own;
  for (std::int64_t at = 0; at < matrix.nonZeros(); ++at) {
    T& x = matrix.valuePtr()[at];
    if constexpr (std::is_same_v<T, double>)
      x = std::ldexp(x, exponent);
    else
      x = {std::ldexp(x.real(), exponent), std::ldexp(x.imag(), exponent)};
  }
  return true;
}

template <typename T>
bool hermitian_with_positive_diagonal(const Sparse<T>& matrix) {
  for (std::int64_t at = 0; at < matrix.rows(); ++at)
    if (!(std::real(matrix.coeff(at, at)) > 0) || std::imag(matrix.coeff(at, at)) != 0) return false;
  const Sparse<T> turned = matrix.adjoint();
  return turned.nonZeros() == matrix.nonZeros() && (turned - matrix).norm() == 0;
}

template <typename T>
bool positive_definite(const Factors<T>& factors) {
  if (factors.ldl.info() != Eigen::Success) return false;
  const auto diagonal = factors.ldl.vectorD();
  for (std::int64_t at = 0; at < diagonal.size(); ++at)
    if (!(std::real(diagonal(at)) > 0)) return false;
  return true;
}

/// 1 / (|A| |A^-1|) in the largest row sums.
template <typename T>
double reciprocal_condition(Factors<T>& factors, const Sparse<T>& matrix) {
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(matrix.rows());
  for (std::int64_t column = 0; column < matrix.outerSize(); ++column)
    for (typename Sparse<T>::InnerIterator at(matrix, column); at; ++at) sums(at.row()) += std::abs(at.value());
  const double inverse = inverse_norm<T>(matrix.rows(), [&](bool adjoint, T* x) {
    Eigen::Map<Columns<T>> column(x, matrix.rows(), 1);
    factors.solve(column, false, adjoint);
  });
  return 1 / (sums.maxCoeff() * inverse);
}

template <typename T>
void factor(SparseFactorData& data, Factors<T>& factors, Sparse<T> matrix) {
  data.report.method = "sparse LU";
  factors.usable = scale(matrix, data.exponent);
  if (!factors.usable || data.order == 0) return;
  count_factorisations(1);
  if (hermitian_with_positive_diagonal(matrix)) {
    factors.ldl.compute(matrix);
    factors.positive = positive_definite(factors);
  }
  if (factors.positive) {
    data.report.method = "sparse LDL'";
    data.stored = factors.ldl.matrixL().nestedExpression().nonZeros() + data.order;
  } else {
    factors.lu.compute(matrix);
    factors.usable = factors.lu.info() == Eigen::Success;
    data.report.singular = !factors.usable;
    if (!factors.usable) return;
    data.stored = factors.lu.nnzL() + factors.lu.nnzU();
  }
  data.report.rcond_floor = rcond_floor<T>(data.order);
  data.report.rcond_min = reciprocal_condition(factors, matrix);
}

/// Of b, [..., n] or [..., n, r], the column `at` of all: where it begins, and how far its numbers lie apart.
struct Sides {
  std::int64_t order, inner, count;

  Sides(const Extents& shape, std::int64_t n, bool vectors) : order(n), inner(vectors ? 1 : shape.back()) {
    count = n == 0 ? 0 : count_of(shape) / n;
  }
  std::int64_t start(std::int64_t at) const { return at / inner * order * inner + at % inner; }
};

template <typename T>
Tensor solve_all(const SparseFactorData& data, const Factors<T>& factors, const Tensor& b, bool vectors,
                 bool transposed) {
  const Tensor from = contiguous_copy_if_needed(cast(b, dtype_of<T>()));
  Tensor out = Tensor::empty(dtype_of<T>(), from.shape);
  const Sides sides(from.shape, data.order, vectors);
  // In two steps: the power itself may be out of range where the product is not.
  const double half = std::ldexp(1.0, data.exponent / 2), rest = std::ldexp(1.0, data.exponent - data.exponent / 2);
  parallel_for((sides.count + block - 1) / block, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t tile = first; tile < last; ++tile) {
      const std::int64_t begin = tile * block, width = std::min(block, sides.count - begin);
      Columns<T> columns(data.order, width);
      for (std::int64_t at = 0; at < width; ++at)
        for (std::int64_t row = 0; row < data.order; ++row)
          columns(row, at) = from.as<T>()[sides.start(begin + at) + row * sides.inner];
      if (factors.usable)
        factors.solve(columns, transposed);
      else
        columns.setConstant(T(std::numeric_limits<double>::quiet_NaN()));
      for (std::int64_t at = 0; at < width; ++at)
        for (std::int64_t row = 0; row < data.order; ++row)
          out.as<T>()[sides.start(begin + at) + row * sides.inner] = columns(row, at) * half * rest;
    }
  });
  return out;
}

/// Magnitude as a power of two beside a unit: neither over- nor underflows on the way.
template <typename T>
struct Determinant {
  T unit = 1;
  double log = 0;
};

template <typename T>
Determinant<T> determinant_of(const SparseFactorData& data, const Factors<T>& factors) {
  Determinant<T> out;
  if (data.report.singular) return {0, -std::numeric_limits<double>::infinity()};
  if (!factors.usable) return {T(std::numeric_limits<double>::quiet_NaN()), std::numeric_limits<double>::quiet_NaN()};
  if (factors.positive) {
    out.log = factors.ldl.vectorD().real().array().log().sum();
  } else if (data.order > 0) {
    out.unit =
        static_cast<double>(factors.lu.rowsPermutation().determinant() * factors.lu.colsPermutation().determinant());
    const auto& pivots = factors.lu.matrixL().m_mapL;
    for (std::int32_t column = 0; column < data.order; ++column)
      for (typename std::decay_t<decltype(pivots)>::InnerIterator at(pivots, column); at; ++at) {
        if (at.index() != column) continue;
        out.log += std::log(std::abs(at.value()));
        out.unit *= at.value() / std::abs(at.value());
        break;
      }
  }
  out.log -= static_cast<double>(data.order) * data.exponent * std::log(2.0);
  return out;
}

}  // namespace

bool factors_sparse_matrices() { return true; }

SparseFactor::SparseFactor(const Csr& matrix) {
  auto data = std::make_shared<SparseFactorData>();
  data->type = dsl::inexact_type(matrix.values.dtype);
  data->order = matrix.rows;
  if (dsl::is_complex(data->type)) {
    auto& own = data->factors.emplace<Factors<Complex>>();
    factor(*data, own, in_columns<Complex>(matrix, contiguous_copy_if_needed(cast(matrix.values, DType::c128))));
  } else {
    auto& own = std::get<Factors<double>>(data->factors);
    factor(*data, own, in_columns<double>(matrix, contiguous_copy_if_needed(cast(matrix.values, DType::f64))));
  }
  data_ = std::move(data);
}

const Report& SparseFactor::report() const { return data_->report; }
std::int64_t SparseFactor::bytes() const {
  return data_->stored * (std::holds_alternative<Factors<double>>(data_->factors) ? 12 : 20);
}

Tensor SparseFactor::solve(const Tensor& b, bool vectors, bool transposed) const {
  const DType type = dsl::promote(data_->type, dsl::inexact_type(b.dtype));
  if (const auto* complex = std::get_if<Factors<Complex>>(&data_->factors))
    return cast(solve_all(*data_, *complex, b, vectors, transposed), type);
  const auto& real = std::get<Factors<double>>(data_->factors);
  if (!dsl::is_complex(b.dtype)) return cast(solve_all(*data_, real, b, vectors, transposed), type);
  // Of a real matrix, real and imaginary parts are two right-hand sides.
  const Tensor wide = contiguous_copy_if_needed(cast(b, DType::c128));
  Tensor parts[2] = {Tensor::empty(DType::f64, wide.shape), Tensor::empty(DType::f64, wide.shape)};
  for (std::int64_t at = 0; at < wide.count(); ++at) {
    parts[0].as<double>()[at] = wide.as<Complex>()[at].real();
    parts[1].as<double>()[at] = wide.as<Complex>()[at].imag();
  }
  for (Tensor& part : parts) part = solve_all(*data_, real, part, vectors, transposed);
  Tensor out = Tensor::empty(DType::c128, wide.shape);
  for (std::int64_t at = 0; at < out.count(); ++at)
    out.as<Complex>()[at] = {parts[0].as<double>()[at], parts[1].as<double>()[at]};
  return cast(out, type);
}

Tensor SparseFactor::inverse() const {
  const std::int64_t n = data_->order;
  Tensor identity = Tensor::zeros(DType::f64, {n, n});
  for (std::int64_t at = 0; at < n; ++at) identity.as<double>()[at * n + at] = 1;
  return solve(cast(identity, data_->type), false, false);
}

Tensor SparseFactor::det() const {
  if (const auto* complex = std::get_if<Factors<Complex>>(&data_->factors)) {
    const auto found = determinant_of(*data_, *complex);
    return cast(Tensor::from<Complex>({}, {found.unit * std::exp(found.log)}), data_->type);
  }
  const auto found = determinant_of(*data_, std::get<Factors<double>>(data_->factors));
  return cast(Tensor::from<double>({}, {found.unit * std::exp(found.log)}), data_->type);
}

Tensor SparseFactor::logdet() const {
  const double log = std::visit([&](const auto& own) { return determinant_of(*data_, own).log; }, data_->factors);
  return cast(Tensor::from<double>({}, {log}), dsl::real_type(data_->type));
}

}  // namespace ricci::runtime::linalg

#else

namespace ricci::runtime::linalg {

struct SparseFactorData {
  Report report;
};

bool factors_sparse_matrices() { return false; }
SparseFactor::SparseFactor(const Csr&) { fail(dsl::Fault::internal, "this build factors no sparse matrices"); }
const Report& SparseFactor::report() const { return data_->report; }
std::int64_t SparseFactor::bytes() const { return 0; }
Tensor SparseFactor::solve(const Tensor& b, bool, bool) const { return b; }
Tensor SparseFactor::inverse() const { return {}; }
Tensor SparseFactor::det() const { return {}; }
Tensor SparseFactor::logdet() const { return {}; }

}  // namespace ricci::runtime::linalg
#endif
