// A function that the argument's type has not.
// expect: error[type] in line 1,
// expect: complex
#include <vector>

#include <ricci/literal.hpp>

int main() {
  using namespace ricci::literals;
  const std::vector<std::complex<double>> z{1.0};
#ifndef RICCI_CONTROL
  const double s = "sum[k] floor(z[k])"_ricci(ricci::arg<"z"> = z);
#else
  const double s = "sum[k] abs(z[k])"_ricci(ricci::arg<"z"> = z);
#endif
  return s > 0 ? 0 : 1;
}
