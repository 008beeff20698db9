// Programs as text for tests of passes: statements are parsed, their sums written out, and elaborated over inputs that
// are made up from how the statements read them. A[i,k] gets the extents of the letters i and k; what the letters are
// worth, and what an input's type is, stands in `sizes`:  "i=3000 k=64 p:i64 S:sparse".
#pragma once

#include <string_view>

#include "dsl/graph/expression.hpp"
#include "dsl/infer/elaborator.hpp"
#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"

namespace statements {
using namespace ricci::dsl;

/// A program's graph and the values of its names.
class Sheet final : public Environment {
 public:
  constexpr Sheet(std::string_view text, std::string_view sizes) : sizes_(sizes) {
    Program program = parse(text, faults);
    for (std::size_t at = 0; at < program.statements.size() && faults.empty(); ++at) {
      const Statement written = program.statements[at];
      for (std::uint32_t id = 0; id < program.nodes.size(); ++id)
        if (inside(program.nodes[id].span, written.span)) give(program, id);
      const Statement statement = write_out_sums(program, written, faults);
      if (!faults.empty()) return;
      const Elaborated made = elaborate(program, statement, graph, *this, faults);
      if (!faults.empty()) return;
      for (std::size_t target = 0; target < statement.targets.size(); ++target)
        define(program.text(statement.targets[target]), made.nodes[target], made.weak[target]);
    }
  }

  constexpr ~Sheet() override {}  // NOLINT: g++ 12 does not find a defaulted one in the compiler

  Graph graph;
  Vec<Diagnostic> faults;

  constexpr NodeId node(std::string_view name) const { return find(name).node; }
  constexpr NodeId last() const { return values_.back().node; }

  constexpr Binding find(std::string_view name) const override {
    for (std::size_t at = values_.size(); at-- > 0;)
      if (values_[at].name == name) return {values_[at].node, values_[at].weak};
    return {};
  }
  constexpr Vec<Str> names() const override { return {}; }
  constexpr std::uint64_t times_defined(std::string_view) const override { return 0; }
  constexpr std::uint64_t seed() const override { return 7; }
  constexpr bool integer(Graph&, NodeId, std::int64_t&) const override { return false; }
  constexpr NodeId load(Graph&, std::string_view, std::string_view) const override { return {}; }

 private:
  struct Named {
    Str name;
    NodeId node;
    bool weak = false;
  };

  constexpr void define(std::string_view name, NodeId node, bool weak) { values_.push_back({Str(name), node, weak}); }
  static constexpr bool inside(Span a, Span b) { return b.begin <= a.begin && a.end <= b.end; }

  /// Makes an input of a name that is accessed before it is defined.
  constexpr void give(const Program& program, SyntaxId id) {
    if (program[id].form != Form::access || program[program.kid(id, 0)].form != Form::name) return;
    const std::string_view name = program.name(program.kid(id, 0));
    if (find(name).node.valid()) return;
    Input input{Str(name), DType::f64, {}, setting(name, ":") == "sparse"};
    if (const auto type = dtype_named(setting(name, ":"))) input.dtype = *type;
    for (std::size_t at = 1; at < program[id].kid_count; ++at)
      input.shape.push_back(extent(program, program.kid(id, at)));
    define(name, graph.input(std::move(input)), false);
  }
  /// Of a letter, of a modulus; an entry of another form takes what its first letter is worth.
  constexpr std::int64_t extent(const Program& program, SyntaxId entry) const {
    const Syntax& own = program[entry];
    if (own.form == Form::integer) return static_cast<std::int64_t>(own.bits) + 1;
    if (own.form == Form::name) {
      const std::int64_t given = number(setting(program.name(entry), "="));
      return given != 0 ? given : 8;
    }
    if (own.operation == Operation::modulo) return extent(program, program.kid(entry, 1)) - 1;
    for (std::size_t at = own.form == Form::access ? 1 : 0; at < own.kid_count; ++at)
      if (program[program.kid(entry, at)].form != Form::integer) return extent(program, program.kid(entry, at));
    return 8;
  }
  /// What follows `name` and the mark in the sizes.
  constexpr std::string_view setting(std::string_view name, std::string_view mark) const {
    for (std::size_t at = 0; at < sizes_.size();) {
      std::size_t end = at;
      while (end < sizes_.size() && sizes_[end] != ' ') ++end;
      const std::string_view word = sizes_.substr(at, end - at);
      if (word.size() > name.size() && word.substr(0, name.size()) == name && word.substr(name.size(), 1) == mark)
        return word.substr(name.size() + 1);
      at = end + 1;
    }
    return {};
  }
  static constexpr std::int64_t number(std::string_view digits) {
    std::int64_t out = 0;
    for (char digit : digits) out = 10 * out + (digit - '0');
    return out;
  }

  std::string_view sizes_;
  Vec<Named> values_;
};

}  // namespace statements
