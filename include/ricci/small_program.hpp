/// A small program whose extents its arguments' types know, as a straight line of code: every loop is unrolled, every
/// intermediate stands in registers or on the stack, nothing is allocated and nothing asks for a size.
#pragma once

#include <ricci/container_facts.hpp>
#include <ricci/inlined.hpp>

namespace ricci::detail {

[[noreturn]] void refuse_singular();

/// Of one argument or result: where its numbers stand, known to the compiler.
template <typename T>
concept static_container = has_facts<T> && requires(const T& x) {
  { container_facts<T>::numbers(x) } -> std::same_as<const double*>;
  container_facts<T>::strides;
};

using inlined::unrolled;

/// Exchanges row k with the row below whose number is `pivot`, without an address that depends on data.
template <int n>
RICCI_INLINE void exchange(double (&a)[n][n], double (&x)[n], int k, int pivot) {
  unrolled<n>([&](int i) __attribute__((always_inline)) {
    if (i <= k) return;
    const bool chosen = i == pivot;
    const auto swap = [chosen](double& upper, double& lower) __attribute__((always_inline)) {
      const double above = upper;
      upper = chosen ? lower : above;
      lower = chosen ? above : lower;
    };
    unrolled<n>([&](int j) __attribute__((always_inline)) { swap(a[k][j], a[i][j]); });
    swap(x[k], x[i]);
  });
}

/// LU with partial pivoting, the first of the largest as pivot; x is the right-hand side before, the solution after.
template <int n>
RICCI_INLINE void solve_small(double (&a)[n][n], double (&x)[n]) {
  unrolled<n>([&](int k) __attribute__((always_inline)) {
    int pivot = k;
    double largest = __builtin_fabs(a[k][k]);
    unrolled<n>([&](int i) __attribute__((always_inline)) {
      if (i <= k) return;
      const double size = __builtin_fabs(a[i][k]);
      pivot = size > largest ? i : pivot;
      largest = size > largest ? size : largest;
    });
    exchange<n>(a, x, k, pivot);
    if (a[k][k] == 0) refuse_singular();
    unrolled<n>([&](int i) __attribute__((always_inline)) {
      if (i <= k) return;
      const double scale = a[i][k] / a[k][k];
      unrolled<n>([&](int j) __attribute__((always_inline)) {
        if (j > k) a[i][j] -= scale * a[k][j];
      });
      x[i] -= scale * x[k];
    });
  });
  unrolled<n>([&](int back) __attribute__((always_inline)) {
    const int k = n - 1 - back;
    unrolled<n>([&](int j) __attribute__((always_inline)) {
      if (j > k) x[k] -= a[k][j] * x[j];
    });
    x[k] /= a[k][k];
  });
}

/// The program over inputs of the types T.
template <const auto& F, typename... T>
class SmallProgram {
 public:
  RICCI_INLINE static void run(double* out, const std::int64_t* out_strides, const T&... arguments) {
    const double* inputs[] = {container_facts<T>::numbers(arguments)...};
    double scratch[static_cast<std::size_t>(scratch_size()) + 1];
    inlined::Place<F> c{};
    [&]<int... id>(std::integer_sequence<int, id...>) __attribute__((always_inline)) {
      (step<id>(c, inputs, scratch), ...);
    }
    (std::make_integer_sequence<int, static_cast<int>(F.nodes.size())>());
    std::int64_t from = 0;
    each<F.root, 0>(
        0, out_strides, [&](std::int64_t to) __attribute__((always_inline)) {
          out[to] = scratch[offset(F.root) + from++];
        });
  }

 private:
  static constexpr const dsl::FrozenNode& node(int id) { return F.nodes[static_cast<std::size_t>(id)]; }
  static constexpr std::int64_t extent(int id, int axis) {
    return F.pool[static_cast<std::size_t>(node(id).shape + axis)];
  }
  static constexpr bool stored(int id) { return node(id).op == dsl::Op::tensor || node(id).op == dsl::Op::solve; }
  static constexpr std::int64_t count(int id) {
    std::int64_t out = 1;
    for (int axis = 0; axis < node(id).rank; ++axis) out *= extent(id, axis);
    return out;
  }
  /// Where a stored node's numbers begin in the scratch.
  static constexpr std::int64_t offset(int id) {
    std::int64_t out = 0;
    for (int before = 0; before < id; ++before)
      if (stored(before)) out += count(before);
    return out;
  }
  static constexpr std::int64_t scratch_size() { return offset(static_cast<int>(F.nodes.size())); }

  static constexpr std::int64_t input_stride(int slot, int axis) {
    std::int64_t out = 0;
    int at = 0;
    const auto look = [&]<typename One>(std::type_identity<One>) {
      if (at++ != slot) return;
      if constexpr (container_facts<One>::strides.size() > 0) out = container_facts<One>::strides[axis];
    };
    (look(std::type_identity<T>()), ...);
    return out;
  }
  static constexpr std::int64_t stride(int id, int axis) {
    if (node(id).op == dsl::Op::input) return input_stride(node(id).slot, axis);
    std::int64_t out = 1;
    for (int inner = axis + 1; inner < node(id).rank; ++inner) out *= extent(id, inner);
    return out;
  }
  template <int id>
  RICCI_INLINE static const double* numbers(const double* const* inputs, const double* scratch) {
    if constexpr (node(id).op == dsl::Op::input)
      return inputs[node(id).slot];
    else
      return scratch + offset(id);
  }

  /// f(sum of index * strides) for every element of the node, row by row.
  template <int id, int axis, typename Visit>
  RICCI_INLINE static void each(std::int64_t base, const std::int64_t* strides, const Visit& visit) {
    if constexpr (axis == node(id).rank) {
      visit(base);
    } else {
      unrolled<static_cast<int>(extent(id, axis))>([&](int k) __attribute__((always_inline)) {
        each<id, axis + 1>(base + k * strides[axis], strides, visit);
      });
    }
  }

  template <int id>
  RICCI_INLINE static void step(inlined::Place<F>& c, const double* const* inputs, double* scratch) {
    constexpr dsl::FrozenNode own = node(id);
    if constexpr (own.op == dsl::Op::access) {
      c.data[own.slot] = numbers<own.operands[0]>(inputs, scratch);
      for (int at = 0; at < own.count; ++at) c.stride[own.first + at] = stride(own.operands[0], at);
    } else if constexpr (own.op == dsl::Op::tensor) {
      fill<id, 0>(c, scratch + offset(id));
    } else if constexpr (own.op == dsl::Op::solve) {
      constexpr int n = static_cast<int>(extent(id, 0));
      const double* matrix = numbers<own.operands[0]>(inputs, scratch);
      const double* side = numbers<own.operands[1]>(inputs, scratch);
      double a[n][n];
      double x[n];
      unrolled<n>([&](int i) __attribute__((always_inline)) {
        unrolled<n>([&](int j) __attribute__((always_inline)) {
          a[i][j] = matrix[i * stride(own.operands[0], 0) + j * stride(own.operands[0], 1)];
        });
        x[i] = side[i * stride(own.operands[1], 0)];
      });
      solve_small<n>(a, x);
      unrolled<n>([&](int i) __attribute__((always_inline)) { scratch[offset(id) + i] = x[i]; });
    }
  }
  template <int id, int axis>
  RICCI_INLINE static void fill(inlined::Place<F>& c, double* out) {
    constexpr dsl::FrozenNode own = node(id);
    if constexpr (axis == own.rank) {
      inlined::evaluate<F, own.operands[0], -1, 1>(c, inlined::NoTotals(), *out);
    } else {
      constexpr int index = inlined::index_of<F>(own, axis);
      unrolled<static_cast<int>(extent(id, axis))>([&](int k) __attribute__((always_inline)) {
        c.at[index] = k;
        fill<id, axis + 1>(c, out + k * stride(id, axis));
      });
    }
  }
};

}  // namespace ricci::detail
