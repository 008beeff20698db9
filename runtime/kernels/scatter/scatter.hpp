/// Sums whose brackets send each summand to one element: histograms, sums by group. One visit a summand, where the
/// definition asks every summand for every element.
#pragma once

#include <optional>

#include "runtime/kernels/run.hpp"

namespace ricci::runtime::scatter {

bool accepts(const Graph& graph, NodeId node);
void run(Run& run, NodeId node);

/// A number for each point of some indices, where it lies in a tensor: of the outer loops, what is summed, and beside.
struct Operand {
  NodeId tensor;          // of Scatter::graph
  bool computed = false;  // it has to be, first
  std::vector<int> axes;  // by index of Scatter: its axis there, -1 if it has none
};

/// The extents of the indices: axes of the result that places depend on, then what is summed, then the other axes.
struct Scatter {
  Graph graph;
  DType dtype = DType::f64;
  Extents extents;
  std::size_t outer = 0, summed = 0;     // how many there are of each
  std::vector<std::size_t> result_axes;  // by outer and beside: where in the result
  std::size_t axis = 0;                  // of the result, along which places count
  std::int64_t places = 0;
  Operand place;
  std::optional<Operand> value;  // none: one is counted, or a truth noted
};

std::optional<Scatter> match(const Graph& graph, NodeId node);

}  // namespace ricci::runtime::scatter
