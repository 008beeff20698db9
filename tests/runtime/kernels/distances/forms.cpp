// Quadratic forms in fused kernels against their definition in long double: every sort of W, sizes around the tiles',
// offsets, near and equal rows, NaN and infinities; the same bits for one and two threads.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "runtime/pool.hpp"

namespace {
using namespace ricci::runtime;
using ricci::dsl::IndexId;
using ricci::dsl::Op;
using ricci::dsl::QuadraticWeights;
using ricci::dsl::Vec;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// W of every sort: positive, singular, indefinite, skewed, badly scaled, zero.
constexpr int sorts = 7;

struct Data {
  std::mt19937_64 random;
  double normal() { return std::normal_distribution<double>()(random); }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }

  Tensor rows(Extents shape, double offset) {
    Tensor out = Tensor::empty(DType::f64, std::move(shape));
    for (std::int64_t at = 0; at < out.count(); ++at) out.as<double>()[at] = offset + normal();
    return out;
  }
  Tensor matrix(std::int64_t d, int sort) {
    Tensor out = Tensor::zeros(DType::f64, {d, d});
    const std::int64_t rank = sort == 1 ? (d + 1) / 2 : d;
    for (std::int64_t p = 0; p < rank && sort != 6; ++p) {
      std::vector<double> column;
      for (std::int64_t k = 0; k < d; ++k) column.push_back(normal());
      const double sign = sort == 2 && p % 2 == 1 ? -1 : 1;
      for (std::int64_t k = 0; k < d; ++k)
        for (std::int64_t l = 0; l < d; ++l)
          out.as<double>()[k * d + l] +=
              sign * column[static_cast<std::size_t>(k)] * column[static_cast<std::size_t>(l)];
    }
    for (std::int64_t k = 0; k < d; ++k) {
      if (sort == 0) out.as<double>()[k * d + k] += 1;
      for (std::int64_t l = 0; l < d; ++l) {
        if (sort == 3) out.as<double>()[k * d + l] += static_cast<double>(k - l);  // skewed
        if (sort == 4) out.as<double>()[k * d + l] *= std::ldexp(1.0, static_cast<int>(8 * (k + l) % 60 - 30));
      }
    }
    if (sort == 5) out.as<double>()[0] = -1;
    return out;
  }
};

/// A tensor of quadratic forms of its inputs' rows, by its reference and by the fused kernel.
struct Sheet {
  Graph graph;
  std::vector<std::pair<NodeId, Tensor>> values;
  NodeId input(const char* name, const Tensor& value) {
    Vec<std::int64_t> shape(value.shape.data(), value.shape.data() + value.shape.size());
    values.emplace_back(graph.input({ricci::dsl::Str(name), value.dtype, shape, false}), value);
    return values.back().first;
  }
  NodeId form(NodeId x, NodeId y, NodeId w, QuadraticWeights kind, std::vector<NodeId> entries,
              std::int64_t shared = 0) {
    std::vector<NodeId> operands{x, y};
    if (w.valid()) operands.push_back(w);
    operands.insert(operands.end(), entries.begin(), entries.end());
    const std::int64_t ints[] = {static_cast<std::int64_t>(kind), shared};
    return graph.add(Op::quadratic, graph.dtype(x), operands, ints);
  }
  Tensor expected(NodeId tensor) const {
    Evaluation evaluation = given();
    return std::get<Tensor>(reference::evaluate(evaluation, tensor, reference::Precision::extended));
  }
  Tensor computed(NodeId tensor) const {
    Evaluation evaluation = given();
    const fused::Program program = fused::lower(graph, tensor, fused::layouts_of(evaluation, tensor));
    INFO(program.text());
    REQUIRE(program.verify() == "");
    set_threads(1);
    Tensor one, two;
    fused::run_fused(evaluation, tensor, one);
    set_threads(2);
    fused::run_fused(evaluation, tensor, two);
    CHECK(same_bits(one, two));
    return one;
  }

 private:
  Evaluation given() const {
    Evaluation out(graph);
    for (const auto& [node, value] : values) out.values.emplace(node.at, value);
    return out;
  }
};

/// The error of each element over `scale` of it; NaN and infinities have to stand where they belong.
double worst(const Tensor& a, const Tensor& b, const Tensor& scale) {
  REQUIRE(a.shape == b.shape);
  double out = 0;
  for (std::int64_t at = 0; at < a.count(); ++at) {
    const double x = cast(a, DType::f64).as<double>()[at];
    const double y = b.as<double>()[at];
    if (std::isnan(y) || std::isinf(y)) {
      CHECK((std::isnan(y) ? std::isnan(x) : x == y));
      continue;
    }
    const double of = std::abs(x - y) / (scale.as<double>()[at] + 1e-300);
    out = std::isnan(of) ? infinity : std::max(out, of);
  }
  return out;
}

struct Case {
  std::int64_t m, n, d;
  QuadraticWeights kind;
  int sort;
  bool same, turned;
};

/// Doubles against long doubles; error over sum |d_k| |W_kl| |d_l|, which is what rounding of the definition is over.
void check(Data& data, const Case& own, double offset, bool special) {
  INFO("m " << own.m << " n " << own.n << " d " << own.d << " kind " << static_cast<int>(own.kind) << " sort "
            << own.sort << " same " << own.same << " turned " << own.turned << " offset " << offset << " special "
            << special);
  Sheet sheet;
  const Tensor x = data.rows({own.m, own.d}, offset);
  const Tensor y = own.same ? x : data.rows({own.n, own.d}, offset);
  for (std::int64_t k = 0; k < own.d && !own.same; ++k) {
    y.as<double>()[k] = x.as<double>()[k];  // an equal row, and a near one
    if (own.n > 1 && own.m > 1) y.as<double>()[own.d + k] = std::nextafter(x.as<double>()[own.d + k], 1e9);
  }
  if (special && own.d > 0) {
    x.as<double>()[data.below(x.count())] = data.below(2) == 0 ? nan : infinity;
    y.as<double>()[data.below(y.count())] = -infinity;
  }
  const NodeId nx = sheet.input("X", x), ny = own.same ? nx : sheet.input("Y", y);
  NodeId nw;
  if (own.kind == QuadraticWeights::matrix) nw = sheet.input("W", data.matrix(own.d, own.sort));
  if (own.kind == QuadraticWeights::diagonal) {
    const Tensor w = data.rows({own.d}, own.sort == 0 ? 9 : 0);
    if (own.sort == 1 && own.d > 0) w.as<double>()[0] = 0;
    nw = sheet.input("w", w);
  }
  const IndexId i = sheet.graph.open_index("i", own.m), j = sheet.graph.open_index("j", own.same ? own.m : own.n);
  const NodeId form = sheet.form(nx, ny, nw, own.kind, {sheet.graph.index_value(i), sheet.graph.index_value(j)});
  const NodeId q = sheet.graph.tensor(form, own.turned ? Vec<IndexId>{j, i} : Vec<IndexId>{i, j});
  const Tensor result = sheet.computed(q), expected = sheet.expected(q);
  Sheet sizes;
  const auto magnitudes = [&](const Tensor& of) {
    Tensor out = copy(of);
    for (std::int64_t at = 0; at < out.count(); ++at) out.as<double>()[at] = std::abs(out.as<double>()[at]);
    return out;
  };
  // sum |d||W||d| <= d (sum |d_k| sqrt(w_kk))^2 for semidefinite W; for others by W's largest elements.
  Tensor scale = Tensor::zeros(DType::f64, result.shape);
  const Tensor w = nw.valid() ? magnitudes(sheet.values.back().second) : Tensor{};
  for (std::int64_t a = 0; a < result.shape[0]; ++a)
    for (std::int64_t b = 0; b < result.shape[1]; ++b) {
      const std::int64_t row = own.turned ? b : a, column = own.turned ? a : b;
      double sum = 0;
      for (std::int64_t k = 0; k < own.d; ++k) {
        const double difference = std::abs(x.as<double>()[row * own.d + k] - y.as<double>()[column * own.d + k]);
        double largest = own.kind == QuadraticWeights::none ? 1 : 0;
        if (own.kind == QuadraticWeights::diagonal) largest = w.as<double>()[k];
        if (own.kind == QuadraticWeights::matrix)
          for (std::int64_t l = 0; l < own.d; ++l)
            largest = std::max(largest, std::max(w.as<double>()[k * own.d + l], w.as<double>()[l * own.d + k]));
        sum += difference * std::sqrt(largest);
      }
      scale.as<double>()[a * result.shape[1] + b] = sum * sum;
    }
  CHECK(worst(result, expected, scale) < 64 * 2.3e-16 * static_cast<double>(own.d + 1));
  if (own.same && !special)
    for (std::int64_t at = 0; at < own.m; ++at) CHECK(result.as<double>()[at * own.m + at] == 0);
}

}  // namespace

TEST_CASE("distances: forms of any size and sort keep to their bound") {
  const unsigned seed = 20261;
  INFO("seed " << seed);
  Data data{std::mt19937_64(seed)};
  constexpr std::int64_t extents[] = {1, 2, 3, 5, 8, 9, 16, 17, 31, 33, 64, 65, 259};
  constexpr std::int64_t depths[] = {1, 2, 3, 6, 10, 14, 15, 16, 17, 33, 64};
  const auto pick = [&](const auto& list) { return list[static_cast<std::size_t>(data.below(std::size(list)))]; };
  for (int round = 0; round < 400; ++round) {
    const Case own{pick(extents),
                   pick(extents),
                   pick(depths),
                   static_cast<QuadraticWeights>(data.below(3)),
                   static_cast<int>(data.below(sorts)),
                   data.below(4) == 0,
                   data.below(3) == 0};
    check(data, own, data.below(3) == 0 ? 1e6 : 0, data.below(4) == 0);
  }
}

TEST_CASE("distances: the ARD kernel is right to 1e-10 for data at offset 1e6") {
  Data data{std::mt19937_64(5)};
  for (const std::int64_t d : {6, 10, 64})
    for (const bool same : {false, true}) {
      INFO("d " << d << " same " << same);
      Sheet sheet;
      const Tensor x = data.rows({70, d}, 1e6), y = same ? x : data.rows({300, d}, 1e6);
      Tensor w = data.matrix(d, 0);
      for (std::int64_t at = 0; at < d * d; ++at) w.as<double>()[at] /= static_cast<double>(d * d);
      const NodeId nx = sheet.input("X", x), ny = same ? nx : sheet.input("Y", y), nw = sheet.input("W", w);
      const IndexId i = sheet.graph.open_index("i", x.shape[0]), j = sheet.graph.open_index("j", y.shape[0]);
      const NodeId form =
          sheet.form(nx, ny, nw, QuadraticWeights::matrix, {sheet.graph.index_value(i), sheet.graph.index_value(j)});
      const NodeId half = sheet.graph.add(Op::multiply, DType::f64, {sheet.graph.real(-0.5), form});
      const NodeId kernel = sheet.graph.tensor(sheet.graph.add(Op::exp, DType::f64, {half}), {i, j});
      const Tensor expected = sheet.expected(kernel);
      CHECK(worst(sheet.computed(kernel), expected, expected) < 1e-10);
    }
}

TEST_CASE("distances: of the rows of one tensor, each is at 0 from itself, and as far from another as that from it") {
  Data data{std::mt19937_64(6)};
  for (const std::int64_t d : {1, 6, 14, 15, 64})
    for (int sort = 0; sort < sorts; ++sort)
      for (const double offset : {0.0, 1e6}) {
        INFO("d " << d << " sort " << sort << " offset " << offset);
        Sheet sheet;
        const std::int64_t n = 71;
        const NodeId x = sheet.input("X", data.rows({n, d}, offset)), w = sheet.input("W", data.matrix(d, sort));
        const IndexId i = sheet.graph.open_index("i", n), j = sheet.graph.open_index("j", n);
        const NodeId form =
            sheet.form(x, x, w, QuadraticWeights::matrix, {sheet.graph.index_value(i), sheet.graph.index_value(j)});
        const Tensor found = sheet.computed(sheet.graph.tensor(form, {i, j}));
        const double* q = found.as<double>();
        bool zeros = true, mirrored = true;
        for (std::int64_t row = 0; row < n; ++row)
          for (std::int64_t column = 0; column <= row; ++column) {
            mirrored = mirrored && q[row * n + column] == q[column * n + row];
            zeros = zeros && (row != column || q[row * n + column] == 0);
          }
        CHECK(zeros);
        CHECK(mirrored);
      }
}

TEST_CASE("distances: single precision, batches, gathered rows, sums over pairs") {
  const unsigned seed = 77;
  INFO("seed " << seed);
  Data data{std::mt19937_64(seed)};
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    const bool narrow = round % 2 == 0;
    const std::int64_t b = 1 + data.below(4), m = 1 + data.below(40), n = 1 + data.below(300), d = 1 + data.below(20);
    Sheet sheet;
    const auto put = [&](const char* name, const Tensor& value) {
      return sheet.input(name, narrow ? cast(value, DType::f32) : value);
    };
    Tensor w = Tensor::empty(DType::f64, {b, d, d});
    for (std::int64_t at = 0; at < b; ++at) {
      const Tensor own = data.matrix(d, static_cast<int>(data.below(3)));
      std::copy_n(own.as<double>(), d * d, w.as<double>() + at * d * d);
    }
    const NodeId nx = put("X", data.rows({b, m, d}, 0)), ny = put("Y", data.rows({b, n, d}, 0)), nw = put("W", w);
    Tensor places = Tensor::empty(DType::i64, {n});
    for (std::int64_t at = 0; at < n; ++at) places.as<std::int64_t>()[at] = data.below(n);
    const NodeId np = sheet.input("p", places);
    Graph& graph = sheet.graph;
    const IndexId c = graph.open_index("c", b), i = graph.open_index("i", m), j = graph.open_index("j", n);
    const NodeId vi = graph.index_value(i), vj = graph.index_value(j), vc = graph.index_value(c);
    const NodeId gathered = graph.add(Op::gather, DType::i64, {graph.access(np, std::span(&vj, 1))}, {n});
    const NodeId wrapped = graph.add(Op::wrap, DType::i64, {graph.affine(3, {i}, {2})}, {m});
    const int shape = round % 6;
    const NodeId entry_x = shape == 1 ? wrapped : vi;
    const NodeId entry_y = shape == 2 ? gathered : shape == 3 ? graph.integer(data.below(n)) : vj;
    const NodeId form = sheet.form(nx, ny, nw, QuadraticWeights::matrix, {vc, entry_x, entry_y}, 1);
    NodeId q;
    if (shape == 4)
      q = graph.tensor(graph.reduce(Op::sum, graph.dtype(form), graph.add(Op::abs, graph.dtype(form), {form}), {j}),
                       {c, i});
    else
      q = graph.tensor(form, shape == 5 ? Vec<IndexId>{j, c, i} : Vec<IndexId>{c, i, j});
    const Tensor expected = cast(sheet.expected(q), DType::f64);
    Tensor scale = Tensor::zeros(DType::f64, expected.shape);
    double largest = 0;
    for (std::int64_t at = 0; at < expected.count(); ++at)
      largest = std::max(largest, std::abs(expected.as<double>()[at]));
    std::fill_n(scale.as<double>(), scale.count(), largest);
    CHECK(worst(sheet.computed(q), expected, scale) < (narrow ? 1e-5 : 1e-12));
  }
}
