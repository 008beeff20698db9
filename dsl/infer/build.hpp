/// Second pass over a region: makes the nodes of names, numbers, operators, products and reductions.
#pragma once

#include "dsl/diagnostic/near_name.hpp"
#include "dsl/infer/elaborator.hpp"

namespace ricci::dsl {

constexpr Thing Elaborator::region(SyntaxId root, std::uint32_t first) {
  region_root_ = root;
  survey(root);
  if (!failed()) solve_ranges(first);
  return failed() ? Thing{} : build(root);
}

constexpr Thing Elaborator::closed(SyntaxId id) {
  if (program_[id].form == Form::name && scoped(program_.name(id)) == absent) return build(id);
  for (const Memo& memo : memo_)
    if (memo.id == id) return memo.thing;
  const Names open = Occurrences(program_, id, scope_names()).visible(id, scope_names());
  for (std::string_view name : open)
    if (scoped(name) != absent) return fail(Fault::open_index_in_value, id, name, text(id));
  Vec<ScopedName> scope = std::exchange(scope_, {});
  Vec<Use> uses = std::exchange(uses_, {});
  const SyntaxId root = region_root_;
  const std::size_t hidden = hidden_.size();
  for (const ScopedName& own : scope) hidden_.push_back(own.name);
  const Thing thing = region(id, static_cast<std::uint32_t>(variables_.size()));
  hidden_.resize(hidden);
  scope_ = std::move(scope);
  uses_ = std::move(uses);
  region_root_ = root;
  if (!failed()) memo_.push_back({id, thing});
  return thing;
}

constexpr NodeId Elaborator::whole(SyntaxId id) {
  const Thing thing = closed(id);
  return failed() ? NodeId{} : as_tensor(thing);
}

constexpr bool Elaborator::integer(SyntaxId id, std::string_view what, std::int64_t& value) {
  const Thing thing = closed(id);
  if (failed()) return false;
  if (thing.whole || !is_integer(graph.dtype(thing.node))) {
    fail(Fault::integer_wanted, id, what, text(id));
    return false;
  }
  if (is_constant(graph, thing.node)) {
    value = graph.attribute(thing.node, 0);
    return true;
  }
  if (environment.integer(graph, thing.node, value)) return true;
  fail(Fault::integer_unknown, id, what, text(id));
  return false;
}

constexpr bool Elaborator::rounded(NodeId element, Op how, std::int64_t& value) {
  const DType type = graph.dtype(element);
  return environment.integer(graph, graph.add(Op::cast, DType::i64, {graph.add(how, type, {element})}), value);
}

constexpr bool Elaborator::integers(SyntaxId id, std::string_view what, Vec<std::int64_t>& values) {
  if (program_[id].form != Form::list) {
    values.push_back(0);
    return integer(id, what, values.back());
  }
  for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
    values.push_back(0);
    if (!integer(program_.kid(id, at), what, values.back())) return false;
  }
  return true;
}

constexpr Vec<IndexId> Elaborator::axes_of(NodeId tensor) {
  Vec<IndexId> out;
  const Vec<std::int64_t> shape(graph.shape(tensor).data(), graph.shape(tensor).data() + graph.shape(tensor).size());
  for (std::int64_t extent : shape) out.push_back(graph.open_index("", extent));
  return out;
}

/// A whole tensor stands beside elements with open indices: points at it.
constexpr Thing Elaborator::refuse_tensors(const Vec<Thing>& things, SyntaxId place) {
  Thing tensor;
  for (const Thing& thing : things)
    if (thing.whole) tensor = thing;
  if (tensor.from != absent) place = tensor.from;
  const Form form = program_[place].form;
  const bool closes = form == Form::name || form == Form::access || form == Form::call || form == Form::list;
  Str offered(closes ? "" : "(");
  offered += text(place);
  if (!closes) offered += ")";
  const std::size_t rank = graph.shape(tensor.node).size();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    constexpr std::string_view letters[] = {"i", "j", "k", "l", "m", "n"};
    offered += axis == 0 ? "[" : ",";
    if (rank == statement_.axes.size())
      offered += program_.text(statement_.axes[axis]);
    else
      offered += axis < std::size(letters) ? letters[axis] : "...";
  }
  offered += "]";
  return fail(Fault::tensor_as_element, place, text(place), offered.view());
}

/// An element of a whole operand. Of an elementwise expression written here it is the expression itself, so that a
/// bracket or where() beside it decides whether it is computed. Names keep their values; sums are not computed twice.
constexpr NodeId Elaborator::lazy_element(const Thing& thing, const Vec<NodeId>& entries) {
  const bool written_here = thing.from != absent && program_[thing.from].form != Form::name;
  const bool plain = graph.op(thing.node) == Op::tensor && !graph[thing.node].sparse &&
                     graph[graph.operand(thing.node, 0)].height == 0;
  if (!selecting_ || !written_here || !plain) return element_at(thing.node, entries);
  opened_ = true;
  return graph.body_at(thing.node, std::span<const NodeId>(entries.begin(), entries.size()));
}

template <typename Build>
constexpr Thing Elaborator::broadcast(const Vec<Thing>& things, SyntaxId place, Build build) {
  std::size_t rank = 0;
  for (const Thing& thing : things)
    if (thing.whole && graph.shape(thing.node).size() > rank) rank = graph.shape(thing.node).size();
  bool any_whole = false;
  for (const Thing& thing : things) any_whole = any_whole || thing.whole;
  if (!any_whole) return build(things);
  Vec<std::int64_t> shape(rank, 1);
  for (const Thing& thing : things) {
    if (!thing.whole) {
      if (!graph.free(thing.node).empty()) return refuse_tensors(things, place);
      continue;
    }
    const auto own = graph.shape(thing.node);
    for (std::size_t axis = 0; axis < own.size(); ++axis) {
      std::int64_t& extent = shape[rank - own.size() + axis];
      if (extent != 1 && own[axis] != 1 && own[axis] != extent)
        return fail(Fault::broadcast_sizes, place, text(place), extent, own[axis], rank - own.size() + axis);
      if (own[axis] != 1) extent = own[axis];
    }
  }
  Vec<IndexId> axes;
  for (std::int64_t extent : shape) axes.push_back(graph.open_index("", extent));
  Vec<Thing> elements;
  for (const Thing& thing : things) {
    if (!thing.whole) {
      elements.push_back(thing);
      continue;
    }
    Vec<NodeId> entries;
    const std::size_t own_rank = graph.shape(thing.node).size();
    for (std::size_t axis = 0; axis < own_rank; ++axis)
      entries.push_back(graph.shape(thing.node)[axis] == 1 ? graph.integer(0)
                                                           : graph.index_value(axes[rank - own_rank + axis]));
    elements.push_back({lazy_element(thing, entries), false, thing.weak});
  }
  const Thing body = build(elements);
  if (failed()) return {};
  return {bind_axes(graph, body.node, axes), true, false};
}

constexpr bool Elaborator::check_types(Op op, DType joined, SyntaxId place) {
  constexpr Op real_only[] = {Op::less,         Op::less_equal, Op::minimum, Op::maximum, Op::modulo,
                              Op::floor_divide, Op::floor,      Op::ceil,    Op::round,   Op::erf,
                              Op::erfc,         Op::lgamma,     Op::cbrt,    Op::atan2,   Op::hypot,
                              Op::least,        Op::greatest,   Op::argmin,  Op::argmax,  Op::logsumexp};
  if (!is_complex(joined)) return true;
  for (Op own : real_only) {
    if (own != op) continue;
    const Syntax& node = program_[place];
    const std::string_view mark = node.form == Form::compare  ? spelling_of(program_[program_.kid(place, 1)].operation)
                                  : node.form == Form::binary ? spelling_of(node.operation)
                                                              : row(op).spelling;
    fail(Fault::complex_refused, place, mark, text(place));
    return false;
  }
  return true;
}

constexpr bool Elaborator::check_literals(const Vec<Thing>& things, DType type, SyntaxId place) {
  for (const Thing& thing : things) {
    if (!overflows(graph, thing, type)) continue;
    const SyntaxId shown = thing.from != absent ? thing.from : place;
    fail(Fault::literal_too_large, shown, graph.attribute(thing.node, 0), name_of(type), text(place));
    return false;
  }
  return true;
}

constexpr Thing Elaborator::apply(Op op, const Vec<Thing>& things, SyntaxId place) {
  for (const Thing& thing : things)
    if (!thing.valid()) return {};
  return broadcast(things, place, [&](const Vec<Thing>& elements) -> Thing {
    const DType joined = joined_type(graph, elements);
    if (!check_types(op, joined, place) || !check_literals(elements, joined, place)) return {};
    if (op == Op::power && is_integer(joined) && is_constant(graph, elements[1].node) &&
        graph.attribute(elements[1].node, 0) < 0)
      return fail(Fault::integer_power_negative, place, text(place));
    return element(graph, op, elements);
  });
}

constexpr Thing Elaborator::build(SyntaxId id) {
  if (failed()) return {};
  Thing out = build_operation(id);
  if (failed()) return {};
  if (out.whole && graph.shape(out.node).empty()) out = {element_at(out.node, {}), false, out.weak};
  out.from = id;
  return out;
}

constexpr Thing Elaborator::build_operation(SyntaxId id) {
  const Syntax& node = program_[id];
  switch (node.form) {
    case Form::integer:
    case Form::real:
    case Form::imaginary: return build_number(id);
    case Form::name: return build_name(id);
    case Form::unary: return build_unary(id);
    case Form::binary: return build_binary(id);
    case Form::compare: return build_compare(id);
    case Form::reduce: return build_reduce(id);
    case Form::access: return build_access(id);
    case Form::call: return build_call(id);
    case Form::list: return build_list(id);
    default: return fail(Fault::no_value, id, text(id));
  }
}

constexpr Thing Elaborator::build_number(SyntaxId id) {
  const Syntax& node = program_[id];
  if (node.form == Form::integer) return {graph.integer(static_cast<std::int64_t>(node.bits)), false, true};
  if (node.form == Form::real) return {graph.constant(DType::f64, node.bits), false, true};
  return {graph.complex(0.0, std::bit_cast<double>(node.bits)), false, true};
}

constexpr Thing Elaborator::build_name(SyntaxId id) {
  const std::string_view name = program_.name(id);
  if (const std::uint32_t variable = scoped(name); variable != absent) {
    AffineForm form{.valid = true, .variables = {variable}, .coefficients = {1}};
    return {affine_node(form), false, true};
  }
  if (hidden_.contains(name)) return fail(Fault::open_index_in_value, id, name, text(id));
  if (const Binding found = environment.find(name); found.node.valid()) {
    if (!graph.shape(found.node).empty()) return {found.node, true, false};
    const bool number = graph.op(found.node) == Op::tensor && is_constant(graph, graph.operand(found.node, 0));
    opened_ = opened_ || number;
    return {number ? graph.operand(found.node, 0) : element_at(found.node, {}), false, found.weak};
  }
  struct Known {
    std::string_view name;
    double value;
  };
  constexpr Known known[] = {{"pi", 3.141592653589793}, {"e", 2.718281828459045}};
  for (const Known& own : known)
    if (own.name == name) return {graph.real(own.value), false, true};
  if (name == "inf") return {graph.constant(DType::f64, 0x7ff0000000000000U), false, true};
  if (name == "nan") return {graph.constant(DType::f64, 0x7ff8000000000000U), false, true};
  if (name == "true" || name == "false") return {graph.integer(name == "true" ? 1 : 0, DType::boolean), false, true};
  const Str near = near_name(name, environment.names());
  if (near.empty()) return fail(Fault::unknown_name, id, name);
  return fail(Fault::unknown_name_near, id, name, near.view());
}

constexpr Thing Elaborator::build_unary(SyntaxId id) {
  const SyntaxId kid = program_.kid(id, 0);
  switch (program_[id].operation) {
    case Operation::negate:
    case Operation::plus: return build_product(id);
    case Operation::logical_not: {
      const Thing thing = build(kid);
      return apply(Op::logical_not, {thing}, id);
    }
    default: return transposed(*this, id);
  }
}

constexpr Thing Elaborator::build_binary(SyntaxId id) {
  const Operation operation = program_[id].operation;
  if (operation == Operation::multiply || operation == Operation::divide) return build_product(id);
  if (operation == Operation::solve) return build_solve(id);
  if (operation == Operation::matmul) return matrix_product(*this, id);
  if (operation != Operation::power) return build_chain(id);
  const Thing base = build(program_.kid(id, 0));
  const Thing exponent = failed() ? Thing{} : build(program_.kid(id, 1));
  return failed() ? Thing{} : apply(Op::power, {base, exponent}, id);
}

/// The elementwise operation of a binary operator that chains from the left; Op::constant for any other node.
constexpr Op chained_operation(const Syntax& node) {
  struct Row {
    Operation operation;
    Op op;
  };
  constexpr Row rows[] = {{Operation::add, Op::add},
                          {Operation::subtract, Op::subtract},
                          {Operation::floor_divide, Op::floor_divide},
                          {Operation::modulo, Op::modulo},
                          {Operation::logical_and, Op::logical_and},
                          {Operation::logical_or, Op::logical_or}};
  if (node.form == Form::binary)
    for (const Row& own : rows)
      if (own.operation == node.operation) return own.op;
  return Op::constant;
}

/// a + b - c, a && b && c ..., from left to right: a long chain nests no calls.
constexpr Thing Elaborator::build_chain(SyntaxId id) {
  Vec<SyntaxId> operations;
  SyntaxId first = id;
  for (; chained_operation(program_[first]) != Op::constant; first = program_.kid(first, 0))
    operations.push_back(first);
  Thing out = build(first);
  for (std::size_t at = operations.size(); at-- > 0 && !failed();) {
    const SyntaxId own = operations[at];
    const Thing right = build(program_.kid(own, 1));
    if (failed()) return {};
    out = apply(chained_operation(program_[own]), {out, right}, own);
    out.from = own;
  }
  return out;
}

constexpr void Elaborator::factors_of(SyntaxId id, bool divides, Vec<SyntaxId>& ids, Vec<bool>& dividing,
                                      bool& negative) const {
  const Syntax& node = program_[id];
  const bool sign =
      node.form == Form::unary && (node.operation == Operation::negate || node.operation == Operation::plus);
  if (!divides && sign) {
    negative = negative != (node.operation == Operation::negate);
    factors_of(program_.kid(id, 0), divides, ids, dividing, negative);
  } else if (!divides && node.form == Form::binary &&
             (node.operation == Operation::multiply || node.operation == Operation::divide)) {
    factors_of(program_.kid(id, 0), false, ids, dividing, negative);
    factors_of(program_.kid(id, 1), node.operation == Operation::divide, ids, dividing, negative);
  } else {
    ids.push_back(id);
    dividing.push_back(divides);
  }
}

constexpr Thing Elaborator::build_product(SyntaxId id) {
  Vec<SyntaxId> ids;
  Vec<bool> dividing;
  bool negative = false;
  factors_of(id, false, ids, dividing, negative);
  Vec<Thing> things;
  for (SyntaxId factor : ids) {
    things.push_back(build(factor));
    if (failed()) return {};
  }
  for (const Thing& thing : things) selecting_ = selecting_ || graph.dtype(thing.node) == DType::boolean;
  const Thing out = broadcast(things, id, [&](const Vec<Thing>& elements) -> Thing {
    Vec<Factor> factors;
    for (std::size_t at = 0; at < elements.size(); ++at) factors.push_back({elements[at], dividing[at]});
    if (!check_literals(elements, joined_type(graph, elements), id)) return {};
    return product(graph, factors, negative);
  });
  selecting_ = false;
  return out;
}

constexpr Thing Elaborator::build_compare(SyntaxId id) {
  Thing all;
  Thing left = build(program_.kid(id, 0));
  for (std::size_t at = 1; at + 1 < program_[id].kid_count; at += 2) {
    const Operation relation = program_[program_.kid(id, at)].operation;
    Thing right = build(program_.kid(id, at + 1));
    if (failed()) return {};
    const bool swapped = relation == Operation::greater || relation == Operation::greater_equal;
    const Op op = relation == Operation::equal                                    ? Op::equal
                  : relation == Operation::not_equal                              ? Op::not_equal
                  : relation == Operation::less || relation == Operation::greater ? Op::less
                                                                                  : Op::less_equal;
    const Thing plain = right;
    const bool exact =
        overflows(graph, left, graph.dtype(right.node)) || overflows(graph, right, graph.dtype(left.node));
    if (exact) left = converted_thing(left, DType::i64), right = converted_thing(right, DType::i64);
    const Thing one = swapped ? apply(op, {right, left}, id) : apply(op, {left, right}, id);
    if (failed()) return {};
    all = all.valid() ? apply(Op::logical_and, {all, one}, id) : one;
    left = plain;
  }
  return all;
}

/// A thing in another type: an element, or a whole tensor element by element.
constexpr Thing Elaborator::converted_thing(Thing thing, DType type) {
  return broadcast({thing}, thing.from, [&](const Vec<Thing>& parts) -> Thing {
    const NodeId node = parts[0].node;
    const NodeId condition = stored_condition(graph, node);
    if (!condition.valid()) return {cast(graph, node, type), false, false};
    const NodeId stored = graph.op(node) == Op::guard ? graph.operand(node, 1) : node;
    return {graph.add(Op::guard, type, {condition, cast(graph, stored, type)}), false, false};
  });
}

/// A reduction of an element over open indices, with the types of the language.
constexpr Thing Elaborator::reduced(Op op, SyntaxId place, Thing body, const Vec<IndexId>& indices, std::int64_t ddof) {
  const DType own = graph.dtype(body.node);
  if (!check_types(op, own, place)) return {};
  bool empty = false;
  for (IndexId index : indices) empty = empty || graph.extent(index) == 0;
  const bool needs_values =
      op == Op::least || op == Op::greatest || op == Op::mean || op == Op::argmin || op == Op::argmax;
  if (empty && needs_values) return fail(Fault::reduction_of_nothing, place, row(op).spelling);
  DType operand = own;
  DType result = own;
  if (op == Op::sum || op == Op::product) operand = result = kind_rank(own) < 2 ? DType::i64 : own;
  if (op == Op::any || op == Op::all || op == Op::count) operand = result = DType::boolean;
  if (op == Op::count || op == Op::argmin || op == Op::argmax) result = DType::i64;
  if (op == Op::mean || op == Op::logsumexp || op == Op::norm || op == Op::variance || op == Op::deviation)
    operand = result = inexact_type(own);
  if (op == Op::norm || op == Op::variance || op == Op::deviation) result = real_type(result);
  const NodeId converted = cast(graph, body.node, operand);
  if (op == Op::variance || op == Op::deviation)
    return {graph.reduce(op, result, converted, indices, {ddof}), false, false};
  return {graph.reduce(op, result, converted, indices), false, false};
}

constexpr Thing Elaborator::build_reduce(SyntaxId id) {
  const Binder binder = *binder_of(id);
  push_scope(binder);
  const Thing body = build(reduce_body(program_, id));
  pop_scope(binder);
  if (failed()) return {};
  if (body.whole) return refuse_tensors({body}, reduce_body(program_, id));
  Vec<IndexId> indices;
  for (std::uint32_t at = 0; at < binder.count; ++at) indices.push_back(variables_[binder.first + at].index);
  const Op op = program_[id].implicit ? Op::sum : reduction_named(program_.name(id));
  if ((op == Op::argmin || op == Op::argmax) && indices.size() != 1)
    return fail(Fault::one_index_only, id, row(op).spelling);
  const Thing out = reduced(op, id, body, indices);
  if (failed() || (op != Op::argmin && op != Op::argmax)) return out;
  return element(graph, Op::add, {out, {graph.integer(variables_[binder.first].lo), false, true}});
}

}  // namespace ricci::dsl
