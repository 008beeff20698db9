// The first draws of every distribution, so that no change moves a stream by accident: a change here is a change of
// what every user's seed means. All but those by rejection were confirmed by an independent implementation (words in
// Python integers, laws of SciPy).

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "runtime/random/draw.hpp"

using namespace ricci::runtime::random;

namespace {

template <typename T>
struct Golden {
  Distribution distribution;
  std::vector<Parameter> parameters;
  std::array<T, 6> draws;
};

constexpr std::array<std::array<std::int64_t, 2>, 6> spots{
    {{3, 4}, {3, 5}, {3, 6}, {3, 7}, {-1, -5}, {7, 1'000'000'000'000}}};

const std::vector<Golden<double>> real_draws{
    {Distribution::uniform,
     {-1.0, 3.0},
     {0x1.05b35580aa09p+0, 0x1.3d8a5396b6a0cp-1, 0x1.cc113bce540ccp-1, 0x1.41292a974c5c5p+1, 0x1.0285b78ecd8bp-1,
      0x1.3d2a680eaebcp+1}},
    {Distribution::normal,
     {1.0, 2.0},
     {0x1.f1b5df98c6415p-1, 0x1.cf951cf655702p+1, 0x1.3a18b667a4dd6p+2, -0x1.52a76d9db194ap+0, 0x1.a806c09382f24p+1,
      -0x1.3f6acece68e1cp+0}},
    {Distribution::exponential,
     {2.0},
     {0x1.5d38eaddbcdd1p+0, 0x1.ceb7f597fbe2ap+0, 0x1.7d8a0eeb2bc6ep+0, 0x1.0c2c30596e63fp-2, 0x1.f4817aacbb912p+0,
      0x1.1e787168b90f4p-2}},
    {Distribution::gamma,
     {2.5, 2.0},
     {0x1.0ee077e68d306p+0, 0x1.2e6b455b1dcc9p+1, 0x1.697fad3c136a1p+2, 0x1.b091eab008b9ap+1, 0x1.80bf002334725p+1,
      0x1.90554d4455eep+2}},
    {Distribution::gamma,
     {0.3, 1.0},
     {0x1.228201264b553p-5, 0x1.a786479b9bad7p-8, 0x1.eef0ec7a09b5ep-4, 0x1.2bebd80aa88e1p-1, 0x1.5f37e1925900ap-8,
      0x1.24c74d2a5112fp-5}},
    {Distribution::beta,
     {2.0, 3.0},
     {0x1.23e77185b077ep-2, 0x1.56554a219d23p-1, 0x1.8ec1827e42d38p-2, 0x1.bd62a36219b93p-4, 0x1.dca1d93e811dbp-2,
      0x1.adcd81e9f7bf6p-3}},
    {Distribution::beta,
     {0.2, 0.4},
     {0x1.ecbffb74da72dp-1, 0x1.6529f65952458p-25, 0x1.beb0f06681f28p-2, 0x1.2999264242734p-16, 0x1.2d0870d4ae3ffp-7,
      0x1.41db24a912a68p-23}},
};

const std::vector<Golden<std::int64_t>> whole_draws{
    {Distribution::binomial, {55, 0.05}, {3, 8, 5, 8, 0, 2}},
    {Distribution::binomial, {100, 0.9}, {92, 97, 93, 97, 84, 90}},
    {Distribution::binomial, {1000000, 0.3}, {298947, 299583, 300210, 299819, 299739, 300296}},
    {Distribution::poisson, {3.5}, {4, 9, 6, 9, 1, 3}},
    {Distribution::poisson, {1e+06}, {997699, 999090, 1000459, 999605, 999430, 1000646}},
    {Distribution::integers, {-5, 20}, {12, 19, 16, 19, -5, 6}},
    {Distribution::integers,
     {0, 1000000000000},
     {505566917398, 405048993145, 474642245515, 877267199486, 376231607480, 869464160721}},
    {Distribution::bernoulli, {0.4}, {1, 1, 1, 1, 0, 0}},
    {Distribution::categorical, {1.0, 0.0, 2.0, 5.0}, {3, 3, 3, 3, 0, 3}},
};

}  // namespace

TEST_CASE("random: the first draws of every distribution never change") {
  const Key key = stream_key(42, stream_of("x", 1, 0));
  for (const auto& known : real_draws) {
    INFO(row(known.distribution).name);
    for (std::size_t at = 0; at < spots.size(); ++at)
      CHECK(draw_real(known.distribution, key, known.parameters, spots[at]) == known.draws[at]);
  }
  for (const auto& known : whole_draws) {
    INFO(row(known.distribution).name);
    for (std::size_t at = 0; at < spots.size(); ++at)
      CHECK(draw_integer(known.distribution, key, known.parameters, spots[at]) == known.draws[at]);
  }
}
