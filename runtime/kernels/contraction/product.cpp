#include "runtime/kernels/contraction/product.hpp"

#include <algorithm>
#include <optional>

#include "runtime/kernels/contraction/blocks.hpp"
#include "runtime/kernels/contraction/loops.hpp"
#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/kernels/contraction/walk.hpp"
#include "runtime/linalg/blas.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime::contraction {
namespace {

using linalg::Buffer;

/// Two groups of axes of one tensor, copied to rows [count of first, count of second].
template <typename T>
void pack_matrix(const T* from, std::int64_t Axis::*stride, const std::vector<Axis>& first,
                 const std::vector<Axis>& second, T* to) {
  Extents shape{1}, strides{0};
  for (const auto* group : {&first, &second})
    for (const Axis& axis : *group) {
      shape.push_back(axis.extent);
      strides.push_back(axis.*stride);
    }
  if (shape.size() > 1) {
    shape.erase(shape.begin());
    strides.erase(strides.begin());
  }
  const std::int64_t slice = count_of(shape) / shape[0], outermost = strides[0];
  parallel_for(shape[0], std::max<std::int64_t>(32, (1 << 16) / slice), [&](std::int64_t begin, std::int64_t end) {
    Extents part = shape;
    part[0] = end - begin;
    copy_strided(reinterpret_cast<const std::byte*>(from + begin * outermost), strides,
                 reinterpret_cast<std::byte*>(to + begin * slice), part, sizeof(T));
  });
}

/// The result's two groups of axes, from rows [count of first, count of second].
template <typename T>
void unpack_matrix(const T* from, const std::vector<Axis>& first, const std::vector<Axis>& second, T* to) {
  struct Way {
    std::int64_t extent, from, to;
  };
  std::vector<Way> ways;
  std::int64_t stride = 1;
  for (const auto* group : {&second, &first})
    for (auto axis = group->rbegin(); axis != group->rend(); ++axis) {
      ways.push_back({axis->extent, stride, axis->out});
      stride *= axis->extent;
    }
  // Row by row of the target, as far as it is contiguous.
  std::ranges::sort(ways, [](const Way& a, const Way& b) { return a.to < b.to; });
  Extents shape, strides;
  std::int64_t dense = 1;
  for (; !ways.empty() && ways.front().to == dense; ways.erase(ways.begin())) {
    shape.insert(shape.begin(), ways.front().extent);
    strides.insert(strides.begin(), ways.front().from);
    dense *= ways.front().extent;
  }
  std::vector<std::int64_t> digits(ways.size(), 0);
  for (bool more = true; more;) {
    copy_strided(reinterpret_cast<const std::byte*>(from), strides, reinterpret_cast<std::byte*>(to), shape, sizeof(T));
    more = false;
    for (std::size_t at = 0; at < ways.size() && !more; ++at) {
      more = ++digits[at] < ways[at].extent;
      const std::int64_t steps = more ? 1 : 1 - ways[at].extent;
      from += steps * ways[at].from;
      to += steps * ways[at].to;
      if (!more) digits[at] = 0;
    }
  }
}

template <typename T>
class Runner {
 public:
  Runner(const Plan& plan, const Operands& operands)
      : plan_(plan),
        operands_(operands),
        left_(reinterpret_cast<const T*>(plan.swapped ? operands.right : operands.left)),
        right_(reinterpret_cast<const T*>(plan.swapped ? operands.left : operands.right)),
        factor_(factor_of<T>(operands.scale)),
        scaled_(!(operands.scale == Scale{})) {}

  void run() {
    if (plan_.shares_left()) left_shared_.emplace(packed_left(left_ + Walk(plan_, 0).left()));
    if (plan_.shares_right()) right_shared_.emplace(packed_right(right_ + Walk(plan_, 0).right()));
    if (runs_many()) return run_many();
    const std::int64_t work = plan_.m * plan_.n * plan_.k + plan_.m * plan_.k + plan_.k * plan_.n;
    const std::int64_t grain = std::max<std::int64_t>(1, (1 << 16) / work);
    parallel_for(plan_.entries, grain, [&](std::int64_t begin, std::int64_t end) { run_entries(begin, end); });
  }

 private:
  /// Many small products: run by run along the last axis.
  bool runs_many() const {
    return plan_.form == Form::product && plan_.entries > 1 && plan_.m * plan_.n * plan_.k <= 4096 && !scaled_ &&
           !plan_.left.packed && !plan_.right.packed && !plan_.out.packed;
  }
  void run_many() const {
    if constexpr (!std::is_same_v<T, std::uint32_t>) {
      const Block<T> block = block_at(left_, right_, reinterpret_cast<T*>(operands_.out));
      const std::int64_t work = plan_.m * plan_.n * plan_.k + 8;
      const std::int64_t grain = std::max<std::int64_t>(1, (1 << 16) / work);
      parallel_for(plan_.entries, grain, [&](std::int64_t begin, std::int64_t end) {
        Walk walk(plan_, begin);
        while (begin < end) {
          const Walk::Entries run = walk.take(end - begin);
          Rows<T> left = block.left, right = block.right;
          left.data += run.left, right.data += run.right;
          loops<T>().products(run.many, block.m, block.n, block.k, left, right, block.out + run.out, block.out_row);
          begin += run.many.count;
        }
      });
    }
  }

  Buffer<T> packed_left(const T* from) const {
    Buffer<T> out(plan_.m * plan_.k);
    pack_matrix(from, &Axis::left, plan_.rows, plan_.summed, out.data());
    return out;
  }
  Buffer<T> packed_right(const T* from) const {
    Buffer<T> out(plan_.k * plan_.n);
    pack_matrix(from, &Axis::right, plan_.summed, plan_.columns, out.data());
    return out;
  }

  void run_entries(std::int64_t begin, std::int64_t end) const {
    std::optional<Buffer<T>> left, right, out;
    const T *left_from = nullptr, *right_from = nullptr;
    if (plan_.out.packed) out.emplace(plan_.m * plan_.n);
    Walk walk(plan_, begin);
    for (std::int64_t entry = begin; entry < end; ++entry, walk.next()) {
      const T* l = left_ + walk.left();
      const T* r = right_ + walk.right();
      const Halves halves = l == r ? halves_ : Halves::apart;
      T* c = reinterpret_cast<T*>(operands_.out) + walk.out();
      if (plan_.left.packed && !left_shared_) {
        if (l != left_from) left.emplace(packed_left(left_from = l));
        l = left->data();
      } else if (left_shared_) {
        l = left_shared_->data();
      }
      if (plan_.right.packed && !right_shared_) {
        if (r != right_from) right.emplace(packed_right(right_from = r));
        r = right->data();
      } else if (right_shared_) {
        r = right_shared_->data();
      }
      run_entry(l, r, out ? out->data() : c, halves);
      if (out) unpack_matrix(out->data(), plan_.rows, plan_.columns, c);
    }
  }

  void run_entry(const T* l, const T* r, T* c, Halves halves) const {
    Block<T> block = block_at(l, r, c);
    block.halves = halves;
    run_block(block);
    if (scaled_) scale(c);
  }

  /// Of the entries whose operands begin at the same element: whether they are a matrix by its own transpose.
  Halves halves() const {
    const bool matrices = plan_.form == Form::product || plan_.form == Form::gemm;
    const auto same = [](const Axis& row, const Axis& column) {
      return row.extent == column.extent && row.left == column.right;
    };
    const auto itself = [](const Axis& axis) { return axis.left == axis.right; };
    if (!matrices || !std::ranges::equal(plan_.rows, plan_.columns, same) || !std::ranges::all_of(plan_.summed, itself))
      return Halves::apart;
    return operands_.left_conjugated == operands_.right_conjugated ? Halves::equal : Halves::conjugate;
  }

  Block<T> block_at(const T* l, const T* r, T* c) const {
    Block<T> block{plan_.form, plan_.m, plan_.n, plan_.k, {}, {}, c, plan_.out.row};
    const bool conjugate_l = plan_.swapped ? operands_.right_conjugated : operands_.left_conjugated;
    const bool conjugate_r = plan_.swapped ? operands_.left_conjugated : operands_.right_conjugated;
    block.left = {l, plan_.left.row, plan_.left.column, conjugate_l};
    block.right = {r, plan_.right.row, plan_.right.column, conjugate_r};
    if (plan_.form == Form::dots) {
      block.left.column = 1;
      block.right.row = plan_.right.packed ? 0 : plan_.right.column;
      block.right.column = 1;
    }
    if (plan_.form == Form::lanes) block.left.column = 1;
    return block;
  }

  void scale(T* c) const {
    for (std::int64_t row = 0; row < plan_.m; ++row)
      for (std::int64_t column = 0; column < plan_.n; ++column) {
        T& element = c[row * plan_.out.row + column];
        element = scaled(element, factor_);
      }
  }

  const Plan& plan_;
  const Operands& operands_;
  const T* left_;
  const T* right_;
  T factor_;
  bool scaled_;
  Halves halves_ = halves();
  std::optional<Buffer<T>> left_shared_, right_shared_;
};

}  // namespace

void run_product(const Plan& plan, DType dtype, const Operands& operands) {
  with_type(dtype, [&](auto zero) {
    using T = typename LoopScalar<decltype(zero)>::type;
    if constexpr (!std::is_same_v<T, bool>) Runner<T>(plan, operands).run();
  });
}

}  // namespace ricci::runtime::contraction
