/// Sums and products taken n-ary: `a + (b - c)` has three addends, `-a*(b/c)` three factors. And what the rule of the
/// language asks about the factors: which share an index, and which hold the equations of a `\`.
#pragma once

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/infer/occurrences.hpp"

namespace ricci::dsl {

enum class Chain : std::uint8_t { sum, product };

constexpr bool joins(const Syntax& node, Chain chain) {
  if (chain == Chain::sum)
    return node.form == Form::binary && (node.operation == Operation::add || node.operation == Operation::subtract);
  if (node.form == Form::unary) return node.operation == Operation::negate || node.operation == Operation::plus;
  return node.form == Form::binary && (node.operation == Operation::multiply || node.operation == Operation::divide);
}
/// A denominator is one factor, whatever it is made of.
constexpr bool ends_chain(const Syntax& node, std::size_t kid) {
  return node.operation == Operation::divide && kid == 1;
}

constexpr void collect_parts(const Program& program, SyntaxId id, Chain chain, Vec<SyntaxId>& out) {
  if (!joins(program[id], chain)) return out.push_back(id);
  for (std::size_t at = 0; at < program[id].kid_count; ++at) {
    if (ends_chain(program[id], at))
      out.push_back(program.kid(id, at));
    else
      collect_parts(program, program.kid(id, at), chain, out);
  }
}

constexpr bool is_solve(const Syntax& node) { return node.form == Form::binary && node.operation == Operation::solve; }
constexpr bool holds_solve(const Program& program, SyntaxId id) {
  if (is_solve(program[id])) return true;
  for (std::size_t at = 0; at < program[id].kid_count; ++at)
    if (holds_solve(program, program.kid(id, at))) return true;
  return false;
}

/// Whether some product below `id` has the unbound index in two of its factors.
constexpr bool shared_by_product(const Program& program, const Occurrences& occurrences, SyntaxId id,
                                 std::string_view name, const Names& scope) {
  const Syntax& node = program[id];
  if (node.form == Form::reduce && binding_names(program, id).contains(name)) return false;
  if (joins(node, Chain::product)) {
    Vec<SyntaxId> factors;
    collect_parts(program, id, Chain::product, factors);
    std::size_t sharing = 0;
    for (SyntaxId factor : factors) sharing += occurrences.visible(factor, scope).contains(name) ? 1 : 0;
    if (sharing >= 2) return true;
  }
  for (std::size_t at = 0; at < node.kid_count; ++at)
    if (shared_by_product(program, occurrences, program.kid(id, at), name, scope)) return true;
  return false;
}

/// An index that is an equation of a `\`.
struct Equation {
  std::string_view name;
  SyntaxId solve;
};

constexpr void collect_equations(const Program& program, const Occurrences& occurrences, SyntaxId id,
                                 const Names& scope, Vec<Equation>& out) {
  const Syntax& node = program[id];
  if (is_solve(node))
    for (std::string_view name : occurrences.solve_indices(id, scope).equations) out.push_back({name, id});
  Names inner = scope;
  if (node.form == Form::reduce) inner = united(inner, binding_names(program, id));
  for (std::size_t at = 0; at < node.kid_count; ++at)
    collect_equations(program, occurrences, program.kid(id, at), inner, out);
}

/// The whole tensor that an argument with open indices takes elements of; its own text where it is no access.
constexpr std::string_view tensor_text(const Program& program, SyntaxId argument) {
  const SyntaxId shown = program[argument].form == Form::access ? program.kid(argument, 0) : argument;
  return program.text(program[shown].span);
}

/// `argument` of a function of whole values has an open index: offers det(A)[m] for det(A[m,i,j]), sum[k] x[k] for
/// sum(x[k]).
constexpr Diagnostic open_index_fault(const Program& program, const Occurrences& occurrences, SyntaxId call,
                                      SyntaxId argument, const Names& scope) {
  const std::string_view name = program.name(call);
  const Names open = occurrences.visible(argument, scope);
  const std::string_view text = program.text(program[argument].span);
  if (is_reduction(name))
    return diagnose(Fault::open_index_in_reduction, program[argument].span, name, text, open[0],
                    tensor_text(program, argument));
  Str offered(name);
  offered += "(";
  for (std::size_t at = 0; at < program[call].kid_count; ++at) {
    if (at != 0) offered += ", ";
    offered += tensor_text(program, program.kid(call, at));
  }
  offered += ")";
  Str kept;
  for (std::string_view index : open) {
    if (!scope.contains(index)) continue;
    kept += kept.empty() ? "[" : ",";
    kept += index;
  }
  if (!kept.empty()) kept += "]";
  offered += kept.view();
  return diagnose(Fault::open_index_in_function, program[argument].span, name, text, open[0], offered.view());
}

}  // namespace ricci::dsl
