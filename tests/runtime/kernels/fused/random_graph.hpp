/// Random valid graphs with their inputs, for tests against the reference. Numbers are small dyadic ones, and each node
/// knows how exact it is, so that what depends on rounding is never compared, floored or counted.
#pragma once

#include <bit>
#include <random>
#include <vector>

#include "dsl/graph/distribution.hpp"
#include "runtime/evaluation.hpp"

namespace ricci::runtime::test {

using dsl::DType;
using dsl::IndexId;
using dsl::Op;
using dsl::Vec;

/// A number, and what may be done with it.
struct Sample {
  NodeId node;
  DType dtype = DType::f64;
  int bits = 8;  // 53 and more: rounded, but the same in every order; `loose`: the order of sums shows
  bool loose = false;
};

class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random_(seed) {}

  Graph graph;
  std::vector<std::pair<NodeId, Value>> values;
  bool loose = false;   // the result is to be compared with a tolerance
  bool narrow = false;  // f32 occurs

  /// A tensor node of up to three axes.
  NodeId make() {
    const int rank = pick(4);
    Vec<IndexId> axes;
    for (int at = 0; at < rank; ++at) axes.push_back(open(rank == 3 ? 17 : 66));
    Sample body = number(3 + pick(2), axes);
    loose = body.loose;
    for (std::uint32_t at = 0; at < graph.size(); ++at)
      narrow = narrow || dsl::real_type(graph.dtype({at})) == DType::f32;
    return graph.tensor(body.node, axes);
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool chance(int in) { return pick(in) == 0; }

  IndexId open(std::int64_t most) {
    static constexpr std::int64_t extents[] = {0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65, 257, 513};
    std::int64_t extent = extents[pick(15)];
    if (extent == 0 && !chance(3)) extent = 4;
    while (extent > most) extent = extents[1 + pick(14)];
    return graph.open_index("i" + std::to_string(opened_++), extent);
  }

  // -- tensors

  template <class T>
  T random_number(bool special) {
    if constexpr (std::is_same_v<T, bool>) {
      return chance(2);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(pick(9) - 4);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (special && chance(40))
        return chance(2) ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::infinity();
      return static_cast<T>(pick(33) - 16) / 4;
    } else {
      using P = typename T::value_type;
      return {static_cast<P>(pick(33) - 16) / 4, static_cast<P>(pick(9) - 4) / 2};
    }
  }

  /// The same elements in another memory order.
  Tensor laid_out(const Tensor& from) {
    const std::size_t rank = from.rank();
    const std::size_t bytes = dsl::bytes_of(from.dtype);
    Extents strides(rank);
    const int style = pick(4);
    std::int64_t span = 1;
    for (std::size_t at = 0; at < rank; ++at) {
      const std::size_t axis = style == 1 ? at : rank - 1 - at;
      strides[axis] = span;
      span *= std::max<std::int64_t>(from.shape[axis], 1) + (style == 2 ? 2 : 0);
    }
    if (style == 0) return from;
    const auto storage = std::shared_ptr<std::byte>(new std::byte[static_cast<std::size_t>(span) * bytes + 64],
                                                    std::default_delete<std::byte[]>());
    std::int64_t origin = 0;
    if (style == 3)
      for (std::size_t axis = 0; axis < rank; ++axis) {
        if (from.shape[axis] == 0 || chance(2)) continue;
        origin += strides[axis] * (from.shape[axis] - 1);
        strides[axis] = -strides[axis];
      }
    Tensor out{from.dtype, from.shape, strides,
               std::shared_ptr<std::byte>(storage, storage.get() + origin * static_cast<std::int64_t>(bytes))};
    for (std::int64_t flat = 0; flat < from.count(); ++flat) {
      std::int64_t left = flat;
      std::int64_t offset = 0;
      for (std::size_t axis = rank; axis-- > 0; left /= from.shape[axis])
        offset += left % from.shape[axis] * strides[axis];
      std::copy_n(from.data.get() + flat * static_cast<std::int64_t>(bytes), bytes,
                  out.data.get() + offset * static_cast<std::int64_t>(bytes));
    }
    return out;
  }

  NodeId input(DType dtype, const Extents& shape, std::int64_t below = 0) {
    Tensor tensor = Tensor::empty(dtype, shape);
    const bool special = chance(4);
    with_type(dtype, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t at = 0; at < tensor.count(); ++at) {
        if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::int32_t>)
          if (below > 0) {
            tensor.as<T>()[at] = static_cast<T>(pick(static_cast<int>(below)));
            continue;
          }
        tensor.as<T>()[at] = random_number<T>(special);
      }
    });
    dsl::Input own{"x", dtype, {}, false};
    for (std::int64_t extent : shape) own.shape.push_back(extent);
    const NodeId node = graph.input(own);
    values.emplace_back(node, laid_out(tensor));
    return node;
  }

  NodeId sparse_input(DType dtype, const Extents& shape) {
    Tensor tensor = Tensor::zeros(dtype, shape);
    with_type(dtype, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t at = 0; at < tensor.count(); ++at)
        if (chance(3)) tensor.as<T>()[at] = random_number<T>(false);
    });
    dsl::Input own{"S", dtype, {}, true};
    for (std::int64_t extent : shape) own.shape.push_back(extent);
    const NodeId node = graph.input(own);
    values.emplace_back(node, std::make_shared<const Csr>(csr_from_dense(tensor)));
    return node;
  }

  // -- accesses

  IndexId any_index(const Vec<IndexId>& indices) {
    return indices[static_cast<std::size_t>(pick(static_cast<int>(indices.size())))];
  }

  /// An entry, and the size its axis must have.
  NodeId entry(const Vec<IndexId>& indices, std::int64_t& extent, int depth) {
    if (indices.empty()) {
      extent = 1 + pick(4);
      return graph.integer(pick(static_cast<int>(extent)));
    }
    const IndexId index = any_index(indices);
    const std::int64_t size = graph.extent(index);
    const int kind = pick(12);
    if (kind < 6) {
      extent = size;
      return graph.index_value(index);
    }
    if (kind == 6 && size > 0) {  // affine, both ways
      const bool back = chance(2);
      extent = 2 * size + 1;
      return graph.affine(back ? 2 * size - 1 : 1, {index}, {back ? -2 : 2});
    }
    const IndexId other = any_index(indices);
    const NodeId sum = graph.affine(pick(7) - 3, {index, other}, {chance(3) ? -1 : 1, chance(3) ? 2 : 1});
    extent = 1 + pick(static_cast<int>(size) + 6);
    if (kind == 7 || kind == 8) return graph.add(Op::wrap, DType::i64, {sum}, {extent});
    if (kind == 9) return graph.add(Op::clamp_to, DType::i64, {sum}, {extent});
    if (kind == 10 || depth == 0) return graph.add(Op::pad, DType::i64, {sum}, {extent});
    const NodeId table = input(chance(2) ? DType::i32 : DType::i64, {size}, extent + (chance(30) ? 1 : 0));
    const NodeId at = graph.index_value(index);
    NodeId found = graph.access(table, std::span(&at, 1));
    return graph.add(Op::gather, DType::i64, {found}, {extent});
  }

  Sample access(const Vec<IndexId>& indices, int depth) {
    const DType dtype = static_cast<DType>(pick(7));
    const bool sparse = chance(8);
    const int rank = sparse ? 2 : pick(4);
    std::vector<NodeId> entries;
    Extents shape;
    for (int at = 0; at < rank; ++at) {
      std::int64_t extent = 0;
      entries.push_back(entry(indices, extent, depth));
      shape.push_back(extent);
    }
    std::int64_t count = 1;
    for (std::int64_t extent : shape) count *= extent;
    if (count > 20000) return constant();
    const NodeId tensor = sparse ? sparse_input(dtype, shape) : input(dtype, shape);
    if (chance(sparse ? 3 : 20)) {
      std::vector<NodeId> operands{tensor};
      operands.insert(operands.end(), entries.begin(), entries.end());
      return {graph.add(Op::stored, DType::boolean, std::span<const NodeId>(operands)), DType::boolean, 1};
    }
    return {graph.access(tensor, entries), dtype, 8};
  }

  Sample constant() {
    switch (pick(4)) {
      case 0: return {graph.integer(pick(7) - 3), DType::i64, 3};
      case 1: return {graph.real((pick(17) - 8) / 4.0, chance(3) ? DType::f32 : DType::f64), DType::f64, 6};
      case 2: return {graph.complex(pick(5) - 2, (pick(5) - 2) / 2.0), DType::c128, 5};
      default: return {graph.integer(pick(2), DType::boolean), DType::boolean, 1};
    }
  }

  Sample leaf(const Vec<IndexId>& indices, int depth) {
    const int kind = pick(10);
    if (kind == 0) return constant();
    if (kind == 1 && !indices.empty()) return {graph.index_value(any_index(indices)), DType::i64, 9};
    if (kind == 2) return draw(indices);
    return access(indices, depth);
  }

  Sample draw(const Vec<IndexId>& indices) {
    using dsl::Distribution;
    std::vector<NodeId> operands;
    const Distribution kinds[] = {Distribution::uniform,   Distribution::binomial, Distribution::integers,
                                  Distribution::bernoulli, Distribution::normal,   Distribution::poisson};
    const Distribution which = kinds[pick(6)];
    switch (which) {
      case Distribution::uniform: operands = {graph.real(-1), graph.real(2)}; break;
      case Distribution::binomial: operands = {graph.integer(20), graph.real(0.25)}; break;
      case Distribution::integers: operands = {graph.integer(-3), graph.integer(4)}; break;
      case Distribution::bernoulli: operands = {graph.real(0.5)}; break;
      case Distribution::normal: operands = {graph.real(1), graph.real(2)}; break;
      default: operands = {graph.real(3)};
    }
    if (which == Distribution::uniform && !indices.empty() && chance(2)) {  // parameters that vary
      const NodeId index = graph.index_value(any_index(indices));
      operands[1] = graph.add(Op::add, DType::f64, {graph.real(1), graph.add(Op::cast, DType::f64, {index})});
    }
    const auto parameters = static_cast<std::int64_t>(operands.size());
    const int coordinates = indices.empty() ? 1 : 1 + pick(3);
    for (int at = 0; at < coordinates; ++at) {
      std::int64_t extent = 0;
      operands.push_back(indices.empty() ? graph.integer(3) : entry(indices, extent, 0));
    }
    const std::int64_t ints[] = {static_cast<std::int64_t>(which), parameters, 42,
                                 static_cast<std::int64_t>(pick(1000))};
    const DType dtype = dsl::row(which).type;
    return {graph.add(Op::random, dtype, std::span<const NodeId>(operands), ints), dtype, 60};
  }

  // -- numbers

  NodeId as(const Sample& sample, DType dtype) {
    return graph.dtype(sample.node) == dtype ? sample.node : graph.add(Op::cast, dtype, {sample.node});
  }
  DType type(const Sample& sample) const { return graph.dtype(sample.node); }

  /// Exact enough for what jumps: comparisons, floors, casts to integers.
  Sample firm(int depth, const Vec<IndexId>& indices) {
    for (int tries = 0; tries < 5; ++tries) {
      const Sample out = number(depth, indices);
      if (!out.loose) return out;
    }
    return constant();
  }
  Sample firm_real(int depth, const Vec<IndexId>& indices) {
    Sample out = firm(depth, indices);
    if (dsl::is_complex(type(out))) out.node = graph.add(Op::real, dsl::real_type(type(out)), {out.node});
    return out;
  }
  NodeId condition(int depth, const Vec<IndexId>& indices) {
    const Sample a = firm_real(depth, indices);
    if (type(a) == DType::boolean) return a.node;
    const Sample b = firm_real(depth > 0 ? depth - 1 : 0, indices);
    static constexpr Op ops[] = {Op::less, Op::less_equal, Op::equal, Op::not_equal};
    const DType common = dsl::promote(type(a), type(b));
    return graph.add(ops[pick(4)], DType::boolean, {as(a, common), as(b, common)});
  }

  Sample number(int depth, const Vec<IndexId>& indices) {
    if (depth <= 0 || chance(6)) return leaf(indices, depth);
    switch (pick(9)) {
      case 0: return unary(depth, indices);
      case 1: return select(depth, indices);
      case 2:
      case 3:
      case 4: return reduction(depth, indices);
      case 5: {
        const NodeId holds = condition(depth - 1, indices);
        return {chance(3) ? graph.add(Op::logical_not, DType::boolean, {holds}) : holds, DType::boolean, 1};
      }
      default: return binary(depth, indices);
    }
  }

  Sample unary(int depth, const Vec<IndexId>& indices) {
    static constexpr Op smooth[] = {Op::negate, Op::abs, Op::real, Op::imag, Op::conj, Op::negate};
    static constexpr Op jumping[] = {Op::floor, Op::ceil, Op::round, Op::sign, Op::isnan, Op::isfinite};
    static constexpr Op rounding[] = {Op::sqrt, Op::atan, Op::cbrt, Op::sinh, Op::log1p, Op::exp, Op::sin, Op::cos};
    const int kind = pick(4);
    Sample a = kind == 0 ? number(depth - 1, indices) : firm(depth - 1, indices);
    DType dtype = type(a);
    if (kind == 0) {
      const Op op = smooth[pick(6)];
      if (dtype == DType::boolean && op == Op::negate) return a;
      if (op == Op::abs && dsl::is_complex(dtype)) a.bits = 60;
      if (op == Op::abs || op == Op::real || op == Op::imag) dtype = dsl::real_type(dtype);
      return {graph.add(op, dtype, {a.node}), dtype, a.bits, a.loose};
    }
    if (kind == 1) {
      const Op op = jumping[pick(6)];
      if (dsl::is_complex(dtype) && (op == Op::floor || op == Op::ceil || op == Op::sign)) return a;
      if (op == Op::isnan || op == Op::isfinite) return {graph.add(op, DType::boolean, {a.node}), DType::boolean, 1};
      return {graph.add(op, dtype, {a.node}), dtype, a.bits};
    }
    if (kind == 2) {  // casts
      const DType to = static_cast<DType>(pick(7));
      return {graph.add(Op::cast, to, {a.node}), to, a.bits, false};
    }
    const Op op = rounding[pick(8)];
    if (a.bits > 20) return a;  // keep arguments small
    const DType inexact = dsl::inexact_type(dtype);
    const bool own = op == Op::exp || op == Op::sin || op == Op::cos;
    return {graph.add(op, inexact, {as(a, inexact)}), inexact, 60, own};
  }

  Sample binary(int depth, const Vec<IndexId>& indices) {
    Sample a = number(depth - 1, indices);
    const Sample b = firm(depth - 1, indices);
    DType common = dsl::promote(type(a), type(b));
    const int kind = pick(8);
    if (kind < 3) {
      static constexpr Op ops[] = {Op::add, Op::subtract, Op::multiply};
      const Op op = ops[kind];
      if (common == DType::boolean && op != Op::multiply) common = DType::i64;
      const int bits = op == Op::multiply ? a.bits + b.bits : std::max(a.bits, b.bits) + 1;
      return {graph.add(op, common, {as(a, common), as(b, common)}), common, bits, a.loose};
    }
    if (a.loose) a = constant();
    common = dsl::promote(type(a), type(b));
    if (kind == 3) {
      common = dsl::inexact_type(common);
      return {graph.add(Op::divide, common, {as(a, common), as(b, common)}), common, 60};
    }
    if (kind == 4 && common == DType::boolean)
      return {graph.add(chance(2) ? Op::logical_and : Op::logical_or, common, {a.node, b.node}), common, 1};
    if (dsl::is_complex(common)) return a;
    if (kind < 6)
      return {graph.add(kind == 4 ? Op::minimum : Op::maximum, common, {as(a, common), as(b, common)}), common,
              std::max(a.bits, b.bits)};
    if (common == DType::boolean) return a;
    if (kind == 6) {  // integers: mostly behind a guard that keeps zero out
      const Op op = chance(2) ? Op::floor_divide : Op::modulo;
      const NodeId divisor = as(b, common);
      const NodeId quotient = graph.add(op, common, {as(a, common), divisor});
      if (chance(10)) return {quotient, common, 60};
      const NodeId zero = dsl::is_integer(common) ? graph.integer(0, common) : graph.real(0, common);
      const NodeId nonzero = graph.add(Op::not_equal, DType::boolean, {divisor, zero});
      return {graph.add(Op::guard, common, {nonzero, quotient}), common, 60};
    }
    if (dsl::is_integer(common))
      return {graph.add(Op::power, common, {as(a, common), graph.integer(pick(4), common)}), common, 60};
    return {graph.add(chance(2) ? Op::atan2 : Op::hypot, common, {as(a, common), as(b, common)}), common, 60};
  }

  Sample select(int depth, const Vec<IndexId>& indices) {
    const NodeId holds = condition(depth - 1, indices);
    const Sample a = number(depth - 1, indices);
    if (chance(2)) return {graph.add(Op::guard, type(a), {holds, a.node}), type(a), a.bits, a.loose};
    const Sample b = number(depth - 1, indices);
    const DType common = dsl::promote(type(a), type(b));
    return {graph.add(Op::where, common, {holds, as(a, common), as(b, common)}), common, std::max(a.bits, b.bits),
            a.loose || b.loose};
  }

  Sample reduction(int depth, const Vec<IndexId>& indices) {
    if (reductions_ >= 3) return binary(depth, indices);
    ++reductions_;
    Vec<IndexId> inside = indices;
    Vec<IndexId> bound;
    std::int64_t points = 1;
    for (int at = 0; at < 1 + (chance(3) ? 1 : 0); ++at) {
      bound.push_back(open(indices.size() > 2 ? 9 : 33));
      inside.push_back(bound.back());
      points *= graph.extent(bound.back());
    }
    static constexpr Op ops[] = {Op::sum,       Op::sum,  Op::sum,      Op::product,  Op::least,  Op::greatest,
                                 Op::mean,      Op::any,  Op::all,      Op::count,    Op::argmin, Op::argmax,
                                 Op::logsumexp, Op::norm, Op::variance, Op::deviation};
    Op op = ops[pick(16)];
    if (op == Op::product && points > 9) op = Op::sum;  // infinities do not multiply in any order
    if (op == Op::any || op == Op::all || op == Op::count) {
      const DType dtype = op == Op::count ? DType::i64 : DType::boolean;
      return {graph.reduce(op, dtype, condition(depth - 1, inside), bound), dtype, 10};
    }
    Sample body = op == Op::sum ? number(depth - 1, inside) : firm(depth - 1, inside);
    if (op == Op::sum && chance(3))
      body.node = graph.add(Op::guard, type(body), {condition(depth - 1, inside), body.node});
    --reductions_;
    const bool ordered = op == Op::least || op == Op::greatest || op == Op::argmin || op == Op::argmax;
    if (ordered && dsl::is_complex(type(body)))
      body.node = graph.add(Op::real, dsl::real_type(type(body)), {body.node});
    const DType in = type(body);
    if (op == Op::argmin || op == Op::argmax) return {graph.reduce(op, DType::i64, body.node, bound), DType::i64, 12};
    if (ordered) {  // of 0 and -0 either may be the smallest: make them one
      NodeId best = graph.reduce(op, in, body.node, bound);
      if (dsl::is_floating(in)) best = graph.add(Op::add, in, {best, graph.real(0, in)});
      return {best, in, body.bits};
    }
    const bool single = in == DType::f32 || in == DType::c64;
    const bool exact = in < DType::f32 || (!single && body.bits < 40);
    if (op == Op::sum || op == Op::product) {
      const DType out = in < DType::f32 ? DType::i64 : in;
      return {graph.reduce(op, out, body.node, bound), out, body.bits + 11,
              in >= DType::f32 && (body.loose || !exact || op == Op::product)};
    }
    const DType inexact = dsl::inexact_type(in);
    if (op == Op::mean || op == Op::logsumexp) return {graph.reduce(op, inexact, body.node, bound), inexact, 60, true};
    const DType real = dsl::real_type(inexact);
    if (op == Op::norm) return {graph.reduce(op, real, body.node, bound), real, 60, true};
    return {graph.reduce(op, real, body.node, bound, {pick(2)}), real, 60, true};
  }

  std::mt19937_64 random_;
  int opened_ = 0;
  int reductions_ = 0;
};

}  // namespace ricci::runtime::test
