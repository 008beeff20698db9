/// A failing program made small: statements are left out, expressions give way to one of their parts or to a number,
/// extents shrink, as long as it still fails in the same way.
#pragma once

#include <functional>

#include "dsl/text/parser.hpp"
#include "tests/fuzz/writer.hpp"

namespace fuzz {

/// Every text that comes of `statement` by putting a part of one of its expressions, or a number, in its place.
inline std::vector<std::string> smaller(const std::string& statement) {
  namespace dsl = ricci::dsl;
  dsl::Vec<dsl::Diagnostic> faults;
  const dsl::Program program = dsl::parse(statement, faults);
  std::vector<std::string> out;
  if (!faults.empty()) return out;
  const auto replaced = [&](dsl::Span span, const std::string& by) {
    std::string text = statement.substr(0, span.begin) + by + statement.substr(span.end);
    if (text.size() < statement.size()) out.push_back(std::move(text));
  };
  for (std::uint32_t id = 0; id < program.nodes.size(); ++id) {
    const dsl::Syntax& own = program.nodes[id];
    if (own.form == dsl::Form::integer && own.bits > 1) {
      out.push_back(statement.substr(0, own.span.begin) + std::to_string(own.bits / 2) +
                    statement.substr(own.span.end));
      out.push_back(statement.substr(0, own.span.begin) + std::to_string(own.bits - 1) +
                    statement.substr(own.span.end));
    }
    if (own.form == dsl::Form::relation || own.form == dsl::Form::binding || own.form == dsl::Form::slice) continue;
    for (std::size_t kid = 0; kid < own.kid_count; ++kid) {
      const dsl::Syntax& part = program[program.kid(id, kid)];
      if (part.form != dsl::Form::relation && part.form != dsl::Form::binding)
        replaced(own.span, "(" + std::string(program.text(part.span)) + ")");
    }
    replaced(own.span, "1");
    replaced(own.span, "0");
  }
  return out;
}

/// `fails`: whether a program still fails in the way that is looked for.
inline Program minimised(Program program, const std::function<bool(const Program&)>& fails) {
  bool changed = true;
  int tries = 3000;
  const auto improve = [&](Program candidate) {
    if (--tries < 0 || !fails(candidate)) return false;
    program = std::move(candidate);
    return changed = true;
  };
  while (changed && tries > 0) {
    changed = false;
    for (auto lines : {&Program::asked, &Program::statements, &Program::inputs})
      for (std::size_t at = (program.*lines).size(); at-- > 0;) {
        Program candidate = program;
        (candidate.*lines).erase((candidate.*lines).begin() + static_cast<std::ptrdiff_t>(at));
        if (!candidate.asked.empty()) improve(std::move(candidate));
      }
    for (auto lines : {&Program::statements, &Program::inputs})
      for (std::size_t at = 0; at < (program.*lines).size(); ++at)
        for (bool again = true; again && tries > 0;) {
          again = false;
          for (const std::string& text : smaller((program.*lines)[at])) {
            Program candidate = program;
            (candidate.*lines)[at] = text;
            if (improve(std::move(candidate))) {
              again = true;
              break;
            }
          }
        }
  }
  return program;
}

}  // namespace fuzz
