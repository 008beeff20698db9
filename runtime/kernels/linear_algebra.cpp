#include "runtime/kernels/linear_algebra.hpp"

#include <array>
#include <cmath>

#include "dsl/graph/shapes.hpp"
#include "passes/equations.hpp"
#include "passes/infer_properties.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/lanes.hpp"
#include "runtime/linalg/low_rank.hpp"
#include "runtime/linalg/report.hpp"

namespace ricci::runtime {

std::int64_t FactorStore::bytes() const {
  std::int64_t total = 0;
  for (const auto& [node, kept] : kept_) {
    if (kept.square) total += kept.square->bytes();
    if (kept.tall) total += kept.tall->bytes();
    if (kept.sparse) total += kept.sparse->bytes();
  }
  return total;
}

namespace linear_algebra {
namespace {

std::string digits_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

}  // namespace

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
                  digits_of(report.rcond_min) + "): digits of the result are lost";
  }
  run.evaluation.notices.push_back(std::move(notice));
}

namespace {

using dsl::Op;
using passes::is_square_user;
using passes::is_tall_user;

const Tensor& operand(const Run& run, NodeId node, std::size_t which) {
  return run.evaluation.dense(run.graph().operand(node, which));
}

/// What is worth trying first on a matrix, from how it is defined.
linalg::Structure structure_of(const Graph& graph, NodeId matrix) {
  using linalg::Structure;
  const passes::Properties known = passes::properties_of(graph, matrix);
  if (known.diagonal()) return Structure::diagonal;
  if (known.lower()) return Structure::lower;
  if (known.upper()) return Structure::upper;
  return known.definite ? Structure::spd : known.hermitian ? Structure::symmetric : Structure::general;
}

/// How many steps of the plan use the factorisation of a matrix that this one uses.
int users_of(const Graph& graph, NodeId node) {
  bool (*const uses)(Op) = is_tall_user(graph.op(node)) ? is_tall_user : is_square_user;
  int out = 0;
  for (std::uint32_t at = 0; at < graph.size(); ++at)
    if (uses(graph.op(NodeId{at})) && graph.operand(NodeId{at}, 0) == graph.operand(node, 0)) ++out;
  return out;
}

/// The factorisations kept of a step's matrix, where they are worth keeping: those of a single matrix always, those of
/// many small ones when several steps want them. What is used once is better done in one sweep.
FactorStore::Kept* worth_keeping(Run& run, NodeId node) {
  const NodeId matrix = run.graph().operand(node, 0);
  FactorStore::Kept& kept = run.kept_for(matrix);
  ++kept.asked;
  const auto shape = run.graph().shape(matrix);
  if (shape.size() == 2) return &kept;
  // Small ones are factored in registers while they are read: keeping the factors would cost more.
  const std::int64_t count = count_of(Extents(shape.begin(), shape.end() - 2));
  if (!is_tall_user(run.graph().op(node)) && linalg::lanes_pay(count, shape.back(), 1)) return nullptr;
  return kept.asked > 1 || users_of(run.graph(), node) > 1 ? &kept : nullptr;
}

/// The LU or Cholesky factor of a step's square matrix, made by the first that asks; null where none is kept.
const linalg::Factor* square_factor(Run& run, NodeId node) {
  FactorStore::Kept* kept = worth_keeping(run, node);
  if (kept == nullptr) return nullptr;
  if (!kept->square)
    kept->square = linalg::factor(operand(run, node, 0), structure_of(run.graph(), run.graph().operand(node, 0)));
  return &*kept->square;
}
const linalg::LeastSquaresFactor* tall_factor(Run& run, NodeId node) {
  FactorStore::Kept* kept = worth_keeping(run, node);
  if (kept == nullptr) return nullptr;
  if (!kept->tall) kept->tall = linalg::factor_least_squares(operand(run, node, 0));
  return &*kept->tall;
}

void solve(Run& run, NodeId node) {
  const Tensor& a = operand(run, node, 0);
  const Tensor& b = operand(run, node, 1);
  const bool vectors = run.graph().attribute(node, 0) != 0, transposed = dsl::solves_transposed(run.graph(), node);
  if (const linalg::Factor* factor = square_factor(run, node)) {
    note(run, node, factor->report());
    return run.put(node,
                   transposed ? linalg::solve_transposed(*factor, a, b, vectors) : linalg::solve(*factor, b, vectors));
  }
  linalg::Report report;
  const Tensor as_asked = transposed ? linalg::transposed(a) : a;
  Tensor x = linalg::solve_once(as_asked, b, vectors, &report, structure_of(run.graph(), run.graph().operand(node, 0)));
  note(run, node, report);
  run.put(node, std::move(x));
}

linalg::DiagonalPlusLowRank updated_diagonal(const Run& run, NodeId node) {
  return {operand(run, node, 0), operand(run, node, 1), operand(run, node, 2)};
}
void solve_update(Run& run, NodeId node) {
  linalg::Report report;
  const bool vectors = run.graph().attribute(node, 0) != 0;
  Tensor x = linalg::solve_low_rank(updated_diagonal(run, node), operand(run, node, 3), vectors, &report);
  note(run, node, report);
  run.put(node, std::move(x));
}
void det_update(Run& run, NodeId node) {
  run.put(node, linalg::det_low_rank(updated_diagonal(run, node), run.graph().attribute(node, 0) != 0));
}

void lstsq(Run& run, NodeId node) {
  const Tensor& b = operand(run, node, 1);
  const bool vectors = run.graph().attribute(node, 0) != 0;
  if (const linalg::LeastSquaresFactor* factor = tall_factor(run, node)) {
    note(run, node, factor->report());
    return run.put(node, linalg::solve(*factor, b, vectors));
  }
  linalg::Report report;
  Tensor x = linalg::lstsq(operand(run, node, 0), b, vectors, &report);
  note(run, node, report);
  run.put(node, std::move(x));
}

void inverse(Run& run, NodeId node) {
  const linalg::Factor* factor = square_factor(run, node);
  linalg::Report report;
  Tensor out = factor != nullptr ? linalg::inv(*factor) : linalg::inv(operand(run, node, 0), &report);
  note(run, node, factor != nullptr ? factor->report() : report);
  run.put(node, std::move(out));
}

void pseudo_inverse(Run& run, NodeId node) {
  const linalg::LeastSquaresFactor* factor = tall_factor(run, node);
  linalg::Report report;
  Tensor out = factor != nullptr ? linalg::pinv(*factor) : linalg::pinv(operand(run, node, 0), &report);
  note(run, node, factor != nullptr ? factor->report() : report);
  run.put(node, std::move(out));
}

void det(Run& run, NodeId node) {
  const linalg::Factor* factor = square_factor(run, node);
  run.put(node, factor != nullptr ? linalg::det(*factor) : linalg::det(operand(run, node, 0)));
}
void logdet(Run& run, NodeId node) {
  const linalg::Factor* factor = square_factor(run, node);
  run.put(node, factor != nullptr ? linalg::logdet(*factor) : linalg::logdet(operand(run, node, 0)));
}
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
constexpr std::array rows{Row{Op::solve, solve},
                          Row{Op::solve_update, solve_update},
                          Row{Op::det_update, det_update},
                          Row{Op::lstsq, lstsq},
                          Row{Op::inv, inverse},
                          Row{Op::pinv, pseudo_inverse},
                          Row{Op::det, det},
                          Row{Op::logdet, logdet},
                          Row{Op::cholesky, cholesky},
                          Row{Op::lu, lu},
                          Row{Op::qr, qr},
                          Row{Op::svd, svd},
                          Row{Op::eigh, eigh}};

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
