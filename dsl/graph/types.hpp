/// The types of element nodes: what an elementwise operation or a reduction yields for operands of given types, and
/// which types it refuses. Operands are expected as the graph holds them: already cast to the type in which the
/// operation computes.
#pragma once

#include <optional>
#include <span>

#include "dsl/graph/dtype.hpp"
#include "dsl/graph/op.hpp"

namespace ricci::dsl {

namespace detail {
/// Operations without a meaning for complex numbers; NumPy refuses the same.
constexpr bool real_only(Op op) {
  constexpr Op rows[] = {Op::floor_divide, Op::modulo, Op::atan2,  Op::hypot, Op::cbrt,
                         Op::erf,          Op::erfc,   Op::lgamma, Op::floor, Op::ceil};
  for (Op own : rows)
    if (own == op) return true;
  return false;
}
/// Operations that would have to count: bools are cast to i64 first.
constexpr bool refuses_bool(Op op) {
  constexpr Op rows[] = {Op::add, Op::subtract, Op::floor_divide, Op::modulo, Op::power, Op::negate};
  for (Op own : rows)
    if (own == op) return true;
  return false;
}
constexpr bool is_logic(Op op) { return op == Op::logical_and || op == Op::logical_or || op == Op::logical_not; }
}  // namespace detail

/// The type of an elementwise operation over operands of these types; none where it is mistyped. Not for cast, which
/// takes any and yields what it says, nor for access and random.
constexpr std::optional<DType> element_type(Op op, std::span<const DType> operands) {
  if (operands.empty()) return std::nullopt;
  const DType first = operands[0];
  const DType last = operands.back();
  if (op == Op::guard) return first == DType::boolean ? std::optional(last) : std::nullopt;
  if (op == Op::where)
    return operands.size() == 3 && first == DType::boolean && operands[1] == last ? std::optional(last) : std::nullopt;
  for (DType own : operands)
    if (own != first) return std::nullopt;
  if (detail::is_logic(op) && first != DType::boolean) return std::nullopt;
  if (is_complex(first) && detail::real_only(op)) return std::nullopt;
  if (first == DType::boolean && detail::refuses_bool(op)) return std::nullopt;
  switch (row(op).types) {
    case TypeRule::same:
    case TypeRule::promote: return first;
    case TypeRule::inexact: return inexact_type(first) == first ? std::optional(first) : std::nullopt;
    case TypeRule::boolean: return DType::boolean;
    case TypeRule::real:
      if (op == Op::arg && inexact_type(first) != first) return std::nullopt;
      return real_type(first);
    case TypeRule::own: break;
  }
  return std::nullopt;
}

/// The type of a reduction of a body of this type; none where it is mistyped.
constexpr std::optional<DType> reduced_type(Op op, DType body) {
  using enum Op;
  constexpr auto counts = [](DType type) { return type < DType::f32 ? DType::i64 : type; };
  switch (op) {
    case sum:
    case product: return counts(body);
    case least:
    case greatest: return body;
    case mean: return inexact_type(body);
    case logsumexp: return inexact_type(body);
    case norm:
    case variance:
    case deviation: return real_type(inexact_type(body));
    case any:
    case all: return body == DType::boolean ? std::optional(DType::boolean) : std::nullopt;
    case count: return body == DType::boolean ? std::optional(DType::i64) : std::nullopt;
    case argmin:
    case argmax: return DType::i64;
    default: return std::nullopt;
  }
}

}  // namespace ricci::dsl
