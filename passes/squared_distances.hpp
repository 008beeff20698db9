/// norm[k] (x[k]-y[k]) is the root of a sum of squares that quadratic_form looks at, and the square of such a root is
/// the sum again. What becomes true here: it does not matter on which side of a root a distance is written.
#pragma once

#include "passes/quadratic_parts.hpp"

namespace ricci::passes::detail {

/// sum[k] d*d of norm[k] d; null for complex d.
constexpr NodeId squares_under(Graph& out, NodeId norm) {
  const NodeId body = out.operand(norm, 0);
  const DType type = out.dtype(norm);
  if (out.dtype(body) != type || dsl::is_complex(type)) return {};
  return out.reduce(Op::sum, type, out.add(Op::multiply, type, {body, body}), out.bound(norm));
}

/// sqrt(q)*sqrt(q) is q: of a form alone, which is no less than 0.
constexpr NodeId square_of_root(const Graph& out, NodeId product) {
  const NodeId root = out.operand(product, 0);
  if (out.operand(product, 1) != root || out.op(root) != Op::sqrt) return {};
  const NodeId form = out.operand(root, 0);
  return out.op(form) == Op::quadratic ? form : NodeId{};
}

}  // namespace ricci::passes::detail
