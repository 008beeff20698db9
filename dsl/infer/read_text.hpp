/// A literal's text, read: its syntax tree with every sum written out, as a structural constant. A compiler reads a
/// text once, and looks at the tree again for each set of arguments; the two are separate evaluations, each with the
/// whole of the compiler's budget.
#pragma once

#include <array>

#include "dsl/infer/declared.hpp"

namespace ricci::dsl {

/// Trees of at most `Size` nodes, and of as many children, spans and ranges.
template <std::size_t Size>
struct ReadText {
  struct Flat {
    StatementKind kind = StatementKind::show;
    bool quiet = false;
    SyntaxId value = 0;
    Span span;
    std::uint32_t targets = 0, axes = 0, ranges = 0;  // how many, in `spans` and `ids`, one after the other
  };

  bool accepted = false;
  bool fits = false;
  std::uint32_t node_count = 0, kid_count = 0, statement_count = 0;
  std::array<Syntax, Size> nodes{};
  std::array<SyntaxId, Size> kids{};
  std::array<Flat, Size / 8 + 1> statements{};
  std::array<Span, Size> spans{};
  std::array<SyntaxId, Size> ids{};

  /// The program again; read anew where it did not fit.
  constexpr Program program(std::string_view text) const;
};

/// Parses the program and writes out its sums; the first fault is appended to `faults`.
constexpr Program read_program(std::string_view text, Vec<Diagnostic>& faults) {
  Program program = parse(text, faults);
  for (std::size_t at = 0; at < program.statements.size() && faults.empty(); ++at) {
    const Statement parsed = program.statements[at];
    program.statements[at] = write_out_sums(program, parsed, faults);
  }
  if (program.statements.empty() && faults.empty()) faults.push_back(diagnose(Fault::nothing_to_compute, Vec<Span>{}));
  return program;
}

/// The faults that the text alone is wrong about: the first, or none.
constexpr Vec<Diagnostic> check_text(std::string_view text) {
  Vec<Diagnostic> faults;
  read_program(text, faults);
  return faults;
}

template <std::size_t Size>
constexpr ReadText<Size> read_text(std::string_view text) {
  ReadText<Size> out;
  Vec<Diagnostic> faults;
  const Program program = read_program(text, faults);
  out.accepted = faults.empty();
  std::size_t spans = 0;
  std::size_t ids = 0;
  for (const Statement& own : program.statements) {
    spans += own.targets.size() + own.axes.size();
    ids += own.ranges.size();
  }
  out.fits = program.nodes.size() <= Size && program.kids.size() <= Size && spans <= Size && ids <= Size &&
             program.statements.size() <= out.statements.size();
  if (!out.accepted || !out.fits) return out;
  for (const Syntax& own : program.nodes) out.nodes[out.node_count++] = own;
  for (SyntaxId own : program.kids) out.kids[out.kid_count++] = own;
  spans = ids = 0;
  for (const Statement& own : program.statements) {
    auto& flat = out.statements[out.statement_count++];
    flat.kind = own.kind;
    flat.quiet = own.quiet;
    flat.value = own.value;
    flat.span = own.span;
    flat.targets = static_cast<std::uint32_t>(own.targets.size());
    flat.axes = static_cast<std::uint32_t>(own.axes.size());
    flat.ranges = static_cast<std::uint32_t>(own.ranges.size());
    for (Span target : own.targets) out.spans[spans++] = target;
    for (Span axis : own.axes) out.spans[spans++] = axis;
    for (SyntaxId range : own.ranges) out.ids[ids++] = range;
  }
  return out;
}

template <std::size_t Size>
constexpr Program ReadText<Size>::program(std::string_view text) const {
  Vec<Diagnostic> faults;
  if (!fits) return read_program(text, faults);
  Program out;
  out.source = text;
  out.nodes = Vec<Syntax>(nodes.data(), nodes.data() + node_count);
  out.kids = Vec<SyntaxId>(kids.data(), kids.data() + kid_count);
  const Span* span = spans.data();
  const SyntaxId* id = ids.data();
  for (std::size_t at = 0; at < statement_count; ++at) {
    const Flat& own = statements[at];
    Statement made;
    made.kind = own.kind;
    made.quiet = own.quiet;
    made.value = own.value;
    made.span = own.span;
    made.targets = Vec<Span>(span, span + own.targets);
    span += own.targets;
    made.axes = Vec<Span>(span, span + own.axes);
    span += own.axes;
    made.ranges = Vec<SyntaxId>(id, id + own.ranges);
    id += own.ranges;
    out.statements.push_back(std::move(made));
  }
  return out;
}

}  // namespace ricci::dsl
