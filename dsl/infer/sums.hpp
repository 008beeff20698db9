/// Writes out the implicit sums of a statement: the first-shared-product rule. Below this, every index is bound by the
/// left-hand side, a `for`, a reduction, or is an equation of a `\`; nothing depends on what any name stands for.
#pragma once

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/infer/chains.hpp"
#include "dsl/infer/environment.hpp"

namespace ricci::dsl {

class SumRule {
 public:
  constexpr SumRule(Program& program, const Statement& statement, Vec<Diagnostic>& faults)
      : program_(program),
        statement_(statement),
        faults_(faults),
        around_(bound_names()),
        occurrences_(program, statement.value, around_),
        has_solve_(holds_solve(program, statement.value)) {}

  /// The statement's right-hand side with every sum written out.
  constexpr SyntaxId run() {
    for (SyntaxId range : statement_.ranges) check_range(range, around_);
    if (!faults_.empty()) return statement_.value;
    return place(statement_.value, without(occurrences_.visible(statement_.value, around_), around_), around_);
  }

 private:
  constexpr Names bound_names() const {
    Names out;
    for (Span axis : statement_.axes) note(out, program_.text(axis));
    for (SyntaxId range : statement_.ranges) note(out, program_.name(range));
    return out;
  }

  constexpr SyntaxId fail(Diagnostic diagnostic, SyntaxId id) {
    if (faults_.empty()) faults_.push_back(std::move(diagnostic));
    return id;
  }

  constexpr Names seen_in(SyntaxId id, const Names& pending, const Names& scope) const {
    Names out;
    if (pending.empty()) return out;
    const Names visible = occurrences_.visible(id, scope);
    for (std::string_view name : pending)
      if (visible.contains(name)) out.push_back(name);
    return out;
  }

  /// `id` with the pending indices summed inside of it, at the first product that shares each.
  constexpr SyntaxId place(SyntaxId id, const Names& pending, const Names& scope) {
    if (!faults_.empty()) return id;
    const Syntax node = program_[id];
    switch (node.form) {
      case Form::unary:
        if (node.operation == Operation::negate || node.operation == Operation::plus)
          return place_product(id, pending, scope);
        return node.operation == Operation::transpose ? place_closed_kids(id, scope) : place_inside(id, pending, scope);
      case Form::binary:
        if (node.operation == Operation::multiply || node.operation == Operation::divide)
          return place_product(id, pending, scope);
        if (node.operation == Operation::add || node.operation == Operation::subtract)
          return place_addends(id, pending, scope);
        if (node.operation == Operation::solve) return place_solve(id, pending, scope);
        if (node.operation == Operation::matmul) return place_closed_kids(id, scope);
        return place_inside(id, pending, scope);
      case Form::compare: return place_inside(id, pending, scope);
      case Form::reduce: return place_reduce(id, pending, scope);
      case Form::access: return place_access(id, pending, scope);
      case Form::call:
        if (is_element_call(program_, id) || is_entry_rule(program_.name(id))) return place_inside(id, pending, scope);
        return place_closed_kids(id, scope);
      case Form::list: return place_closed_kids(id, scope);
      case Form::named: return place_closed_kids(id, scope);
      case Form::name:
        if (!pending.empty()) return fail_single(id, pending[0]);
        return id;
      default: return id;
    }
  }

  constexpr SyntaxId with_kids(SyntaxId id, const Vec<SyntaxId>& kids) {
    bool changed = false;
    for (std::size_t at = 0; at < kids.size(); ++at) changed = changed || kids[at] != program_.kid(id, at);
    if (!changed) return id;
    const Syntax node = program_[id];
    return program_.add(node, kids);
  }

  constexpr SyntaxId wrap_sum(SyntaxId body, const Names& names) {
    if (names.empty()) return body;
    Vec<SyntaxId> kids;
    for (std::string_view name : names) {
      Syntax binding;
      binding.form = Form::binding;
      binding.implicit = true;
      binding.span = binding.name = occurrence_of(body, name);
      kids.push_back(program_.add(binding, {}));
    }
    kids.push_back(body);
    Syntax sum;
    sum.form = Form::reduce;
    sum.implicit = true;
    sum.span = program_[body].span;
    return program_.add(sum, kids);
  }

  /// A place where the name stands below `id`: bindings made here borrow their text from it.
  constexpr Span occurrence_of(SyntaxId id, std::string_view name) const {
    const Syntax& node = program_[id];
    if (node.form == Form::name) return program_.name(id) == name ? node.name : Span{};
    if (node.form == Form::reduce && binding_names(program_, id).contains(name)) return Span{};
    for (std::size_t at = node.form == Form::access && program_[program_.kid(id, 0)].form == Form::name ? 1 : 0;
         at < node.kid_count; ++at) {
      const Span found = occurrence_of(program_.kid(id, at), name);
      if (!found.empty()) return found;
    }
    return Span{};
  }

  /// Each addend is a world of its own: what `\` means in one does not depend on the others.
  constexpr SyntaxId place_addends(SyntaxId id, const Names& pending, const Names& scope) {
    Vec<SyntaxId> addends;
    collect_parts(program_, id, Chain::sum, addends);
    const SyntaxId root = occurrences_.root();
    Vec<SyntaxId> placed;
    for (SyntaxId addend : addends) {
      if (root == id) occurrences_.set_root(addend);
      placed.push_back(place(addend, seen_in(addend, pending, scope), scope));
    }
    occurrences_.set_root(root);
    std::size_t next = 0;
    return rejoin(id, Chain::sum, placed, next);
  }

  constexpr SyntaxId place_product(SyntaxId id, const Names& pending, const Names& scope) {
    Vec<SyntaxId> factors;
    collect_parts(program_, id, Chain::product, factors);
    if (!equations_stay_inside(factors, scope)) return id;
    Vec<Names> visible;
    if (!pending.empty())
      for (SyntaxId factor : factors) visible.push_back(occurrences_.visible(factor, scope));
    Names here;
    for (std::string_view name : pending) {
      std::size_t sharing = 0;
      for (const Names& own : visible) sharing += own.contains(name) ? 1 : 0;
      if (sharing >= 2) here.push_back(name);
    }
    const Names inside = without(pending, here);
    const Names inner_scope = united(scope, here);
    Vec<SyntaxId> placed;
    for (SyntaxId factor : factors) placed.push_back(place(factor, seen_in(factor, inside, scope), inner_scope));
    std::size_t next = 0;
    return wrap_sum(rejoin(id, Chain::product, placed, next), here);
  }

  /// The chain `id` with its parts replaced, in order.
  constexpr SyntaxId rejoin(SyntaxId id, Chain chain, const Vec<SyntaxId>& placed, std::size_t& next) {
    if (!joins(program_[id], chain)) return placed[next++];
    Vec<SyntaxId> kids;
    for (std::size_t at = 0; at < program_[id].kid_count; ++at)
      kids.push_back(ends_chain(program_[id], at) ? placed[next++] : rejoin(program_.kid(id, at), chain, placed, next));
    return with_kids(id, kids);
  }

  /// An equation of a `\` is local to it: refused where another factor has its name.
  constexpr bool equations_stay_inside(const Vec<SyntaxId>& factors, const Names& scope) {
    if (!has_solve_) return true;
    for (SyntaxId factor : factors) {
      Vec<Equation> equations;
      collect_equations(program_, occurrences_, factor, scope, equations);
      for (const Equation& own : equations)
        for (SyntaxId other : factors) {
          if (other == factor || count_occurrences(program_, other, own.name) == 0) continue;
          fail(diagnose(Fault::equation_used_outside, {program_[own.solve].span, program_[other].span}, own.name),
               factor);
          return false;
        }
    }
    return true;
  }

  /// A function, power, comparison: the sum stands inside the one operand that has the index.
  constexpr SyntaxId place_inside(SyntaxId id, const Names& pending, const Names& scope) {
    Vec<SyntaxId> kids;
    for (std::string_view name : pending) {
      Vec<Span> having;
      for (std::size_t at = 0; at < program_[id].kid_count; ++at)
        if (occurrences_.visible(program_.kid(id, at), scope).contains(name))
          having.push_back(program_[program_.kid(id, at)].span);
      if (having.size() > 1)
        return fail(
            diagnose(Fault::index_in_two_operands, having, name, program_.text(having[0]), program_.text(having[1])),
            id);
    }
    for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
      const SyntaxId kid = program_.kid(id, at);
      kids.push_back(place(kid, seen_in(kid, pending, scope), scope));
    }
    return with_kids(id, kids);
  }

  constexpr SyntaxId place_reduce(SyntaxId id, const Names& pending, const Names& scope) {
    const Names own = binding_names(program_, id);
    for (std::size_t at = 0; at < own.size(); ++at) {
      const Span place = program_[program_.kid(id, at)].name;
      for (std::size_t before = 0; before < at; ++before)
        if (own[before] == own[at]) return fail(diagnose(Fault::index_bound_twice, place, own[at]), id);
      if (scope.contains(own[at])) return fail(diagnose(Fault::index_bound_around, place, own[at]), id);
    }
    Vec<SyntaxId> kids;
    for (std::size_t at = 0; at < own.size(); ++at) {
      kids.push_back(program_.kid(id, at));
      if (!check_range(kids.back(), united(scope, own))) return id;
    }
    kids.push_back(place(reduce_body(program_, id), without(pending, own), united(scope, own)));
    return with_kids(id, kids);
  }

  /// Ends of ranges are values: no index that is bound, none that would have to be summed.
  constexpr bool check_range(SyntaxId binding, const Names& scope) {
    for (std::size_t at = 0; at < program_[binding].kid_count; ++at) {
      const SyntaxId end = program_.kid(binding, at);
      const Names open = Occurrences(program_, end, scope).visible(end, scope);
      if (open.empty()) continue;
      fail(diagnose(Fault::range_end_index, program_[end].span, program_.name(binding), open[0]), end);
      return false;
    }
    return true;
  }

  constexpr SyntaxId place_access(SyntaxId id, const Names& pending, const Names& scope) {
    const SyntaxId base = program_.kid(id, 0);
    if (is_slice_access(program_, id))
      for (std::size_t at = 1; at < program_[id].kid_count; ++at)
        for (std::string_view name : scope)
          if (count_occurrences(program_, program_.kid(id, at), name) > 0)
            return fail(diagnose(Fault::slice_with_index, program_[program_.kid(id, at)].span, name,
                                 program_.text(program_[id].span)),
                        id);
    const bool drawn = is_draw(program_, base);
    Names in_base;
    if (drawn) in_base = seen_in(base, pending, scope);
    Names here;
    for (std::string_view name : without(pending, in_base)) {
      std::size_t entries = 0;
      for (std::size_t at = 1; at < program_[id].kid_count; ++at)
        entries += occurrences_.visible(program_.kid(id, at), scope).contains(name) ? 1 : 0;
      if (entries >= 2) here.push_back(name);
      if (entries < 2 && !in_gather(id, name, scope)) return fail_single(id, name);
    }
    for (std::string_view name : in_base)
      for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
        const SyntaxId entry = program_.kid(id, at);
        if (occurrences_.visible(entry, scope).contains(name))
          return fail(diagnose(Fault::index_in_two_operands, {program_[base].span, program_[entry].span}, name,
                               program_.text(program_[base].span), program_.text(program_[entry].span)),
                      id);
      }
    const Names inside = without(pending, here);
    const Names inner_scope = united(scope, here);
    Vec<SyntaxId> kids{drawn ? place_inside(base, in_base, inner_scope) : place_closed(base, scope)};
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
      const SyntaxId kid = program_.kid(id, at);
      kids.push_back(place(kid, seen_in(kid, inside, scope), inner_scope));
    }
    return wrap_sum(with_kids(id, kids), here);
  }

  /// Whether the index stands inside a further access of an entry (a gather), where a sum could still stand.
  constexpr bool in_gather(SyntaxId id, std::string_view name, const Names& scope) const {
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
      const SyntaxId kid = program_.kid(id, at);
      if (program_[kid].form != Form::name && occurrences_.visible(kid, scope).contains(name) && holds_access(kid))
        return true;
    }
    return false;
  }
  constexpr bool holds_access(SyntaxId id) const {
    if (program_[id].form == Form::access) return true;
    for (std::size_t at = 0; at < program_[id].kid_count; ++at)
      if (holds_access(program_.kid(id, at))) return true;
    return false;
  }

  constexpr SyntaxId place_solve(SyntaxId id, const Names& pending, const Names& scope) {
    const SolveIndices of = occurrences_.solve_indices(id, scope);
    for (std::string_view name : pending) return fail_single(id, name);
    if (of.equations.size() > 1)
      for (std::string_view name : of.equations)
        if (shared_by_product(program_, occurrences_, program_.kid(id, 0), name, scope) &&
            shared_by_product(program_, occurrences_, program_.kid(id, 1), name, scope))
          return fail(diagnose(Fault::equation_or_sum, program_[id].span, name, program_.text(program_[id].span)), id);
    const Names inner = united(scope, united(of.equations, united(of.unknowns, of.columns)));
    const SyntaxId left = place(program_.kid(id, 0), of.summed_left, inner);
    const SyntaxId right = place(program_.kid(id, 1), of.summed_right, inner);
    return with_kids(id, {left, right});
  }

  /// A whole value inside: its own indices, if any, are all summed inside of it.
  constexpr SyntaxId place_closed(SyntaxId id, const Names& scope) {
    const Names visible = occurrences_.visible(id, scope);
    for (std::string_view name : visible)
      if (scope.contains(name)) return id;  // reported with the function's name when types are known
    return place(id, visible, scope);
  }
  constexpr SyntaxId place_closed_kids(SyntaxId id, const Names& scope) {
    const Syntax node = program_[id];
    if (node.form == Form::call)
      for (std::size_t at = 0; at < node.kid_count; ++at) {
        const SyntaxId kid = program_.kid(id, at);
        const Names open = occurrences_.visible(kid, scope);
        if (open.empty()) continue;
        if (!is_whole_function(program_.name(id))) return id;  // reported as unknown when names are looked up
        return fail(open_index_fault(program_, occurrences_, id, kid, scope), id);
      }
    Vec<SyntaxId> kids;
    for (std::size_t at = 0; at < node.kid_count; ++at) kids.push_back(place_closed(program_.kid(id, at), scope));
    return with_kids(id, kids);
  }

  constexpr SyntaxId fail_single(SyntaxId id, std::string_view name) {
    Span place = occurrence_of(id, name);
    if (place.empty()) place = program_[id].span;
    const std::string_view text = program_.text(program_[id].span);
    if (statement_.kind == StatementKind::define_whole)
      return fail(diagnose(Fault::index_left_over, place, name, program_.text(statement_.targets[0])), id);
    if (statement_.kind == StatementKind::show)
      return fail(diagnose(Fault::index_left_over_shown, place, name, text), id);
    return fail(diagnose(Fault::index_occurs_once, place, name, text), id);
  }

  Program& program_;
  const Statement& statement_;
  Vec<Diagnostic>& faults_;
  Names around_;
  Occurrences occurrences_;
  bool has_solve_;
};

/// The statement with its implicit sums written out; the first fault is appended to `faults`.
constexpr Statement write_out_sums(Program& program, const Statement& statement, Vec<Diagnostic>& faults) {
  Statement out = statement;
  out.value = SumRule(program, statement, faults).run();
  return out;
}

/// The same for a host that knows values: where an index has no sum and its name has a value, the fault offers both
/// readings. What the statement means does not depend on it.
constexpr Statement write_out_sums(Program& program, const Statement& statement, Vec<Diagnostic>& faults,
                                   const Graph& graph, const Environment& environment) {
  const std::size_t before = faults.size();
  const Statement out = write_out_sums(program, statement, faults);
  if (faults.size() == before) return out;
  Diagnostic& fault = faults[before];
  const bool alone = fault.fault == Fault::index_occurs_once || fault.fault == Fault::index_left_over ||
                     fault.fault == Fault::index_left_over_shown;
  const std::string_view name = program.text(fault.places[0]);
  const Binding found = environment.find(name);
  if (!alone || !found.node.valid()) return out;
  const Fault clearer = graph.shape(found.node).empty() ? Fault::index_or_value : Fault::tensor_as_entry;
  fault = diagnose(clearer, fault.places, name);
  return out;
}

}  // namespace ricci::dsl
