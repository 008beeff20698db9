#include "runtime/kernels/linear_algebra.hpp"

#include <array>
#include <cmath>

#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/report.hpp"

namespace ricci::runtime {

std::int64_t FactorStore::bytes() const {
  std::int64_t total = 0;
  for (const auto& [node, kept] : kept_) {
    if (kept.square) total += kept.square->bytes();
    if (kept.tall) total += kept.tall->bytes();
  }
  return total;
}

namespace linear_algebra {
namespace {

using dsl::Op;

const Tensor& operand(const Run& run, NodeId node, std::size_t which) {
  return run.evaluation.dense(run.graph().operand(node, which));
}

std::string percent_free(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

/// The report as a notice; a singular matrix throws, a nearly singular one warns.
void note(Run& run, NodeId node, const linalg::Report& report) {
  linalg::raise_if_singular(report);
  Notice notice{.node = node, .method = report.method, .rank = {}, .rcond = {}, .entry = {}, .text = {}};
  if (report.rank_min >= 0) {
    notice.rank = report.rank_min;
    notice.entry = report.rank_where;
  }
  if (std::isfinite(report.rcond_min)) {
    notice.rcond = report.rcond_min;
    if (report.rank_min < 0) notice.entry = report.rcond_where;
  }
  if (report.rank_min < 0 && report.nearly_singular()) {
    notice.warning = true;
    notice.text = "the matrix" + linalg::entry_text(report.rcond_where) + " is nearly singular (rcond " +
                  percent_free(report.rcond_min) + "): digits of the result are lost";
  }
  run.evaluation.notices.push_back(std::move(notice));
}

linalg::Structure structure_of(const Graph& graph, NodeId matrix) {
  using linalg::Structure;
  // In the order of dsl::property_names; what linalg has no method for stays general.
  constexpr std::array structures{Structure::spd,      Structure::symmetric, Structure::lower,   Structure::upper,
                                  Structure::diagonal, Structure::general,   Structure::general, Structure::general};
  if (graph.op(matrix) != Op::assume) return Structure::general;
  return structures[static_cast<std::size_t>(graph.attribute(matrix, 0))];
}

/// Whether this matrix's factorisation is worth keeping: a single one always; many small ones when asked for again.
bool worth_keeping(FactorStore::Kept& kept, const Tensor& matrix) {
  ++kept.asked;
  return matrix.rank() == 2 || kept.asked > 1;
}

void solve(Run& run, NodeId node) {
  const NodeId matrix = run.graph().operand(node, 0);
  const Tensor& a = operand(run, node, 0);
  const Tensor& b = operand(run, node, 1);
  const bool vectors = run.graph().attribute(node, 0) != 0;
  const linalg::Structure structure = structure_of(run.graph(), matrix);
  const auto origin = run.origin.find(matrix.at);
  FactorStore::Kept* kept = origin == run.origin.end() ? nullptr : &run.factors.at(origin->second);
  if (kept != nullptr && (kept->square || worth_keeping(*kept, a))) {
    if (!kept->square) kept->square = linalg::factor(a, structure);
    note(run, node, kept->square->report());
    return run.put(node, linalg::solve(*kept->square, b, vectors));
  }
  linalg::Report report;
  Tensor x = linalg::solve_once(a, b, vectors, &report, structure);
  note(run, node, report);
  run.put(node, std::move(x));
}

void lstsq(Run& run, NodeId node) {
  const NodeId matrix = run.graph().operand(node, 0);
  const Tensor& a = operand(run, node, 0);
  const Tensor& b = operand(run, node, 1);
  const bool vectors = run.graph().attribute(node, 0) != 0;
  const auto origin = run.origin.find(matrix.at);
  FactorStore::Kept* kept = origin == run.origin.end() ? nullptr : &run.factors.at(origin->second);
  if (kept != nullptr && (kept->tall || worth_keeping(*kept, a))) {
    if (!kept->tall) kept->tall = linalg::factor_least_squares(a);
    note(run, node, kept->tall->report());
    return run.put(node, linalg::solve(*kept->tall, b, vectors));
  }
  linalg::Report report;
  Tensor x = linalg::lstsq(a, b, vectors, &report);
  note(run, node, report);
  run.put(node, std::move(x));
}

void inverse(Run& run, NodeId node) {
  linalg::Report report;
  const bool pseudo = run.graph().op(node) == Op::pinv;
  Tensor out = pseudo ? linalg::pinv(operand(run, node, 0), &report) : linalg::inv(operand(run, node, 0), &report);
  note(run, node, report);
  run.put(node, std::move(out));
}

void det(Run& run, NodeId node) { run.put(node, linalg::det(operand(run, node, 0))); }
void logdet(Run& run, NodeId node) { run.put(node, linalg::logdet(operand(run, node, 0))); }
void cholesky(Run& run, NodeId node) { run.put(node, linalg::cholesky(operand(run, node, 0))); }
void lu(Run& run, NodeId node) {
  linalg::Lu of = linalg::lu(operand(run, node, 0));
  run.evaluation.results[node.at] = {std::move(of.P), std::move(of.L), std::move(of.U)};
}
void qr(Run& run, NodeId node) {
  linalg::Qr of = linalg::qr(operand(run, node, 0));
  run.evaluation.results[node.at] = {std::move(of.Q), std::move(of.R)};
}
void svd(Run& run, NodeId node) {
  linalg::Svd of = linalg::svd(operand(run, node, 0));
  run.evaluation.results[node.at] = {std::move(of.U), std::move(of.s), std::move(of.Vh)};
}
void eigh(Run& run, NodeId node) {
  linalg::Eigh of = linalg::eigh(operand(run, node, 0));
  run.evaluation.results[node.at] = {std::move(of.w), std::move(of.V)};
}

struct Row {
  Op op;
  void (*run)(Run& run, NodeId node);
};
constexpr std::array rows{Row{Op::solve, solve},       Row{Op::lstsq, lstsq}, Row{Op::inv, inverse},
                          Row{Op::pinv, inverse},      Row{Op::det, det},     Row{Op::logdet, logdet},
                          Row{Op::cholesky, cholesky}, Row{Op::lu, lu},       Row{Op::qr, qr},
                          Row{Op::svd, svd},           Row{Op::eigh, eigh}};

const Row* row_of(Op op) {
  for (const Row& row : rows)
    if (row.op == op) return &row;
  return nullptr;
}

}  // namespace

bool accepts(const Graph& graph, NodeId node) { return row_of(graph.op(node)) != nullptr; }
void run(Run& run, NodeId node) { row_of(run.graph().op(node))->run(run, node); }

}  // namespace linear_algebra
}  // namespace ricci::runtime
