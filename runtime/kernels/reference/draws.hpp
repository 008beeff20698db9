/// Random draws as element nodes: one plain draw at a point, a function of seed, stream and coordinates alone.
#pragma once

#include <vector>

#include "dsl/graph/distribution.hpp"
#include "runtime/kernels/reference/elements.hpp"
#include "runtime/random/draw.hpp"

namespace ricci::runtime::reference {

/// The graph and the samplers count distributions alike: by name, in one order.
static_assert([] {
  if (dsl::distribution_rows.size() != random::distribution_rows.size()) return false;
  for (std::size_t at = 0; at < dsl::distribution_rows.size(); ++at)
    if (dsl::distribution_rows[at].name != random::distribution_rows[at].name) return false;
  return true;
}());

/// The parameters at the present point; a tensor (of weights) gives one for each of its elements. Integers stay exact.
template <class Scalars>
std::vector<random::Parameter> parameters_of(Elements<Scalars>& elements, NodeId id) {
  std::vector<random::Parameter> out;
  for (NodeId operand : elements.graph.operands(id).first(static_cast<std::size_t>(elements.graph.attribute(id, 1)))) {
    if (dsl::is_tensor(elements.graph.op(operand))) {
      const Block<Scalars> weights = converted<Scalars>(dense_block(elements.tensor(operand)), DType::f64);
      for (std::int64_t at = 0; at < weights.count(); ++at)
        out.emplace_back(static_cast<double>(weights.template as<typename Scalars::f64>()[at]));
    } else if (dsl::is_integer(elements.graph.dtype(operand))) {
      out.emplace_back(elements.template value<std::int64_t>(operand));
    } else {
      out.emplace_back(static_cast<double>(elements.template value<typename Scalars::f64>(operand)));
    }
  }
  return out;
}

template <class T, class Scalars>
T draw(Elements<Scalars>& elements, NodeId id) {
  const auto ints = elements.graph.ints(id);
  const auto distribution = static_cast<random::Distribution>(ints[0]);
  const std::uint64_t seed = elements.seed.value_or(static_cast<std::uint64_t>(ints[2]));
  const random::Key key = random::stream_key(seed, static_cast<std::uint64_t>(ints[3]));
  const std::vector<random::Parameter> parameters = parameters_of(elements, id);
  std::vector<std::int64_t> coordinates;
  for (NodeId operand : elements.graph.operands(id).subspan(static_cast<std::size_t>(ints[1])))
    coordinates.push_back(elements.template value<std::int64_t>(operand));
  if (random::is_real(distribution)) return convert<T>(random::draw_real(distribution, key, parameters, coordinates));
  return convert<T>(random::draw_integer(distribution, key, parameters, coordinates));
}

}  // namespace ricci::runtime::reference
