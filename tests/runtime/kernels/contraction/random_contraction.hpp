/// Random contractions over random memory: permuted, stepped, reversed and broadcast inputs; plain, affine, wrapped,
/// clamped, gathered and constant entries; constants, negations, conjugations and conversions around the factors.
#pragma once

#include <random>

#include "tests/runtime/kernels/reference/sheet.hpp"

namespace ricci::runtime::contraction::test {

using dsl::DType;
using dsl::IndexId;
using dsl::Op;
using dsl::Vec;
using reference::test::Sheet;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Sheet sheet;
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool one_in(int chances) { return below(chances) == 0; }

  /// A tensor of this shape with small random elements, in some memory order.
  Tensor values(DType dtype, const Extents& shape, bool plain = false) {
    Extents order;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) order.push_back(static_cast<std::int64_t>(axis));
    if (!plain && one_in(2)) std::shuffle(order.begin(), order.end(), random_);
    Extents strides(shape.size());
    std::int64_t stride = 1, base = 0;
    for (std::size_t at = shape.size(); at-- > 0;) {
      const auto axis = static_cast<std::size_t>(order[at]);
      if (!plain && one_in(8)) stride *= 2;
      strides[axis] = !plain && one_in(12) ? 0 : stride;
      if (!plain && one_in(8) && shape[axis] > 0) {
        base += strides[axis] * (shape[axis] - 1);
        strides[axis] = -strides[axis];
      }
      stride *= std::max<std::int64_t>(shape[axis], 1);
    }
    Tensor out = Tensor::empty(dtype, {stride + 8});
    fill(out);
    const auto width = static_cast<std::int64_t>(dsl::bytes_of(dtype));
    out.data = std::shared_ptr<std::byte>(out.data, out.data.get() + base * width);
    out.shape = shape;
    out.strides = strides;
    return out;
  }

  std::vector<std::int64_t> limits{3, 5, 9, 20, 40};

  /// The tensor node of a contraction whose result has this type.
  NodeId contraction(DType dtype) {
    dtype_ = dtype;
    const int axes = below(5), sums = below(3);
    const bool large = one_in(4);
    for (int at = 0; at < axes + sums; ++at) {
      const auto limit = limits[static_cast<std::size_t>(below(large && at < 3 ? 5 : 2))];
      const std::int64_t extent = one_in(60) ? 0 : 1 + below(static_cast<int>(limit));
      indices_.push_back(sheet.index(extent));
    }
    const int count = one_in(8) && !dsl::is_complex(dtype) ? 1 : 2;
    Vec<NodeId> factors;
    for (int at = 0; at < count; ++at) factors.push_back(operand());
    NodeId body = factors[0];
    if (count == 2) body = sheet.op(Op::multiply, dtype, {factors[0], factors[1]});
    if (one_in(4)) body = sheet.op(Op::multiply, dtype, {constant(), body});
    if (one_in(6)) body = sheet.op(Op::negate, dtype, {body});
    Vec<IndexId> bound, summed;
    for (int at = 0; at < axes + sums; ++at)
      (at < axes ? bound : summed).push_back(indices_[static_cast<std::size_t>(at)]);
    if (sums > 0) body = sheet.graph.reduce(Op::sum, dtype, body, summed);
    if (one_in(6)) body = sheet.op(Op::multiply, dtype, {body, constant()});
    return sheet.tensor(body, bound);
  }

 private:
  void fill(const Tensor& tensor) {
    with_type(tensor.dtype, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t at = 0; at < tensor.count(); ++at) {
        const int number = below(19) - 9;
        if constexpr (dsl::is_complex(dtype_of<T>()))
          tensor.as<T>()[at] =
              T(static_cast<typename T::value_type>(number), static_cast<typename T::value_type>(below(9) - 4));
        else
          tensor.as<T>()[at] = static_cast<T>(number);
      }
    });
  }

  NodeId constant() {
    if (dsl::is_integer(dtype_)) return sheet.graph.integer(below(9) - 4, dtype_);
    if (dsl::is_complex(dtype_) && one_in(2)) return sheet.graph.complex(2, -3, dtype_);
    if (dsl::is_complex(dtype_)) return sheet.graph.complex(-2, 0, dtype_);
    return sheet.graph.real(-1.5, dtype_);
  }

  IndexId pick() { return indices_[static_cast<std::size_t>(below(static_cast<int>(indices_.size())))]; }

  /// One entry, and the extent that its axis gets.
  NodeId entry(std::int64_t& extent) {
    Graph& graph = sheet.graph;
    const auto reach = [&](IndexId index) { return std::max<std::int64_t>(graph.extent(index), 1) - 1; };
    if (indices_.empty() || one_in(14)) {
      extent = 1 + below(4);
      return graph.integer(below(static_cast<int>(extent)));
    }
    const IndexId i = pick(), j = pick();
    switch (below(16)) {
      case 0: extent = 2 * reach(i) + 2 + below(2); return graph.affine(1, {i}, {2});
      case 1: extent = reach(i) + 1; return graph.affine(reach(i), {i}, {-1});
      case 2: extent = (i == j ? 2 * reach(i) : reach(i) + reach(j)) + 1; return graph.affine(0, {i, j}, {1, 1});
      case 3:
        extent = std::max(reach(i), reach(j)) + 1;
        return graph.add(Op::wrap, DType::i64, {graph.affine(below(5) - 2, {i, j}, {1, 1})}, {extent});
      case 4: extent = 1 + below(6); return graph.add(Op::clamp_to, DType::i64, {graph.affine(-1, {i}, {1})}, {extent});
      case 5: {
        extent = 1 + below(6);
        std::vector<std::int64_t> places;
        for (std::int64_t at = 0; at <= reach(i); ++at) places.push_back(below(static_cast<int>(extent)));
        return graph.add(Op::gather, DType::i64, {sheet.at(sheet.vector(places), i)}, {extent});
      }
      default: extent = graph.extent(i); return graph.index_value(i);
    }
  }

  NodeId operand() {
    std::vector<NodeId> entries;
    Extents shape;
    for (int rank = below(5); rank > 0; --rank) {
      std::int64_t extent = 0;
      entries.push_back(entry(extent));
      shape.push_back(extent);
    }
    DType stored = dtype_;
    if (one_in(6) && dtype_ != DType::f32) stored = dtype_ == DType::c64 ? DType::f32 : DType::i32;
    NodeId out = sheet.at(sheet.input(values(stored, shape)), entries);
    if (stored != dtype_) out = sheet.op(Op::cast, dtype_, {out});
    if (dsl::is_complex(dtype_) && one_in(3)) out = sheet.op(Op::conj, dtype_, {out});
    return out;
  }

  std::mt19937 random_;
  std::vector<IndexId> indices_;
  DType dtype_ = DType::f64;
};

}  // namespace ricci::runtime::contraction::test
