#include "runtime/session/describe.hpp"

#include <algorithm>
#include <array>

#include "dsl/graph/expression.hpp"
#include "dsl/text/parser.hpp"
#include "runtime/execute/estimate.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// What the results of decompositions are, by part.
struct PartRow {
  Op of;
  std::int64_t part;
  const char* structure;
};
constexpr std::array part_rows{
    PartRow{Op::qr, 0, "orthogonal"},  PartRow{Op::qr, 1, "upper"},        PartRow{Op::lu, 0, "permutation"},
    PartRow{Op::lu, 1, "lower"},       PartRow{Op::lu, 2, "upper"},        PartRow{Op::svd, 0, "orthogonal"},
    PartRow{Op::svd, 2, "orthogonal"}, PartRow{Op::eigh, 1, "orthogonal"}, PartRow{Op::eigh, 0, "sorted"}};

const char* structure_of_part(const Graph& graph, NodeId node) {
  for (const PartRow& row : part_rows)
    if (row.of == graph.op(graph.operand(node, 0)) && row.part == graph.attribute(node, 0)) return row.structure;
  return nullptr;
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
  for (; graph.op(node) == Op::assume; node = graph.operand(node, 0))
    out.emplace_back(dsl::property_names[static_cast<std::size_t>(graph.attribute(node, 0))]);
  if (graph.op(node) == Op::cholesky) out.emplace_back("lower");
  if (graph.op(node) == Op::part)
    if (const char* known = structure_of_part(graph, node)) out.emplace_back(known);
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
