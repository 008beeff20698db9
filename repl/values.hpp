/// Shown values as text: for people, as JSON, as rows of CSV.
#pragma once

#include <string>

#include <ricci/ricci.hpp>

namespace repl {

enum class ValueFormat { text, json, csv };

struct ValueStyle {
  ValueFormat format = ValueFormat::text;
  int precision = 6;
  std::size_t width = 100;
};

/// A value under its label, ended by a line end.
///   text  `label = value`, aligned and elided
///   json  one object: name, dtype, shape, and value as nested lists; complex numbers are pairs, what JSON has no
///   number
///         for is "NaN", "Infinity" or "-Infinity"; a sparse matrix has rows, columns and values instead
///   csv   the numbers alone, at most two axes. Errors: file
std::string labelled(const std::string& label, const ricci::value& of, const ValueStyle& style);

/// A value as a conversation shows it: the number alone, or a tensor under its type and extents. `name`: whose value it
/// is; empty: an expression's.
std::string conversational(const std::string& name, const ricci::value& of, const ValueStyle& style);

}  // namespace repl
