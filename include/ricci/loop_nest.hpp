/// Runs a literal's loop nest over the caller's containers, into the result: for the widest vectors that the machine
/// has, on the library's threads where it is worth their while. Operands whose elements do not lie side by side along
/// the last axis of the result are laid out anew first. Says no, and leaves the work to the library, where a container
/// or an extent does not fit.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include <ricci/inlined.hpp>
#include <ricci/value.hpp>

#include "runtime/pool.hpp"

namespace ricci::detail {

/// What the compiler knows of a loop nest besides its formula.
template <const auto& F>
struct Nest {
  static constexpr const dsl::FrozenNode& root = F.nodes[F.root];
  static constexpr int rank = root.rank;
  static constexpr int body = root.operands[0];
  static constexpr int lane = static_cast<int>(F.pool[static_cast<std::size_t>(root.first + rank - 1)]);
  static constexpr int axis(int at) { return static_cast<int>(F.pool[static_cast<std::size_t>(root.first + at)]); }

  /// Every operand is a number, or read with the axes of the result in their order: one long row, then.
  static constexpr bool flat() {
    for (const dsl::FrozenNode& own : F.nodes) {
      if (own.op == dsl::Op::sum) return false;
      if (own.op != dsl::Op::access)
        for (int operand : own.operands)
          if (operand >= 0 && F.nodes[static_cast<std::size_t>(operand)].op == dsl::Op::index) return false;
      if (own.op != dsl::Op::access || own.count == 0) continue;
      if (own.count != rank) return false;
      for (int at = 0; at < rank; ++at)
        if (F.pool[static_cast<std::size_t>(own.first + at)] != axis(at)) return false;
    }
    return true;
  }
};

#if defined(__x86_64__)
#define RICCI_WIDE [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw")]]
#define RICCI_MIDDLE [[gnu::target("avx2")]]
#else
#define RICCI_WIDE
#define RICCI_MIDDLE
#endif

template <const auto& F, int W>
RICCI_INLINE void run_rows(const inlined::Place<F>& at, double* out, std::int64_t begin, std::int64_t end) {
  using N = Nest<F>;
  inlined::Place<F> c = at;
  const std::int64_t length = c.extent[N::lane];
  if (c.one_row) return inlined::run_row<F, N::body, N::lane, W>(c, out, begin, end);
  for (std::int64_t row = begin; row < end; ++row) {
    std::int64_t rest = row;
    inlined::unrolled<N::rank - 1>([&](auto outer) __attribute__((always_inline)) {
      constexpr int axis = N::axis(N::rank - 2 - outer);
      if constexpr (outer == N::rank - 2) {
        c.at[axis] = rest;
      } else {
        c.at[axis] = rest % c.extent[axis];
        rest /= c.extent[axis];
      }
    });
    inlined::run_row<F, N::body, N::lane, W>(c, out + row * length, 0, length);
  }
}
template <const auto& F>
RICCI_WIDE void wide_rows(const inlined::Place<F>& at, double* out, std::int64_t begin, std::int64_t end) {
  run_rows<F, 8>(at, out, begin, end);
}
template <const auto& F>
RICCI_MIDDLE void middle_rows(const inlined::Place<F>& at, double* out, std::int64_t begin, std::int64_t end) {
  run_rows<F, 4>(at, out, begin, end);
}
template <const auto& F>
using Rows = void (*)(const inlined::Place<F>&, double*, std::int64_t, std::int64_t);

/// The code for this machine; none where only the library has some.
template <const auto& F>
Rows<F> rows_here() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    return wide_rows<F>;
  if (__builtin_cpu_supports("avx2")) return middle_rows<F>;
#endif
  return nullptr;
}

/// The tensor, with `axis` last and its elements side by side: a copy that is kept in `kept`.
runtime::Tensor laid_out(const runtime::Tensor& of, std::size_t axis, std::vector<std::unique_ptr<double[]>>& kept);

/// One call: `operands` by argument, `classes` the classes of their axes, one after the other.
template <const auto& F>
class NestCall {
  using N = Nest<F>;

 public:
  NestCall(const std::vector<runtime::Tensor>& operands, const std::int64_t* classes) : operands_(operands) {
    for (std::int64_t& extent : class_extent_) extent = -1;
    for (std::size_t which = 0; which < operands.size(); ++which)
      for (std::size_t axis = 0; axis < operands[which].rank(); ++axis)
        fits_ = take(*classes++, operands[which].shape[axis]) && fits_;
    for (int index = 0; index < F.indices; ++index)
      c_.extent[index] = class_extent_[F.extents[static_cast<std::size_t>(index)] - dsl::first_class];
  }
  /// The shape of the result; empty where the arguments do not fit, or nothing is to be computed.
  extents shape() const {
    extents out;
    for (int axis = 0; fits_ && axis < N::rank; ++axis) out.push_back(c_.extent[N::axis(axis)]);
    return out;
  }
  /// False where the library does it better.
  bool run(double* out) {
    const Rows<F> rows = rows_here<F>();
    std::int64_t count = 1;
    for (int axis = 0; axis < N::rank; ++axis) count *= c_.extent[N::axis(axis)];
    for (int index = 0; index < F.indices; ++index)
      if (c_.extent[index] == 0) return false;
    if (rows == nullptr || !place(count)) return false;
    const std::int64_t length = c_.one_row ? 1 : c_.extent[N::lane];
    const std::int64_t grain = std::max<std::int64_t>(1, numbers_a_chunk / (length * terms()));
    if (count / length <= grain)
      rows(c_, out, 0, count / length);
    else
      runtime::parallel_for(count / length, grain,
                            [&](std::int64_t begin, std::int64_t end) { rows(c_, out, begin, end); });
    return true;
  }

 private:
  static constexpr std::int64_t numbers_a_chunk = 1 << 16;

  bool take(std::int64_t of, std::int64_t extent) {
    std::int64_t& known = class_extent_[of];
    if (known < 0) known = extent;
    return known == extent;
  }
  std::int64_t terms() const {
    std::int64_t out = 1;
    for (const dsl::FrozenNode& own : F.nodes)
      if (own.op == dsl::Op::sum)
        for (int at = 0; at < own.count; ++at) out *= c_.extent[F.pool[static_cast<std::size_t>(own.first + at)]];
    return out;
  }
  /// Pointers and strides of every access; a long row instead of many short ones where that is the same.
  bool place(std::int64_t count) {
    bool row = N::flat();
    for (const dsl::FrozenNode& own : F.nodes) {
      if (own.op != dsl::Op::access) continue;
      runtime::Tensor of = operands_[static_cast<std::size_t>(F.nodes[static_cast<std::size_t>(own.operands[0])].slot)];
      int along = -1;
      for (int at = 0; at < own.count; ++at) {
        if (F.pool[static_cast<std::size_t>(own.first + at)] != N::lane) continue;
        if (along >= 0) return false;  // a diagonal
        along = at;
      }
      if (along >= 0 && of.strides[static_cast<std::size_t>(along)] != 1) {
        if (of.count() * 4 > count * terms()) return false;  // not worth a copy
        of = laid_out(of, static_cast<std::size_t>(along), kept_);
        row = false;
      }
      row = row && (own.count == 0 || of.contiguous());
      c_.data[own.slot] = of.template as<const double>();
      for (int at = 0; at < own.count; ++at) c_.stride[own.first + at] = of.strides[static_cast<std::size_t>(at)];
    }
    if (row) in_one_row(count);
    return true;
  }
  /// Only the last axis is left, and it is as long as the whole.
  void in_one_row(std::int64_t count) {
    c_.one_row = true;
    c_.extent[N::lane] = count;
    for (const dsl::FrozenNode& own : F.nodes)
      if (own.op == dsl::Op::access && own.count > 0) c_.stride[own.first + N::rank - 1] = 1;
  }

  const std::vector<runtime::Tensor>& operands_;
  inlined::Place<F> c_{};
  std::int64_t class_extent_[dsl::FrozenBox::most_indices];
  bool fits_ = true;
  std::vector<std::unique_ptr<double[]>> kept_;
};

}  // namespace ricci::detail
