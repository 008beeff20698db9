/// What the tests of this folder share: a program's text with its sums written out, or its first fault, as one line.
/// Everything here runs in the compiler as well.
#pragma once

#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"
#include "dsl/text/unparse.hpp"

namespace ricci::dsl::tests {

/// `!code text`: a fault's code, and the text under its first caret.
constexpr Str fault_text(const Diagnostic& fault, std::string_view source) {
  Str out("!");
  out += row(fault.fault).code;
  for (Span place : fault.places) {
    out += " | ";
    out += source.substr(place.begin, place.end - place.begin);
  }
  return out;
}

/// The statements with every sum written out, joined by "; ", or the first fault.
constexpr Str written_out(std::string_view text) {
  Vec<Diagnostic> faults;
  Program program = parse(text, faults);
  Str out;
  const std::size_t count = program.statements.size();
  for (std::size_t at = 0; at < count && faults.empty(); ++at) {
    const Statement written = program.statements[at];
    const Statement statement = write_out_sums(program, written, faults);
    if (at != 0) out += "; ";
    if (faults.empty()) out += unparse(program, statement).view();
  }
  if (!faults.empty()) out = fault_text(faults[0], text);
  return out;
}

struct Rewritten {
  std::string_view text;
  std::string_view written;
};

constexpr bool holds(const Rewritten& row) {
  const Str written = written_out(row.text);
  return written.view() == row.written;
}

/// Whether every row holds. Each is an evaluation of its own, so that the compilers' budgets are for one row.
template <const auto& rows, std::size_t at>
inline constexpr bool row_holds = holds(rows[at]);
template <const auto& rows>
consteval bool each_holds() {
  return []<std::size_t... at>(std::index_sequence<at...>) {
    return (row_holds<rows, at> && ...);
  }(std::make_index_sequence<std::size(rows)>());
}

}  // namespace ricci::dsl::tests
