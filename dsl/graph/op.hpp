/// The table of operations (ops.def) as an enum and its rows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ricci::dsl {

enum class Op : std::uint8_t {
#define RICCI_OP(name, spelling, kind, operands, types, documentation) name,
#include "dsl/graph/ops.def"
#undef RICCI_OP
};

/// leaf, entry, element, reduce yield a number at each point of their free indices; tensor yields a whole tensor.
enum class OpKind : std::uint8_t { leaf, entry, element, reduce, tensor };

/// How the type of the result follows from the operands'.
enum class TypeRule : std::uint8_t { own, same, inexact, boolean, real, promote };

struct OpRow {
  std::string_view name;
  std::string_view spelling;
  OpKind kind;
  int operands;  // many_operands: any number
  TypeRule types;
  std::string_view documentation;
};

inline constexpr int many_operands = -1;

namespace detail {
constexpr auto op_table() {
  using enum OpKind;
  constexpr int many = many_operands;
  return std::array{
#define RICCI_OP(name, spelling, kind, operands, types, documentation) \
  OpRow{#name, spelling, OpKind::kind, operands, TypeRule::types, documentation},
#include "dsl/graph/ops.def"
#undef RICCI_OP
  };
}
struct Kinds {
  OpKind of[256];
};
constexpr Kinds kinds_of(const auto& rows) {
  Kinds out{};
  for (std::size_t at = 0; at < rows.size(); ++at) out.of[at] = rows[at].kind;
  return out;
}
}  // namespace detail

inline constexpr auto op_rows = detail::op_table();
namespace detail {
inline constexpr Kinds kinds = kinds_of(op_rows);  // asked for at every node
}

constexpr const OpRow& row(Op op) { return op_rows[static_cast<std::size_t>(op)]; }
constexpr bool is_tensor(Op op) { return detail::kinds.of[static_cast<std::size_t>(op)] == OpKind::tensor; }
constexpr bool is_reduce(Op op) { return detail::kinds.of[static_cast<std::size_t>(op)] == OpKind::reduce; }

/// What stands between the rows of Op::quadratic: nothing, a vector of weights, or a matrix. By the node's attribute.
enum class QuadraticWeights : std::uint8_t { none, diagonal, matrix };

/// Properties a user may vouch for with assume(); by name, in the order of Op::assume's attribute.
inline constexpr std::array<std::string_view, 8> property_names{"spd",      "symmetric",  "lower",  "upper",
                                                                "diagonal", "orthogonal", "banded", "sorted"};

}  // namespace ricci::dsl
