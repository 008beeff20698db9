/// What an expression of <ricci/notation.hpp> is made of: a formula over numbered operands, each a value from outside
/// or a definition. Not for users: the library's own two files read it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ricci/value.hpp>

#include "dsl/notation/notation.hpp"

namespace ricci::detail {

/// A value from outside. It is looked at when the expression is evaluated: a container may change until then.
struct source {
  std::shared_ptr<const void> owner;  // keeps what val() was given
  const void* object = nullptr;
  runtime::Value (*view)(const void*) = nullptr;
  std::string name;  // empty: one is found
};

struct definition;

/// One of a formula's operands: a source, or one of the values that a definition defines.
struct operand_of {
  std::shared_ptr<const source> from;
  std::shared_ptr<const definition> defined;
  std::size_t part = 0;

  friend bool operator==(const operand_of& a, const operand_of& b) {
    if (a.from != nullptr && b.from != nullptr)
      return a.from->object == b.from->object && a.from->view == b.from->view && a.from->name == b.from->name;
    return a.from == b.from && a.defined == b.defined && a.part == b.part;
  }
};

struct formula {
  dsl::Notation of;
  std::vector<operand_of> operands;
  bool open = false;      // an index is open in it
  bool draws = false;     // it draws random numbers
  bool draw = false;      // it is one draw, which takes coordinates
  std::size_t depth = 0;  // of definitions within definitions
};

/// A statement: name[i,j] = ..., name = ..., or Q, R = ...
struct definition {
  dsl::Sentence sentence;
  std::vector<operand_of> operands;
  std::string name;
  std::size_t targets = 1;
  bool draws = false;
};

/// A program whose last statement is the formula, and the values that it reads, by name.
struct program {
  std::string text;
  std::vector<std::pair<std::string, operand_of>> sources;
};
program written(const formula& of);

}  // namespace ricci::detail
