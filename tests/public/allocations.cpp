// What a call of a literal takes from the heap: nothing where the types know the extents, one result and one piece of
// working memory where they do not. Counted by an operator new of this executable's own.
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include <catch2/catch.hpp>
#include <ricci/eigen.hpp>
#include <ricci/xtensor.hpp>

namespace {

std::atomic<long> taken{0};

void* take(std::size_t bytes, std::size_t alignment) {
  ++taken;
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* out = alignment <= alignof(std::max_align_t) ? std::malloc(bytes == 0 ? 1 : bytes)
                                                     : std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (out == nullptr) throw std::bad_alloc();
  return out;
}

}  // namespace

void* operator new(std::size_t bytes) { return take(bytes, 1); }
void* operator new[](std::size_t bytes) { return take(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t at) { return take(bytes, static_cast<std::size_t>(at)); }
void* operator new[](std::size_t bytes, std::align_val_t at) { return take(bytes, static_cast<std::size_t>(at)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

using namespace ricci::literals;
using ricci::arg;

long taken_by(const auto& call) {
  call();  // the first call of some things prepares them
  const long before = taken;
  call();
  return taken - before;
}

}  // namespace

TEST_CASE("public: programs over extents that types know take nothing from the heap") {
  const xt::xtensor_fixed<double, xt::xshape<3, 3>> A{{4, 1, .5}, {1, 3, .25}, {.5, .25, 2}};
  const std::array<double, 3> b{1, 2, 3};
  const Eigen::Matrix4d M = Eigen::Matrix4d::Identity() * 2;
  const xt::xtensor_fixed<double, xt::xshape<4, 4>> R{{1, 0, 2, 0}, {0, 1, 0, 2}, {3, 0, 1, 0}, {0, 3, 0, 1}};
  std::array<double, 3> x{};
  Eigen::Matrix4d C;
  xt::xtensor_fixed<double, xt::xshape<4, 4>> D;
  double total = 0;
  CHECK(taken_by([&] { x = "x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b); }) == 0);
  CHECK(taken_by([&] { C = Eigen::Matrix4d("C[i,j] = M[i,k]*R[k,j]"_ricci(arg<"M"> = M, arg<"R"> = R)); }) == 0);
  CHECK(taken_by([&] { D = "C[i,j] = M[i,k]*R[k,j]"_ricci(arg<"M"> = M, arg<"R"> = R); }) == 0);
  CHECK(taken_by([&] { total = "sum[k] b[k]^2"_ricci(arg<"b"> = b); }) == 0);
  CHECK(total == 14);
  CHECK(C(0, 2) == 4);
  CHECK(D(0, 2) == 4);
  CHECK(4 * x[0] + x[1] + .5 * x[2] == Approx(1));
}

TEST_CASE("public: a loop nest takes its result and one piece of working memory from the heap") {
  const xt::xtensor<double, 2> X = xt::ones<double>({20, 6});
  const xt::xtensor<double, 1> v = xt::ones<double>({6});
  xt::xtensor<double, 2> out;
  CHECK(taken_by([&] { out = "Y[i,j] = 2*X[i,j] + v[j]"_ricci(arg<"X"> = X, arg<"v"> = v); }) <= 2);
  CHECK(taken_by([&] { out = "K[i,j] = sum[k] (X[i,k]-X[j,k])^2"_ricci(arg<"X"> = X); }) <= 2);
}
