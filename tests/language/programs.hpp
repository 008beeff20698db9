/// How the sentences of the language are tested: a table of programs, each with the last value that it shows, as type,
/// shape and row-major elements, or its fault, as code and the text under its carets. Every program starts with the
/// same world of names, and runs by definition (-O0). Expected numbers come from NumPy and SciPy.
#pragma once

#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ricci::tests {

struct Case {
  std::string_view program;
  std::string_view expected;  // "f64[2] 1 2", "sparse f64[2,2] 1 0 0 1", or "!range | x[i]"
};

/// The names that every program finds.
extern const std::string_view world;

/// What a program shows last, or its fault, written as in Case::expected.
std::string outcome_of(std::string_view program);

/// Whether what was computed is what was expected: types, shapes and faults exactly, numbers to 1e-12 (f32 and c64:
/// 2e-6) of the larger of 1 and their size.
bool agree(std::string_view expected, std::string_view computed);

void check(std::span<const Case> rows);

}  // namespace ricci::tests
