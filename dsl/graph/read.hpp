/// Reads print()'s text back into a graph: the same nodes in the same order. Nodes may be numbered in any way, as long
/// as each is defined before it is used; without a `roots` line the last node is the root.
///
/// Garbage gives a Diagnostic. What is read has the right number of operands and indices that exist; whether it obeys
/// the other rules of graphs is verify's to say.
#pragma once

#include <algorithm>
#include <optional>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/graph/graph.hpp"
#include "dsl/graph/text_cursor.hpp"

namespace ricci::dsl {

/// A graph read from text; if `fault` is set, what was read before the fault.
struct ReadGraph {
  Graph graph;
  Vec<NodeId> roots;
  std::optional<Diagnostic> fault;
};

namespace detail {

class GraphReader {
 public:
  constexpr explicit GraphReader(std::string_view text) : cursor_(text) {}

  constexpr ReadGraph read() {
    if (open_indices()) {
      NodeId last;
      while (fault_.empty() && cursor_.next_line()) {
        if (cursor_.word("roots"))
          roots();
        else
          last = node();
        if (fault_.empty() && !cursor_.at_end_of_line()) fail("something follows what should end the line");
      }
      if (out_.roots.empty() && last.valid()) out_.roots.push_back(last);
    }
    if (!fault_.empty()) out_.fault = diagnose(Fault::graph_text, cursor_.place(), cursor_.line(), fault_);
    return std::move(out_);
  }

 private:
  struct OpenIndex {
    std::uint64_t number = 0;
    std::int64_t extent = 0;
    IndexId id;
  };
  /// One line before it becomes a node.
  struct Line {
    Op op = Op::constant;
    Vec<NodeId> operands;
    Vec<std::int64_t> ints;
    Str name;
    Literal parts[2];
  };

  /// Makes all open indices first, in the order of their numbers.
  constexpr bool open_indices() {
    TextCursor scan = cursor_;
    while (scan.next_after('$')) {
      OpenIndex found;
      if (!scan.natural(found.number) || !scan.take(':') || !scan.integer(found.extent) || found.extent < 0) continue;
      open_.push_back(found);
    }
    std::sort(open_.begin(), open_.end(), [](const OpenIndex& a, const OpenIndex& b) { return a.number < b.number; });
    for (std::size_t at = 0; at < open_.size(); ++at) {
      const bool known = at > 0 && open_[at - 1].number == open_[at].number;
      if (known && open_[at - 1].extent != open_[at].extent) return fail("an open index has two extents");
      open_[at].id = known ? open_[at - 1].id : out_.graph.open_index("", open_[at].extent);
    }
    return true;
  }

  constexpr bool fail(std::string_view why) {
    if (fault_.empty()) fault_ = Str(why);
    return false;
  }
  constexpr bool expect(char c) {
    if (cursor_.take(c)) return true;
    return fail(Str("`") + std::string_view(&c, 1) + "` is missing");
  }

  constexpr void roots() {
    if (cursor_.at_end_of_line()) return;
    do {
      NodeId root;
      if (!reference(root)) return;
      out_.roots.push_back(root);
    } while (cursor_.take(','));
  }

  constexpr NodeId node() {
    std::uint64_t number = 0;
    Line line;
    if (!expect('%')) return {};
    if (!cursor_.natural(number) || number >= 0xffffffffU) return fail("a node has no number"), NodeId{};
    if (!expect('=') || !operation(line) || !content(line) || !expect(':')) return {};
    const NodeId key{static_cast<std::uint32_t>(number)};
    if (nodes_.find(key).valid()) return fail("a node is defined twice"), NodeId{};
    const NodeId made = build(std::move(line));
    if (made.valid()) nodes_.set(key, made);
    return made;
  }

  /// Some spellings stand for a function of two numbers and for a reduction: brackets right after it mean the latter.
  constexpr bool operation(Line& line) {
    const std::string_view word = cursor_.name();
    const bool brackets = cursor_.peek() == '[';
    for (std::size_t at = 0; at < op_rows.size(); ++at) {
      const Op op = static_cast<Op>(at);
      if (op_rows[at].spelling != word || (is_reduce(op) || op == Op::tensor) != brackets) continue;
      line.op = op;
      return true;
    }
    return fail(Str("`") + word + "` is no operation" + (brackets ? " with brackets" : ""));
  }

  constexpr bool content(Line& line) {
    if (line.op == Op::constant) return constant(line);
    if (line.op == Op::index) return index(line.ints);
    if (line.op == Op::affine && cursor_.peek() != '%') return affine(line);
    if (line.op == Op::random && cursor_.peek() != '%') return random(line);
    if (line.op == Op::input) return cursor_.quotable(line.name) || fail("an input has no name");
    if (is_reduce(line.op) || line.op == Op::tensor) return binder(line);
    if (line.op == Op::access || line.op == Op::stored)
      return one_operand(line) && expect('[') && operands(line, ']') && expect(']');
    return operands(line, ':') && attributes(line.ints);
  }

  constexpr bool reference(NodeId& out) {
    std::uint64_t number = 0;
    if (!expect('%')) return false;
    if (cursor_.natural(number) && number < 0xffffffffU) out = nodes_.find(NodeId{static_cast<std::uint32_t>(number)});
    return out.valid() || fail("a node is used before it is defined");
  }
  constexpr bool one_operand(Line& line) {
    line.operands.push_back({});
    return reference(line.operands.back());
  }
  /// References up to `end` or an opening brace, which are not taken.
  constexpr bool operands(Line& line, char end) {
    if (cursor_.peek() == end || cursor_.peek() == '{') return true;
    do {
      if (!one_operand(line)) return false;
    } while (cursor_.take(','));
    return true;
  }
  constexpr bool attributes(Vec<std::int64_t>& ints) {
    if (!cursor_.take('{')) return true;
    do {
      std::int64_t value = 0;
      if (!cursor_.integer(value)) return fail("an integer is missing");
      ints.push_back(value);
    } while (cursor_.take(','));
    return expect('}');
  }
  constexpr bool index(Vec<std::int64_t>& ints) {
    const bool open = cursor_.take('$');
    if (!open && !expect('#')) return false;
    std::uint64_t number = 0;
    std::int64_t extent = 0;
    if (!cursor_.natural(number) || !expect(':') || !cursor_.integer(extent) || extent < 0)
      return fail("an index has no number and extent");
    if (!open && number >= Index::open_base) return fail("an index has a level out of range");
    IndexId id;
    if (open) {
      const auto known = std::lower_bound(open_.begin(), open_.end(), number,
                                          [](const OpenIndex& a, std::uint64_t b) { return a.number < b; });
      if (known == open_.end() || known->number != number) return fail("an index has no number and extent");
      id = known->id;
    } else {
      id = out_.graph.canonical_index(static_cast<std::uint32_t>(number), extent, "");
    }
    ints.push_back(id.at);
    return true;
  }
  constexpr bool binder(Line& line) {
    Vec<std::int64_t> bound;
    if (!expect('[')) return false;
    if (cursor_.peek() != ']') do {
        if (cursor_.peek() == '$') return fail("only numbered levels are bound");
        if (!index(bound)) return false;
      } while (cursor_.take(','));
    if (!expect(']') || !one_operand(line) || !attributes(line.ints)) return false;
    if (line.ints.size() != Graph::leading_ints(line.op)) return fail("a binder has a wrong number of attributes");
    line.ints.append(bound);
    return true;
  }
  constexpr bool constant(Line& line) {
    if (!cursor_.take('(')) return cursor_.number(line.parts[0]) || fail("a number is missing");
    if (!cursor_.number(line.parts[0]) || !expect(',') || !cursor_.number(line.parts[1]))
      return fail("a number is missing");
    return expect(')');
  }
  constexpr bool affine(Line& line) {
    std::int64_t value = 0;
    if (!cursor_.integer(value)) return fail("an affine form begins with its offset");
    line.ints.push_back(value);
    while (cursor_.peek() == '+' || cursor_.peek() == '-') {
      const bool minus = cursor_.take('-');
      if (!minus) cursor_.take('+');
      std::uint64_t scale = 1;
      if (cursor_.peek() != '%') {
        if (!cursor_.natural(scale) || scale > (std::uint64_t{1} << 63U)) return fail("a coefficient is no integer");
        if (!expect('*')) return false;
      }
      line.ints.push_back(static_cast<std::int64_t>(minus ? ~scale + 1 : scale));
      if (!one_operand(line)) return false;
    }
    return true;
  }
  constexpr bool random(Line& line) {
    const std::optional<Distribution> distribution = distribution_named(cursor_.name());
    if (!distribution) return fail("the distribution is unknown");
    if (!expect('(') || !operands(line, ')') || !expect(')') || !expect('[')) return false;
    const std::int64_t parameters = static_cast<std::int64_t>(line.operands.size());
    std::int64_t seed = 0, stream = 0;
    if (!operands(line, ']') || !expect(']')) return false;
    if (!cursor_.word("seed=") || !cursor_.integer(seed) || !cursor_.word("stream=") || !cursor_.integer(stream))
      return fail("seed= and stream= are missing");
    line.ints = {static_cast<std::int64_t>(*distribution), parameters, seed, stream};
    return true;
  }

  constexpr NodeId build(Line line) {
    const std::optional<DType> dtype = dtype_named(cursor_.name());
    if (!dtype) return fail("the type is unknown"), NodeId{};
    Vec<std::int64_t> shape;
    if (is_tensor(line.op) && !extents(shape)) return {};
    const bool sparse = cursor_.word("sparse");
    if (line.op == Op::input) return out_.graph.input({line.name, *dtype, shape, sparse});
    for (const Literal& part : line.parts) {
      std::uint64_t bits = 0;
      if (line.op != Op::constant) break;
      if (!part.as(*dtype, bits)) return fail("the number is not of the type"), NodeId{};
      line.ints.push_back(static_cast<std::int64_t>(bits));
    }
    const int arity = row(line.op).operands;
    if (arity != many_operands && line.operands.size() != static_cast<std::size_t>(arity))
      return fail("an operation has a wrong number of operands"), NodeId{};
    return out_.graph.add(line.op, *dtype, std::span<const NodeId>(line.operands.data(), line.operands.size()),
                          std::span(line.ints.data(), line.ints.size()), std::span(shape.data(), shape.size()), sparse);
  }
  constexpr bool extents(Vec<std::int64_t>& shape) {
    if (!expect('[')) return false;
    if (cursor_.peek() != ']') do {
        std::int64_t extent = 0;
        if (!cursor_.integer(extent) || extent < 0) return fail("an extent is no natural number");
        shape.push_back(extent);
      } while (cursor_.take(','));
    return expect(']') && (shape.size() <= 255 || fail("a tensor has more than 255 axes"));
  }

  TextCursor cursor_;
  ReadGraph out_;
  IdMap nodes_;  // by the number in the text
  Vec<OpenIndex> open_;
  Str fault_;
};

}  // namespace detail

constexpr ReadGraph read(std::string_view text) { return detail::GraphReader(text).read(); }

}  // namespace ricci::dsl
