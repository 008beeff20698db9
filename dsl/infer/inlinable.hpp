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
#include "dsl/infer/read_text.hpp"

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
    return elements && !only.axes.empty() && only.ranges.empty() && visit(only.value);
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
    if (node.form == Form::reduce && !node.implicit && program_.name(id) != "sum") return false;
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

/// What the compiler finds out about a literal over declared arguments.
struct Study {
  enum class Code : std::uint8_t { none, straight, nest };

  bool accepted = false;   // no fault is certain
  Code code = Code::none;  // what it becomes besides a call of the library
  FrozenBox box;           // the formula, where there is code
};

namespace detail {

/// Arguments with one made-up extent a class in place of their own; empty where an axis is read by no plain entry, or
/// where extents that are known contradict each other.
constexpr Vec<Vec<std::int64_t>> classes_of(const AxisClasses& classes, Vec<Declared>& arguments) {
  Vec<Vec<std::int64_t>> out;
  Vec<std::int64_t> known(classes.count(), -1);
  for (std::size_t which = 0; which < arguments.size(); ++which) {
    Vec<std::int64_t> own;
    for (std::size_t axis = 0; axis < arguments[which].shape.size(); ++axis) {
      const std::int64_t of = classes.class_of(which, axis);
      if (of < 0) return {};
      own.push_back(of);
      std::int64_t& extent = arguments[which].shape[axis];
      std::int64_t& before = known[static_cast<std::size_t>(of)];
      if (extent >= 0 && before >= 0 && extent != before) return {};
      if (extent >= 0) before = extent;
      extent = first_class + of;
    }
    out.push_back(std::move(own));
  }
  return out;
}

/// A small program whose extents the arguments' types know.
constexpr Study study_small(const Program& program, const Vec<Declared>& arguments) {
  Graph graph;
  Declarations names(graph, arguments);
  Vec<Diagnostic> faults;
  const NodeId root = elaborate_declared(program, graph, names, faults);
  Study out{.accepted = faults.empty(), .code = Study::Code::none, .box = {}};
  if (!root.valid() || !names.exact()) return out;
  FrozenParts parts = freeze(graph, root);
  parts.sound = parts.sound && is_small(parts);
  if (!parts.sound) return out;
  out.box = boxed(parts);
  if (out.box.sound) out.code = Study::Code::straight;
  return out;
}

/// A formula of elements as a loop nest over classes of extents. It is accepted if that has no fault; a fault may be
/// one of the classes, and says nothing.
constexpr Study study_nest(const Program& program, Vec<Declared> arguments) {
  AxisClasses classes(program, arguments);
  if (!classes.collect() || classes.count() > FrozenBox::most_indices) return {};
  const Vec<Vec<std::int64_t>> of = classes_of(classes, arguments);
  if (of.size() != arguments.size()) return {};
  Graph graph;
  Declarations names(graph, arguments);
  Vec<Diagnostic> faults;
  const NodeId root = elaborate_declared(program, graph, names, faults);
  if (!root.valid() || !faults.empty()) return {};
  FrozenParts parts = freeze(graph, root);
  parts.sound = parts.sound && is_loop_nest(parts);
  Study out{.accepted = true, .code = Study::Code::none, .box = {}};
  if (!parts.sound) return out;
  out.box = boxed(parts, of);
  if (out.box.sound) out.code = Study::Code::nest;
  return out;
}

}  // namespace detail

/// Checks a literal, read, and looks for code, with one elaboration where that will do. `straight`: code without loops
/// may stand for a program whose extents are all known. What is wrong with a literal that is not accepted,
/// check_declared tells.
constexpr Study study(const Program& program, const Vec<Declared>& arguments, bool straight) {
  bool exact = straight;
  for (const Declared& own : arguments) exact = exact && own.exact();
  if (detail::all_doubles(arguments)) {
    Study small;
    if (exact) {
      small = detail::study_small(program, arguments);
      if (!small.accepted || small.code != Study::Code::none) return small;
    }
    const Study nest = detail::study_nest(program, arguments);
    if (nest.accepted) return nest;
    if (exact) return small;
  }
  Graph graph;
  Declarations names(graph, arguments);
  Vec<Diagnostic> faults;
  elaborate_declared(program, graph, names, faults);
  return Study{.accepted = faults.empty(), .code = Study::Code::none, .box = {}};
}

}  // namespace ricci::dsl
