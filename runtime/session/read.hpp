/// A program that a session has read: its statements with what reading each of them came to.
#pragma once

#include <optional>

#include "dsl/text/syntax.hpp"
#include "runtime/session/recipe.hpp"
#include "runtime/session/session.hpp"

namespace ricci::runtime {

struct ReadStatement {
  dsl::Statement statement;  // its sums written out, once they are
  bool written_out = false;
  Origin origin;  // without a file
  std::optional<Recipe> recipe;
};

struct ReadProgram {
  dsl::Program program;
  dsl::Vec<dsl::Diagnostic> faults;  // of its syntax; the statements before stand
  std::vector<ReadStatement> statements;
};

}  // namespace ricci::runtime
