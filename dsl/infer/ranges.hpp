/// Solves the ranges of a region's indices: given ones first, then plain uses, which must all agree, then affine uses,
/// each the largest range that stays in bounds. Then every access is proved to stay inside its axis, or refused.
#pragma once

#include "dsl/infer/elaborator.hpp"

namespace ricci::dsl {

constexpr void Elaborator::take_plain_uses(std::uint32_t first) {
  for (const Use& use : uses_) {
    if (!use.form.plain() || use.rule != EntryRule::inside || use.form.variables[0] < first) continue;
    Variable& own = variables_[use.form.variables[0]];
    if (own.fixed) continue;
    if (!own.known) {
      own.known = true;
      own.hi = use.extent;
      own.source = use.access;
    } else if (own.hi != use.extent) {
      fail(Fault::two_sizes, Vec<Span>{own.source, use.access}, own.name, own.hi, program_.text(own.source), use.extent,
           program_.text(use.access));
      return;
    }
  }
}

/// Whether a use may set or shrink the range of its variable number `which`: the only one left without a range, or the
/// one that valid(...) is free to shrink.
constexpr bool Elaborator::narrowing(const Use& use, std::uint32_t which, std::uint32_t first) const {
  const std::uint32_t own = use.form.variables[which];
  if (own < first || (use.rule != EntryRule::inside && use.rule != EntryRule::valid)) return false;
  for (std::size_t other = 0; other < use.form.variables.size(); ++other)
    if (other != which && !variables_[use.form.variables[other]].known) return false;
  if (!variables_[own].known) return true;
  if (use.rule != EntryRule::valid || variables_[own].fixed) return false;
  for (std::size_t other = 0; other < use.form.variables.size(); ++other) {
    const Variable& rival = variables_[use.form.variables[other]];
    if (other != which && !rival.fixed && rival.free && !variables_[own].free)
      return false;  // a free one shrinks first
  }
  return true;
}

/// Restricts a variable so that the use stays in 0..extent-1 for all values of its other variables.
constexpr void Elaborator::narrow(Variable& variable, std::uint32_t which, const Use& use, bool& any) {
  std::int64_t low = use.form.offset;
  std::int64_t high = use.form.offset;
  for (std::size_t at = 0; at < use.form.variables.size(); ++at) {
    if (at == which) continue;
    const Variable& other = variables_[use.form.variables[at]];
    if (other.lo >= other.hi) return;  // an empty loop bounds nothing
    const std::int64_t a = use.form.coefficients[at] * other.lo;
    const std::int64_t b = use.form.coefficients[at] * (other.hi - 1);
    low += a < b ? a : b;
    high += a < b ? b : a;
  }
  const std::int64_t c = use.form.coefficients[which];
  if (c == 0) return;
  const auto floor_div = [](std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
  };
  // c*v + low >= 0 and c*v + high <= extent-1
  const std::int64_t lo = c > 0 ? -floor_div(low, c) : -floor_div(use.extent - 1 - high, -c);
  const std::int64_t hi = (c > 0 ? floor_div(use.extent - 1 - high, c) : floor_div(low, -c)) + 1;
  if (!any) {
    variable.lo = lo;
    variable.hi = hi;
    variable.source = use.access;
  } else {
    variable.lo = lo > variable.lo ? lo : variable.lo;
    variable.hi = hi < variable.hi ? hi : variable.hi;
  }
  if (variable.free && variable.lo < 0) variable.lo = 0;  // a free index starts at 0 where it may
  if (variable.hi < variable.lo) variable.hi = variable.lo;
  any = true;
}

/// One round; true when some range became known.
constexpr bool Elaborator::take_affine_uses(std::uint32_t first) {
  for (std::uint32_t at = first; at < variables_.size(); ++at) {
    if (variables_[at].known) continue;
    bool any = false;
    bool complete = true;
    for (const Use& use : uses_) {
      for (std::uint32_t which = 0; which < use.form.variables.size(); ++which) {
        if (use.form.variables[which] != at) continue;
        if (use.rule != EntryRule::inside && use.rule != EntryRule::valid) continue;
        if (narrowing(use, which, first))
          narrow(variables_[at], which, use, any);
        else
          complete = false;
      }
    }
    if (any && complete) return variables_[at].known = true;
    if (any) variables_[at].lo = variables_[at].hi = 0;
  }
  return false;
}

constexpr void Elaborator::check_free(const Variable& variable) {
  if (variable.lo == 0) return;
  fail(Fault::range_starts_elsewhere, Vec<Span>{variable.where}, variable.name, variable.lo, variable.hi,
       variable.hi - variable.lo);
}

constexpr void Elaborator::check_bounds(const Use& use) {
  if (use.rule != EntryRule::inside && use.rule != EntryRule::valid) return;
  std::int64_t low = use.form.offset;
  std::int64_t high = use.form.offset;
  for (std::size_t at = 0; at < use.form.variables.size(); ++at) {
    const Variable& own = variables_[use.form.variables[at]];
    if (own.lo >= own.hi) return;
    const std::int64_t a = use.form.coefficients[at] * own.lo;
    const std::int64_t b = use.form.coefficients[at] * (own.hi - 1);
    low += a < b ? a : b;
    high += a < b ? b : a;
  }
  if (low >= 0 && high < use.extent) return;
  const std::int64_t reached = low < 0 ? low : high;
  fail(Fault::leaves_axis, Vec<Span>{use.entry}, program_.text(use.entry), reached, use.axis, use.extent,
       program_.text(use.access));
}

constexpr void Elaborator::solve_ranges(std::uint32_t first) {
  take_plain_uses(first);
  while (!failed() && take_affine_uses(first)) {
  }
  for (const Use& use : uses_) {  // valid(...) shrinks what is known already
    if (failed() || use.rule != EntryRule::valid) continue;
    for (std::uint32_t which = 0; which < use.form.variables.size(); ++which) {
      bool any = true;
      if (narrowing(use, which, first)) narrow(variables_[use.form.variables[which]], which, use, any);
    }
  }
  for (std::uint32_t at = first; at < variables_.size() && !failed(); ++at) {
    Variable& own = variables_[at];
    if (own.index.valid()) continue;  // of a region inside this one, solved already
    if (!own.known) fail(Fault::range_unknown, Vec<Span>{own.where}, own.name);
    if (own.free) check_free(own);
    own.index = graph.open_index(own.name, own.hi - own.lo);
  }
  for (const Use& use : uses_)
    if (!failed()) check_bounds(use);
}

}  // namespace ricci::dsl
