/// The graph as text, one node a line, operands first; read.hpp reads it back to the same nodes. It is what --explain
/// and a failed verification show, so it is stable: it depends on the nodes alone, not on what else a graph holds.
///
///   %0 = input X : f64[300,6]
///   %1 = index #0:300 : i64              a bound index: level and extent; an open one is $0:300
///   %2 = affine 1 + 2*%1 : i64
///   %3 = access %0[%1, %2] : f64
///   %4 = sum[#0:300] %3 : f64
///   %5 = clamp_to %2 {6} : i64           other attributes stand in braces
///   roots %4
///
/// A tensor shows its shape, `f64[]` for a scalar; `sparse` ends the line of one whose missing elements annihilate.
#pragma once

#include <span>

#include "dsl/graph/expression.hpp"
#include "dsl/graph/traverse.hpp"
#include "dsl/text/number.hpp"

namespace ricci::dsl {

namespace detail {

constexpr Str hex_text(std::uint64_t bits) {
  Str out = "0x";
  int shift = 60;
  while (shift > 0 && bits >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) out += "0123456789abcdef"[bits >> shift & 15U];
  return out;
}

/// One part of a constant so that it reads back to the same bits: a NaN with a payload, and a bool that is neither 0
/// nor 1, in hexadecimal.
constexpr Str bits_text(DType type, std::uint64_t bits) {
  // Not conditional expressions: g++ 12 destroys a Str of theirs twice in the compiler.
  if (type == DType::boolean && bits == 0) return "false";
  if (type == DType::boolean && bits == 1) return "true";
  if (type == DType::boolean) return hex_text(bits);
  if (is_integer(type)) return to_text(static_cast<std::int64_t>(bits));
  const bool is_nan = bits << 1 > infinity_bits << 1;
  constexpr std::uint64_t plain_nan = 0x7FF8'0000'0000'0000;
  if (is_nan && bits != plain_nan) return hex_text(bits);
  return shortest_text(bits);
}

/// A name as it is where it looks like one, else between quotes.
constexpr Str name_text(std::string_view name) {
  bool plain = !name.empty();
  for (char c : name)
    plain = plain && (c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      static_cast<unsigned char>(c) >= 0x80U);
  if (plain) return name;
  Str out = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

class GraphPrinter {
 public:
  constexpr GraphPrinter(const Graph& graph, std::span<const NodeId> roots)
      : graph_(graph), needed_(reachable(graph, roots)), ordinals_(graph.size(), 0U), open_(graph.index_count(), 0U) {
    for (std::uint32_t at = 0; at < needed_.size(); ++at) {
      ordinals_[needed_[at].at] = at;
      if (graph.op(needed_[at]) == Op::index) open_[static_cast<std::size_t>(graph.attribute(needed_[at], 0))] = 1;
    }
    std::uint32_t count = 0;
    for (std::uint32_t at = 0; at < open_.size(); ++at)
      if (open_[at] != 0 && graph.index(IndexId{at}).open()) open_[at] = count++;
  }

  constexpr Str text(std::span<const NodeId> roots) {
    for (NodeId id : needed_) line(id);
    out_ += "roots";
    for (std::size_t at = 0; at < roots.size(); ++at) {
      out_ += at == 0 ? " " : ", ";
      reference(roots[at]);
    }
    out_ += '\n';
    return std::move(out_);
  }

 private:
  constexpr void line(NodeId id) {
    reference(id);
    out_ += " = ";
    out_ += row(graph_.op(id)).spelling;
    if (!particular(id)) general(id);
    out_ += " : ";
    out_ += name_of(graph_.dtype(id));
    if (is_tensor(graph_.op(id))) {
      out_ += '[';
      for (std::size_t at = 0; at < graph_.shape(id).size(); ++at) {
        if (at != 0) out_ += ',';
        out_ += to_text(graph_.shape(id)[at]);
      }
      out_ += ']';
    }
    if (graph_[id].sparse) out_ += " sparse";
    out_ += '\n';
  }
  constexpr void reference(NodeId id) {
    out_ += '%';
    out_ += to_text(ordinals_[id.at]);
  }
  constexpr void references(std::span<const NodeId> ids) {
    for (std::size_t at = 0; at < ids.size(); ++at) {
      if (at != 0) out_ += ", ";
      reference(ids[at]);
    }
  }
  constexpr void index(std::int64_t at) {
    const Index& index = graph_.index(IndexId{static_cast<std::uint32_t>(at)});
    out_ += index.open() ? '$' : '#';
    out_ += to_text(index.open() ? open_[static_cast<std::size_t>(at)] : index.level);
    out_ += ':';
    out_ += to_text(index.extent);
  }
  constexpr void general(NodeId id) {
    if (!graph_.operands(id).empty()) out_ += ' ';
    references(graph_.operands(id));
    attributes(graph_.ints(id));
  }
  constexpr void attributes(std::span<const std::int64_t> ints) {
    if (ints.empty()) return;
    out_ += " {";
    for (std::size_t at = 0; at < ints.size(); ++at) {
      if (at != 0) out_ += ", ";
      out_ += to_text(ints[at]);
    }
    out_ += '}';
  }

  /// The operations with a form of their own.
  constexpr bool particular(NodeId id) {
    const Op op = graph_.op(id);
    if (op == Op::constant) return constant(id);
    if (op == Op::affine) return affine(id);
    if (op == Op::random) return random(id);
    if (op == Op::index || op == Op::input) {
      out_ += ' ';
      if (op == Op::index)
        index(graph_.attribute(id, 0));
      else
        out_ += name_text(graph_.input_of(id).name);
      return true;
    }
    if ((op == Op::access || op == Op::stored) && !graph_.operands(id).empty()) {
      out_ += ' ';
      reference(graph_.operand(id, 0));
      bracketed(graph_.operands(id).subspan(1));
      return true;
    }
    return graph_.binds(id) && binder(id);
  }
  constexpr void bracketed(std::span<const NodeId> ids) {
    out_ += '[';
    references(ids);
    out_ += ']';
  }
  constexpr bool constant(NodeId id) {
    if (graph_.ints(id).size() != 2) return false;
    const DType type = graph_.dtype(id);
    const Str re = bits_text(type, static_cast<std::uint64_t>(graph_.attribute(id, 0)));
    const std::uint64_t imaginary = static_cast<std::uint64_t>(graph_.attribute(id, 1));
    out_ += ' ';
    if (!is_complex(type) && imaginary == 0) {
      out_ += re;
      return true;
    }
    out_ += "(";
    out_ += re;
    out_ += ", ";
    out_ += bits_text(type, imaginary);
    out_ += ")";
    return true;
  }
  constexpr bool affine(NodeId id) {
    if (graph_.ints(id).size() != graph_.operands(id).size() + 1) return false;
    out_ += ' ';
    out_ += to_text(graph_.attribute(id, 0));
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
      const std::int64_t scale = graph_.attribute(id, at + 1);
      out_ += scale < 0 ? " - " : " + ";
      const Str digits = to_text(scale);
      if (scale != 1 && scale != -1) {
        out_ += digits.view().substr(scale < 0 ? 1 : 0);
        out_ += '*';
      }
      reference(graph_.operand(id, at));
    }
    return true;
  }
  constexpr bool random(NodeId id) {
    const std::span<const std::int64_t> ints = graph_.ints(id);
    const std::span<const NodeId> operands = graph_.operands(id);
    if (ints.size() != 4 || static_cast<std::uint64_t>(ints[0]) >= distribution_rows.size() ||
        static_cast<std::uint64_t>(ints[1]) > operands.size())
      return false;
    out_ += ' ';
    out_ += distribution_rows[static_cast<std::size_t>(ints[0])].name;
    out_ += '(';
    references(operands.first(static_cast<std::size_t>(ints[1])));
    out_ += ')';
    bracketed(operands.subspan(static_cast<std::size_t>(ints[1])));
    out_ += " seed=";
    out_ += to_text(ints[2]);
    out_ += " stream=";
    out_ += to_text(ints[3]);
    return true;
  }
  constexpr bool binder(NodeId id) {
    const std::size_t leading = Graph::leading_ints(graph_.op(id));
    if (graph_.ints(id).size() < leading || graph_.operands(id).size() != 1) return false;
    out_ += '[';
    for (std::size_t at = leading; at < graph_.ints(id).size(); ++at) {
      if (at != leading) out_ += ", ";
      index(graph_.attribute(id, at));
    }
    out_ += "] ";
    reference(graph_.operand(id, 0));
    attributes(graph_.ints(id).first(leading));
    return true;
  }

  const Graph& graph_;
  Vec<NodeId> needed_;
  Vec<std::uint32_t> ordinals_;  // by node
  Vec<std::uint32_t> open_;      // by index: its number among the open ones
  Str out_;
};

}  // namespace detail

/// What the roots need, as text.
constexpr Str print(const Graph& graph, std::span<const NodeId> roots) {
  return detail::GraphPrinter(graph, roots).text(roots);
}

}  // namespace ricci::dsl
