/// First pass over a region: declares each binder's indices and collects the uses that bound their ranges.
#pragma once

#include "dsl/infer/elaborator.hpp"

namespace ricci::dsl {

constexpr std::uint32_t Elaborator::declare(std::string_view name, Span where) {
  variables_.push_back(Variable{.name = name, .where = where, .source = {}, .index = {}, .uses = {}});
  return static_cast<std::uint32_t>(variables_.size() - 1);
}

constexpr void Elaborator::push_scope(const Binder& binder) {
  for (std::uint32_t at = 0; at < binder.count; ++at)
    scope_.push_back({variables_[binder.first + at].name, binder.first + at});
}

constexpr const Elaborator::Binder* Elaborator::binder_of(SyntaxId id) const {
  for (const Binder& binder : binders_)
    if (binder.id == id) return &binder;
  return nullptr;
}

constexpr Names Elaborator::scope_names() const {
  Names out;
  for (const ScopedName& own : scope_) note(out, own.name);
  return out;
}

constexpr std::uint32_t Elaborator::scoped(std::string_view name) const {
  const ScopedName* const first = scope_.begin();
  for (const ScopedName* own = scope_.end(); own != first;)
    if ((--own)->name == name) return own->variable;
  return absent;
}

constexpr bool Elaborator::mentions_scope(SyntaxId id) const {
  const Form form = program_[id].form;
  if (form == Form::name) return scoped(program_.name(id)) != absent;
  if (form == Form::integer) return false;
  return !without(Occurrences(program_, id, scope_names()).visible(id, scope_names()), {}).empty();
}

/// An access that is a slice of a whole value: it has a slice part, or no index in any entry.
constexpr bool Elaborator::is_whole_access(SyntaxId id) const {
  if (is_draw(program_, program_.kid(id, 0))) return false;
  if (is_slice_access(program_, id)) return true;
  for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
    const SyntaxId entry = program_.kid(id, at);
    const bool rule = program_[entry].form == Form::call && is_entry_rule(program_.name(entry));
    if (rule || mentions_scope(entry)) return false;
  }
  return true;
}

constexpr bool Elaborator::is_whole_solve(SyntaxId id) const {
  const Names scope = scope_names();
  const Occurrences occurrences(program_, region_root_, scope);
  return occurrences.visible(program_.kid(id, 0), scope).empty() &&
         occurrences.visible(program_.kid(id, 1), scope).empty();
}

/// The range in `k in a:b` or a for clause.
constexpr bool Elaborator::set_range(std::uint32_t variable, SyntaxId binding) {
  if (program_[binding].kid_count != 2) return true;
  std::int64_t lo = 0;
  std::int64_t hi = 0;
  if (!integer(program_.kid(binding, 0), "the start of a range", lo) ||
      !integer(program_.kid(binding, 1), "the end of a range", hi))
    return false;
  Variable& own = variables_[variable];
  own.fixed = own.known = true;
  own.lo = lo;
  own.hi = hi < lo ? lo : hi;
  std::int64_t extent = 0;
  if (!__builtin_sub_overflow(own.hi, lo, &extent)) return true;
  fail(Fault::index_arithmetic, binding, text(binding));
  return false;
}

constexpr void Elaborator::survey_kids(SyntaxId id) {
  for (std::size_t at = 0; at < program_[id].kid_count; ++at) survey(program_.kid(id, at));
}

constexpr void Elaborator::survey(SyntaxId id) {
  if (failed()) return;
  const Syntax& node = program_[id];
  switch (node.form) {
    case Form::reduce: return survey_reduce(id);
    case Form::access: return survey_access(id);
    case Form::unary:
      if (node.operation != Operation::transpose) survey_kids(id);
      return;
    case Form::binary:
      if (node.operation == Operation::solve) return survey_solve(id);
      if (node.operation != Operation::matmul) survey_kids(id);
      return;
    case Form::compare: return survey_kids(id);
    case Form::call:
      if (is_element_call(program_, id) && program_.name(id) != "categorical") survey_kids(id);
      return;
    default: return;
  }
}

constexpr void Elaborator::survey_reduce(SyntaxId id) {
  const Binder binder{id, static_cast<std::uint32_t>(variables_.size()), program_[id].kid_count - 1};
  for (std::uint32_t at = 0; at < binder.count; ++at) {
    const SyntaxId binding = program_.kid(id, at);
    const std::string_view name = program_.name(binding);
    if (program_[id].implicit && environment.find(name).node.valid()) {
      fail(Fault::index_or_value, Vec<Span>{program_[binding].name}, name);
      return;
    }
    declare(name, program_[binding].name);
  }
  for (std::uint32_t at = 0; at < binder.count; ++at)
    if (!set_range(binder.first + at, program_.kid(id, at))) return;
  binders_.push_back(binder);
  push_scope(binder);
  survey(reduce_body(program_, id));
  pop_scope(binder);
}

constexpr void Elaborator::survey_solve(SyntaxId id) {
  if (is_whole_solve(id)) return;
  const Names scope = scope_names();
  const SolveIndices of = Occurrences(program_, region_root_, scope).solve_indices(id, scope);
  const Binder binder{id, static_cast<std::uint32_t>(variables_.size()),
                      static_cast<std::uint32_t>(of.equations.size())};
  for (std::string_view name : of.equations) {
    if (environment.find(name).node.valid()) {
      fail(Fault::index_or_value, Vec<Span>{program_[id].span}, name);
      return;
    }
    declare(name, program_[id].span);
  }
  binders_.push_back(binder);
  push_scope(binder);
  survey_kids(id);
  pop_scope(binder);
}

/// The tensor that an access in index notation takes elements of.
constexpr NodeId Elaborator::base_tensor(SyntaxId access) {
  if (bases_.empty()) bases_.resize(program_.nodes.size());
  if (bases_[access].valid()) return bases_[access];
  const SyntaxId base = program_.kid(access, 0);
  const NodeId tensor = whole(base);
  if (failed()) return {};
  const std::size_t rank = graph.shape(tensor).size();
  const std::size_t entries = program_[access].kid_count - 1;
  if (rank != entries) {
    fail(Fault::entry_count, access, text(base), rank, entries);
    return {};
  }
  return bases_[access] = tensor;
}

constexpr void Elaborator::survey_access(SyntaxId id) {
  const SyntaxId base = program_.kid(id, 0);
  if (is_draw(program_, base)) {
    if (program_.name(base) != "categorical") survey_kids(base);
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) survey(program_.kid(id, at));
    return;
  }
  if (is_whole_access(id)) return;
  const NodeId tensor = base_tensor(id);
  if (failed()) return;
  for (std::size_t at = 1; at < program_[id].kid_count && !failed(); ++at) {
    const SyntaxId entry = program_.kid(id, at);
    const std::int64_t extent = graph.shape(tensor)[at - 1];
    const Entry read = read_entry(entry, extent);
    if (failed()) return;
    if (!read.form.valid)
      survey(read.inner);
    else
      note_use(Use{read.form, read.rule, extent, at - 1, program_[id].span, program_[entry].span,
                   program_[read.inner].span});
  }
}

constexpr void Elaborator::note_use(Use use) {
  for (std::uint32_t variable : use.form.variables)
    variables_[variable].uses.push_back(static_cast<std::uint32_t>(uses_.size()));
  uses_.push_back(std::move(use));
}

/// Splits an entry into what happens at the edge and the form inside.
constexpr Entry Elaborator::read_entry(SyntaxId id, std::int64_t extent) {
  Entry out{.inner = id, .form = {}};
  const Syntax& node = program_[id];
  if (node.form == Form::name) {
    out.form = affine_form(id);
    return out;
  }
  if (node.form == Form::call && is_entry_rule(program_.name(id)) && node.kid_count == 1) {
    const std::string_view name = program_.name(id);
    out.rule = name == "wrap"    ? EntryRule::wrap
               : name == "clamp" ? EntryRule::clamp
               : name == "pad"   ? EntryRule::pad
                                 : EntryRule::valid;
    out.inner = program_.kid(id, 0);
    out.modulus = extent;
    if (extent == 0 && out.rule != EntryRule::pad && out.rule != EntryRule::valid) out.modulus = 1;
  } else if (node.form == Form::binary && node.operation == Operation::modulo && !mentions_scope(program_.kid(id, 1))) {
    out.rule = EntryRule::wrap;
    out.inner = program_.kid(id, 0);
    if (!integer(program_.kid(id, 1), "the modulus", out.modulus)) return out;
    if (out.modulus <= 0 || out.modulus > extent) fail(Fault::modulus_outside, id, text(id), out.modulus, extent);
  }
  out.form = affine_form(out.inner);
  if (out.rule == EntryRule::inside && is_negative_literal(program_, id) && out.form.offset < 0)
    out.form.offset += extent;  // -1 is the last
  return out;
}

/// into += scale * value; false where that overflows.
constexpr bool add_scaled(std::int64_t& into, std::int64_t scale, std::int64_t value) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(scale, value, &product) && !__builtin_add_overflow(into, product, &into);
}

/// Reads index arithmetic; not valid where the entry is computed from data or is no affine form.
constexpr AffineForm Elaborator::affine_form(SyntaxId id) {
  const Syntax& node = program_[id];
  AffineForm out{.valid = true, .variables = {}, .coefficients = {}};
  if (failed()) return out;
  const std::uint32_t variable = node.form == Form::name ? scoped(program_.name(id)) : absent;
  if (variable != absent) {
    out.variables.push_back(variable);
    out.coefficients.push_back(1);
    return out;
  }
  const bool arithmetic =
      (node.form == Form::unary || node.form == Form::binary) &&
      (node.operation == Operation::plus || node.operation == Operation::negate || node.operation == Operation::add ||
       node.operation == Operation::subtract || node.operation == Operation::multiply);
  if (!arithmetic) {
    if (mentions_scope(id)) return {};
    if (!integer(id, "an entry", out.offset)) out.valid = false;
    return out;
  }
  const AffineForm left = affine_form(program_.kid(id, 0));
  AffineForm right{.valid = true, .variables = {}, .coefficients = {}};
  if (node.form == Form::binary) right = affine_form(program_.kid(id, 1));
  if (!left.valid || !right.valid) return {};
  std::int64_t a = 1;
  std::int64_t b = 1;
  switch (node.operation) {
    case Operation::plus: break;
    case Operation::add: break;
    case Operation::negate: a = -1; break;
    case Operation::subtract: b = -1; break;
    case Operation::multiply:
      if (!left.variables.empty() && !right.variables.empty()) return {};
      if (left.variables.empty()) {
        a = 0;
        b = left.offset;
      } else {
        a = right.offset;
        b = 0;
      }
      break;
    default: return {};
  }
  bool fits = add_scaled(out.offset, a, left.offset) && add_scaled(out.offset, b, right.offset);
  const auto take = [&](const AffineForm& form, std::int64_t scale) {
    for (std::size_t at = 0; at < form.variables.size(); ++at) {
      std::size_t found = 0;
      while (found < out.variables.size() && out.variables[found] != form.variables[at]) ++found;
      if (found == out.variables.size()) {
        out.variables.push_back(form.variables[at]);
        out.coefficients.push_back(0);
      }
      fits = add_scaled(out.coefficients[found], scale, form.coefficients[at]) && fits;
    }
  };
  take(left, a);
  take(right, b);
  if (!fits) fail(Fault::index_arithmetic, id, text(id));
  return out;
}

}  // namespace ricci::dsl
