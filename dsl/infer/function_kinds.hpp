/// Which function names take open indices (elementwise ones and draws); every other function takes whole values only.
#pragma once

#include <array>
#include <string_view>

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/op.hpp"
#include "dsl/source/name_index.hpp"

namespace ricci::dsl {

namespace detail {
/// The spellings of the elementwise functions, by Op; what has a sign instead (a + b) has none here.
constexpr std::array<std::string_view, op_rows.size()> elementwise_names() {
  using enum Op;
  std::array<std::string_view, op_rows.size()> out;
  for (std::size_t at = 0; at < out.size(); ++at)
    if (op_rows[at].kind == OpKind::element) out[at] = op_rows[at].spelling;
  for (Op sign : {add, subtract, multiply, divide, floor_divide, modulo, negate, equal, not_equal, less, less_equal,
                  logical_and, logical_or, logical_not, guard, cast})
    out[static_cast<std::size_t>(sign)] = {};
  return out;
}
inline constexpr NameIndex elementwise_index(elementwise_names());
}  // namespace detail

/// The elementwise operation that `name(...)` with `arguments` positional arguments calls; Op::constant if none.
/// min and max with one argument are reductions of a whole tensor.
constexpr Op elementwise_named(std::string_view name, std::size_t arguments) {
  const auto& index = detail::elementwise_index;
  for (std::size_t at = index.find(name); at != index.none; at = index.after(at))
    if (op_rows[at].operands == static_cast<int>(arguments)) return static_cast<Op>(at);
  return Op::constant;
}

/// True for calls that work on elements: the op table's elementwise functions, min and max of several, clamp(x, lo,
/// hi), conversions such as f32(x), and the distributions' parameters.
constexpr bool takes_elements(std::string_view name, std::size_t arguments) {
  if (elementwise_named(name, arguments) != Op::constant) return true;
  if ((name == "min" || name == "max") && arguments > 1) return true;
  if (name == "clamp" && arguments == 3) return true;
  return dtype_named(name).has_value() || distribution_named(name).has_value();
}

/// The reduction that `name` spells, bracketed or over a whole tensor; Op::constant if none.
constexpr Op reduction_named(std::string_view name) {
  for (std::size_t at = 0; at < op_rows.size(); ++at)
    if (op_rows[at].kind == OpKind::reduce && op_rows[at].spelling == name) return static_cast<Op>(at);
  return Op::constant;
}

/// wrap(e), clamp(e), pad(e), valid(e): what an entry does where it leaves its axis.
constexpr bool is_entry_rule(std::string_view name) {
  return name == "wrap" || name == "clamp" || name == "pad" || name == "valid";
}

/// The functions that take whole values only; functions.hpp holds their rows.
inline constexpr std::array<std::string_view, 53> whole_functions{
    "solve", "lstsq", "inv",    "pinv",     "det",    "logdet", "cholesky",      "trace",   "kron",   "lu",
    "qr",    "svd",   "eigh",   "rank",     "cond",   "einsum", "transpose",     "reshape", "concat", "stack",
    "roll",  "flip",  "diag",   "tril",     "triu",   "shape",  "size",          "ndim",    "zeros",  "ones",
    "full",  "eye",   "arange", "linspace", "sparse", "dense",  "random_sparse", "assume",  "load",   "sum",
    "prod",  "min",   "max",    "mean",     "any",    "all",    "count",         "argmin",  "argmax", "logsumexp",
    "norm",  "var",   "std"};
namespace detail {
inline constexpr NameIndex whole_index(whole_functions);
}
constexpr bool is_whole_function(std::string_view name) {
  return detail::whole_index.find(name) != detail::whole_index.none;
}

}  // namespace ricci::dsl
