/// Chains of functions: the same bits as one function after the other, and what becomes a chain.
#include <catch2/catch.hpp>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/fused/tile_ops.hpp"

namespace {

using namespace ricci::runtime;
using namespace ricci::runtime::fused;
using ricci::dsl::DType;
using ricci::dsl::IndexId;
using ricci::dsl::Op;

template <class T>
T one_after_the_other(T value, Link::How how, T with) {
  switch (how) {
    case Link::How::add: return value + with;
    case Link::How::subtract: return value - with;
    case Link::How::subtract_from: return with - value;
    case Link::How::multiply: return value * with;
    case Link::How::divide: return value / with;
    default: return with / value;
  }
}

/// Every kind of link, uniform or not, over numbers of which many are zeros of both signs, infinite or NaN.
template <class T>
void check_chains(std::size_t type, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  constexpr T special[] = {T(0),
                           -T(0),
                           T(1),
                           -T(2),
                           std::numeric_limits<T>::infinity(),
                           std::numeric_limits<T>::quiet_NaN(),
                           std::numeric_limits<T>::denorm_min()};
  const auto number = [&] {
    return random() % 4 == 0 ? special[random() % 7] : static_cast<T>(static_cast<double>(random() % 2000) / 64 - 15);
  };
  constexpr std::size_t lanes = static_cast<std::size_t>(tile_lanes);
  for (std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{130}, lanes}) {
    const std::size_t count = 1 + random() % 16;
    std::vector<std::vector<T>> numbers(count + 1, std::vector<T>(lanes));
    for (auto& own : numbers)
      for (T& each : own) each = number();
    std::vector<Link> links(count);
    for (std::size_t at = 0; at < count; ++at)
      links[at] = {static_cast<Link::How>(random() % 6), random() % 3 == 0, numbers[at + 1].data()};
    std::vector<T> wanted(numbers[0].begin(), numbers[0].begin() + static_cast<std::ptrdiff_t>(n));
    for (std::size_t l = 0; l < n; ++l)
      for (std::size_t at = 0; at < count; ++at)
        wanted[l] = one_after_the_other(wanted[l], links[at].how, numbers[at + 1][links[at].uniform ? 0 : l]);
    for (const char* name : {"baseline", "v3", "v4"}) {
      const TileTable* table = tile_table_named(name);
      if (table == nullptr) continue;
      INFO(name << " type " << type << " n " << n << " seed " << seed);
      std::vector<T> out = numbers[0];
      table->chain[type](out.data(), out.data(), links.data(), static_cast<std::int64_t>(count),
                         static_cast<std::int64_t>(n));
      bool same = true;
      for (std::size_t l = 0; l < n; ++l)
        same =
            same && ((wanted[l] != wanted[l] && out[l] != out[l]) || std::memcmp(&wanted[l], &out[l], sizeof(T)) == 0);
      CHECK(same);
      for (std::size_t l = n; l < lanes; ++l) same = same && std::memcmp(&out[l], &numbers[0][l], sizeof(T)) == 0;
      CHECK(same);
    }
  }
}

}  // namespace

TEST_CASE("fused: a chain gives the bits of its functions one after the other") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    check_chains<double>(static_cast<std::size_t>(DType::f64), seed);
    check_chains<float>(static_cast<std::size_t>(DType::f32), seed);
  }
}

TEST_CASE("fused: neighbouring functions of floats become one chain, what is used twice does not") {
  Graph graph;
  std::vector<NodeId> at;
  Evaluation evaluation(graph);
  const IndexId i = graph.open_index("i", 1000);
  for (const char* name : {"x", "y", "z"}) {
    ricci::dsl::Input own{name, DType::f64, {}, false};
    own.shape.push_back(1000);
    const NodeId input = graph.input(own);
    evaluation.values[input.at] = Tensor::empty(DType::f64, {1000});
    const NodeId entry = graph.index_value(i);
    at.push_back(graph.access(input, std::span(&entry, 1)));
  }
  const auto two = [&](Op op, NodeId a, NodeId b) { return graph.add(op, DType::f64, {a, b}); };
  const auto text = [&](NodeId body) {
    const NodeId tensor = graph.tensor(body, {i});
    const Program program = lower(graph, tensor, layouts_of(evaluation, tensor));
    CHECK(program.verify().empty());
    return program.text();
  };
  const NodeId sum = two(Op::add, at[0], at[1]);
  const NodeId left = two(Op::subtract, at[2], two(Op::multiply, sum, at[2]));  // z - (x + y)*z
  const std::string chained = text(left);
  CHECK(chained.find("chain") != std::string::npos);
  CHECK(chained.find("apply") == std::string::npos);
  CHECK(text(sum).find("chain") == std::string::npos);
  const std::string squared = text(two(Op::multiply, sum, sum));
  CHECK(squared.find("chain") == std::string::npos);
}
