// Extents that the types of the arguments know, and that do not agree.
// expect: error[shape] in line 1,
// expect: sizes: 3
#include <vector>

#include <ricci/literal.hpp>

int main() {
  using namespace ricci::literals;
  const std::array<double, 3> a{1, 2, 3};
  [[maybe_unused]] const std::array<double, 4> b{1, 2, 3, 4};
#ifndef RICCI_CONTROL
  const double s = "sum[k] a[k]*b[k]"_ricci(ricci::arg<"a"> = a, ricci::arg<"b"> = b);
#else
  const double s = "sum[k] a[k]*a[k]"_ricci(ricci::arg<"a"> = a);
#endif
  return s > 0 ? 0 : 1;
}
