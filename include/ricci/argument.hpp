/// Arguments by name: ricci::arg<"X"> = X. The name is part of the type, so that a literal's names and its arguments'
/// are compared by the compiler.
#pragma once

#include "dsl/source/fixed_string.hpp"

namespace ricci {

/// Refers to the argument for the length of the full expression that it stands in.
template <dsl::FixedString Name, typename T>
struct given {
  const T& of;
};

template <dsl::FixedString Name>
struct argument_name {
  template <typename T>
  constexpr given<Name, T> operator=(const T& x) const {  // NOLINT: names an argument, assigns nothing
    return {x};
  }
};

template <dsl::FixedString Name>
inline constexpr argument_name<Name> arg{};

}  // namespace ricci
