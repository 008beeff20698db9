/// Linear algebra over tensors: the last two axes are matrices, the leading ones a batch that broadcasts. Each matrix
/// goes through a routine of linear_algebra.hpp or spectral.hpp; the table says which, and what shapes come out.
/// A matrix that holds a NaN or an infinity gives NaNs for its own batch entry, and none for the others.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/kernels/reference/block.hpp"
#include "runtime/kernels/reference/function_tables.hpp"
#include "runtime/kernels/reference/spectral.hpp"
#include "runtime/linalg/report.hpp"

namespace ricci::runtime::reference {

/// Calls f(T{}) with the scalar in which matrices of `type` are computed.
template <class Scalars, class F>
decltype(auto) with_inexact(DType type, F&& f) {
  return with_scalar<Scalars>(dsl::inexact_type(type), [&](auto zero) -> decltype(f(std::complex<double>{})) {
    if constexpr (InexactScalar<decltype(zero)>)
      return f(zero);
    else
      fail(dsl::Fault::internal, "matrices of integers are computed as floating numbers");
  });
}

/// The unit roundoff of what the user sees, whatever it is computed in: ranks are decided by it.
inline double epsilon_of(DType type) {
  return dsl::real_type(type) == DType::f32 ? double{std::numeric_limits<float>::epsilon()}
                                            : std::numeric_limits<double>::epsilon();
}

/// Calls visit(entry) for each batch entry, row-major.
template <class F>
void for_each_entry(const Extents& batch, F&& visit) {
  const std::int64_t count = count_of(batch);
  Extents entry(batch.size(), 0);
  for (std::int64_t at = 0; at < count; ++at) {
    check_interrupt();
    visit(entry);
    for (std::size_t axis = batch.size(); axis-- > 0;) {
      if (++entry[axis] < batch[axis]) break;
      entry[axis] = 0;
    }
  }
}

/// The matrix (2 axes), or the vector as a column (1 axis), at a batch entry; axes of extent 1 and missing ones repeat.
template <class T, class Scalars>
Matrix<T> matrix_at(const Block<Scalars>& tensor, std::size_t axes, const Extents& entry) {
  const std::size_t batch = tensor.shape.size() - axes;
  std::int64_t which = 0;
  for (std::size_t axis = 0; axis < batch; ++axis)
    which = which * tensor.shape[axis] + (tensor.shape[axis] == 1 ? 0 : entry[entry.size() - batch + axis]);
  Matrix<T> out(tensor.shape[batch], axes == 2 ? tensor.shape[batch + 1] : 1);
  const T* from = tensor.template as<T>() + which * out.rows * out.cols;
  std::copy(from, from + out.rows * out.cols, out.begin());
  return out;
}

/// Writes results one after the other, as the batch is walked.
template <class Scalars>
class ResultWriter {
 public:
  ResultWriter(DType dtype, Extents batch, const Extents& axes) : each_(count_of(axes)) {
    batch.insert(batch.end(), axes.begin(), axes.end());
    block = Block<Scalars>::make(dtype, std::move(batch));
  }
  template <InexactScalar T>
  void write(const Matrix<T>& result) {
    if (result.end() - result.begin() != each_) fail(dsl::Fault::internal, "a matrix has another shape than its node");
    for (const T& element : result) put(element);
  }
  void write_nan() {
    for (std::int64_t at = 0; at < each_; ++at) put(std::numeric_limits<double>::quiet_NaN());
  }

  Block<Scalars> block;

 private:
  template <class X>
  void put(X element) {
    with_scalar<Scalars>(block.dtype, [&](auto zero) {
      using T = decltype(zero);
      block.template as<T>()[next_++] = convert<T>(element);
    });
  }
  std::int64_t each_;
  std::int64_t next_ = 0;
};

// -- functions of one matrix

/// Axes of a result, by letter: m and n the matrix's, k the smaller of them; and whether it is real for complex ones.
struct ResultAxes {
  std::string_view letters;
  bool real = false;
};

/// All results for one matrix; none where `fault` is to be raised. eps is that of the dtype, not of T.
template <class T>
using MatrixFunction = std::vector<Matrix<T>> (*)(const Matrix<T>&, Part<T> eps);

template <class T>
struct MatrixRow {
  Op op;
  std::vector<ResultAxes> results;
  MatrixFunction<T> function;
  dsl::Fault fault = dsl::Fault::internal;
};

template <InexactScalar T>
std::vector<Matrix<T>> alone(std::optional<Matrix<T>> result) {
  if (!result) return {};
  return {std::move(*result)};
}
template <InexactScalar T>
Matrix<T> column(const std::vector<Part<T>>& values) {
  Matrix<T> out(static_cast<std::int64_t>(values.size()), 1);
  std::copy(values.begin(), values.end(), out.begin());
  return out;
}

template <InexactScalar T>
const std::vector<MatrixRow<T>>& matrix_rows() {
  using M = Matrix<T>;
  using P = Part<T>;
  static const std::vector<MatrixRow<T>> rows{
      {Op::inv, {{"nn"}}, [](const M& a, P) { return alone(inverse(a)); }, dsl::Fault::singular_matrix},
      {Op::pinv, {{"nm"}}, [](const M& a, P eps) { return std::vector{pseudo_inverse(a, eps)}; }},
      {Op::det, {{""}}, [](const M& a, P) { return std::vector{M(1, 1, determinant(a))}; }},
      {Op::logdet, {{"", true}}, [](const M& a, P) { return std::vector{M(1, 1, T{log_determinant(a)})}; }},
      {Op::cholesky, {{"nn"}}, [](const M& a, P) { return alone(cholesky(a)); }, dsl::Fault::not_positive_definite},
      {Op::lu,
       {{"mm"}, {"mk"}, {"kn"}},
       [](const M& a, P) {
         const Lu<T> f = lu(a);
         return std::vector{f.P, f.L, f.U};
       }},
      {Op::qr,
       {{"mk"}, {"kn"}},
       [](const M& a, P) {
         const Qr<T> f = qr(a);
         return std::vector{f.Q, f.R};
       }},
      {Op::svd,
       {{"mk"}, {"k", true}, {"kn"}},
       [](const M& a, P) {
         const Svd<T> f = svd(a);
         return std::vector{f.U, column<T>(f.s), f.Vh};
       }},
      {Op::eigh,
       {{"n", true}, {"nn"}},
       [](const M& a, P) {
         const Eigh<T> f = eigh(a);
         return std::vector{column<T>(f.w), f.V};
       }},
  };
  return rows;
}

template <InexactScalar T>
const MatrixRow<T>& matrix_row(Op op) {
  for (const MatrixRow<T>& row : matrix_rows<T>())
    if (row.op == op) return row;
  fail(dsl::Fault::internal, std::string(dsl::row(op).spelling) + " is no function of one matrix");
}

template <class T, class Scalars>
std::vector<Held<Scalars>> apply_matrix_row(const MatrixRow<T>& row, const Block<Scalars>& a) {
  const Extents batch(a.shape.begin(), a.shape.end() - 2);
  const std::int64_t m = a.shape[batch.size()];
  const std::int64_t n = a.shape[batch.size() + 1];
  std::vector<ResultWriter<Scalars>> writers;
  for (const ResultAxes& result : row.results) {
    Extents axes;
    for (char letter : result.letters) axes.push_back(letter == 'm' ? m : letter == 'n' ? n : std::min(m, n));
    writers.emplace_back(result.real ? dsl::real_type(a.dtype) : a.dtype, batch, axes);
  }
  for_each_entry(batch, [&](const Extents& entry) {
    const Matrix<T> matrix = matrix_at<T>(a, 2, entry);
    if (!all_finite(matrix)) {
      for (ResultWriter<Scalars>& writer : writers) writer.write_nan();
      return;
    }
    const std::vector<Matrix<T>> results = row.function(matrix, static_cast<Part<T>>(epsilon_of(a.dtype)));
    if (results.empty()) fail(row.fault, linalg::entry_text(entry));
    for (std::size_t which = 0; which < results.size(); ++which) writers[which].write(results[which]);
  });
  std::vector<Held<Scalars>> out;
  for (const ResultWriter<Scalars>& writer : writers) out.push_back({writer.block, nullptr});
  return out;
}

/// All results of a function of one matrix, in the order of the node's parts.
template <class Scalars>
std::vector<Held<Scalars>> matrix_function(Op op, const Block<Scalars>& a) {
  const Block<Scalars> matrices = converted<Scalars>(a, dsl::inexact_type(a.dtype));
  return with_inexact<Scalars>(a.dtype, [&](auto zero) {
    using T = decltype(zero);
    return apply_matrix_row(matrix_row<T>(op), matrices);
  });
}

// -- equations

/// How the matrices and the right-hand sides of an equation are meant.
struct EquationForm {
  bool vectors = false;     // b's last axis is one vector
  bool transposed = false;  // the matrices are a's transposes
};

/// solve and lstsq: x with a x = b over the last axes; `shape` is x's.
template <class Scalars>
Held<Scalars> solutions(Op op, const Block<Scalars>& a, const Block<Scalars>& b, EquationForm form,
                        const Extents& shape) {
  const DType dtype = dsl::inexact_type(dsl::promote(a.dtype, b.dtype));
  const Block<Scalars> matrices = converted<Scalars>(a, dtype);
  const Block<Scalars> sides = converted<Scalars>(b, dtype);
  const std::size_t axes = form.vectors ? 1 : 2;
  const Extents batch(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(axes));
  ResultWriter<Scalars> writer(dtype, batch,
                               Extents(shape.begin() + static_cast<std::ptrdiff_t>(batch.size()), shape.end()));
  with_inexact<Scalars>(dtype, [&](auto zero) {
    using T = decltype(zero);
    for_each_entry(batch, [&](const Extents& entry) {
      const Matrix<T> given = matrix_at<T>(matrices, 2, entry);
      const Matrix<T> matrix = form.transposed ? transposed(given) : given;
      const Matrix<T> side = matrix_at<T>(sides, axes, entry);
      if (matrix.rows != side.rows) fail(dsl::Fault::internal, "the two sides of an equation have different sizes");
      if (!all_finite(matrix)) return writer.write_nan();
      if (op == Op::lstsq) return writer.write(least_squares(matrix, side, static_cast<Part<T>>(epsilon_of(dtype))));
      const std::optional<Matrix<T>> x = solve(matrix, side);
      if (!x) fail(dsl::Fault::singular_matrix, linalg::entry_text(entry));
      writer.write(*x);
    });
  });
  return {writer.block, nullptr};
}

/// diag(d) + U V^T over a batch.
template <class Scalars>
Block<Scalars> diagonal_plus_products(const Block<Scalars>& d, const Block<Scalars>& u, const Block<Scalars>& v) {
  const Extents batch(d.shape.begin(), d.shape.end() - 1);
  const std::int64_t n = d.shape.back();
  ResultWriter<Scalars> writer(d.dtype, batch, {n, n});
  with_inexact<Scalars>(d.dtype, [&](auto zero) {
    using T = decltype(zero);
    for_each_entry(batch, [&](const Extents& entry) {
      const Matrix<T> diagonal = matrix_at<T>(d, 1, entry);
      Matrix<T> out = times(matrix_at<T>(u, 2, entry), transposed(matrix_at<T>(v, 2, entry)));
      for (std::int64_t k = 0; k < n; ++k) out(k, k) += diagonal(k, 0);
      writer.write(out);
    });
  });
  return writer.block;
}

}  // namespace ricci::runtime::reference
