/// Binomial draws compared with values, by Boost's distribution and by its alias table, a stream a thread.
#include <cmath>

#include <boost/random/binomial_distribution.hpp>
#include <boost/random/discrete_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>

#include "bench/peers/peer.hpp"

namespace peers {
namespace {

constexpr int trials = 55;
constexpr double chance = 0.05;

std::vector<double> probabilities() {
  std::vector<double> out;
  for (int m = 0; m <= trials; ++m)
    out.push_back(std::exp(std::lgamma(trials + 1.0) - std::lgamma(m + 1.0) - std::lgamma(trials - m + 1.0) +
                           m * std::log(chance) + (trials - m) * std::log1p(-chance)));
  return out;
}

template <typename Make>
Task compared(const Data& data, const Make& make) {
  const auto count = static_cast<std::int64_t>(data.scalar("draws")),
             values = static_cast<std::int64_t>(data.scalar("values"));
  Task out{Tensor::zeros(ricci::dtype::f64, {values}), {}};
  out.run = [count, values, make, p = out.result]() mutable {
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t m = 0; m < values; ++m) {
      boost::random::mt19937 engine(static_cast<unsigned>(m + 1));
      auto distribution = make();
      std::int64_t hits = 0;
      for (std::int64_t t = 0; t < count; ++t) hits += distribution(engine) == m;
      p.as<double>()[m] = static_cast<double>(hits) / static_cast<double>(count);
    }
  };
  return out;
}

}  // namespace

std::vector<Peer> draws() {
  return {
      {"draws", "C++ Boost binomial",
       [](const Data& data) {
         return compared(data, [] { return boost::random::binomial_distribution<>(trials, chance); });
       }},
      {"draws", "C++ Boost alias table",
       [](const Data& data) {
         return compared(data, [] { return boost::random::discrete_distribution<>(probabilities()); });
       }},
  };
}

}  // namespace peers
