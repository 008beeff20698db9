/// What each pass did to the graph, as lines of text side by side: the stored tensors as definitions, and the nodes one
/// by one. A line is marked by comparing nodes, not text, so that a node which only got another number is no change.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "passes/pipeline.hpp"

namespace ricci::runtime {

/// What became of the node of a line: it stands as it was, it stands over other operands, no such node stands any more,
/// or none stood before.
enum class Mark : std::uint8_t { kept, changed, gone, fresh };

struct MarkedLine {
  std::string text;
  Mark mark = Mark::kept;
};

/// The graph on one side of a pass.
struct Side {
  std::vector<MarkedLine> definitions;
  std::vector<MarkedLine> nodes;
};

struct Change {
  std::string pass;
  int fired = 0;
  std::vector<std::string> why;
  bool differs = false;
  Side before, after;  // where the pass changed nothing, `after` alone
};

/// What people call nodes of the graph that was asked for.
using NodeNames = std::unordered_map<std::uint32_t, std::string>;

struct Changes {
  std::vector<Change> list;              // one for each stage; the first is the graph as written, and has no `before`
  std::vector<std::string> definitions;  // of the tensors of the last stage, by id
};
Changes changes_of(std::span<const passes::Stage> stages, const NodeNames& names);

}  // namespace ricci::runtime
