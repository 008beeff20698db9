/// A program of the language built with C++ operators instead of being read: its syntax tree is walked, and each node
/// becomes the call of the operator or function that a C++ programmer would write there. So the whole table of programs
/// tests the operators, although nobody has written it twice.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ricci/ricci.hpp>

#include "dsl/graph/distribution.hpp"
#include "dsl/text/parser.hpp"

namespace ricci::tests {

/// What operators have no way to say: effects (seed, save, pictures), rebinding a name that draws, a name that is an
/// index too.
struct NotSayable {
  std::string why;
};

class Builder {
 public:
  explicit Builder(std::map<std::string, expression, std::less<>> world) : values_(std::move(world)) {
    for (const auto& own : values_) used_.insert(own.first);
  }
  /// The value that the program shows last; none where it shows nothing.
  std::optional<expression> build(const dsl::Program& program);
  std::vector<expression> defined;  // by the program's statements

 private:
  std::optional<expression> statement(const dsl::Statement& of);
  void define(std::string_view name, const expression& of);
  expression value(dsl::SyntaxId id);
  expression name(dsl::SyntaxId id);
  expression call(dsl::SyntaxId id);
  expression compare(dsl::SyntaxId id);
  expression binary(dsl::SyntaxId id);
  entry at(dsl::SyntaxId id);
  std::optional<expression> part(dsl::SyntaxId id);
  void collect_indices(dsl::SyntaxId id);

  const dsl::Program* program_ = nullptr;
  std::map<std::string, expression, std::less<>> values_;
  std::set<std::string, std::less<>> used_;     // names that values have had
  std::set<std::string, std::less<>> indices_;  // of the statement
};

}  // namespace ricci::tests
