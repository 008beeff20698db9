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
  double share = -1.0;
  if (!density.whole && is_constant(graph, density.node) && !is_complex(graph.dtype(density.node))) {
    share = real_of(graph, density.node);
  } else if (!density.whole) {  // a ratio such as 5/n: count in millionths of what is stored
    const Thing scaled = element(graph, Op::multiply, {density, {graph.real(1e15), false, true}});
    std::int64_t parts = 0;
    const NodeId rounded =
        graph.add(Op::cast, DType::i64, {graph.add(Op::round, graph.dtype(scaled.node), {scaled.node})});
    if (is_floating(graph.dtype(scaled.node)) && e.environment.integer(graph, rounded, parts))
      share = static_cast<double>(parts) / 1e15;
  }
  if (!(share >= 0.0 && share <= 1.0))
    return e.fail(Fault::density_outside, e.program().kid(call, 2), e.text(e.program().kid(call, 2)));
  const std::int64_t stored = static_cast<std::int64_t>(share * static_cast<double>(m) * static_cast<double>(n) + 0.5);
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
    FunctionRow{"einsum", "einsum(\"ij,jk->ik\", A, B)", 2, any_number, "", einsum_function,
                "Einstein summation, with numpy.einsum's strings"},
    FunctionRow{"transpose", "transpose(A, axes=[1, 0])", 1, 2, "axes", transpose_function,
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
    if (own.kind == OpKind::element &&
        elementwise_named(own.spelling, static_cast<std::size_t>(own.operands)) != Op::constant)
      out.push_back(own.spelling);
  for (const DistributionRow& own : distribution_rows) out.push_back(own.name);
  for (const DTypeRow& own : dtype_rows) out.push_back(own.name);
  for (std::string_view own : {"clamp", "save", "seed"}) out.push_back(own);
  return out;
}

constexpr SyntaxId Elaborator::named_argument(SyntaxId call, std::string_view name) const {
  for (std::size_t at = 0; at < program_[call].kid_count; ++at) {
    const SyntaxId kid = program_.kid(call, at);
    if (program_[kid].form == Form::named && program_.name(kid) == name) return program_.kid(kid, 0);
  }
  return absent;
}

constexpr bool takes_name(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::size_t blank = names.find(' ');
    if (names.substr(0, blank) == name) return true;
    names = blank == std::string_view::npos ? std::string_view() : names.substr(blank + 1);
  }
  return false;
}

/// Checks a call against its row, then makes it.
constexpr Thing call_row(Elaborator& e, SyntaxId call, const FunctionRow& own) {
  const std::size_t given = positional_count(e.program(), call);
  for (std::size_t at = 0; at < e.program()[call].kid_count; ++at) {
    const SyntaxId kid = e.program().kid(call, at);
    if (e.program()[kid].form == Form::named && !takes_name(own.named, e.program().name(kid)))
      return e.fail(Fault::unknown_argument, kid, own.name, e.program().name(kid), own.usage);
  }
  if (given < own.least_arguments || given > own.most_arguments) {
    if (own.make == reduction_function && given > 1)
      return e.fail(Fault::axis_by_name, call, own.name, e.text(e.program().kid(call, 1)));
    return e.fail(Fault::call_arguments, call, own.name, given, own.usage);
  }
  return own.make(e, call);
}

/// A draw without coordinates: one scalar, or a whole tensor with shape=[...].
constexpr Thing whole_draw(Elaborator& e, SyntaxId call) {
  const SyntaxId argument = e.named_argument(call, "shape");
  if (argument == Elaborator::absent) {
    return e.draw(call, {});
  }
  Vec<std::int64_t> shape;
  if (!e.integers(argument, "an extent", shape)) return {};
  Vec<IndexId> axes;
  for (std::int64_t extent : shape) {
    if (extent < 0) return e.fail(Fault::negative_extent, call, extent, e.text(call));
    axes.push_back(e.graph.open_index("", extent));
  }
  const Thing one = e.draw(call, e.values_of(axes));
  if (e.failed() || axes.empty()) return one;
  if (!e.graph.free(one.node).empty() && e.graph.free(one.node).size() != axes.size())
    return e.fail(Fault::tensor_as_element, call, e.text(call));
  return {e.graph.tensor(one.node, axes), true, false};
}

constexpr Thing Elaborator::build_call(SyntaxId id) {
  const std::string_view name = program_.name(id);
  const std::size_t given = positional_count(program_, id);
  if (distribution_named(name)) {
    if (!scope_.empty() && named_argument(id, "shape") == absent)
      return fail(Fault::draw_without_coordinates, id, text(id));
    return whole_draw(*this, id);
  }
  if (takes_elements(name, given)) {
    Vec<Thing> things;
    for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
      const SyntaxId kid = program_.kid(id, at);
      if (program_[kid].form == Form::named) return fail(Fault::unknown_argument, kid, name, program_.name(kid), name);
      things.push_back(build(kid));
      if (failed()) return {};
    }
    if (const auto type = dtype_named(name)) {
      if (given != 1) return fail(Fault::call_arguments, id, name, given, name);
      return broadcast(things, id, [&](const Vec<Thing>& parts) -> Thing {
        const DType own = graph.dtype(parts[0].node);
        if (is_complex(own) && !is_complex(*type) && *type != DType::boolean)
          return fail(Fault::complex_refused, id, name, text(id));
        return {cast(graph, parts[0].node, *type), false, false};
      });
    }
    if (name == "where") {
      return broadcast(things, id, [&](const Vec<Thing>& parts) -> Thing {
        const DType type = joined_type(graph, {parts[1], parts[2]});
        const NodeId condition = cast(graph, parts[0].node, DType::boolean);
        return {
            graph.add(Op::where, type, {condition, cast(graph, parts[1].node, type), cast(graph, parts[2].node, type)}),
            false, parts[1].weak && parts[2].weak};
      });
    }
    if (name == "clamp") {
      const Thing low = apply(Op::maximum, {things[0], things[1]}, id);
      return failed() ? Thing{} : apply(Op::minimum, {low, things[2]}, id);
    }
    const Op op = name == "min" ? Op::minimum : name == "max" ? Op::maximum : elementwise_named(name, given);
    Thing out = things[0];
    if (things.size() == 1) return apply(op, things, id);
    for (std::size_t at = 1; at < things.size() && !failed(); ++at) out = apply(op, {out, things[at]}, id);
    return out;
  }
  if (const FunctionRow* own = function_named(name)) {
    if (name != "load" && name != "assume" && name != "einsum")
      for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
        const SyntaxId kid = program_.kid(id, at);
        const Names open = Occurrences(program_, kid, scope_names()).visible(kid, scope_names());
        if (!open.empty() && program_[kid].form == Form::access && scoped(open[0]) != absent)
          return fail(Fault::open_index_in_function, kid, name, text(kid), open[0], text(program_.kid(kid, 0)));
      }
    return call_row(*this, id, *own);
  }
  if (elementwise_named(name, 1) != Op::constant || elementwise_named(name, 2) != Op::constant || name == "where" ||
      name == "clamp") {
    return fail(Fault::call_arguments, id, name, given, name);
  }
  if (environment.find(name).node.valid()) return fail(Fault::value_called, id, name, text(id));
  const Str near = near_name(name, function_names());
  if (near.empty()) return fail(Fault::unknown_function, id, name);
  return fail(Fault::unknown_function_near, id, name, near.view());
}

/// [1, 2, 3], [[1, 2], [3, 4]]: a tensor of numbers, or tensors stacked along a new first axis.
constexpr Thing Elaborator::build_list(SyntaxId id) {
  Vec<Thing> items;
  bool any_whole = false;
  for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
    const Thing item = closed(program_.kid(id, at));
    if (failed()) return {};
    any_whole = any_whole || item.whole;
    items.push_back(item);
  }
  if (items.empty()) return tensor_node(graph, Op::pack, DType::f64, {}, {}, {0});
  const DType type = joined_type(graph, items);
  const Vec<std::int64_t> inner = items[0].whole ? shape_copy(graph, items[0].node) : Vec<std::int64_t>{};
  for (std::size_t at = 0; at < items.size(); ++at)
    if ((items[at].whole ? shape_copy(graph, items[at].node) : Vec<std::int64_t>{}) != inner)
      return fail(Fault::ragged_list, program_.kid(id, at), text(program_.kid(id, at)));
  Vec<std::int64_t> shape{static_cast<std::int64_t>(items.size())};
  shape.append(inner);
  Vec<NodeId> nodes;
  if (!any_whole) {
    for (const Thing& item : items) nodes.push_back(cast(graph, item.node, type));
    return tensor_node(graph, Op::pack, type, nodes, {}, shape);
  }
  bool packs = true;
  for (const Thing& item : items) packs = packs && graph.op(item.node) == Op::pack;
  for (const Thing& item : items) {
    if (packs) {
      for (std::size_t at = 0; at < graph[item.node].operand_count; ++at)
        nodes.push_back(cast(graph, graph.operand(item.node, at), type));
      continue;
    }
    Vec<std::int64_t> own{1};
    own.append(inner);
    nodes.push_back(reshaped(graph, converted(*this, densified(*this, item.node), type), own));
  }
  return packs ? tensor_node(graph, Op::pack, type, nodes, {}, shape)
               : tensor_node(graph, Op::concat, type, nodes, {0}, shape);
}

/// save(K, "k.npy"), seed(42), assume(M, spd) alone on a line: what they ask of the session. True when it was one.
constexpr bool statement_call(Elaborator& e, SyntaxId call, Elaborated& out) {
  const std::string_view name = e.program().name(call);
  const std::size_t given = positional_count(e.program(), call);
  if (name == "seed") {
    std::int64_t seed = 0;
    if (given != 1)
      e.fail(Fault::call_arguments, call, name, given, "seed(42)");
    else if (e.integer(e.program().kid(call, 0), "the seed", seed))
      out.seed = static_cast<std::uint64_t>(seed);
    out.effect = Elaborated::Effect::seed;
    return true;
  }
  if (name == "save") {
    if (given != 2 || e.program()[e.program().kid(call, 1)].form != Form::text) {
      e.fail(Fault::path_wanted, call, "save");
      return true;
    }
    out.nodes.push_back(e.whole(e.program().kid(call, 0)));
    out.weak.push_back(false);
    out.path = Str(e.program().name(e.program().kid(call, 1)));
    out.effect = Elaborated::Effect::save;
    return true;
  }
  if (name == "assume" && given == 2 && e.program()[e.program().kid(call, 0)].form == Form::name) {
    const Thing thing = assume_function(e, call);
    if (e.failed()) return true;
    out.nodes.push_back(thing.node);
    out.weak.push_back(false);
    out.rebound = Str(e.program().name(e.program().kid(call, 0)));
    return true;
  }
  return false;
}

}  // namespace ricci::dsl
