/// Eigen in and out: dense matrices, arrays, vectors, maps and blocks of any storage order become arguments without a
/// copy; sparse matrices, row- or column-major, compressed or not, are copied. Vectors (one column or one row known to
/// the compiler) have rank 1, all else rank 2. No lazy Eigen expression is kept: it is evaluated by its caller first
/// (.eval()).
#pragma once

#include <type_traits>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <ricci/container_facts.hpp>
#include <ricci/ricci.hpp>

namespace ricci {

namespace detail {

/// Anything dense of Eigen that stands on memory.
template <typename D>
concept eigen_memory =
    std::is_base_of_v<Eigen::DenseBase<D>, D> && ((int(D::Flags) & int(Eigen::DirectAccessBit)) != 0) &&
    scalar_type<std::remove_cv_t<typename D::Scalar>>;

/// A matrix or array that owns its elements.
template <typename D>
concept eigen_plain = eigen_memory<D> && std::is_base_of_v<Eigen::PlainObjectBase<D>, D>;

template <typename D>
runtime::Tensor eigen_view(const D& x) {
  if constexpr (D::IsVectorAtCompileTime)
    return view_of(x.data(), {static_cast<std::int64_t>(x.size())}, {static_cast<std::int64_t>(x.innerStride())});
  else
    return view_of(x.data(), {static_cast<std::int64_t>(x.rows()), static_cast<std::int64_t>(x.cols())},
                   {static_cast<std::int64_t>(x.rowStride()), static_cast<std::int64_t>(x.colStride())});
}

}  // namespace detail

template <detail::eigen_memory D>
struct adapt<D> {
  using T = std::remove_cv_t<typename D::Scalar>;
  static constexpr std::size_t rank = D::IsVectorAtCompileTime ? 1 : 2;

  static runtime::Value view(const D& x) { return detail::eigen_view(x); }
  static runtime::Value take(D&& x)
    requires(detail::eigen_plain<D>)
  {
    auto kept = std::make_shared<D>(std::move(x));
    runtime::Tensor out = detail::eigen_view(*kept);
    out.data = std::shared_ptr<std::byte>(kept, out.data.get());
    return out;
  }
  /// Into a matrix, map or block that has the shape already. Errors: shape, type.
  static void fill(D& out, const runtime::Tensor& tensor) {
    copy_into(detail::eigen_view(out), checked(tensor, runtime::dtype_of<T>(), rank));
  }
  static D make(const runtime::Tensor& tensor)
    requires(detail::eigen_plain<D>)
  {
    const runtime::Tensor own = checked(tensor, runtime::dtype_of<T>(), rank);
    D out;
    const auto fits = [](std::int64_t extent, int fixed) { return fixed == Eigen::Dynamic || extent == fixed; };
    if constexpr (rank == 1) {
      if (fits(own.shape[0], D::SizeAtCompileTime)) out.resize(own.shape[0]);
    } else {
      if (fits(own.shape[0], D::RowsAtCompileTime) && fits(own.shape[1], D::ColsAtCompileTime))
        out.resize(own.shape[0], own.shape[1]);
    }
    fill(out, own);  // refuses what did not fit
    return out;
  }
};

template <detail::eigen_memory D>
struct container_facts<D> {
  static constexpr dtype type = runtime::dtype_of<std::remove_cv_t<typename D::Scalar>>();
  static constexpr std::int64_t extent(int fixed) { return fixed == Eigen::Dynamic ? unknown_extent : fixed; }
  static constexpr auto shape = [] {
    if constexpr (D::IsVectorAtCompileTime)
      return std::array<std::int64_t, 1>{extent(D::SizeAtCompileTime)};
    else
      return std::array<std::int64_t, 2>{extent(D::RowsAtCompileTime), extent(D::ColsAtCompileTime)};
  }();
  static constexpr auto strides = [] {
    if constexpr (D::IsVectorAtCompileTime)
      return std::array<std::int64_t, 1>{1};
    else if constexpr (D::IsRowMajor)
      return std::array<std::int64_t, 2>{shape[1], 1};
    else
      return std::array<std::int64_t, 2>{1, shape[0]};
  }();
  static strided place(const D& x) {
    strided out{.data = x.data()};
    if constexpr (D::IsVectorAtCompileTime) {
      out.add(x.size(), x.innerStride());
    } else {
      out.add(x.rows(), x.rowStride());
      out.add(x.cols(), x.colStride());
    }
    return out;
  }
  static const auto* numbers(const D& x)
    requires(detail::eigen_plain<D> && D::SizeAtCompileTime != Eigen::Dynamic)
  {
    return x.data();
  }
};

/// Sparse matrices: the structure is copied and sorted, duplicates add up.
template <scalar_type T, int Order, typename I>
struct adapt<Eigen::SparseMatrix<T, Order, I>> {
  using Matrix = Eigen::SparseMatrix<T, Order, I>;
  static constexpr bool copies = true;

  static runtime::Value view(const Matrix& x) {
    const Eigen::SparseMatrix<T, Eigen::RowMajor, std::int64_t> rows(x);
    using Span = std::span<const std::int64_t>;
    const auto stored = static_cast<std::size_t>(rows.nonZeros());
    return csr(Span(rows.outerIndexPtr(), static_cast<std::size_t>(rows.rows()) + 1),
               Span(rows.innerIndexPtr(), stored), std::span<const T>(rows.valuePtr(), stored), rows.rows(),
               rows.cols())
        .get();
  }
  /// Of a sparse value what it stores, of a dense one what is not zero. Errors: shape, type.
  static Matrix make_of(const runtime::Value& of) {
    const std::shared_ptr<const runtime::Csr> own = sparse_of(of);
    const runtime::Tensor values = checked(own->values, runtime::dtype_of<T>());
    std::vector<Eigen::Triplet<T, std::int64_t>> triples;
    triples.reserve(static_cast<std::size_t>(own->stored()));
    for (std::int64_t row = 0; row < own->rows; ++row)
      for (std::int64_t at = own->row_starts.template as<std::int64_t>()[row];
           at < own->row_starts.template as<std::int64_t>()[row + 1]; ++at)
        triples.emplace_back(row, own->columns.template as<std::int32_t>()[at], values.template as<T>()[at]);
    Matrix out(own->rows, own->cols);
    out.setFromTriplets(triples.begin(), triples.end());
    return out;
  }

 private:
  static std::shared_ptr<const runtime::Csr> sparse_of(const runtime::Value& of) {
    if (const auto* sparse = std::get_if<std::shared_ptr<const runtime::Csr>>(&of)) return *sparse;
    const runtime::Tensor& dense = std::get<runtime::Tensor>(of);
    checked(dense, dense.dtype, 2);
    return std::make_shared<const runtime::Csr>(runtime::csr_from_dense(dense));
  }
};

}  // namespace ricci
