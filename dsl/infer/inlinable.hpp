/// Which literals become code of their own instead of calls of the library's kernels, decided in the compiler. Two
/// kinds: formulas of elements over arrays of doubles whose extents the call brings, and anything small whose extents
/// the types know.
///
/// Where extents are not known, the axes that plain entries tie together form classes, and the formula is elaborated
/// with one made-up extent a class. That is sound because only such forms are let through in which an extent can become
/// nothing but the range of an index; at the call, arguments that do not fit the classes take the other way, where the
/// fault is found and said.
#pragma once

#include "dsl/graph/frozen.hpp"
#include "dsl/infer/declared.hpp"

namespace ricci::dsl {

namespace detail {

/// Ties axes together by the names of their indices.
class AxisClasses {
 public:
  constexpr AxisClasses(const Program& program, const Vec<Declared>& arguments) : program_(program) {
    for (const Declared& own : arguments) {
      names_.push_back(own.name);
      axes_.push_back(Vec<std::size_t>(own.shape.size(), none));
    }
  }
  /// False where a form might make a number of an extent.
  constexpr bool collect() {
    if (program_.statements.size() != 1) return false;
    const Statement& only = program_.statements[0];
    const bool elements = only.kind == StatementKind::define_elements || only.kind == StatementKind::show_elements;
    return elements && only.axes.size() > 0 && only.ranges.empty() && visit(only.value);
  }
  constexpr std::int64_t class_of(std::size_t argument, std::size_t axis) const {
    const std::size_t index = axes_[argument][axis];
    return index == none ? -1 : static_cast<std::int64_t>(ties_[index]);
  }
  constexpr std::size_t count() const { return ties_.size(); }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  constexpr bool visit(SyntaxId id) {
    const Syntax& node = program_[id];
    if (node.form == Form::access) return access(id);
    if (node.form == Form::call && !is_elementwise(id)) return false;
    if (node.form == Form::reduce && program_.name(id) != "sum") return false;
    if (node.form == Form::binding) return node.kid_count == 0;
    if (node.form == Form::binary && (node.operation == Operation::solve || node.operation == Operation::matmul))
      return false;
    if (node.form == Form::unary && node.operation == Operation::transpose) return false;
    if (node.form == Form::list || node.form == Form::text || node.form == Form::imaginary) return false;
    for (std::size_t at = 0; at < node.kid_count; ++at)
      if (!visit(program_.kid(id, at))) return false;
    return true;
  }
  constexpr bool is_elementwise(SyntaxId call) const {
    const std::size_t given = program_[call].kid_count;
    return elementwise_named(program_.name(call), given) != Op::constant;
  }
  constexpr bool access(SyntaxId id) {
    const SyntaxId base = program_.kid(id, 0);
    if (program_[base].form != Form::name) return false;
    std::size_t argument = 0;
    while (argument < names_.size() && names_[argument] != program_.name(base)) ++argument;
    if (argument == names_.size() || axes_[argument].size() + 1 != program_[id].kid_count) return false;
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
      const SyntaxId entry = program_.kid(id, at);
      if (program_[entry].form != Form::name || program_[entry].parenthesised) return false;
      tie(axes_[argument][at - 1], index(program_.name(entry)));
    }
    return true;
  }
  constexpr std::size_t index(std::string_view name) {
    for (std::size_t at = 0; at < indices_.size(); ++at)
      if (indices_[at] == name) return at;
    indices_.push_back(name);
    ties_.push_back(indices_.size() - 1);
    return indices_.size() - 1;
  }
  constexpr void tie(std::size_t& axis, std::size_t to) {
    if (axis == none) return void(axis = to);
    const std::size_t from = ties_[axis];
    for (std::size_t& own : ties_)
      if (own == from) own = ties_[to];
  }

  const Program& program_;
  Vec<std::string_view> names_;
  Vec<Vec<std::size_t>> axes_;  // by argument and axis: an index
  Vec<std::string_view> indices_;
  Vec<std::size_t> ties_;  // by index: its class
};

/// Of element nodes: those that the code for vectors has.
constexpr bool is_inlined(const FrozenParts& parts, const FrozenNode& node) {
  using enum Op;
  const auto operand = [&](int which) -> const FrozenNode& {
    return parts.nodes[static_cast<std::size_t>(node.operands[static_cast<std::size_t>(which)])];
  };
  if (node.op == constant || node.op == index) return true;
  if (node.op == access || node.op == input) return node.dtype == DType::f64;
  if (node.op == guard || node.op == sum) return node.dtype == DType::f64;
  if (node.op == cast) return node.dtype == DType::f64 && operand(0).dtype != DType::f64;
  if (node.op == power)
    return node.dtype == DType::f64 && operand(1).op == constant &&
           operand(1).bits == std::bit_cast<std::uint64_t>(2.0);
  if (node.op == equal || node.op == not_equal || node.op == less || node.op == less_equal) return true;
  if (node.op == logical_and || node.op == logical_or || node.op == logical_not) return true;
  return node.dtype == DType::f64;
}

/// A product of elements alone: summed, it is a contraction, which the library's kernels compute best.
constexpr int factors(const FrozenParts& parts, int id) {
  const FrozenNode& node = parts.nodes[static_cast<std::size_t>(id)];
  if (node.op == Op::access) return 1;
  if (node.op == Op::constant) return 0;
  if (node.op != Op::multiply && node.op != Op::negate) return -1000;
  return factors(parts, node.operands[0]) + (node.op == Op::multiply ? factors(parts, node.operands[1]) : 0);
}

constexpr bool is_loop_nest(const FrozenParts& parts) {
  for (std::size_t at = 0; at < parts.nodes.size(); ++at) {
    const FrozenNode& node = parts.nodes[at];
    const bool root = at + 1 == parts.nodes.size();
    if (root != (node.op == Op::tensor) || node.op == Op::solve || node.op == Op::sqrt) return false;
    if (!root && !is_inlined(parts, node)) return false;
    if (node.op == Op::sum && factors(parts, node.operands[0]) > 1) return false;
  }
  return parts.nodes.back().dtype == DType::f64 && parts.nodes.back().rank > 0;
}

/// Few enough numbers that a straight line of code is the best there is.
constexpr bool is_small(const FrozenParts& parts) {
  constexpr std::int64_t most = 36;
  constexpr std::int64_t most_terms = 512;
  std::int64_t terms = 1;
  for (const FrozenNode& node : parts.nodes) {
    if (node.op != Op::tensor && node.op != Op::input && node.op != Op::solve && !is_inlined(parts, node)) return false;
    std::int64_t count = 1;
    for (int at = 0; at < node.rank; ++at) count *= parts.pool[static_cast<std::size_t>(node.shape + at)];
    if (count > most || count == 0 || node.dtype == DType::i32) return false;
    if (node.op == Op::solve && (node.rank != 1 || count > 6)) return false;
    if (node.op == Op::tensor && node.dtype != DType::f64) return false;
    if (node.op == Op::sum)
      for (int at = 0; at < node.count; ++at)
        terms *= parts.extents[static_cast<std::size_t>(parts.pool[static_cast<std::size_t>(node.first + at)])];
    if (terms * count > most_terms) return false;
  }
  const Op root = parts.nodes.back().op;
  return parts.nodes.back().dtype == DType::f64 && (root == Op::tensor || root == Op::solve);
}

constexpr bool all_doubles(const Vec<Declared>& arguments) {
  for (const Declared& own : arguments)
    if (own.dtype != DType::f64 || own.sparse) return false;
  return true;
}

}  // namespace detail

/// A formula of elements as a loop nest over classes of extents; not sound where it is none.
constexpr FrozenBox loop_nest(std::string_view text, Vec<Declared> arguments) {
  Vec<Diagnostic> faults;
  const Program program = parse(text, faults);
  if (!faults.empty() || !detail::all_doubles(arguments)) return {};
  detail::AxisClasses classes(program, arguments);
  if (!classes.collect() || classes.count() > FrozenBox::most_indices) return {};
  Vec<Vec<std::int64_t>> classes_of;
  for (std::size_t which = 0; which < arguments.size(); ++which) {
    Vec<std::int64_t> own;
    for (std::size_t axis = 0; axis < arguments[which].shape.size(); ++axis) {
      const std::int64_t of = classes.class_of(which, axis);
      if (of < 0) return {};  // an axis that no plain entry reads
      own.push_back(of);
      arguments[which].shape[axis] = first_class + of;
    }
    classes_of.push_back(own);
  }
  Graph graph;
  Declarations names(graph, arguments);
  const NodeId root = elaborate_declared(text, graph, names, faults);
  if (!root.valid() || !faults.empty()) return {};
  FrozenParts parts = freeze(graph, root);
  parts.sound = parts.sound && detail::is_loop_nest(parts);
  return boxed(parts, classes_of);
}

/// A small program whose extents the arguments' types know.
constexpr FrozenBox small_program(std::string_view text, const Vec<Declared>& arguments) {
  if (!detail::all_doubles(arguments)) return {};
  for (const Declared& own : arguments)
    if (!own.exact()) return {};
  Graph graph;
  Declarations names(graph, arguments);
  Vec<Diagnostic> faults;
  const NodeId root = elaborate_declared(text, graph, names, faults);
  if (!root.valid() || !faults.empty() || !names.exact()) return {};
  FrozenParts parts = freeze(graph, root);
  parts.sound = parts.sound && detail::is_small(parts);
  return boxed(parts);
}

}  // namespace ricci::dsl
