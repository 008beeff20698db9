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

/// Between which numbers a use lies, without the term of its variable number `skipped` (none: past the end).
/// `empty`: some other index has no value, so that it lies nowhere.
constexpr Interval Elaborator::reach(const Use& use, std::uint32_t skipped, bool& empty) const {
  Interval out = detail::exactly(use.form.offset);
  empty = false;
  for (std::uint32_t at = 0; at < use.form.variables.size(); ++at) {
    if (at == skipped) continue;
    const Variable& own = variables_[use.form.variables[at]];
    empty = empty || own.lo >= own.hi;
    if (!empty)
      out = detail::sum_of(out,
                           detail::product_of(detail::exactly(use.form.coefficients[at]), {own.lo, own.hi - 1, true}));
  }
  return out;
}

/// Whether a use may set or shrink the range of its variable number `which`: the only one left without a range, or the
/// one that valid(...) is free to shrink.
constexpr bool Elaborator::narrowing(const Use& use, std::uint32_t which, std::uint32_t first) const {
  const std::uint32_t own = use.form.variables[which];
  if (own < first || use.form.coefficients[which] == 0) return false;
  if (use.rule != EntryRule::inside && use.rule != EntryRule::valid) return false;
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

/// Restricts a variable so that the use stays in 0..extent-1 for all values of its other variables. False where no
/// 64-bit number says so.
constexpr bool Elaborator::narrow(Variable& variable, std::uint32_t which, const Use& use, bool& any) {
  bool empty = false;
  const Interval others = reach(use, which, empty);
  if (empty) return true;  // an empty loop bounds nothing
  const auto floor_div = [](std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
  };
  // c*v + low >= 0 and c*v + high <= extent-1
  const std::int64_t c = use.form.coefficients[which];
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t room = 0;
  if (!others.known || others.low == least || c == least ||
      __builtin_sub_overflow(use.extent - 1, others.high, &room) || room == least)
    return false;
  const std::int64_t lo = c > 0 ? -floor_div(others.low, c) : -floor_div(room, -c);
  const std::int64_t hi = (c > 0 ? floor_div(room, c) : floor_div(others.low, -c)) + 1;
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
  return true;
}

/// The largest range that keeps every use of an index without one in bounds; false while a use still depends on
/// another index without a range.
constexpr bool Elaborator::narrow_by_uses(std::uint32_t at, std::uint32_t first) {
  bool any = false;
  bool complete = true;
  for (std::uint32_t place : variables_[at].uses) {
    const Use& use = uses_[place];
    if (use.rule != EntryRule::inside && use.rule != EntryRule::valid) continue;
    for (std::uint32_t which = 0; which < use.form.variables.size(); ++which) {
      if (use.form.variables[which] != at || use.form.coefficients[which] == 0) continue;
      if (!narrowing(use, which, first))
        complete = false;
      else if (!narrow(variables_[at], which, use, any))
        fail(Fault::index_arithmetic, Vec<Span>{use.entry}, program_.text(use.entry));
    }
  }
  if (any && complete) return variables_[at].known = true;
  variables_[at].lo = variables_[at].hi = 0;
  return false;
}

/// One round; true when some range became known.
constexpr bool Elaborator::take_affine_uses(std::uint32_t first) {
  bool progress = false;
  for (std::uint32_t at = first; at < variables_.size() && !failed(); ++at)
    if (!variables_[at].known && narrow_by_uses(at, first)) progress = true;
  return progress;
}

/// valid(...) shrinks what is known already, where it would leave the axis.
constexpr void Elaborator::shrink_valid(const Use& use, std::uint32_t first) {
  bool empty = false;
  const Interval all = reach(use, absent, empty);
  if (empty || all.inside(use.extent)) return;
  Vec<std::uint32_t> shrinking;
  for (std::uint32_t which = 0; which < use.form.variables.size(); ++which)
    if (narrowing(use, which, first)) shrinking.push_back(which);
  if (shrinking.empty()) return;
  if (shrinking.size() > 1) {
    fail(Fault::valid_ambiguous, Vec<Span>{use.entry}, program_.text(use.inner),
         variables_[use.form.variables[shrinking[0]]].name, variables_[use.form.variables[shrinking[1]]].name);
    return;
  }
  bool any = true;
  if (!narrow(variables_[use.form.variables[shrinking[0]]], shrinking[0], use, any))
    fail(Fault::index_arithmetic, Vec<Span>{use.entry}, program_.text(use.entry));
}

constexpr void Elaborator::check_free(const Variable& variable) {
  if (variable.lo == 0) return;
  fail(Fault::range_starts_elsewhere, Vec<Span>{variable.where}, variable.name, variable.lo, variable.hi,
       variable.hi - variable.lo);
}

constexpr void Elaborator::check_bounds(const Use& use) {
  bool empty = false;
  const Interval all = reach(use, absent, empty);
  if (empty) return;
  const bool lands = (use.rule == EntryRule::wrap || use.rule == EntryRule::clamp) && use.extent > 0;
  if (all.known && (lands || use.rule == EntryRule::pad)) return;
  if (all.inside(use.extent)) return;
  if (!all.known)
    fail(Fault::index_arithmetic, Vec<Span>{use.entry}, program_.text(use.entry));
  else
    fail(Fault::leaves_axis, Vec<Span>{use.entry}, program_.text(use.inner), all.low < 0 ? all.low : all.high, use.axis,
         use.extent, program_.text(use.access));
}

constexpr void Elaborator::solve_ranges(std::uint32_t first) {
  take_plain_uses(first);
  while (!failed() && take_affine_uses(first)) {
  }
  for (const Use& use : uses_)
    if (!failed() && use.rule == EntryRule::valid) shrink_valid(use, first);
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
