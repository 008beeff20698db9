// A name that is none of the arguments.
// expect: error[name] in line 1,
// expect: column 13
// expect: did you mean
#include <vector>

#include <ricci/literal.hpp>

int main() {
  using namespace ricci::literals;
  const std::vector<double> x{1.0, 2.0};
#ifndef RICCI_CONTROL
  const double s = "sum[k] x[k]*X[k]"_ricci(ricci::arg<"x"> = x);
#else
  const double s = "sum[k] x[k]*x[k]"_ricci(ricci::arg<"x"> = x);
#endif
  return s > 0 ? 0 : 1;
}
