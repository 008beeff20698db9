/// Tensors that are too large to store, and what reads them, run slice by slice: K[i,j] of 80 GB under y[i] =
/// K[i,j]*v[j] is made and used some rows at a time. What becomes true here: a temporary takes more than a few dozen
/// megabytes only where somebody needs it whole. Slices follow from the graph alone, so that no bit depends on memory
/// or threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/kernels/run.hpp"

namespace ricci::runtime {

/// Steps over one slice of an index that every one of them has as an axis or sums over: a graph of its own, whose
/// inputs are what the steps read from outside.
struct Slices {
  struct Read {
    NodeId inside, outside;
    std::optional<std::size_t> axis;  // along which it is cut; none: read whole
    std::int64_t offset = 0;          // where its first slice begins
  };
  struct Result {
    NodeId inside, outside;
    std::size_t axis = 0;
    bool added = false;  // it sums over the index: what the slices give is added up
  };

  struct Step {
    NodeId node;
    const Kernel* kernel = nullptr;
  };

  Graph graph;
  std::vector<Step> steps;
  std::vector<Read> reads;
  std::vector<Result> results;
  NodeId first;              // a number: where the slice begins; invalid if no step asks for it
  std::int64_t extent = 0;   // of the index
  std::int64_t rows = 0;     // of one slice
  std::int64_t passing = 0;  // bytes of what no step outside reads, one slice of it
  /// Where something is added up, no point may come twice: what is left behind the last whole slice, as slices of their
  /// own. Null: nothing is left, or the last slice may begin earlier.
  std::shared_ptr<const Slices> tail = nullptr;
  std::shared_ptr<fused::Programs> programs = std::make_shared<fused::Programs>();
};

/// Where in a plan slices stand: the nodes that they compute, of which `results` alone are seen by others.
struct SlicedGroup {
  std::vector<NodeId> members;
  std::shared_ptr<const Slices> slices;
};

/// From which size a tensor is not stored, and how much of all tensors of a group one slice holds; in bytes.
struct SliceSizes {
  double large = 0;
  std::int64_t slice = 32 << 20;  // near the caches, and long enough to be worth some steps
};

/// The largest tensors among `steps` (operands first) that are nobody's result, each with what reads it, where all of
/// that can be cut along one index: an axis of each if there is one, else one that some of what reads it sums over.
std::vector<SlicedGroup> slice_large(const Graph& graph, const std::vector<NodeId>& steps,
                                     const std::vector<NodeId>& roots, const SliceSizes& sizes);

/// Computes the results, which are put into the run's evaluation.
void run_slices(Run& run, const Slices& slices);

}  // namespace ricci::runtime
