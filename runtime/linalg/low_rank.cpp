#include "runtime/linalg/low_rank.hpp"

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/low_rank_entry.hpp"
#include "runtime/linalg/tally.hpp"

namespace ricci::runtime::linalg {
namespace {

/// The batch with its parts side by side in memory.
struct Batch {
  explicit Batch(const DiagonalPlusLowRank& given)
      : d(contiguous_copy_if_needed(given.d)),
        u(contiguous_copy_if_needed(given.u)),
        v(contiguous_copy_if_needed(given.v)),
        shape(d.shape.begin(), d.shape.end() - 1),
        n(d.shape.back()),
        q(u.shape.back()) {
    for (std::int64_t extent : shape) count *= extent;
  }
  Tensor d, u, v;
  Extents shape;
  std::int64_t n, q, count = 1;
};

/// Entry `at` of a batch, by the way that fits it.
template <typename T>
class EntryOf {
 public:
  EntryOf(const Batch& batch, std::int64_t at)
      : n_(batch.n),
        q_(batch.q),
        d_(batch.d.as<T>() + at * n_),
        u_(batch.u.as<T>() + at * n_ * q_),
        v_(batch.v.as<T>() + at * n_ * q_) {}

  /// What was used, and its rcond, are left in `how`.
  void solve(const T* b, T* x, std::int64_t r, Entry<T>& how) const {
    if (q_ == 0) return divide(b, x, r, how);
    const LowRankEntry<T> parts(n_, q_, d_, u_, v_);
    if (parts.usable() && parts.solve(b, x, r)) {
      how.method = Method::update;
      how.rcond = parts.rcond();
      if (how.rcond > rcond_floor<T>(n_)) return;
    }
    const Buffer<T> matrix(n_ * n_);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n_));
    how = {n_, matrix.data(), pivots.data()};
    factor_entry<T>(how, Structure::general, [&](T* to) { form(to); });
    apply_entry<T>(how, {b, r, 1}, {x, r, 1}, r);
  }

  Determinant<T> determinant() const {
    if (q_ == 0) {
      Determinant<T> out;
      for (std::int64_t row = 0; row < n_; ++row) out.multiply(Wide<T>(d_[row]));
      if (!scan(d_, n_).finite()) out.fraction = Wide<T>(std::numeric_limits<long double>::quiet_NaN());
      return out;
    }
    const LowRankEntry<T> parts(n_, q_, d_, u_, v_);
    if (parts.usable())
      if (const auto found = parts.determinant()) return *found;
    const Buffer<T> matrix(n_ * n_);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n_));
    Entry<T> how{n_, matrix.data(), pivots.data()};
    factor_entry<T>(how, Structure::general, [&](T* to) { form(to); });
    return determinant_of(how);
  }

 private:
  void divide(const T* b, T* x, std::int64_t r, Entry<T>& how) const {
    double smallest = std::numeric_limits<double>::infinity(), largest = 0;
    for (std::int64_t row = 0; row < n_; ++row) {
      const double size = static_cast<double>(std::abs(d_[row]));
      smallest = std::min(smallest, size);
      largest = std::max(largest, size);
    }
    const bool finite = scan(d_, n_).finite();
    how.method = !finite ? Method::non_finite : smallest == 0 ? Method::singular : Method::diagonal;
    how.rcond = smallest / largest;
    for (std::int64_t at = 0; at < n_ * r; ++at)
      x[at] = how.method == Method::diagonal ? b[at] / d_[at / r] : not_a_number<T>;
  }
  void form(T* to) const {
    blas::gemm<T>(blas::Op::none, blas::Op::transpose, n_, n_, q_, T(1), u_, q_, v_, q_, T(0), to, n_);
    for (std::int64_t row = 0; row < n_; ++row) to[row * n_ + row] += d_[row];
  }

  std::int64_t n_, q_;
  const T *d_, *u_, *v_;
};

template <typename T>
Report solve_all(const Batch& a, const Tensor& b, const Tensor& x, std::int64_t r) {
  SharedTally tally;
  const double flops = static_cast<double>(a.n * (a.q + 1)) * static_cast<double>(a.q + 8 * r) + 1000;
  parallel_for(a.count, entries_a_chunk(flops), [&](std::int64_t begin, std::int64_t end) {
    Tally chunk;
    for (std::int64_t at = begin; at < end; ++at) {
      Entry<T> how;
      EntryOf<T>(a, at).solve(b.as<T>() + at * a.n * r, x.as<T>() + at * a.n * r, r, how);
      chunk.add(at, how.method, how.rcond);
    }
    tally.merge(chunk);
  });
  return tally.report(a.shape, rcond_floor<T>(a.n));
}

}  // namespace

Tensor solve_low_rank(const DiagonalPlusLowRank& given, const Tensor& side, bool vectors, Report* report) {
  const Batch a(given);
  const Tensor b = contiguous_copy_if_needed(side), x = Tensor::empty(b.dtype, b.shape);
  if (x.count() == 0) return x;
  count_factorisations(a.count);
  Report own = with_inexact(
      b.dtype, [&](auto zero) { return solve_all<decltype(zero)>(a, b, x, vectors ? 1 : b.shape.back()); });
  if (report != nullptr) *report = std::move(own);
  return x;
}

Tensor det_low_rank(const DiagonalPlusLowRank& given, bool log) {
  const Batch a(given);
  const Tensor out = Tensor::empty(log ? dsl::real_type(a.d.dtype) : a.d.dtype, a.shape);
  with_inexact(a.d.dtype, [&](auto zero) {
    using T = decltype(zero);
    const double flops = static_cast<double>(a.n * (a.q + 1)) * static_cast<double>(a.q + 1) + 1000;
    parallel_for(a.count, entries_a_chunk(flops), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        const Determinant<T> found = EntryOf<T>(a, at).determinant();
        if (log)
          out.as<Real<T>>()[at] = found.log_magnitude();
        else
          out.as<T>()[at] = found.value();
      }
    });
  });
  return out;
}

}  // namespace ricci::runtime::linalg
