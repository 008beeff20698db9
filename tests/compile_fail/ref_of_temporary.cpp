// A formula may not refer to a container that is gone before it is read.
// expect: deleted function
#include <vector>

#include <ricci/ricci.hpp>

std::vector<double> measured() { return {1.0, 2.0}; }

int main() {
#ifndef RICCI_CONTROL
  const auto x = ricci::ref(measured());
#else
  const auto x = ricci::val(measured());
#endif
  return x.open() ? 1 : 0;
}
