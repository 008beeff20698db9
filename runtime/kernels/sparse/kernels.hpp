/// The rows that dense and sparse products put into a table of kernels: what they take, what they cost, how they run.
/// A step is a Contraction: made from the graph once, then all that a row sees of it.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/kernels/sparse/sparse.hpp"

namespace ricci::runtime::sparse {

struct Kernel {
  std::string_view name;
  std::optional<Contraction> (*match)(const Graph& graph, NodeId tensor);
  /// `stored`: how many elements the sparse matrix stores; dense products do not look at it.
  Cost (*cost)(const Contraction& step, const Graph& graph, std::int64_t stored);
  /// Nothing where the values need another kernel.
  std::optional<Value> (*run)(const Evaluation& evaluation, const Contraction& step);
};

inline Cost cost_of_dense(const Contraction& step, const Graph& graph, std::int64_t /*stored*/) {
  return contraction::cost_of(step, graph);
}
inline std::optional<Value> run_dense(const Evaluation& evaluation, const Contraction& step) {
  std::optional<Tensor> out = contraction::run_contraction(evaluation, step);
  return out ? std::optional<Value>(std::move(*out)) : std::nullopt;
}
inline std::optional<Value> run_sparse(const Evaluation& evaluation, const Contraction& step) {
  return run(evaluation, step);
}

inline constexpr std::array product_kernels{
    Kernel{"sparse product", match, cost_of, run_sparse},
    Kernel{"contraction", contraction::match_contraction, cost_of_dense, run_dense},
};

}  // namespace ricci::runtime::sparse
