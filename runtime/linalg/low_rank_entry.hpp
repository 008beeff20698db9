/// One matrix diag(d) + U V^T by what it is made of: with W = D^-1 U and S = I + V^T W,
/// A^-1 = D^-1 - W S^-1 V^T D^-1 and det A = det D det S. Every answer says whether it can be trusted.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/determinant.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

template <typename T>
class LowRankEntry {
 public:
  /// d [n], U and V [n,q], row-major, q > 0; they are referred to.
  LowRankEntry(std::int64_t n, std::int64_t q, const T* d, const T* u, const T* v) : n_(n), q_(q), d_(d), u_(u), v_(v) {
    usable_ = std::none_of(d, d + n, [](T own) { return own == T(0); }) && scan(d, n).finite() && prepare();
  }
  /// Whether the formulas apply: no zero on the diagonal, nothing infinite on the way, S regular.
  bool usable() const { return usable_; }

  /// x from b, both [n,r] row-major; false where a residual is too large after one refinement. Columns of b that are
  /// not finite get whatever they get.
  bool solve(const T* b, T* x, std::int64_t r) const {
    constexpr std::int64_t width = 64;
    std::atomic<bool> held{true};
    parallel_for((r - 1) / width + 1, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end && held; ++block)
        if (!solve_block(b + block * width, x + block * width, r, std::min(width, r - block * width))) held = false;
    });
    return held;
  }

  double rcond() const {
    R norm = 0;
    for (std::int64_t row = 0; row < n_; ++row) {
      R sum = std::abs(d_[row]);
      for (std::int64_t p = 0; p < q_; ++p) sum += u_size_[row * q_ + p] * v_sums_[p];
      norm = std::max(norm, sum);
    }
    const Buffer<T> probe(n_);
    for (std::int64_t row = 0; row < n_; ++row) probe[row] = T(static_cast<R>(probe_entry(row)));
    apply(probe.data(), 1);
    const auto size = static_cast<double>(norm);
    const double cheap = 1 / (size * static_cast<double>(scan(probe.data(), n_).largest));
    if (!suspicious<T>(cheap, n_)) return cheap;
    return std::min(cheap, 1 / (size * inverse_norm<T>(n_, [&](bool adjoint, T* x) {
                                  if (adjoint)
                                    apply_adjoint(x);
                                  else
                                    apply(x, 1);
                                })));
  }

  /// None where S is so near to singular, against the sizes that it was summed from, that digits are lost.
  std::optional<Determinant<T>> determinant() const {
    constexpr R most_lost = 256;
    const Buffer<T> inverse(q_ * q_);
    std::fill(inverse.data(), inverse.data() + q_ * q_, T(0));
    for (std::int64_t p = 0; p < q_; ++p) inverse[p * q_ + p] = T(1);
    substitute(small_, false, inverse.data(), q_);
    const R lost = row_sum_norm(q_, q_, inverse.data(), q_) * summed_from();
    if (!(lost <= most_lost)) return std::nullopt;
    Determinant<T> out = determinant_of(small_);
    for (std::int64_t row = 0; row < n_; ++row) out.multiply(Wide<T>(d_[row]));
    return out;
  }

 private:
  using R = Real<T>;
  using Op = blas::Op;

  bool prepare() {
    for (std::int64_t at = 0; at < n_ * q_; ++at) {
      w_[at] = u_[at] / d_[at / q_];
      u_size_[at] = std::abs(u_[at]);
      v_size_[at] = std::abs(v_[at]);
    }
    if (!scan(w_.data(), n_ * q_).finite() || !scan(v_, n_ * q_).finite()) return false;
    std::fill(v_sums_.data(), v_sums_.data() + q_, R(0));
    for (std::int64_t at = 0; at < n_ * q_; ++at) v_sums_[at % q_] += v_size_[at];
    factor_entry<T>(small_, Structure::general, [&](T* s) {
      blas::gemm<T>(Op::transpose, Op::none, q_, q_, n_, T(1), v_, q_, w_.data(), q_, T(0), s, q_);
      for (std::int64_t p = 0; p < q_; ++p) s[p * q_ + p] += T(1);
    });
    const Method found = small_.method;
    return small_.exponent == 0 && found != Method::wide && found != Method::singular && found != Method::non_finite;
  }

  /// x := A^-1 x for r columns.
  void apply(T* x, std::int64_t r) const {
    for (std::int64_t row = 0; row < n_; ++row)
      for (std::int64_t col = 0; col < r; ++col) x[row * r + col] /= d_[row];
    const Buffer<T> inner(q_ * r);
    blas::gemm<T>(Op::transpose, Op::none, q_, r, n_, T(1), v_, q_, x, r, T(0), inner.data(), r);
    substitute(small_, false, inner.data(), r);
    blas::gemm<T>(Op::none, Op::none, n_, r, q_, T(-1), w_.data(), q_, inner.data(), r, T(1), x, r);
  }
  /// x := A^-H x:  D^-H (x - conj(V) S^-H W^H x).
  void apply_adjoint(T* x) const {
    const Buffer<T> inner(q_), turned(n_);
    blas::gemm<T>(Op::adjoint, Op::none, q_, 1, n_, T(1), w_.data(), q_, x, 1, T(0), inner.data(), 1);
    substitute(small_, true, inner.data(), 1);
    for (std::int64_t p = 0; p < q_; ++p) inner[p] = conjugate(inner[p]);
    blas::gemm<T>(Op::none, Op::none, n_, 1, q_, T(1), v_, q_, inner.data(), 1, T(0), turned.data(), 1);
    for (std::int64_t row = 0; row < n_; ++row) x[row] = (x[row] - conjugate(turned[row])) / conjugate(d_[row]);
  }

  /// `count` columns of b and x, whose rows stand ld apart.
  bool solve_block(const T* b, T* x, std::int64_t ld, std::int64_t count) const {
    const Buffer<T> own(n_ * count), left(n_ * count);
    copy_columns(b, ld, own.data(), count, count);
    apply(own.data(), count);
    bool held = small_residual(b, ld, own.data(), left.data(), count);
    if (!held) {
      apply(left.data(), count);
      for (std::int64_t at = 0; at < n_ * count; ++at) own[at] += left[at];
      held = small_residual(b, ld, own.data(), left.data(), count);
    }
    copy_columns(own.data(), count, x, ld, count);
    return held;
  }
  void copy_columns(const T* from, std::int64_t from_ld, T* to, std::int64_t to_ld, std::int64_t count) const {
    for (std::int64_t row = 0; row < n_; ++row) std::copy_n(from + row * from_ld, count, to + row * to_ld);
  }

  /// left = b - A x, column by column against what rounding explains.
  bool small_residual(const T* b, std::int64_t ld, const T* x, T* left, std::int64_t count) const {
    const Buffer<T> inner(q_ * count);
    const Buffer<R> x_size(n_ * count), size(n_ * count), inner_size(q_ * count);
    for (std::int64_t row = 0; row < n_; ++row)
      for (std::int64_t col = 0; col < count; ++col) {
        const std::int64_t at = row * count + col;
        x_size[at] = std::abs(x[at]);
        size[at] = std::abs(b[row * ld + col]) + std::abs(d_[row]) * x_size[at];
        left[at] = b[row * ld + col] - d_[row] * x[at];
      }
    blas::gemm<T>(Op::transpose, Op::none, q_, count, n_, T(1), v_, q_, x, count, T(0), inner.data(), count);
    blas::gemm<T>(Op::none, Op::none, n_, count, q_, T(-1), u_, q_, inner.data(), count, T(1), left, count);
    blas::gemm<R>(Op::transpose, Op::none, q_, count, n_, R(1), v_size_.data(), q_, x_size.data(), count, R(0),
                  inner_size.data(), count);
    blas::gemm<R>(Op::none, Op::none, n_, count, q_, R(1), u_size_.data(), q_, inner_size.data(), count, R(1),
                  size.data(), count);
    return explained(b, ld, left, size.data(), count);
  }
  bool explained(const T* b, std::int64_t ld, const T* left, const R* size, std::int64_t count) const {
    const R epsilon = static_cast<R>(n_ + q_ + 16) * std::numeric_limits<R>::epsilon();
    for (std::int64_t col = 0; col < count; ++col) {
      R worst = 0, most = 0;
      bool given = true, finite = true;
      for (std::int64_t row = 0; row < n_; ++row) {
        given = given && std::isfinite(std::abs(b[row * ld + col]));
        finite = finite && std::isfinite(std::abs(left[row * count + col])) && std::isfinite(size[row * count + col]);
        worst = std::max(worst, std::abs(left[row * count + col]));
        most = std::max(most, size[row * count + col]);
      }
      if (given && !(finite && worst <= epsilon * most)) return false;
    }
    return true;
  }

  /// The largest sum of a row of I + |V|^T |W|.
  R summed_from() const {
    const Buffer<R> w_sums(n_);
    for (std::int64_t row = 0; row < n_; ++row) {
      w_sums[row] = 0;
      for (std::int64_t p = 0; p < q_; ++p) w_sums[row] += std::abs(w_[row * q_ + p]);
    }
    R out = 0;
    for (std::int64_t p = 0; p < q_; ++p) {
      R sum = 1;
      for (std::int64_t row = 0; row < n_; ++row) sum += v_size_[row * q_ + p] * w_sums[row];
      out = std::max(out, sum);
    }
    return out;
  }

  std::int64_t n_, q_;
  const T *d_, *u_, *v_;
  Buffer<T> w_{n_ * q_}, s_{q_ * q_};
  Buffer<R> u_size_{n_ * q_}, v_size_{n_ * q_}, v_sums_{q_};
  std::vector<std::int32_t> pivots_ = std::vector<std::int32_t>(static_cast<std::size_t>(q_));
  Entry<T> small_{q_, s_.data(), pivots_.data()};
  bool usable_ = false;
};

}  // namespace ricci::runtime::linalg
