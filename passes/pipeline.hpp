/// The passes in their order: a page to read top to bottom. The runner alone times, prints and switches off.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "dsl/graph/traverse.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

using dsl::Graph;
using dsl::NodeId;
using dsl::Vec;

/// What one pass did: how often it fired, and why or why not, one sentence each.
struct PassReport {
  std::string name;
  int fired = 0;
  std::vector<std::string> why;
};

/// A graph as it stands after a pass (the first: before any), for whoever wants to look. `from` maps the ids of the
/// stage before, of the graph that was asked for the first.
struct Stage {
  std::string name;
  int fired = 0;
  std::vector<std::string> why;
  Graph graph;
  Vec<NodeId> roots;
  Vec<NodeId> from;
};

/// A graph on its way through the passes. `nodes` maps the ids of the graph that came in to those of this one.
struct Work {
  Graph graph;
  Vec<NodeId> roots;
  Vec<NodeId> nodes;
  std::vector<PassReport> reports;
  std::vector<Stage> stages{};  // only where the settings ask for them: planning is to be quick
};

struct Settings {
  int level = 2;
  bool strict = false;
  bool record = false;
  std::vector<std::string> off = {};  // names of passes that do not run
};

/// Some operations.
class OpSet {
 public:
  constexpr OpSet() = default;
  constexpr OpSet(std::initializer_list<dsl::Op> ops) {
    for (dsl::Op op : ops) add(op);
  }
  constexpr void add(dsl::Op op) {
    bits_[static_cast<std::size_t>(op) / 64] |= std::uint64_t{1} << static_cast<std::size_t>(op) % 64;
  }
  constexpr bool empty() const { return (bits_[0] | bits_[1] | bits_[2]) == 0; }
  constexpr bool meets(const OpSet& other) const {
    bool out = false;
    for (std::size_t at = 0; at < bits_.size(); ++at) out = out || (bits_[at] & other.bits_[at]) != 0;
    return out;
  }

 private:
  std::array<std::uint64_t, 3> bits_{};
};
static_assert(dsl::op_rows.size() <= 192);

/// One pass: total on verified graphs, it cannot fail.
struct Pass {
  const char* name;
  int level;      // from which -O it runs
  bool reorders;  // whether it changes the order of sums: floats agree to rounding, not to the bit
  dsl::Rebuilt (*run)(const Graph& graph, const Vec<NodeId>& roots, Notes& notes);
  const char* makes_true;  // for the passes below, and for docs/passes.md
  OpSet looks_for{};       // it is run where one of them is; none: always
  bool bounded = true;     // it loses no more than reordering sums could: --accuracy strict keeps it
};

/// Every pass, in order.
std::span<const Pass> passes();

/// Runs every pass that the settings allow. In debug builds each result is held to dsl::verify.
void optimize(Work& work, const Settings& settings);

}  // namespace ricci::passes
