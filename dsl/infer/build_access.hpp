/// Second pass: accesses, slices, draws, divisions by a tensor, and whole statements.
#pragma once

#include "dsl/infer/elaborator.hpp"

namespace ricci::dsl {

constexpr NodeId Elaborator::affine_node(const AffineForm& form) {
  if (form.plain() && variables_[form.variables[0]].lo == 0)
    return graph.index_value(variables_[form.variables[0]].index);
  std::int64_t offset = form.offset;
  Vec<IndexId> indices;
  for (std::size_t at = 0; at < form.variables.size(); ++at) {
    const Variable& own = variables_[form.variables[at]];
    offset += form.coefficients[at] * own.lo;
    indices.push_back(own.index);
  }
  return graph.affine(offset, indices, form.coefficients);
}

constexpr NodeId Elaborator::build_entry(const Entry& entry, std::int64_t extent, SyntaxId place) {
  if (failed()) return {};
  NodeId node;
  if (entry.form.valid) {
    node = affine_node(entry.form);
  } else {
    const Thing thing = build(entry.inner);
    if (failed()) return {};
    if (thing.whole || !is_integer(graph.dtype(thing.node))) {
      fail(Fault::integer_wanted, place, "an entry", text(place));
      return {};
    }
    node = cast(graph, thing.node, DType::i64);
  }
  switch (entry.rule) {
    case EntryRule::wrap: return graph.add(Op::wrap, DType::i64, {node}, {entry.modulus});
    case EntryRule::clamp: return graph.add(Op::clamp_to, DType::i64, {node}, {extent});
    case EntryRule::pad: return graph.add(Op::pad, DType::i64, {node}, {extent});
    default: return entry.form.valid ? node : graph.add(Op::gather, DType::i64, {node}, {extent});
  }
}

constexpr Thing Elaborator::build_access(SyntaxId id) {
  const SyntaxId base = program_.kid(id, 0);
  if (program_[base].form == Form::call && program_.name(base) == "load" && program_[id].kid_count == 2 &&
      program_[program_.kid(id, 1)].form == Form::text)
    return load_named(*this, base, program_.name(program_.kid(id, 1)));
  if (!is_draw(program_, base) && is_whole_access(id)) return build_slice(id);
  Vec<NodeId> entries;
  const bool drawn = is_draw(program_, base);
  const NodeId tensor = drawn ? NodeId{} : base_tensor(id);
  for (std::size_t at = 1; at < program_[id].kid_count && !failed(); ++at) {
    const SyntaxId entry = program_.kid(id, at);
    if (!drawn) {
      const std::int64_t extent = graph.shape(tensor)[at - 1];
      entries.push_back(build_entry(read_entry(entry, extent), extent, entry));
      continue;
    }
    const Thing coordinate = build(entry);
    if (failed()) return {};
    if (coordinate.whole || !is_integer(graph.dtype(coordinate.node)))
      return fail(Fault::integer_wanted, entry, "a coordinate", text(entry));
    entries.push_back(cast(graph, coordinate.node, DType::i64));
  }
  if (failed()) return {};
  if (drawn) return draw(base, entries);
  return {element_at(tensor, entries), false, false};
}

constexpr Thing Elaborator::build_slice(SyntaxId id) {
  const NodeId tensor = whole(program_.kid(id, 0));
  if (failed()) return {};
  const Vec<std::int64_t> shape(graph.shape(tensor).data(), graph.shape(tensor).data() + graph.shape(tensor).size());
  std::size_t taken = 0;
  std::size_t added = 0;
  bool dots = false;
  for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
    const Form form = program_[program_.kid(id, at)].form;
    if (form == Form::ellipsis && dots) return fail(Fault::two_ellipses, id);
    dots = dots || form == Form::ellipsis;
    added += form == Form::newaxis ? 1 : 0;
    taken += form == Form::newaxis || form == Form::ellipsis ? 0 : 1;
  }
  if (taken > shape.size()) return fail(Fault::entry_count, id, text(program_.kid(id, 0)), shape.size(), taken);
  if (!check_rank(shape.size() + added, id)) return {};
  SliceBuilder slices{*this, id, shape, {}, {}};
  for (std::size_t at = 1; at < program_[id].kid_count && !failed(); ++at) {
    const SyntaxId entry = program_.kid(id, at);
    const Form form = program_[entry].form;
    if (form == Form::newaxis)
      slices.axes.push_back(graph.open_index("", 1));
    else if (form == Form::ellipsis)
      slices.take_all(shape.size() - taken);
    else if (form == Form::slice)
      slices.take_slice(entry);
    else
      slices.take_position(entry);
  }
  if (failed()) return {};
  slices.take_all(shape.size() - slices.entries.size());
  const NodeId body = annihilating(graph, element_at(tensor, slices.entries));
  if (slices.axes.empty()) return {body, false, false};
  return {bind_axes(graph, body, slices.axes), true, false};
}

constexpr std::int64_t Elaborator::stream(SyntaxId id) const {
  const std::uint32_t begin = program_[id].span.begin;
  std::uint64_t ordinal = 0;
  for (const DrawCall& call : draws_) ordinal += call.begin < begin ? 1 : 0;
  const std::string_view name = statement_.targets.empty() ? std::string_view() : program_.text(statement_.targets[0]);
  return static_cast<std::int64_t>(stream_of(name, environment.times_defined(name), ordinal));
}

constexpr void Elaborator::collect_draws(SyntaxId id) {
  const Syntax& node = program_[id];
  if (node.form == Form::call && (distribution_named(program_.name(id)) || program_.name(id) == "random_sparse")) {
    bool seen = false;
    for (const DrawCall& call : draws_) seen = seen || call.begin == node.span.begin;
    if (!seen) draws_.push_back({id, node.span.begin});
  }
  for (std::size_t at = 0; at < node.kid_count; ++at) collect_draws(program_.kid(id, at));
}

constexpr Thing Elaborator::draw(SyntaxId call, const Vec<NodeId>& coordinates) {
  const Distribution distribution = *distribution_named(program_.name(call));
  const DistributionRow& own = row(distribution);
  for (std::size_t at = 0; at < program_[call].kid_count; ++at) {
    const SyntaxId kid = program_.kid(call, at);
    if (program_[kid].form == Form::named && program_.name(kid) != "shape")
      return fail(Fault::unknown_argument, kid, own.name, program_.name(kid), element_usage(own.name).view());
  }
  if (positional_count(program_, call) != static_cast<std::size_t>(own.parameter_count))
    return fail(Fault::argument_count, call, own.name, own.parameter_count, own.parameters);
  Vec<NodeId> operands;
  for (std::size_t at = 0; at < static_cast<std::size_t>(own.parameter_count); ++at) {
    const SyntaxId kid = program_.kid(call, at);
    if (distribution == Distribution::categorical) {
      const NodeId weights = whole(kid);
      if (failed()) return {};
      if (graph.shape(weights).size() != 1) return fail(Fault::rank_wanted, kid, own.name, "a vector", text(kid));
      operands.push_back(weights);
      continue;
    }
    const Thing parameter = build(kid);
    if (failed()) return {};
    if (parameter.whole) return refuse_tensors({parameter}, kid);
    if (is_complex(graph.dtype(parameter.node))) return fail(Fault::complex_refused, kid, own.name, text(kid));
    operands.push_back(cast(graph, parameter.node, DType::f64));
  }
  operands.append(coordinates);
  const std::int64_t ints[] = {static_cast<std::int64_t>(distribution), own.parameter_count,
                               static_cast<std::int64_t>(environment.seed()), stream(call)};
  return {graph.add(Op::random, own.type, std::span<const NodeId>(operands.begin(), operands.size()), std::span(ints)),
          false, false};
}

constexpr Thing Elaborator::build_solve(SyntaxId id) {
  const SyntaxId left = program_.kid(id, 0);
  const SyntaxId right = program_.kid(id, 1);
  if (is_whole_solve(id)) {
    const Thing matrix = build(left);
    const Thing side = failed() ? Thing{} : build(right);
    return failed() ? Thing{} : solve_whole(*this, id, as_tensor(matrix), as_tensor(side), Op::constant);
  }
  const Names scope = scope_names();
  const SolveIndices of = Occurrences(program_, region_root_, scope).solve_indices(id, scope);
  const Binder binder = *binder_of(id);
  push_scope(binder);
  const Thing matrix = build(left);
  const Thing side = failed() ? Thing{} : build(right);
  SolveAxes axes;
  for (std::string_view name : of.batch) axes.batch.push_back(variables_[scoped(name)].index);
  for (std::string_view name : of.equations) axes.equations.push_back(variables_[scoped(name)].index);
  for (std::string_view name : of.unknowns) axes.unknowns.push_back(variables_[scoped(name)].index);
  for (std::string_view name : of.columns) axes.columns.push_back(variables_[scoped(name)].index);
  pop_scope(binder);
  if (failed()) return {};
  if (matrix.whole || side.whole) return refuse_tensors({matrix, side}, id);
  if (of.equations.empty()) return fail(Fault::no_equation, id, text(id));
  if (of.unknowns.empty()) return fail(Fault::no_unknown, id, text(id));
  const std::int64_t equations = counted(*this, id, extents_of(graph, axes.equations));
  const std::int64_t unknowns = counted(*this, id, extents_of(graph, axes.unknowns));
  const std::size_t most = axes.batch.size() + axes.equations.size() + axes.unknowns.size() + axes.columns.size();
  if (failed() || !check_rank(most, id)) return {};
  const bool many_unknowns = of.unknowns.size() > of.equations.size() && equations < unknowns;
  if (many_unknowns) return fail(Fault::unknowns_or_batch, id, of.unknowns[0], text(left), text(right));
  return solve_indexed(*this, id, matrix, side, axes);
}

constexpr Elaborated Elaborator::run_elements() {
  if (!check_rank(statement_.axes.size(), statement_.value)) return {};
  const std::uint32_t count = static_cast<std::uint32_t>(statement_.axes.size());
  for (Span axis : statement_.axes) {
    declare(program_.text(axis), axis);
    variables_.back().free = true;
  }
  for (SyntaxId range : statement_.ranges) {
    std::uint32_t variable = 0;
    while (variable < count && variables_[variable].name != program_.name(range)) ++variable;
    if (variable == count) {
      fail(Fault::for_without_axis, Vec<Span>{program_[range].name}, program_.name(range));
      return {};
    }
    if (variables_[variable].fixed) {
      fail(Fault::index_bound_twice, Vec<Span>{program_[range].name}, program_.name(range));
      return {};
    }
    if (!set_range(variable, range)) return {};
  }
  push_scope({0, 0, count});
  if (!mentions_scope(statement_.value)) {  // C[i,j] = A @ B: said before a range is missed
    const Thing whole = closed(statement_.value);
    if (!failed() && whole.whole) refuse_tensors({whole}, statement_.value);
    if (failed()) return {};
  }
  const Thing thing = region(statement_.value, 0);
  if (failed()) return {};
  if (thing.whole) {
    refuse_tensors({thing}, statement_.value);
    return {};
  }
  Vec<IndexId> axes;
  for (std::uint32_t at = 0; at < count; ++at) axes.push_back(variables_[at].index);
  return {{bind_axes(graph, annihilating(graph, thing.node), axes)}, {count == 0 && thing.weak}, {}, {}, 0, {}, {}};
}

constexpr Elaborated Elaborator::run() {
  if (statement_.kind == StatementKind::define_elements || statement_.kind == StatementKind::show_elements)
    return run_elements();
  if (statement_.kind == StatementKind::unpack) return run_unpack();
  const SyntaxId id = statement_.value;
  if (statement_.kind == StatementKind::show && program_[id].form == Form::call) {
    Elaborated out;
    if (statement_call(*this, id, out) || failed()) return out;
  }
  const Thing thing = closed(id);
  if (failed()) return {};
  return {{as_tensor(thing)}, {thing.weak && !thing.whole}, {}, {}, 0, {}, {}};
}

constexpr Elaborated Elaborator::run_unpack() {
  const Vec<NodeId> parts = decomposition(*this, statement_.value, statement_.targets.size());
  if (failed()) return {};
  Elaborated out;
  out.nodes = parts;
  for (std::size_t at = 0; at < parts.size(); ++at) out.weak.push_back(false);
  return out;
}

/// The nodes that a statement (sums written out) asks for. The first fault is appended to `faults`.
constexpr Elaborated elaborate(const Program& program, const Statement& statement, Graph& graph,
                               const Environment& environment, Vec<Diagnostic>& faults) {
  Elaborator elaborator(program, statement, graph, environment, faults);
  Elaborated out = elaborator.run();
  out.opened = elaborator.opened();
  return out;
}

}  // namespace ricci::dsl
