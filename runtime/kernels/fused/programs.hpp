/// The tile programs of a plan, lowered when a step first runs: a repeated run of a small statement would otherwise
/// spend most of its time on that.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/kernels/fused/fused.hpp"

namespace ricci::runtime::fused {

/// Of one graph. Thread-safe; one program a node, the one for the layouts that were asked for last.
class Programs {
 public:
  std::shared_ptr<const Program> find(const Graph& graph, NodeId tensor, const Layouts& layouts);

 private:
  struct Kept {
    Layouts layouts;
    std::shared_ptr<const Program> program;
  };
  std::mutex guard_;
  std::unordered_map<std::uint32_t, Kept> kept_;
};

}  // namespace ricci::runtime::fused
