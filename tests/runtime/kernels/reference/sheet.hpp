/// A graph with the values of its inputs, for tests that write graphs by hand: short names for the nodes they need.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/kernels/reference/reference.hpp"

namespace ricci::runtime::reference::test {

using dsl::DType;
using dsl::IndexId;
using dsl::Op;
using dsl::Vec;
using c64 = std::complex<float>;
using c128 = std::complex<double>;

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

struct Sheet {
  dsl::Graph graph;
  std::vector<std::pair<NodeId, Value>> given;
  std::optional<std::uint64_t> seed;

  NodeId input(const Value& value) {
    dsl::Input input;
    input.name = dsl::Str("A" + std::to_string(given.size()));
    if (const auto* dense = std::get_if<Tensor>(&value)) {
      input.dtype = dense->dtype;
      for (std::int64_t extent : dense->shape) input.shape.push_back(extent);
    } else {
      const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
      input.dtype = sparse.values.dtype;
      input.shape = {sparse.rows, sparse.cols};
      input.sparse = true;
    }
    const NodeId id = graph.input(std::move(input));
    given.emplace_back(id, value);
    return id;
  }
  template <class T>
  NodeId input(Extents shape, const std::vector<T>& elements) {
    return input(Tensor::from<T>(std::move(shape), elements));
  }
  template <class T>
  NodeId vector(const std::vector<T>& elements) {
    return input<T>({static_cast<std::int64_t>(elements.size())}, elements);
  }

  IndexId index(std::int64_t extent, std::string_view name = "i") { return graph.open_index(name, extent); }
  NodeId value(IndexId index) { return graph.index_value(index); }
  NodeId at(NodeId tensor, const std::vector<NodeId>& entries) { return graph.access(tensor, entries); }
  NodeId at(NodeId tensor, IndexId i) { return at(tensor, {value(i)}); }
  NodeId at(NodeId tensor, IndexId i, IndexId j) { return at(tensor, {value(i), value(j)}); }
  NodeId op(Op op, DType dtype, std::initializer_list<NodeId> operands, std::initializer_list<std::int64_t> ints = {}) {
    return graph.add(op, dtype, operands, ints);
  }
  /// A tensor node of this op with a shape.
  NodeId whole(Op op, DType dtype, const std::vector<NodeId>& operands, const std::vector<std::int64_t>& ints,
               const Extents& shape, bool sparse = false) {
    return graph.add(op, dtype, std::span<const NodeId>(operands), std::span<const std::int64_t>(ints),
                     std::span<const std::int64_t>(shape), sparse);
  }
  NodeId tensor(NodeId body, const Vec<IndexId>& axes, bool sparse = false) { return graph.tensor(body, axes, sparse); }
  NodeId scalar(NodeId body) { return tensor(body, {}); }

  Evaluation evaluation() const {
    Evaluation out(graph);
    out.seed = seed;
    for (const auto& [id, value] : given) out.values.emplace(id.at, value);
    return out;
  }
  Value run(NodeId tensor, Precision precision = Precision::native) const {
    Evaluation evaluating = evaluation();
    return evaluate(evaluating, tensor, precision);
  }
  /// A dense result: its elements.
  template <class T>
  std::vector<T> elements(NodeId tensor, Precision precision = Precision::native) const {
    const Tensor out = std::get<Tensor>(run(tensor, precision));
    REQUIRE(out.dtype == dtype_of<T>());
    REQUIRE(out.contiguous());
    return std::vector<T>(out.as<T>(), out.as<T>() + out.count());
  }
  template <class T>
  T number(NodeId tensor, Precision precision = Precision::native) const {
    const auto out = elements<T>(tensor, precision);
    REQUIRE(out.size() == 1);
    return out[0];
  }
  /// The code of the error that computing this raises, or nothing.
  std::string fault(NodeId tensor) const {
    try {
      run(tensor);
    } catch (const error& raised) {
      return raised.code();
    }
    return "";
  }
};

/// The same number up to `ulps` of its type, NaN for NaN, and zeros of one sign.
template <class T>
bool close(T a, T b, double ulps = 4) {
  if constexpr (dsl::is_complex(dtype_of<T>())) {
    using P = typename T::value_type;
    const P size = std::isfinite(std::abs(b)) ? std::abs(b) : P{0};
    const auto part = [&](P x, P y) {
      if (close(x, y, ulps)) return true;
      return std::abs(x - y) <= static_cast<P>(ulps) * std::numeric_limits<P>::epsilon() * size;
    };
    return part(a.real(), b.real()) && part(a.imag(), b.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (a == b) return std::signbit(a) == std::signbit(b);
    return std::isfinite(a) &&
           std::abs(a - b) <= static_cast<T>(ulps) * std::numeric_limits<T>::epsilon() * std::abs(b);
  } else {
    return a == b;
  }
}

}  // namespace ricci::runtime::reference::test
