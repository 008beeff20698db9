/// Formulas put together piece by piece, as C++ operators do it: the tree that the parser would make of the same
/// formula, which unparse writes out as text. From that text on there is one pipeline, so that a formula means the
/// same, and fails with the same words, whichever way it was written.
///
/// A formula refers to values that have no name yet: a Form::name whose `bits` are n + 1 stands for operand n. Names
/// are given when a statement is written.
#pragma once

#include <span>
#include <string_view>

#include "dsl/text/syntax.hpp"
#include "dsl/text/unparse.hpp"

namespace ricci::dsl {

struct Notation {
  Program tree;  // its source holds the names
  SyntaxId root = 0;
  std::uint32_t height = 0;  // of the tree
};

namespace detail {

constexpr Span written_name(Program& tree, std::string_view name) {
  const auto begin = static_cast<std::uint32_t>(tree.source.size());
  tree.source += name;
  return {begin, static_cast<std::uint32_t>(tree.source.size())};
}

constexpr Span moved(Span span, std::uint32_t by) { return {span.begin + by, span.end + by}; }

}  // namespace detail

/// Takes `part` into `whole` and returns where its root stands there; operand n of the part becomes slots[n].
constexpr SyntaxId absorb(Notation& whole, const Notation& part, std::span<const std::uint32_t> slots) {
  Program& into = whole.tree;
  const auto nodes = static_cast<std::uint32_t>(into.nodes.size());
  const auto kids = static_cast<std::uint32_t>(into.kids.size());
  const auto names = static_cast<std::uint32_t>(into.source.size());
  into.source += part.tree.source.view();
  for (SyntaxId kid : part.tree.kids) into.kids.push_back(kid + nodes);
  for (Syntax node : part.tree.nodes) {
    node.first_kid += kids;
    node.name = detail::moved(node.name, names);
    if (node.form == Form::name && node.bits != 0) node.bits = slots[node.bits - 1] + 1;
    into.nodes.push_back(node);
  }
  if (part.height > whole.height) whole.height = part.height;
  return part.root + nodes;
}

/// Puts a node over absorbed parts: it is the root from then on. `shape` says form, operation and number.
constexpr void close(Notation& whole, Syntax shape, std::string_view name, const Vec<SyntaxId>& kids) {
  if (!name.empty()) shape.name = detail::written_name(whole.tree, name);
  whole.root = whole.tree.add(shape, kids);
  ++whole.height;
}

/// A formula of one node.
constexpr Notation leaf(const Syntax& shape, std::string_view name = {}) {
  Notation out;
  close(out, shape, name, {});
  return out;
}

constexpr Syntax number_shape(Form form, std::uint64_t bits) {
  Syntax out;
  out.form = form;
  out.bits = bits;
  return out;
}

/// Operand n, by a name that is still to come.
constexpr Notation operand(std::uint32_t n) {
  Syntax shape;
  shape.form = Form::name;
  shape.bits = n + 1U;
  return leaf(shape);
}

/// In an entry of an access a bare name is an index; a value stands in parentheses there: A[(k)]. Marks entry `which`.
constexpr void mark_value(Notation& access, std::size_t which) {
  Syntax& entry = access.tree.nodes[access.tree.kid(access.root, which + 1)];
  if (entry.form == Form::name) entry.parenthesised = true;
}

/// One statement over a formula.
struct Sentence {
  Notation body;
  StatementKind kind = StatementKind::show;
  Vec<Str> axes;
  Vec<SyntaxId> ranges;  // Form::binding nodes in `body`
};

/// Every name in which the formula itself means an index or a value.
constexpr Vec<Str> names_in(const Sentence& sentence) {
  Vec<Str> out = sentence.axes;
  for (const Syntax& node : sentence.body.tree.nodes)
    if ((node.form == Form::name && node.bits == 0) || node.form == Form::binding)
      out.push_back(sentence.body.tree.text(node.name));
  return out;
}

/// The statement as text; operand n is called operands[n], and what is defined `targets`.
constexpr Str written(const Sentence& sentence, const Vec<Str>& operands, const Vec<Str>& targets) {
  Program tree = sentence.body.tree;
  for (Syntax& node : tree.nodes)
    if (node.form == Form::name && node.bits != 0)
      node.name = detail::written_name(tree, operands[static_cast<std::size_t>(node.bits - 1)].view());
  Statement statement;
  statement.kind = sentence.kind;
  for (const Str& target : targets) statement.targets.push_back(detail::written_name(tree, target.view()));
  for (const Str& axis : sentence.axes) statement.axes.push_back(detail::written_name(tree, axis.view()));
  statement.value = sentence.body.root;
  statement.ranges = sentence.ranges;
  return unparse(tree, statement);
}

}  // namespace ricci::dsl
