/// The functions of the language that take whole values: one table, from name to usage, meaning and documentation.
/// Elementwise functions come from the op table, draws from the distributions' table.
#pragma once

#include <array>

#include "dsl/diagnostic/near_name.hpp"
#include "dsl/infer/einsum.hpp"
#include "dsl/infer/linear_algebra.hpp"
#include "dsl/infer/shape_functions.hpp"

namespace ricci::dsl {

constexpr Thing sparse_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const std::size_t given = positional_count(e.program(), call);
  if (given == 1) {
    const NodeId tensor = e.whole(e.program().kid(call, 0));
    if (e.failed()) return {};
    if (graph[tensor].sparse) return {tensor, true, false};
    if (graph.shape(tensor).size() != 2) return e.fail(Fault::rank_wanted, call, "sparse", "a matrix", e.text(call));
    return tensor_node(graph, Op::to_sparse, graph.dtype(tensor), {tensor}, {}, shape_copy(graph, tensor), true);
  }
  if (given != 3) return e.fail(Fault::argument_count, call, "sparse", 3, "rows, cols, values, shape=[m, n]");
  Vec<NodeId> parts;
  for (std::size_t at = 0; at < 3; ++at) {
    const NodeId part = e.whole(e.program().kid(call, at));
    if (e.failed()) return {};
    if (graph.shape(part).size() != 1) return e.fail(Fault::rank_wanted, call, "sparse", "three vectors", e.text(call));
    if (at > 0 && graph.shape(part)[0] != graph.shape(parts[0])[0])
      return e.fail(Fault::broadcast_sizes, call, e.text(call), graph.shape(parts[0])[0], graph.shape(part)[0], 0);
    if (at < 2 && !is_integer(graph.dtype(part)))
      return e.fail(Fault::integer_wanted, e.program().kid(call, at), "a position", e.text(e.program().kid(call, at)));
    parts.push_back(at < 2 ? converted(e, part, DType::i64) : part);
  }
  Vec<std::int64_t> shape;
  const SyntaxId argument = e.named_argument(call, "shape");
  if (argument == Elaborator::absent || !e.integers(argument, "an extent", shape) || shape.size() != 2)
    return e.fail(Fault::argument_count, call, "sparse", 3, "rows, cols, values, shape=[m, n]");
  return tensor_node(graph, Op::from_triples, graph.dtype(parts[2]), parts, {}, shape, true);
}

constexpr Thing dense_function(Elaborator& e, SyntaxId call) {
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  return e.failed() ? Thing{} : Thing{densified(e, tensor), true, false};
}

/// random_sparse(m, n, density): round(density * m * n) elements at distinct places, uniform on [0, 1).
constexpr Thing random_sparse_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  std::int64_t m = 0;
  std::int64_t n = 0;
  if (!e.integer(e.program().kid(call, 0), "an extent", m) || !e.integer(e.program().kid(call, 1), "an extent", n))
    return {};
  const Thing density = e.closed(e.program().kid(call, 2));
  if (e.failed()) return {};
  if (m < 0 || n < 0) return e.fail(Fault::negative_extent, call, m < n ? m : n, e.text(call));
  const SyntaxId shown = e.program().kid(call, 2);
  if (density.whole || is_complex(graph.dtype(density.node)))
    return e.fail(Fault::density_outside, shown, e.text(shown));
  const std::int64_t places = counted(e, call, {m, n});
  const NodeId share = cast(graph, density.node, DType::f64);
  const NodeId scaled = graph.add(Op::multiply, DType::f64, {share, graph.real(static_cast<double>(places))});
  std::int64_t stored = 0;
  if (e.failed() || !e.rounded(scaled, Op::round, stored))
    return e.fail(Fault::integer_unknown, shown, "the density", e.text(shown));
  if (stored < 0 || stored > places) return e.fail(Fault::density_outside, shown, e.text(shown));
  return tensor_node(graph, Op::random_sparse, DType::f64, {},
                     {stored, static_cast<std::int64_t>(e.environment.seed()), e.stream(call)}, {m, n}, true);
}

constexpr Thing assume_function(Elaborator& e, SyntaxId call) {
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const SyntaxId property = e.program().kid(call, 1);
  const std::string_view name = e.text(property);
  for (std::size_t at = 0; at < property_names.size(); ++at)
    if (property_names[at] == name)
      return tensor_node(e.graph, Op::assume, e.graph.dtype(tensor), {tensor}, {static_cast<std::int64_t>(at)},
                         shape_copy(e.graph, tensor), e.graph[tensor].sparse);
  return e.fail(Fault::unknown_property, property, name);
}

constexpr Thing load_named(Elaborator& e, SyntaxId call, std::string_view key) {
  const SyntaxId path = e.program().kid(call, 0);
  if (e.program()[path].form != Form::text) return e.fail(Fault::path_wanted, call, "load");
  const NodeId tensor = e.environment.load(e.graph, e.program().name(path), key);
  if (!tensor.valid()) return e.fail(Fault::no_files_here, call);
  return {tensor, true, false};
}
constexpr Thing load_function(Elaborator& e, SyntaxId call) { return load_named(e, call, {}); }

struct FunctionRow {
  std::string_view name;
  std::string_view usage;
  std::size_t least_arguments;
  std::size_t most_arguments;
  std::string_view named;  // named arguments it takes, separated by blanks
  Thing (*make)(Elaborator&, SyntaxId);
  std::string_view documentation;
};

inline constexpr std::size_t any_number = 64;

inline constexpr std::array function_rows{
    FunctionRow{"solve", "solve(A, b)", 2, 2, "", solve_function, "x with A x = b, for square A"},
    FunctionRow{"lstsq", "lstsq(A, b)", 2, 2, "", solve_function, "the x of least norm with |A x - b| least"},
    FunctionRow{"inv", "inv(A)", 1, 1, "", matrix_function, "the inverse"},
    FunctionRow{"pinv", "pinv(A)", 1, 1, "", matrix_function, "the pseudo-inverse"},
    FunctionRow{"det", "det(A)", 1, 1, "", matrix_function, "the determinant"},
    FunctionRow{"logdet", "logdet(A)", 1, 1, "", matrix_function, "log |det(A)|"},
    FunctionRow{"cholesky", "cholesky(A)", 1, 1, "", matrix_function, "lower triangular L with L @ L' = A"},
    FunctionRow{"trace", "trace(A)", 1, 1, "", trace_function, "the sum of the diagonal"},
    FunctionRow{"kron", "kron(A, B)", 2, 2, "", kron_function, "the Kronecker product"},
    FunctionRow{"lu", "P, L, U = lu(A)", 1, 1, "", decomposition_as_value, "A = P @ L @ U with partial pivoting"},
    FunctionRow{"qr", "Q, R = qr(A)", 1, 1, "", decomposition_as_value, "A = Q @ R, reduced"},
    FunctionRow{"svd", "U, s, Vh = svd(A)", 1, 1, "", decomposition_as_value, "A = U @ diag(s) @ Vh, reduced"},
    FunctionRow{"eigh", "w, V = eigh(A)", 1, 1, "", decomposition_as_value,
                "eigenvalues, ascending, and vectors of a Hermitian matrix"},
    FunctionRow{"rank", "rank(A)", 1, 1, "", singular_value_function, "how many singular values are not negligible"},
    FunctionRow{"cond", "cond(A)", 1, 1, "", singular_value_function, "the largest singular value over the smallest"},
    FunctionRow{"einsum", "einsum(\"ij,jk->ik\", A, B)", 2, any_number, "", einsum_function,
                "Einstein summation, with numpy.einsum's strings"},
    FunctionRow{"transpose", "transpose(A), transpose(A, axes=[1, 0])", 1, 2, "axes", transpose_function,
                "the axes reversed, or permuted"},
    FunctionRow{"reshape", "reshape(A, [m, n])", 2, any_number, "", reshape_function,
                "the same elements, row-major, in another shape; -1 is worked out"},
    FunctionRow{"concat", "concat([A, B], axis=0)", 1, any_number, "axis", concat_function,
                "tensors joined along an axis"},
    FunctionRow{"stack", "stack([a, b], axis=0)", 1, any_number, "axis", concat_function,
                "tensors joined along a new axis"},
    FunctionRow{"roll", "roll(A, s, axis=0)", 2, 2, "axis", roll_function, "element i moved to i + s, around the end"},
    FunctionRow{"flip", "flip(A, axis=0)", 1, 1, "axis", flip_function, "the order reversed"},
    FunctionRow{"diag", "diag(v), diag(A, k)", 1, 2, "k", diag_function, "a diagonal matrix, or a matrix's diagonal"},
    FunctionRow{"tril", "tril(A, k)", 1, 2, "k", triangle_function, "zero above the k-th diagonal"},
    FunctionRow{"triu", "triu(A, k)", 1, 2, "k", triangle_function, "zero below the k-th diagonal"},
    FunctionRow{"shape", "shape(A)", 1, 1, "", shape_function, "the extents, as a vector"},
    FunctionRow{"size", "size(A, axis=0)", 1, 1, "axis", shape_function, "the number of elements, or one extent"},
    FunctionRow{"ndim", "ndim(A)", 1, 1, "", shape_function, "the number of axes"},
    FunctionRow{"zeros", "zeros(m, n)", 1, any_number, "", zeros_function, "zeros"},
    FunctionRow{"ones", "ones(m, n)", 1, any_number, "", zeros_function, "ones"},
    FunctionRow{"full", "full([m, n], x)", 2, 2, "", full_function, "one number everywhere"},
    FunctionRow{"eye", "eye(n)", 1, 2, "", eye_function, "the identity matrix"},
    FunctionRow{"arange", "arange(start, stop, step)", 1, 3, "", arange_function,
                "equally spaced numbers up to stop, without it"},
    FunctionRow{"linspace", "linspace(start, stop, n)", 2, 3, "", linspace_function,
                "n equally spaced numbers, both ends included"},
    FunctionRow{"sparse", "sparse(A), sparse(rows, cols, values, shape=[m, n])", 1, 3, "shape", sparse_function,
                "a sparse matrix"},
    FunctionRow{"dense", "dense(A)", 1, 1, "", dense_function, "a sparse matrix with every element stored"},
    FunctionRow{"random_sparse", "random_sparse(m, n, density)", 3, 3, "", random_sparse_function,
                "uniform draws at random places"},
    FunctionRow{"assume", "assume(M, spd)", 2, 2, "", assume_function, "M, with a property that you vouch for"},
    FunctionRow{"load", "load(\"a.npy\")", 1, 1, "", load_function, "the tensor in a .npy, .npz, .mtx or .csv file"},
    FunctionRow{"sum", "sum(A, axis=0)", 1, 1, "axis", reduction_function, "the sum over axes, or over everything"},
    FunctionRow{"prod", "prod(A, axis=0)", 1, 1, "axis", reduction_function, "the product"},
    FunctionRow{"min", "min(A, axis=0)", 1, 1, "axis", reduction_function,
                "the smallest element; min(a, b): the smaller one"},
    FunctionRow{"max", "max(A, axis=0)", 1, 1, "axis", reduction_function,
                "the largest element; max(a, b): the larger one"},
    FunctionRow{"mean", "mean(A, axis=0)", 1, 1, "axis", reduction_function, "the mean"},
    FunctionRow{"any", "any(A, axis=0)", 1, 1, "axis", reduction_function, "whether some element holds"},
    FunctionRow{"all", "all(A, axis=0)", 1, 1, "axis", reduction_function, "whether every element holds"},
    FunctionRow{"count", "count(A, axis=0)", 1, 1, "axis", reduction_function, "how many elements hold"},
    FunctionRow{"argmin", "argmin(A, axis=0)", 1, 1, "axis", reduction_function, "where the smallest stands"},
    FunctionRow{"argmax", "argmax(A, axis=0)", 1, 1, "axis", reduction_function, "where the largest stands"},
    FunctionRow{"logsumexp", "logsumexp(A, axis=0)", 1, 1, "axis", reduction_function, "log of the sum of exp"},
    FunctionRow{"norm", "norm(A, axis=0)", 1, 1, "axis", reduction_function, "the root of the sum of |x|^2"},
    FunctionRow{"var", "var(A, axis=0, ddof=1)", 1, 1, "axis ddof", reduction_function,
                "the variance; divides by n - ddof"},
    FunctionRow{"std", "std(A, axis=0, ddof=1)", 1, 1, "axis ddof", reduction_function, "the standard deviation"},
};

constexpr const FunctionRow* function_named(std::string_view name) {
  for (const FunctionRow& own : function_rows)
    if (own.name == name) return &own;
  return nullptr;
}

/// Every callable name, for suggestions and completion.
constexpr Vec<Str> function_names() {
  Vec<Str> out;
  for (const FunctionRow& own : function_rows) out.push_back(own.name);
  for (const OpRow& own : op_rows)
    if (own.kind == OpKind::element && own.operands != many_operands &&
        elementwise_named(own.spelling, static_cast<std::size_t>(own.operands)) != Op::constant)
      out.push_back(own.spelling);
  for (const DistributionRow& own : distribution_rows) out.push_back(own.name);
  for (const DTypeRow& own : dtype_rows) out.push_back(own.name);
  for (const DrawingRow& own : drawing_rows) out.push_back(own.name);
  for (std::string_view own : {"clamp", "save", "seed"}) out.push_back(own);
  return out;
}

static_assert([] {
  std::size_t at = 0;
  for (std::string_view own : whole_functions)
    if (at == function_rows.size() || function_rows[at++].name != own) return false;
  return at == function_rows.size();
}());

}  // namespace ricci::dsl
