// An argument given twice.
// expect: given twice
#include <vector>

#include <ricci/literal.hpp>

int main() {
  using namespace ricci::literals;
  const std::vector<double> x{1.0, 2.0};
#ifndef RICCI_CONTROL
  const double s = "sum[k] x[k]"_ricci(ricci::arg<"x"> = x, ricci::arg<"x"> = x);
#else
  const double s = "sum[k] x[k]"_ricci(ricci::arg<"x"> = x);
#endif
  return s > 0 ? 0 : 1;
}
