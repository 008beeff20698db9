/// Assumed structure and residuals of linear algebra, in double precision over sampled batch entries, rows and columns.
#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/linalg/decompose.hpp"
#include "runtime/session/verify.hpp"

namespace ricci::runtime::verify {
namespace {

using dsl::Op;
using Number = std::complex<double>;

/// The most batch entries, rows and columns that are looked at.
constexpr std::int64_t most = 16;
/// A backward stable method stays below a small multiple of n * epsilon; this leaves room for the constants.
constexpr double slack = 1000;

/// The last two axes as matrices (or the last as a column), the leading ones a batch that broadcasts.
class Matrices {
 public:
  Matrices(const Tensor& of, std::size_t axes) : tensor_(cast(contiguous_copy_if_needed(of), DType::c128)) {
    batch = Extents(of.shape.begin(), of.shape.end() - static_cast<std::ptrdiff_t>(axes));
    rows = of.shape[batch.size()];
    cols = axes == 2 ? of.shape.back() : 1;
    epsilon = dsl::real_type(of.dtype) == DType::f32 ? 0x1p-23 : 0x1p-52;
  }
  Number at(const Extents& entry, std::int64_t row, std::int64_t col) const {
    std::int64_t which = 0;
    for (std::size_t axis = 0; axis < batch.size(); ++axis)
      which = which * batch[axis] + (batch[axis] == 1 ? 0 : entry[entry.size() - batch.size() + axis]);
    return tensor_.as<Number>()[(which * rows + row) * cols + col];
  }
  double largest(const Extents& entry) const {
    double out = 0;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t col = 0; col < cols; ++col) {
        const double size = std::abs(at(entry, row, col));
        out = std::isnan(size) ? size : std::max(out, size);
        if (std::isnan(out)) return out;
      }
    return out;
  }

  Extents batch;
  std::int64_t rows = 0, cols = 0;
  double epsilon = 0;

 private:
  Tensor tensor_;
};

/// Up to `most` places of `count`, the ends among them.
std::vector<std::int64_t> places(std::int64_t count) {
  std::vector<std::int64_t> out;
  const std::int64_t taken = std::min(count, most);
  for (std::int64_t at = 0; at < taken; ++at) out.push_back(taken == 1 ? 0 : at * (count - 1) / (taken - 1));
  return out;
}

template <typename F>
void for_some_entries(const Extents& batch, F&& visit) {
  for (std::int64_t flat : places(count_of(batch))) {
    Extents entry(batch.size(), 0);
    for (std::size_t axis = batch.size(); axis-- > 0;) {
      entry[axis] = flat % batch[axis];
      flat /= batch[axis];
    }
    visit(entry);
  }
}

[[noreturn]] void refuse(std::string_view what, const Extents& entry, double error, double allowed) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2g, where rounding explains %.2g", error, allowed);
  fail(dsl::Fault::residual_large, what, linalg::entry_text(entry), std::string_view(text));
}

/// left @ right against `wanted`, at sampled rows and columns: |difference| <= slack * n * eps * |left||right|.
/// `scale` multiplies the columns of left (singular or eigenvalues), where given.
struct Product {
  const Matrices& left;
  const Matrices& right;
  const Matrices* scale = nullptr;
  bool adjoint_right = false;  // left @ right'
  bool adjoint_left = false;   // left' @ right

  Number value(const Extents& entry, std::int64_t row, std::int64_t col) const {
    Number sum = 0;
    for (std::int64_t at = 0; at < inner(); ++at) {
      const Number a = adjoint_left ? std::conj(left.at(entry, at, row)) : left.at(entry, row, at);
      const Number b = adjoint_right ? std::conj(right.at(entry, col, at)) : right.at(entry, at, col);
      sum += a * b * (scale != nullptr ? scale->at(entry, at, 0) : Number(1));
    }
    return sum;
  }
  std::int64_t inner() const { return adjoint_left ? left.rows : left.cols; }
  std::int64_t rows() const { return adjoint_left ? left.cols : left.rows; }
  std::int64_t cols() const { return adjoint_right ? right.rows : right.cols; }
};

template <typename Wanted>
void compare(std::string_view what, const Product& product, const Extents& batch, Wanted wanted) {
  for_some_entries(batch, [&](const Extents& entry) {
    double size = product.left.largest(entry) * product.right.largest(entry);
    if (product.scale != nullptr) size *= product.scale->largest(entry);
    if (!std::isfinite(size)) return;  // nothing is promised for data that are not finite
    const double epsilon = std::max(product.left.epsilon, product.right.epsilon);
    const double n = static_cast<double>(std::max<std::int64_t>(product.inner(), 1));
    for (std::int64_t row : places(product.rows()))
      for (std::int64_t col : places(product.cols())) {
        const Number aim = wanted(entry, row, col);
        const double allowed = slack * n * epsilon * (n * size + std::abs(aim));
        const double error = std::abs(product.value(entry, row, col) - aim);
        if (std::isfinite(std::abs(aim)) && !(error <= allowed)) refuse(what, entry, error, allowed);
      }
  });
}

Number identity(const Extents&, std::int64_t row, std::int64_t col) { return row == col ? 1.0 : 0.0; }

void equation(const Evaluation& evaluation, NodeId node) {
  const bool vectors = evaluation.graph.attribute(node, 0) != 0;
  const Matrices a(evaluation.dense(evaluation.graph.operand(node, 0)), 2);
  const Matrices b(evaluation.dense(evaluation.graph.operand(node, 1)), vectors ? 1 : 2);
  const Matrices x(evaluation.dense(node), vectors ? 1 : 2);
  compare("the solution", {a, x}, x.batch, [&](const Extents& e, auto row, auto col) { return b.at(e, row, col); });
}

void inverse(const Evaluation& evaluation, NodeId node) {
  const Matrices a(evaluation.dense(evaluation.graph.operand(node, 0)), 2);
  const Matrices x(evaluation.dense(node), 2);
  compare("the inverse", {a, x}, x.batch, identity);
}

void cholesky(const Evaluation& evaluation, NodeId node) {
  const Matrices a(evaluation.dense(evaluation.graph.operand(node, 0)), 2);
  const Matrices l(evaluation.dense(node), 2);
  compare("the Cholesky factor", {.left = l, .right = l, .adjoint_right = true}, a.batch,
          [&](const Extents& e, auto row, auto col) {
            return row >= col ? a.at(e, row, col) : std::conj(a.at(e, col, row));
          });
}

using Parts = std::vector<Value>;
Matrices part(const Parts& parts, std::size_t which, std::size_t axes) {
  return Matrices(std::get<Tensor>(parts[which]), axes);
}

void svd(const Matrices& a, const Parts& parts) {
  const Matrices u = part(parts, 0, 2), s = part(parts, 1, 1), vh = part(parts, 2, 2);
  const auto wanted = [&](const Extents& e, auto row, auto col) { return a.at(e, row, col); };
  compare("the singular value decomposition", {.left = u, .right = vh, .scale = &s}, a.batch, wanted);
  compare("the left singular vectors", {.left = u, .right = u, .adjoint_left = true}, a.batch, identity);
}
void eigh(const Matrices& a, const Parts& parts) {
  const Matrices w = part(parts, 0, 1), v = part(parts, 1, 2);
  compare("the eigenvalue decomposition", {.left = v, .right = v, .scale = &w, .adjoint_right = true}, a.batch,
          [&](const Extents& e, auto row, auto col) {
            return row >= col ? a.at(e, row, col) : std::conj(a.at(e, col, row));
          });
  compare("the eigenvectors", {.left = v, .right = v, .adjoint_left = true}, a.batch, identity);
}
void qr(const Matrices& a, const Parts& parts) {
  const Matrices q = part(parts, 0, 2), r = part(parts, 1, 2);
  compare("the QR decomposition", {q, r}, a.batch,
          [&](const Extents& e, auto row, auto col) { return a.at(e, row, col); });
  compare("the orthogonal factor", {.left = q, .right = q, .adjoint_left = true}, a.batch, identity);
}
void lu(const Matrices& a, const Parts& parts) {
  const Matrices p = part(parts, 0, 2), l = part(parts, 1, 2), u = part(parts, 2, 2);
  compare("the LU decomposition", {l, u}, a.batch, [&](const Extents& e, auto row, auto col) {
    for (std::int64_t from = 0; from < p.rows;
         ++from)  // A = P L U: row `row` of L U is the row of A that P moves there
      if (p.at(e, from, row) != 0.0) return a.at(e, from, col);
    return Number(std::nan(""));
  });
}

struct Row {
  Op op;
  void (*alone)(const Evaluation&, NodeId);
  void (*parts)(const Matrices&, const Parts&);
};
constexpr std::array rows{
    Row{Op::solve, equation, nullptr}, Row{Op::inv, inverse, nullptr}, Row{Op::cholesky, cholesky, nullptr},
    Row{Op::svd, nullptr, svd},        Row{Op::eigh, nullptr, eigh},   Row{Op::qr, nullptr, qr},
    Row{Op::lu, nullptr, lu}};

/// Whether every operand of the node that the check reads has a value.
bool operands_known(const Evaluation& evaluation, NodeId node) {
  for (NodeId operand : evaluation.graph.operands(node))
    if (evaluation.find(operand) == nullptr) return false;
  return true;
}

}  // namespace

bool residual(const Evaluation& evaluation, NodeId node) {
  for (const Row& row : rows) {
    if (row.op != evaluation.graph.op(node) || !operands_known(evaluation, node)) continue;
    if (row.alone != nullptr) {
      if (evaluation.find(node) != nullptr) row.alone(evaluation, node);
      return true;
    }
    const auto parts = evaluation.results.find(node.at);
    if (parts == evaluation.results.end()) return true;
    row.parts(Matrices(evaluation.dense(evaluation.graph.operand(node, 0)), 2), parts->second);
    return true;
  }
  return false;
}

namespace {

std::string_view property_name(std::int64_t property) {
  return dsl::property_names[static_cast<std::size_t>(property)];
}

[[noreturn]] void broken(std::int64_t property, const Extents& entry, const std::string& how) {
  fail(dsl::Fault::assumption_broken, property_name(property), linalg::entry_text(entry), how);
}

std::string at_text(std::int64_t row, std::int64_t col) {
  return "[" + std::to_string(row) + "," + std::to_string(col) + "]";
}

void sorted(std::int64_t property, const Tensor& value) {
  const Tensor flat = cast(contiguous_copy_if_needed(value), DType::f64);
  const std::int64_t length = value.rank() == 0 ? 0 : value.shape.back();
  for (std::int64_t at = 1; at < flat.count(); ++at)
    if (at % length != 0 && !(flat.as<double>()[at - 1] <= flat.as<double>()[at]))
      broken(property, {}, "element " + std::to_string(at % length) + " is smaller than the one before it");
}

/// Which elements a structure wants to be zero, or to equal their mirror images.
struct Shape {
  bool zero_above = false, zero_below = false, hermitian = false;
};
// In the order of dsl::property_names: spd, symmetric, lower, upper, diagonal.
constexpr std::array shapes{Shape{.hermitian = true}, Shape{.hermitian = true}, Shape{.zero_above = true},
                            Shape{.zero_below = true}, Shape{.zero_above = true, .zero_below = true}};

void elements(std::int64_t property, const Shape& shape, const Matrices& a, const Extents& entry) {
  const double allowed = 100 * a.epsilon * a.largest(entry);
  for (std::int64_t row = 0; row < a.rows; ++row)
    for (std::int64_t col = 0; col < a.cols; ++col) {
      const Number own = a.at(entry, row, col);
      if (((shape.zero_above && col > row) || (shape.zero_below && col < row)) && own != 0.0)
        broken(property, entry, "element " + at_text(row, col) + " is not zero");
      if (shape.hermitian && !(std::abs(own - std::conj(a.at(entry, col, row))) <= allowed))
        broken(property, entry, "elements " + at_text(row, col) + " and " + at_text(col, row) + " differ");
    }
}

}  // namespace

void structure(std::int64_t property, const Tensor& value) {
  const std::string_view name = property_name(property);
  if (name == "sorted") return sorted(property, value);
  if (name == "banded" || value.rank() < 2) return;  // every matrix has some bandwidth
  const Matrices a(value, 2);
  Extents entry(a.batch.size(), 0);
  if (a.rows != a.cols) broken(property, {}, "it is not square");
  for (std::int64_t flat = 0; flat < count_of(a.batch); ++flat) {
    for (std::int64_t axis = static_cast<std::int64_t>(a.batch.size()) - 1, left = flat; axis >= 0; --axis) {
      entry[static_cast<std::size_t>(axis)] = left % a.batch[static_cast<std::size_t>(axis)];
      left /= a.batch[static_cast<std::size_t>(axis)];
    }
    if (static_cast<std::size_t>(property) < shapes.size())
      elements(property, shapes[static_cast<std::size_t>(property)], a, entry);
  }
  try {
    if (name == "orthogonal") compare("the columns", {.left = a, .right = a, .adjoint_left = true}, a.batch, identity);
    if (name == "spd") linalg::cholesky(value);
  } catch (const error& cause) {
    if (cause.code() != "check" && cause.code() != "not_positive_definite") throw;
    broken(property, {}, cause.message());
  }
}

}  // namespace ricci::runtime::verify
