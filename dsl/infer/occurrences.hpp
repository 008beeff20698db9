/// Where index names occur in the syntax tree. An index is known by its text alone: the left-hand side, a `for` or a
/// reduction binds it, or it stands bare in an entry of an access in index notation.
#pragma once

#include "dsl/infer/function_kinds.hpp"
#include "dsl/text/syntax.hpp"

namespace ricci::dsl {

using Names = Vec<std::string_view>;

constexpr void note(Names& names, std::string_view name) {
  if (!names.contains(name)) names.push_back(name);
}
constexpr Names without(const Names& names, const Names& taken) {
  Names out;
  for (std::string_view name : names)
    if (!taken.contains(name)) out.push_back(name);
  return out;
}
constexpr Names united(Names a, const Names& b) {
  for (std::string_view name : b) note(a, name);
  return a;
}

constexpr bool is_slice_part(Form form) {
  return form == Form::slice || form == Form::ellipsis || form == Form::newaxis;
}

/// An access with a slice, `...` or newaxis in it: names in its entries are values.
constexpr bool is_slice_access(const Program& program, SyntaxId id) {
  for (std::size_t at = 1; at < program[id].kid_count; ++at)
    if (is_slice_part(program[program.kid(id, at)].form)) return true;
  return false;
}

/// -1 and the like count from the end; a computed negative does not.
constexpr bool is_negative_literal(const Program& program, SyntaxId id) {
  const Syntax& node = program[id];
  return node.form == Form::unary && node.operation == Operation::negate &&
         program[program.kid(id, 0)].form == Form::integer;
}

constexpr std::size_t positional_count(const Program& program, SyntaxId call) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < program[call].kid_count; ++at)
    count += program[program.kid(call, at)].form != Form::named ? 1 : 0;
  return count;
}

/// A call whose arguments may hold open indices.
constexpr bool is_element_call(const Program& program, SyntaxId id) {
  return program[id].form == Form::call && takes_elements(program.name(id), positional_count(program, id));
}
/// A call that draws at coordinates, or one scalar; with shape=[...] it is a whole tensor, as any other.
constexpr bool is_draw(const Program& program, SyntaxId id) {
  if (program[id].form != Form::call || !distribution_named(program.name(id))) return false;
  for (std::size_t at = 0; at < program[id].kid_count; ++at) {
    const SyntaxId kid = program.kid(id, at);
    if (program[kid].form == Form::named && program.name(kid) == "shape") return false;
  }
  return true;
}

constexpr Names binding_names(const Program& program, SyntaxId reduce) {
  Names out;
  for (std::size_t at = 0; at + 1 < program[reduce].kid_count; ++at)
    out.push_back(program.name(program.kid(reduce, at)));
  return out;
}
constexpr SyntaxId reduce_body(const Program& program, SyntaxId reduce) {
  return program.kid(reduce, program[reduce].kid_count - 1);
}

/// The names that stand bare in an entry of an access in index notation, anywhere below, unless a reduction binds them.
constexpr void bare_entries(const Program& program, SyntaxId id, const Names& bound, Names& out) {
  const Syntax& node = program[id];
  if (node.form == Form::access && !is_slice_access(program, id)) {
    for (std::size_t at = 1; at < node.kid_count; ++at) {
      const SyntaxId entry = program.kid(id, at);
      if (program[entry].form == Form::name && !program[entry].parenthesised && !bound.contains(program.name(entry)))
        note(out, program.name(entry));
    }
  }
  if (node.form == Form::reduce) {
    const Names inner = united(bound, binding_names(program, id));
    for (std::size_t at = 0; at < node.kid_count; ++at) bare_entries(program, program.kid(id, at), inner, out);
  } else {
    for (std::size_t at = 0; at < node.kid_count; ++at) bare_entries(program, program.kid(id, at), bound, out);
  }
}

/// Counts how often the unbound name occurs below `id` as an index.
constexpr std::size_t count_occurrences(const Program& program, SyntaxId id, std::string_view name) {
  const Syntax& node = program[id];
  if (node.form == Form::name) return program.name(id) == name ? 1 : 0;
  if (node.form == Form::reduce && binding_names(program, id).contains(name)) return 0;
  if (node.form == Form::access && is_slice_access(program, id))
    return count_occurrences(program, program.kid(id, 0), name);
  std::size_t count = 0;
  for (std::size_t at = 0; at < node.kid_count; ++at) {
    const SyntaxId kid = program.kid(id, at);
    const bool is_base = node.form == Form::access && at == 0 && program[kid].form == Form::name;
    if (!is_base && program[kid].form != Form::binding) count += count_occurrences(program, kid, name);
  }
  return count;
}

/// How `\` names its indices, by the rule of the language: from the names alone.
struct SolveIndices {
  Names batch;                      // of both, free or bound around
  Names equations;                  // of both otherwise: local to this `\`
  Names unknowns;                   // of the matrix alone
  Names columns;                    // of the right-hand side alone
  Names summed_left, summed_right;  // twice in one operand and nowhere else: summed there
};

/// The index structure of one statement: which names are indices, and which are seen from outside of a part of it.
class Occurrences {
 public:
  /// `around`: bound by the left-hand side and the for clause.
  constexpr Occurrences(const Program& program, SyntaxId root, Names around) : program_(program), root_(root) {
    indices_ = std::move(around);
    bare_entries(program, root, {}, indices_);
  }

  /// The part of the statement in which "nowhere else" is asked.
  constexpr SyntaxId root() const { return root_; }
  constexpr void set_root(SyntaxId root) { root_ = root; }

  /// The unbound index names that occur below `id` and are seen outside of it; `scope`: bound around `id`.
  constexpr Names visible(SyntaxId id, const Names& scope) const {
    Names out;
    collect(id, scope, {}, out);
    return out;
  }

  constexpr SolveIndices solve_indices(SyntaxId id, const Names& scope) const {
    const SyntaxId left = program_.kid(id, 0);
    const SyntaxId right = program_.kid(id, 1);
    const Names in_left = visible(left, scope);
    const Names in_right = visible(right, scope);
    SolveIndices out;
    for (std::string_view name : in_left) {
      if (in_right.contains(name)) {
        (scope.contains(name) ? out.batch : out.equations).push_back(name);
      } else {
        (summed_inside(left, name, scope) ? out.summed_left : out.unknowns).push_back(name);
      }
    }
    for (std::string_view name : in_right)
      if (!in_left.contains(name)) (summed_inside(right, name, scope) ? out.summed_right : out.columns).push_back(name);
    return out;
  }

 private:
  constexpr bool summed_inside(SyntaxId operand, std::string_view name, const Names& scope) const {
    if (scope.contains(name)) return false;
    const std::size_t here = count_occurrences(program_, operand, name);
    return here >= 2 && count_occurrences(program_, root_, name) == here;
  }

  constexpr void collect(SyntaxId id, const Names& scope, const Names& hidden, Names& out) const {
    const Syntax& node = program_[id];
    if (node.form == Form::name) {
      const std::string_view name = program_.name(id);
      if ((indices_.contains(name) || scope.contains(name)) && !hidden.contains(name)) note(out, name);
    } else if (node.form == Form::reduce) {
      const Names own = binding_names(program_, id);
      collect(reduce_body(program_, id), united(scope, own), united(hidden, own), out);
    } else if (node.form == Form::access) {
      if (is_slice_access(program_, id)) return;
      if (is_draw(program_, program_.kid(id, 0))) collect(program_.kid(id, 0), scope, hidden, out);
      for (std::size_t at = 1; at < node.kid_count; ++at) collect(program_.kid(id, at), scope, hidden, out);
    } else if (node.form == Form::binary && node.operation == Operation::solve) {
      const SolveIndices of = solve_indices(id, scope);
      for (const Names& part : {of.batch, of.unknowns, of.columns})
        for (std::string_view name : part)
          if (!hidden.contains(name)) note(out, name);
    } else if (takes_open_indices(id)) {
      for (std::size_t at = 0; at < node.kid_count; ++at) collect(program_.kid(id, at), scope, hidden, out);
    }
  }

  constexpr bool takes_open_indices(SyntaxId id) const {
    const Syntax& node = program_[id];
    if (node.form == Form::call)
      return is_element_call(program_, id) || (is_entry_rule(program_.name(id)) && node.kid_count == 1);
    if (node.operation == Operation::matmul || node.operation == Operation::transpose) return false;
    return node.form == Form::unary || node.form == Form::binary || node.form == Form::compare;
  }

  const Program& program_;
  SyntaxId root_;
  Names indices_;
};

}  // namespace ricci::dsl
