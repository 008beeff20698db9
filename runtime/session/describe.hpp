/// What is known of a value without computing it: type, extents, size, structure, whether it has been computed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/session/session.hpp"

namespace ricci::runtime {

/// Structure that follows from how a value is defined, as words: "spd", "lower", "orthogonal", "sparse".
std::vector<std::string> structure_of(const Graph& graph, NodeId node);

/// Memory that a value takes; of a sparse one, its structure too.
std::int64_t bytes_of(const Value& value);

}  // namespace ricci::runtime
