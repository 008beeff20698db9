/// The language itself, for tools that help people to write it: its functions with their documentation and an example
/// each, the words of a text, whether a text goes on, near names. Nothing here computes anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ricci {

/// One function of the language.
struct function {
  std::string name;
  std::string usage;          // "solve(A, b)"
  std::string documentation;  // what it gives, as a phrase
  std::string kind;           // "elementwise", "linear algebra", ...: the heading it stands under
  std::string example;        // statements that run in an empty session and show something
  bool reduction = false;     // also written over indices: sum[k] x[k]
};

/// Every function, by kind in the order of the language's page.
const std::vector<function>& functions();

enum class word_kind : std::uint8_t { name, number, text, keyword, sign };

/// A word of a program; begin and end count bytes.
struct word {
  word_kind kind;
  std::size_t begin = 0, end = 0;
  std::string_view text;  // into the program
};

/// The words up to the first place that cannot be read. Comments and line ends are none.
std::vector<word> words(std::string_view program);

/// Whether the last statement must go on: a bracket is open, or an operator, `=`, `,`, `for` or `in` stands last.
bool unfinished(std::string_view program);

/// The statements of a program as spans of bytes, each with its `;`. A line that cannot be read is one of its own.
struct piece {
  std::size_t begin = 0, end = 0;
};
std::vector<piece> statements(std::string_view program);

/// Whether a line continues the statement above it: it starts with `for` or a binary operator other than + and -.
bool continues_above(std::string_view line);

/// Words of the language that are no functions: for in true false pi e inf nan newaxis.
const std::vector<std::string>& other_words();

/// The one of `known` that `wanted` was probably meant to be; empty: none is near.
std::string nearest(std::string_view wanted, const std::vector<std::string>& known);

}  // namespace ricci
