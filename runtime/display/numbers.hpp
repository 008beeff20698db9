/// How the numbers of one tensor are written, all alike: integers as such, others with a common number of decimals, or
/// all with exponents where their sizes differ too much for that.
#pragma once

#include <string>
#include <vector>

namespace ricci::runtime {

class NumberFormat {
 public:
  /// The format for these numbers, with `precision` significant digits where they need them.
  NumberFormat(const std::vector<double>& numbers, int precision);
  std::string text(double x) const;

 private:
  bool exponents_ = false;
  int decimals_ = 0;
};

}  // namespace ricci::runtime
