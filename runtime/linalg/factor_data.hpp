/// What a kept Factor holds.
#pragma once

#include <optional>
#include <vector>

#include "runtime/linalg/factor_entry.hpp"

namespace ricci::runtime::linalg {

struct FactorData {
  struct Made {
    int exponent = 0;
    Method method = Method::singular;
  };

  Extents batch;
  std::int64_t n = 0;
  Tensor storage;                    // [..., n, n]
  std::vector<std::int32_t> pivots;  // n each
  std::vector<Made> made;
  Report report;
  /// Single precision only: the matrices themselves (no copy), for right-hand sides of double precision.
  std::optional<Tensor> source;

  template <typename T>
  Entry<T> entry(std::int64_t at) const {
    const Made& how = made[static_cast<std::size_t>(at)];
    // The view is written through only while the factor is being made; LAPACK's interfaces know no const.
    auto* own_pivots = const_cast<std::int32_t*>(pivots.data()) + at * n;
    return {n, storage.as<T>() + at * n * n, own_pivots, how.exponent, how.method, 0};
  }
};

}  // namespace ricci::runtime::linalg
