/// The tile programs of a plan, lowered when a step first runs: a repeated run of a small statement would otherwise
/// spend most of its time on that.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/kernels/fused/fused.hpp"

namespace ricci::runtime::fused {

/// Of one graph. Thread-safe; one program a node, the one for the layouts that values had last.
class Programs {
 public:
  std::shared_ptr<const Program> find(const Evaluation& evaluation, NodeId tensor);

 private:
  std::mutex guard_;
  std::unordered_map<std::uint32_t, std::shared_ptr<const Program>> kept_;
};

}  // namespace ricci::runtime::fused
