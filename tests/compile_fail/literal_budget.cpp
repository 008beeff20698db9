// A text that takes more than a compiler spends on constants by itself.
// expect: -fconstexpr-ops-limit
// expect: -fconstexpr-steps
// expect: too long for what the compiler spends
#include <vector>

#include <ricci/literal.hpp>

#define TERMS " + (a[i] - b[i])^2*exp(-a[i]/3) - b[i]*a[i]"
#define MANY                                                                                                        \
  TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS TERMS \
      TERMS

int main() {
  using namespace ricci::literals;
  const std::vector<double> a{1.0, 2.0};
#ifndef RICCI_CONTROL
  const std::vector<double> y =
      "y[i] = b[i]" MANY MANY MANY MANY MANY MANY MANY MANY ""_ricci(ricci::arg<"a"> = a, ricci::arg<"b"> = a);
#else
  const std::vector<double> y = "y[i] = b[i]" TERMS TERMS ""_ricci(ricci::arg<"a"> = a, ricci::arg<"b"> = a);
#endif
  return y.empty();
}
