/// How the sentences of the language are tested: a table of programs, each with the last value that it shows, as type,
/// shape and row-major elements, or its fault, as code and the text under its carets. Every program starts with the
/// same world of names, and runs by definition (-O0). Expected numbers come from NumPy and SciPy.
#pragma once

#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <string_view>

#include "runtime/tensor/tensor.hpp"

namespace ricci::tests {

struct Case {
  std::string_view program;
  std::string_view expected;  // "f64[2] 1 2", "sparse f64[2,2] 1 0 0 1", or "!range | x[i]"
};

/// The names that every program finds.
extern const std::string_view world;

/// What a program shows last, or its fault, written as in Case::expected.
std::string outcome_of(std::string_view program);

/// The same of a value.
std::string written(const runtime::Value& value);

/// What comes out where the program is built with C++ operators, and whether the graph is the text's, node for node:
/// "" where both are as they should be, else what is not. Programs that operators cannot say are counted apart.
std::string operators_differ(std::string_view program, std::string_view expected);

/// What is not as it should be where the program is a literal: refused although it is sound, or another value.
std::string literal_differs(std::string_view program, std::string_view expected);

/// Whether what was computed is what was expected: types, shapes and faults exactly, numbers to 1e-12 (f32 and c64:
/// 2e-6) of the larger of 1 and their size.
bool agree(std::string_view expected, std::string_view computed);

void check(std::span<const Case> rows);

}  // namespace ricci::tests
