/// What a program's text is elaborated against: the values its names stand for, and the few questions only the host of
/// the values can answer (an integer computed from data, the contents of a file).
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

/// What a name stands for: a tensor node of the host's graph. Weak: a scalar made of literals only, whose type gives
/// way.
struct Binding {
  NodeId node;
  bool weak = false;
};

class Environment {
 public:
  constexpr virtual ~Environment() = default;
  /// The value of a name, or an invalid node.
  constexpr virtual Binding find(std::string_view name) const = 0;
  /// Every name that has a value, for suggestions.
  constexpr virtual Vec<Str> names() const = 0;
  /// How often `name` has been defined before this statement.
  constexpr virtual std::uint64_t times_defined(std::string_view name) const = 0;
  constexpr virtual std::uint64_t seed() const = 0;
  /// The value of a closed integer element node that depends on data (an extent, a modulus). False: not known here.
  constexpr virtual bool integer(Graph& graph, NodeId element, std::int64_t& value) const = 0;
  /// The tensor in a file, as an input node of `graph`; faults are the host's to throw. Invalid: no files here.
  constexpr virtual NodeId load(Graph& graph, std::string_view path, std::string_view key) const = 0;
};

}  // namespace ricci::dsl
