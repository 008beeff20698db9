/// ((x + y) * z) - y ... by Eigen's arrays, fused by its templates, a block a thread.
#include <Eigen/Dense>

#include "bench/peers/peer.hpp"

namespace peers {
namespace {

using Array = Eigen::Map<const Eigen::ArrayXd>;

/// The chain of `steps` operations: + y, * z, - y, + z, * y, - z, and again.
template <int step, int steps, typename Expression>
auto chain(const Expression& so_far, const Array& y, const Array& z) {
  if constexpr (step == steps) {
    return so_far;
  } else {
    const Array& other = step % 2 == 0 ? y : z;
    if constexpr (step % 3 == 0)
      return chain<step + 1, steps>(so_far + other, y, z);
    else if constexpr (step % 3 == 1)
      return chain<step + 1, steps>(so_far * other, y, z);
    else
      return chain<step + 1, steps>(so_far - other, y, z);
  }
}

template <int steps>
Task eigen(const Data& data) {
  if (static_cast<int>(data.scalar("operations")) != steps) return {};
  const std::int64_t count = data.extent("x", 0);
  Task out{Tensor::zeros(ricci::dtype::f64, {count}), {}};
  out.run = [&data, count, R = out.result]() mutable {
    const double* z = data.numbers(data.loaded.contains("z") ? "z" : "y");
    const std::int64_t block = std::max<std::int64_t>(16'384, (count + 1) / 2);
    double* to = R.as<double>();
#pragma omp parallel for schedule(static) if (count > 50'000)
    for (std::int64_t at = 0; at < count; at += block) {
      const std::int64_t own = std::min(block, count - at);
      const Array x(data.numbers("x") + at, own), y(data.numbers("y") + at, own), other(z + at, own);
      Eigen::Map<Eigen::ArrayXd>(to + at, own) = chain<0, steps>(x, y, other);
    }
  };
  return out;
}

}  // namespace

std::vector<Peer> elementwise() {
  return {
      {"chain", "C++ Eigen arrays", eigen<1>},
      {"chain", "C++ Eigen arrays", eigen<3>},
      {"chain", "C++ Eigen arrays", eigen<10>},
  };
}

}  // namespace peers
