/// Other spellings of a squared distance between rows, as the sum of squares that quadratic_form looks at:
/// norm[k] (x[k]-y[k]) is the root of one, x2[i] + y2[j] - 2*x[i,k]*y[j,k] is one where x2 is x.x and y2 is y.y.
/// What becomes true here: however a distance is written, no rounding of large squares is left in a small difference.
/// Where a row is not finite, an expanded square is what the distance is: infinite, and not the difference of
/// infinities.
#pragma once

#include "passes/network.hpp"
#include "passes/quadratic_parts.hpp"

namespace ricci::passes::detail {

/// sum[k] d*d of norm[k] d; null for complex d.
constexpr NodeId squares_under(Graph& out, NodeId norm) {
  const NodeId body = out.operand(norm, 0);
  const DType type = out.dtype(norm);
  if (out.dtype(body) != type || dsl::is_complex(type)) return {};
  return out.reduce(Op::sum, type, out.add(Op::multiply, type, {body, body}), out.bound(norm));
}

/// sqrt(q)*sqrt(q) is q: of a form alone, which is no less than 0.
constexpr NodeId square_of_root(const Graph& out, NodeId product) {
  const NodeId root = out.operand(product, 0);
  if (out.operand(product, 1) != root || out.op(root) != Op::sqrt) return {};
  const NodeId form = out.operand(root, 0);
  return out.op(form) == Op::quadratic ? form : NodeId{};
}

class ExpandedSquare {
 public:
  constexpr explicit ExpandedSquare(Graph& out) : out_(out) {}

  /// The sum of squares that some terms of a sum of terms are; null where there is none.
  constexpr NodeId run(NodeId total) {
    terms_ = terms_of(out_, total);
    if (terms_.size() < 3 || terms_.size() > most_terms || dsl::is_complex(out_.dtype(total))) return {};
    for (std::size_t cross = 0; cross < terms_.size(); ++cross)
      if (const NodeId squares = around(cross); squares.valid()) return squares;
    return {};
  }
  /// The whole sum, with what the squares have become.
  constexpr NodeId with(NodeId squares) {
    const DType type = out_.dtype(squares);
    for (std::size_t at = 0; at < terms_.size(); ++at)
      if (taken_[at] == 0)
        squares = out_.add(terms_[at].negative ? Op::subtract : Op::add, type, {squares, terms_[at].node});
    return squares;
  }

 private:
  static constexpr std::size_t most_terms = 8;

  /// -2 * sum[k] x*y, with the terms that go with it.
  constexpr NodeId around(std::size_t cross) {
    const NodeId node = terms_[cross].node;
    const auto free = out_.free(node);
    const Vec<IndexId> axes(free.data(), free.data() + free.size());
    const Network network = NetworkReader(out_, true).read(node, axes);
    if (!network.usable || network.sums != 1 || network.factors.size() != 2 || network.numbers.size() != 1 ||
        !is_two(out_, network.numbers[0]) || network.negative == terms_[cross].negative)
      return {};
    Vec<IndexId> summed;
    for (std::size_t at = axes.size(); at < network.indices.size(); ++at) summed.push_back(network.indices[at]);
    const NodeId x = network.factors[0].node, y = network.factors[1].node;
    taken_ = Vec<char>(terms_.size(), 0);
    taken_[cross] = 1;
    if (!take(squared(x, summed)) || !take(squared(y, summed))) return {};
    const NodeId difference = out_.add(Op::subtract, network.dtype, {x, y});
    return squared(difference, summed);
  }
  constexpr NodeId squared(NodeId of, const Vec<IndexId>& summed) {
    const DType type = out_.dtype(of);
    return out_.reduce(Op::sum, type, out_.add(Op::multiply, type, {of, of}), summed);
  }
  constexpr bool take(NodeId square) {
    for (std::size_t at = 0; at < terms_.size(); ++at)
      if (taken_[at] == 0 && !terms_[at].negative && written_out(terms_[at].node) == square) {
        taken_[at] = 1;
        return true;
      }
    return false;
  }
  /// The element of a definition is its body there; the square of a norm is a sum of squares.
  constexpr NodeId written_out(NodeId term) {
    if (out_.op(term) == Op::access && out_.op(out_.operand(term, 0)) == Op::tensor) {
      const NodeId tensor = out_.operand(term, 0);
      for (NodeId entry : out_.operands(term).subspan(1))
        if (out_.op(entry) != Op::index) return term;
      const auto entries = out_.operands(term).subspan(1);
      const Vec<NodeId> places(entries.data(), entries.data() + entries.size());
      term = out_.body_at(tensor, span_of(places));
    }
    if (out_.op(term) != Op::multiply || out_.operand(term, 0) != out_.operand(term, 1)) return term;
    const NodeId root = out_.operand(term, 0);
    const NodeId squares = out_.op(root) == Op::norm ? squares_under(out_, root) : NodeId{};
    return squares.valid() ? squares : term;
  }

  Graph& out_;
  Vec<Term> terms_;
  Vec<char> taken_;
};

}  // namespace ricci::passes::detail
