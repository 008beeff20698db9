/// Products with sparse matrices against the reference: random patterns with empty rows, all layouts of vectors and
/// results, all types. Elements are small integers, so that results must be equal.
#include "runtime/kernels/sparse/sparse.hpp"

#include <catch2/catch.hpp>

#include "runtime/kernels/sparse/kernels.hpp"
#include "runtime/pool.hpp"
#include "tests/runtime/kernels/contraction/random_contraction.hpp"

namespace ricci::runtime::sparse {
namespace {

using contraction::test::Generator;
using dsl::IndexId;
using dsl::Op;
using dsl::Vec;

/// One random product of a sparse matrix and dense factors.
class Case : public Generator {
 public:
  Case(unsigned seed, DType dtype) : Generator(seed), dtype_(dtype) {
    const std::int64_t rows = one_in(12) ? 0 : 1 + below(30), cols = one_in(12) ? 0 : 1 + below(30);
    row_ = sheet.index(rows, "r");
    column_ = sheet.index(cols, "c");
    matrix_ = sheet.input(std::make_shared<const Csr>(csr_from_dense(few(rows, cols))));
  }

  NodeId tensor() {
    Vec<IndexId> axes, summed;
    for (IndexId own : {row_, column_}) (one_in(2) ? axes : summed).push_back(own);
    for (int count = below(3); count > 0; --count) further_.push_back(sheet.index(one_in(20) ? 0 : 1 + below(28)));
    for (IndexId own : further_) {
      axes.push_back(own);
      std::swap(axes[static_cast<std::size_t>(below(static_cast<int>(axes.size())))], axes.back());
    }
    if (one_in(6)) summed.push_back(further_.empty() ? sheet.index(3) : sheet.index(2));
    NodeId body = sheet.at(matrix_, row_, column_);
    const NodeId condition = sheet.op(Op::stored, DType::boolean, {matrix_, sheet.value(row_), sheet.value(column_)});
    if (dsl::is_complex(dtype_) && one_in(3)) body = sheet.op(Op::conj, dtype_, {body});
    for (int inside = below(3); inside > 0; --inside) body = times(body, factor(false));
    if (!further_.empty() || one_in(2)) body = times(body, factor(true, summed.size() > 2 ? summed.back() : IndexId{}));
    if (one_in(4)) body = sheet.op(Op::negate, dtype_, {body});
    body = sheet.op(Op::guard, dtype_, {condition, body});
    if (!summed.empty()) body = sheet.graph.reduce(Op::sum, dtype_, body, summed);
    const bool sparse = summed.empty() && axes.size() == 2;
    return sheet.tensor(body, axes, sparse);
  }

 private:
  Tensor few(std::int64_t rows, std::int64_t cols) {
    Tensor out = values(dtype_, {rows, cols}, true);
    out = copy(out);
    const bool dense = one_in(4);
    with_type(dtype_, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t at = 0; at < out.count(); ++at)
        if (!dense && !one_in(4)) out.as<T>()[at] = T{};
    });
    return out;
  }
  NodeId times(NodeId a, NodeId b) {
    return one_in(2) ? sheet.op(Op::multiply, dtype_, {a, b}) : sheet.op(Op::multiply, dtype_, {b, a});
  }
  /// A dense factor over some of the matrix's indices, and over the further ones.
  NodeId factor(bool with_further, IndexId alone = {}) {
    std::vector<IndexId> own;
    if (one_in(2)) own.push_back(row_);
    if (!one_in(3)) own.push_back(column_);
    if (with_further) {
      for (IndexId index : further_)
        if (!one_in(5)) own.push_back(index);
      if (alone.valid()) own.push_back(alone);
    }
    std::shuffle(own.begin(), own.end(), shuffle_);
    std::vector<NodeId> entries;
    Extents shape;
    for (IndexId index : own) {
      std::int64_t extent = sheet.graph.extent(index);
      if (one_in(8) && extent > 0) {
        entries.push_back(sheet.graph.add(Op::wrap, DType::i64, {sheet.graph.affine(2, {index}, {1})}, {extent}));
      } else {
        entries.push_back(sheet.value(index));
      }
      shape.push_back(extent);
    }
    NodeId out = sheet.at(sheet.input(values(dtype_, shape)), entries);
    return dsl::is_complex(dtype_) && one_in(3) ? sheet.op(Op::conj, dtype_, {out}) : out;
  }

  DType dtype_;
  IndexId row_, column_;
  NodeId matrix_;
  std::vector<IndexId> further_;
  std::mt19937 shuffle_{5};
};

bool same_value(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  const auto equal = [](const Tensor& x, const Tensor& y) {
    if (x.dtype != y.dtype || x.shape != y.shape) return false;
    return with_type(x.dtype, [&](auto zero) {
      using T = decltype(zero);
      return std::equal(x.as<T>(), x.as<T>() + x.count(), y.as<T>());
    });
  };
  if (const auto* dense = std::get_if<Tensor>(&a)) return equal(*dense, std::get<Tensor>(b));
  const Csr &x = *std::get<1>(a), &y = *std::get<1>(b);
  return x.rows == y.rows && x.cols == y.cols && equal(x.row_starts, y.row_starts) && equal(x.columns, y.columns) &&
         equal(x.values, y.values);
}

TEST_CASE("sparse: random products are what the reference says") {
  int taken = 0;
  for (DType dtype : {DType::f64, DType::i64, DType::c128, DType::f32, DType::c64})
    for (unsigned seed = 0; seed < 400; ++seed) {
      INFO("type " << dsl::name_of(dtype) << ", seed " << seed);
      Case made(seed, dtype);
      const NodeId tensor = made.tensor();
      Evaluation evaluation = made.sheet.evaluation();
      Value out, again;
      if (!run_sparse_product(evaluation, tensor, out)) continue;
      ++taken;
      CHECK(same_value(out, made.sheet.run(tensor)));
      set_threads(1);
      REQUIRE(run_sparse_product(evaluation, tensor, again));
      CHECK(same_value(out, again));
      set_threads(2);
    }
  CHECK(taken > 1500);
}

TEST_CASE("sparse: the table's rows take what is theirs") {
  int taken[2] = {};
  for (unsigned seed = 0; seed < 60; ++seed) {
    Case sparse(seed, DType::f64);
    Generator dense(seed);
    const NodeId nodes[] = {sparse.tensor(), dense.contraction(DType::f64)};
    const dsl::Graph* graphs[] = {&sparse.sheet.graph, &dense.sheet.graph};
    for (std::size_t own = 0; own < 2; ++own)
      for (std::size_t row = 0; row < 2; ++row) {
        const auto step = product_kernels[row].match(*graphs[own], nodes[own]);
        CHECK((!step || row == own));
        if (!step) continue;
        ++taken[row];
        const Cost cost = product_kernels[row].cost(*step, *graphs[own], 10);
        CHECK(cost.nanoseconds >= 0);
        CHECK(cost.workspace >= 0);
        const Evaluation evaluation = own == 0 ? sparse.sheet.evaluation() : dense.sheet.evaluation();
        CHECK(product_kernels[row].run(evaluation, *step));
      }
  }
  CHECK(taken[0] > 40);
  CHECK(taken[1] == 60);
}

}  // namespace
}  // namespace ricci::runtime::sparse
