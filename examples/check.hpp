/// How the examples in C++ end: every claim is printed with what was measured, and a false one makes the program fail.
#pragma once

#include <cstdio>

class Checks {
 public:
  void below(const char* what, double measured, double bound) {
    const bool good = measured < bound;  // false for NaN too
    std::printf("%-66s %8.1e < %7.0e  %s\n", what, measured, bound, good ? "ok" : "WRONG");
    failed_ = failed_ || !good;
  }
  void holds(const char* what, bool good) {
    std::printf("%-66s %s\n", what, good ? "ok" : "WRONG");
    failed_ = failed_ || !good;
  }
  /// The exit status of main.
  int status() const { return failed_ ? 1 : 0; }

 private:
  bool failed_ = false;
};
