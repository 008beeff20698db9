/// Which function names take open indices (elementwise ones and draws); every other function takes whole values only.
#pragma once

#include <string_view>

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/op.hpp"

namespace ricci::dsl {

/// The elementwise operation that `name(...)` with `arguments` positional arguments calls; Op::constant if none.
/// min and max with one argument are reductions of a whole tensor.
constexpr Op elementwise_named(std::string_view name, std::size_t arguments) {
  constexpr std::string_view op_names[] = {"add", "sub", "mul", "div", "floordiv", "mod", "neg",   "eq",
                                           "ne",  "lt",  "le",  "and", "or",       "not", "guard", "cast"};
  for (std::string_view own : op_names)
    if (own == name) return Op::constant;
  for (std::size_t at = 0; at < op_rows.size(); ++at)
    if (op_rows[at].kind == OpKind::element && op_rows[at].spelling == name &&
        op_rows[at].operands == static_cast<int>(arguments))
      return static_cast<Op>(at);
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
inline constexpr std::string_view whole_functions[] = {
    "solve", "lstsq", "inv",    "pinv",     "det",    "logdet", "cholesky",      "trace",   "kron",   "lu",
    "qr",    "svd",   "eigh",   "rank",     "cond",   "einsum", "transpose",     "reshape", "concat", "stack",
    "roll",  "flip",  "diag",   "tril",     "triu",   "shape",  "size",          "ndim",    "zeros",  "ones",
    "full",  "eye",   "arange", "linspace", "sparse", "dense",  "random_sparse", "assume",  "load",   "sum",
    "prod",  "min",   "max",    "mean",     "any",    "all",    "count",         "argmin",  "argmax", "logsumexp",
    "norm",  "var",   "std"};
constexpr bool is_whole_function(std::string_view name) {
  for (std::string_view own : whole_functions)
    if (own == name) return true;
  return false;
}

}  // namespace ricci::dsl
