/// What a kernel sees while a plan runs: the values so far, the factorisations kept from earlier runs, and where to
/// report. One Run belongs to one evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/fused/programs.hpp"
#include "runtime/linalg/factor.hpp"
#include "runtime/linalg/least_squares.hpp"
#include "runtime/linalg/sparse_factor.hpp"

namespace ricci::passes {
struct Cost;
}

namespace ricci::runtime {

class StoredCounts;  // runtime/kernels/costs.hpp

/// Factorisations by the session's node of their matrix; a matrix is factored once for all right-hand sides, also for
/// those that arrive later.
class FactorStore {
 public:
  struct Kept {
    std::optional<linalg::Factor> square;
    std::optional<linalg::LeastSquaresFactor> tall;
    std::optional<linalg::SparseFactor> sparse;
    int asked = 0;  // in how many steps it was wanted
  };
  Kept& at(std::uint32_t matrix) { return kept_[matrix]; }
  const Kept* find(std::uint32_t matrix) const {
    const auto at = kept_.find(matrix);
    return at == kept_.end() ? nullptr : &at->second;
  }
  void drop(std::uint32_t matrix) { kept_.erase(matrix); }
  void clear() { kept_.clear(); }
  std::int64_t bytes() const;
  /// The store after its nodes were renumbered; what has no new number is dropped.
  template <typename Renumber>
  void renumber(Renumber renumber) {
    std::unordered_map<std::uint32_t, Kept> moved;
    for (auto& [node, kept] : kept_)
      if (const std::optional<std::uint32_t> now = renumber(node)) moved.emplace(*now, std::move(kept));
    kept_ = std::move(moved);
  }

 private:
  std::unordered_map<std::uint32_t, Kept> kept_;
};

/// From the nodes of a plan to the nodes of the graph that asks.
struct Origins {
  const std::unordered_map<std::uint32_t, std::uint32_t>& known;
  const std::vector<std::uint32_t>* numbered = nullptr;  // where the plan knows them by number

  std::uint32_t asked(std::uint32_t known_as) const { return numbered == nullptr ? known_as : (*numbered)[known_as]; }
  std::optional<std::uint32_t> find(std::uint32_t own) const {
    const auto at = known.find(own);
    if (at == known.end()) return std::nullopt;
    return asked(at->second);
  }
};

struct Run {
  Evaluation& evaluation;
  FactorStore& factors;
  /// The session's node for a node of the plan's graph, where there is one: the key of what is kept.
  const Origins& origin;
  fused::Programs& programs;  // of the plan
  /// Factorisations of matrices that only this plan knows, by its own node.
  FactorStore passing = {};

  /// Where the factorisations of a matrix are kept.
  FactorStore::Kept& kept_for(NodeId matrix) {
    const std::optional<std::uint32_t> asked = origin.find(matrix.at);
    return asked ? factors.at(*asked) : passing.at(matrix.at);
  }
  const Graph& graph() const { return evaluation.graph; }
  void put(NodeId node, Value value) { evaluation.values[node.at] = std::move(value); }
};

/// One way to compute a tensor node. The cheapest row whose contract holds wins; the order breaks ties.
struct Kernel {
  const char* name;
  bool (*accepts)(const Graph& graph, NodeId node);
  void (*run)(Run& run, NodeId node);
  passes::Cost (*cost)(const Graph& graph, NodeId node, const StoredCounts& stored);
};

/// Every row, in order; the last one, the reference, accepts everything.
std::span<const Kernel> kernel_table();
/// The row that computes `node`, and the next best where several could; what they are expected to take.
struct Chosen {
  const Kernel* kernel = nullptr;
  const Kernel* instead = nullptr;
  double nanoseconds = 0;
  double instead_nanoseconds = 0;  // a lower bound where that was enough to know
};
Chosen choose_kernel(const Graph& graph, NodeId node);
inline const Kernel& kernel_for(const Graph& graph, NodeId node) { return *choose_kernel(graph, node).kernel; }
const Kernel& reference_kernel();

}  // namespace ricci::runtime
