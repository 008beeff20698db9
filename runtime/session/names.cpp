#include "runtime/session/names.hpp"

#include <algorithm>

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/traverse.hpp"
#include "runtime/io/io.hpp"

namespace ricci::runtime {

dsl::Binding Session::Names::find(std::string_view name) const {
  if (std::ranges::find(defined_, name) != defined_.end()) session_.let_go_of_definition(name);
  const auto at = session_.names_.find(name);
  if (at == session_.names_.end()) return {};
  return {at->second.node, at->second.weak};
}

dsl::Vec<dsl::Str> Session::Names::names() const {
  dsl::Vec<dsl::Str> out;
  for (const auto& [name, named] : session_.names_) out.push_back(dsl::Str(name));
  return out;
}

std::uint64_t Session::Names::times_defined(std::string_view name) const {
  const auto at = session_.times_defined_.find(name);
  return at == session_.times_defined_.end() ? 0 : at->second;
}

bool Session::Names::integer(Graph& graph, NodeId element, std::int64_t& value) const {
  const NodeId roots[] = {element};
  for (NodeId node : dsl::reachable(graph, roots))
    if (graph.op(node) == dsl::Op::input) session_.inputs_read_.insert(node.at);
  const NodeId scalar = graph.tensor(element, {});
  const PlanFor planned = session_.plans_.plan(graph, {scalar}, session_.values_, session_.options_);
  const Outcome outcome = run_plan(*planned.plan, session_.values_, session_.factors_, {.asked = &planned.asked});
  const auto* tensor = std::get_if<Tensor>(&outcome.roots[0]);
  if (tensor == nullptr || tensor->rank() != 0) return false;
  value = *cast(*tensor, DType::i64).as<std::int64_t>();
  return true;
}

NodeId Session::Names::load(Graph&, std::string_view path, std::string_view key) const {
  const std::string file(path);
  return session_.add_input(path, key.empty() ? io::load(file) : io::load(file, std::string(key)));
}

std::uint64_t checksum(const Tensor& tensor) {
  const Tensor flat = contiguous_copy_if_needed(tensor);
  const auto* bytes = reinterpret_cast<const unsigned char*>(flat.data.get());
  std::uint64_t sum = 0;
  for (std::int64_t at = 0; at < flat.bytes(); ++at) sum = (sum ^ bytes[at]) * 0x100000001b3U;
  return dsl::mix(sum);
}

}  // namespace ricci::runtime
