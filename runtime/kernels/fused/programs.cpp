#include "runtime/kernels/fused/programs.hpp"

namespace ricci::runtime::fused {

std::shared_ptr<const Program> Programs::find(const Evaluation& evaluation, NodeId tensor) {
  {
    const std::lock_guard lock(guard_);
    const auto at = kept_.find(tensor.at);
    if (at != kept_.end() && fits(*at->second, evaluation)) return at->second;
  }
  auto program = std::make_shared<const Program>(lower(evaluation.graph, tensor, layouts_of(evaluation, tensor)));
  const std::lock_guard lock(guard_);
  kept_[tensor.at] = program;
  return program;
}

}  // namespace ricci::runtime::fused
