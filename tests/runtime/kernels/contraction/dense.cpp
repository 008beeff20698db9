/// Dense contractions against the reference, over random graphs and memory; elements are small integers, so that every
/// order of summation is exact and results must be equal.
#include "runtime/kernels/contraction/dense.hpp"

#include <catch2/catch.hpp>

#include "runtime/pool.hpp"
#include "tests/runtime/kernels/contraction/random_contraction.hpp"

namespace ricci::runtime::contraction {
namespace {

using test::Generator;

bool equal_elements(const Tensor& a, const Tensor& b) {
  if (a.dtype != b.dtype || a.shape != b.shape || !a.contiguous() || !b.contiguous()) return false;
  return with_type(a.dtype, [&](auto zero) {
    using T = decltype(zero);
    return std::equal(a.as<T>(), a.as<T>() + a.count(), b.as<T>());
  });
}

Tensor computed(Evaluation& evaluation, NodeId tensor) {
  Tensor out;
  REQUIRE(run_contraction(evaluation, tensor, out));
  return out;
}

TEST_CASE("contraction: random contractions are what the reference says") {
  for (DType dtype : {DType::f64, DType::i64, DType::c128, DType::f32, DType::c64})
    for (unsigned seed = 0; seed < 400; ++seed) {
      INFO("type " << dsl::name_of(dtype) << ", seed " << seed);
      Generator generator(seed);
      const NodeId tensor = generator.contraction(dtype);
      Evaluation evaluation = generator.sheet.evaluation();
      const Tensor expected = std::get<Tensor>(generator.sheet.run(tensor));
      const Tensor out = computed(evaluation, tensor);
      CHECK(equal_elements(out, expected));
      set_threads(1);
      CHECK(same_bits(computed(evaluation, tensor), out));
      set_threads(2);
    }
}

}  // namespace
}  // namespace ricci::runtime::contraction
