/// A plane wave through layers of uneven width, each with its own amplitude and wave number.
/// Shows: complex numbers, a chained comparison as a factor, a field kept in one's own memory and written again.
#include <algorithm>
#include <cmath>
#include <complex>

#include <ricci/xtensor.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

using Complex = std::complex<double>;
using Field = xt::xtensor<Complex, 3>;

namespace {

struct Layers {
  xt::xtensor<double, 1> d, kz;  // layer n fills d[n-1] <= z < d[n]
  xt::xtensor<Complex, 1> En;
  xt::xtensor<Complex, 2> e;
};

Layers make_layers(std::size_t boundaries) {
  Layers out{xt::zeros<double>({boundaries}), xt::random::rand<double>({boundaries}, 0, 5),
             xt::zeros<Complex>({boundaries}), xt::zeros<Complex>({boundaries, std::size_t{3}})};
  const xt::xtensor<double, 2> parts = xt::random::randn<double>({boundaries, std::size_t{9}});
  for (std::size_t n = 0; n < boundaries; ++n) {
    out.d(n) = n == 0 ? 0 : out.d(n - 1) + 0.1 + std::abs(parts(n, 8));
    out.En(n) = {parts(n, 0), parts(n, 1)};
    for (std::size_t c = 0; c < 3; ++c) out.e(n, c) = {parts(n, 2 + 2 * c), parts(n, 3 + 2 * c)};
  }
  return out;
}

/// The largest difference from the formula, evaluated layer by layer.
double difference(const Field& E, const Layers& of, const xt::xtensor<double, 1>& Z, const xt::xtensor<double, 1>& X,
                  double kx) {
  double worst = 0;
  for (std::size_t z = 0; z < Z.size(); ++z) {
    std::size_t n = 0;  // stays 0 outside all layers
    for (std::size_t at = 1; at < of.d.size(); ++at)
      if (of.d(at - 1) <= Z(z) && Z(z) < of.d(at)) n = at;
    for (std::size_t x = 0; x < X.size(); ++x)
      for (std::size_t c = 0; c < 3; ++c) {
        Complex direct = 0;
        if (n > 0) direct = of.e(n, c) * of.En(n) * std::polar(1.0, of.kz(n) * (Z(z) - of.d(n - 1)) + kx * X(x));
        worst = std::max(worst, std::abs(E(z, x, c) - direct));
      }
  }
  return worst;
}

}  // namespace

int main() {
  xt::random::seed(5);
  const Layers layers = make_layers(10);
  const xt::xtensor<double, 1> Z = xt::linspace<double>(-0.2, layers.d(9), 60);
  const xt::xtensor<double, 1> X = xt::linspace<double>(-2, 2, 40);
  Checks check;

  const auto field = ricci::compile(
      "E[z,x,c] = sum[n in 1:N] (d[n-1] <= Z[z] < d[n]) * e[n,c]*En[n]*exp(1i*kz[n]*(Z[z]-d[n-1]) + 1i*kx*X[x])");
  const auto in_layers = field.bind({{"N", layers.d.size()},
                                     {"d", layers.d},
                                     {"e", layers.e},
                                     {"En", layers.En},
                                     {"kz", layers.kz},
                                     {"Z", Z},
                                     {"X", X}});
  Field E = xt::zeros<Complex>({Z.size(), X.size(), std::size_t{3}});
  for (const double kx : {1.3, -0.4}) {
    in_layers.into(E, {{"kx", kx}});  // the same memory again
    check.below("field: difference from the layers one by one", difference(E, layers, Z, X, kx), 1e-12);
  }
  return check.status();
}
