#include "passes/pipeline.hpp"

#include <array>

namespace ricci::passes {
namespace {

struct Pass {
  const char* name;
  int level;  // from which -O it runs
  dsl::Rebuilt (*run)(const Graph& graph, const Vec<NodeId>& roots, PassReport& report);
};

constexpr std::array<Pass, 0> pipeline{};

/// The ids of the first graph in the newest: two maps, one after the other.
Vec<NodeId> composed(const Vec<NodeId>& first, const Vec<NodeId>& second) {
  Vec<NodeId> out;
  for (NodeId node : first) out.push_back(node.valid() ? second[node.at] : NodeId{});
  return out;
}

}  // namespace

void optimize(Work& work, const Settings& settings) {
  for (const Pass& pass : pipeline) {
    if (pass.level > settings.level) continue;
    PassReport report{.name = pass.name, .why = {}};
    dsl::Rebuilt rebuilt = pass.run(work.graph, work.roots, report);
    work.nodes = composed(work.nodes, rebuilt.nodes);
    work.graph = std::move(rebuilt.graph);
    work.roots = rebuilt.roots;
    work.reports.push_back(std::move(report));
  }
}

}  // namespace ricci::passes
