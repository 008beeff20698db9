#include "runtime/session/describe.hpp"

#include <algorithm>

#include "dsl/graph/expression.hpp"
#include "dsl/text/parser.hpp"
#include "passes/infer_properties.hpp"
#include "runtime/kernels/estimate.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// Properties by their names, those that say more first; a name that an earlier one implies is not said.
std::vector<std::string> names_of(const passes::Properties& known) {
  const bool orthogonal = known.orthonormal_columns || known.orthonormal_rows;
  std::vector<std::string> out;
  const auto say = [&](bool holds, const char* name) {
    if (holds) out.emplace_back(name);
  };
  say(known.permutation, "permutation");
  say(orthogonal && !known.permutation, "orthogonal");
  say(known.definite, "spd");
  say(known.semidefinite && !known.definite, "positive semidefinite");
  say(known.diagonal(), "diagonal");
  say(known.hermitian && !known.semidefinite && !known.diagonal(), "symmetric");
  say(known.lower() && !known.diagonal(), "lower");
  say(known.upper() && !known.diagonal(), "upper");
  say(known.sorted, "sorted");
  return out;
}
std::string band_of(const passes::Properties& known) {
  return "banded (" + std::to_string(known.below) + " below, " + std::to_string(known.above) + " above)";
}

/// What factoring a matrix has found out about it.
void add_found(const FactorStore::Kept& kept, std::vector<std::string>& known) {
  const std::string structure(kept.square ? kept.square->structure() : std::string_view());
  if (!structure.empty() && std::find(known.begin(), known.end(), structure) == known.end()) known.push_back(structure);
  if (!kept.tall) return;
  const std::int64_t rank = kept.tall->report().rank_min;
  if (rank >= 0 && rank < std::min(kept.tall->rows(), kept.tall->cols()))
    known.push_back("rank " + std::to_string(rank));
}

}  // namespace

std::int64_t bytes_of(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) return dense->bytes();
  const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
  return sparse.values.bytes() + sparse.columns.bytes() + sparse.row_starts.bytes();
}

std::vector<std::string> structure_of(const Graph& graph, NodeId node) {
  std::vector<std::string> out;
  if (graph[node].sparse) out.emplace_back("sparse");
  for (NodeId at = node; graph.op(at) == Op::assume; at = graph.operand(at, 0))
    out.emplace_back(dsl::property_names[static_cast<std::size_t>(graph.attribute(at, 0))]);
  const passes::Properties known = passes::properties_of(graph, node);
  for (std::string& name : names_of(known))
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  if (known.banded() && !known.diagonal()) out.push_back(band_of(known));
  return out;
}

Known Session::describe(NodeId node) const {
  Known out;
  out.type = graph_.dtype(node);
  out.sparse = graph_[node].sparse;
  const auto shape = graph_.shape(node);
  out.shape.assign(shape.begin(), shape.end());
  out.structure = structure_of(graph_, node);
  if (const FactorStore::Kept* kept = factors_.find(node.at)) add_found(*kept, out.structure);
  const auto value = values_.find(node.at);
  out.evaluated = value != values_.end();
  out.bytes = out.evaluated ? bytes_of(value->second) : result_bytes(graph_, node);
  if (const auto origin = origin_.find(node.at); origin != origin_.end()) out.definition = origin->second.text;
  return out;
}

std::vector<Known> Session::describe_all() const {
  std::vector<Known> out;
  for (const auto& [name, named] : names_) {
    out.push_back(describe(named.node));
    out.back().name = name;
    out.back().borrowed = borrowed_.find(name) != borrowed_.end();
  }
  return out;
}

Plan Session::preview(const std::string& text) {
  return aside([&] { return plan({text}, {}); });
}

Known Session::describe_text(const std::string& text) {
  return aside([&] {
    dsl::Vec<dsl::Diagnostic> faults;
    const dsl::Program program = dsl::parse(text, faults);
    if (!faults.empty()) raise(faults[0], text);
    const Asked asked = elaborate_all(program, {});
    if (!asked.last.valid()) fail(dsl::Fault::nothing_to_compute);
    take_notes();
    Known out = describe(asked.last);
    if (const auto named =
            std::find_if(names_.begin(), names_.end(), [&](const auto& own) { return own.second.node == asked.last; });
        named != names_.end())
      out.name = named->first;
    return out;
  });
}

}  // namespace ricci::runtime
