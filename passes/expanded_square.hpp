/// Squares of differences that were written out: x2[i] + y2[j] - 2*x[i,k]*y[j,k] where x2 is x.x and y2 is y.y, the
/// same with weights w[k] in all three, and x'Wx - x'Wy - y'Wx + y'Wy. What becomes true here: they are the sums of
/// products of differences that quadratic_form looks at, and no rounding of large squares is left in a small
/// difference. Where a row is not finite, an expanded square is what the distance is: infinite, and not the difference
/// of infinities.
#pragma once

#include "passes/network.hpp"
#include "passes/quadratic_parts.hpp"
#include "passes/squared_distances.hpp"

namespace ricci::passes::detail {

/// A product under sums, as a bag of factors: nothing of its order and nesting is left.
struct SumOfProduct {
  Vec<IndexId> summed;
  Vec<QuadraticPart> over;  // ascending
  Vec<NodeId> numbers;      // ascending
  bool negative = false;
};

constexpr void sort_parts(Vec<QuadraticPart>& parts) {
  const auto before = [](const QuadraticPart& a, const QuadraticPart& b) {
    return a.node.at != b.node.at ? a.node.at < b.node.at : a.inverse < b.inverse;
  };
  for (std::size_t at = 1; at < parts.size(); ++at)
    for (std::size_t own = at; own > 0 && before(parts[own], parts[own - 1]); --own)
      std::swap(parts[own], parts[own - 1]);
}
constexpr void sort_numbers(Vec<NodeId>& numbers) {
  for (std::size_t at = 1; at < numbers.size(); ++at)
    for (std::size_t own = at; own > 0 && numbers[own].at < numbers[own - 1].at; --own)
      std::swap(numbers[own], numbers[own - 1]);
}

class ExpandedSquare {
 public:
  constexpr explicit ExpandedSquare(Graph& out) : out_(out) {}

  /// The sum of squares that some terms of a sum of terms are; null where there is none.
  constexpr NodeId run(NodeId total) {
    terms_ = terms_of(out_, total);
    if (terms_.size() < 3 || terms_.size() > most_terms || dsl::is_complex(out_.dtype(total))) return {};
    for (const Term& term : terms_) products_.push_back(product_of(term));
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

  constexpr SumOfProduct product_of(const Term& term) {
    SumOfProduct out;
    const NodeId node = written_out(term.node);
    const auto free = out_.free(node);
    const Vec<IndexId> axes(free.data(), free.data() + free.size());
    const Network network = NetworkReader(out_, true).read(node, axes);
    if (!network.usable || network.sums == 0) return out;
    for (std::size_t at = axes.size(); at < network.indices.size(); ++at) out.summed.push_back(network.indices[at]);
    const QuadraticParts parts = take_apart(out_, network);
    out.over = parts.over;
    out.numbers = network.numbers;
    out.numbers.append(parts.numbers);
    out.negative = term.negative != (network.negative != parts.negative);
    sort_parts(out.over);
    sort_numbers(out.numbers);
    return out;
  }

  /// The square around a product of two different rows.
  constexpr NodeId around(std::size_t cross) {
    const SumOfProduct own = products_[cross];
    if (!own.negative || own.summed.empty() || own.summed.size() > 2) return {};
    numbers_ = own.numbers;
    if (own.summed.size() == 1 && !take_two()) return {};
    for (std::size_t x = 0; x < own.over.size(); ++x)
      for (std::size_t y = 0; y < own.over.size(); ++y) {
        if (x == y || own.over[x].inverse || own.over[y].inverse) continue;
        taken_ = Vec<char>(terms_.size(), 0);
        taken_[cross] = 1;
        Vec<QuadraticPart> between;
        for (std::size_t at = 0; at < own.over.size(); ++at)
          if (at != x && at != y) between.push_back(own.over[at]);
        if (const NodeId found = square(own, own.over[x].node, own.over[y].node, between); found.valid()) return found;
      }
    return {};
  }
  /// Takes the 2 out of the numbers, which the squares do not have.
  constexpr bool take_two() {
    Vec<NodeId> rest;
    bool found = false;
    for (NodeId number : numbers_) {
      if (!found && is_two(out_, number))
        found = true;
      else
        rest.push_back(number);
    }
    numbers_ = rest;
    return found;
  }

  /// x stands over the first summed index, y over the last.
  constexpr NodeId square(const SumOfProduct& cross, NodeId x, NodeId y, const Vec<QuadraticPart>& between) {
    const IndexId k = cross.summed[0], l = cross.summed.back();
    const DType type = out_.dtype(x);
    if (out_.dtype(y) != type || !out_.uses(x, k) || !out_.uses(y, l)) return {};
    if (k != l && (out_.uses(x, l) || out_.uses(y, k))) return {};
    const NodeId other_x = moved(x, k, l), other_y = moved(y, l, k);
    if (k != l && !take(cross.summed, between, other_y, other_x, true)) return {};
    if (!take(cross.summed, between, x, other_x, false) || !take(cross.summed, between, other_y, y, false)) return {};
    const bool turned = row_of(y, cross.summed) < row_of(x, cross.summed);  // the rows in the order of the axes
    const auto difference = [&](NodeId own_x, NodeId own_y) {
      return turned ? out_.add(Op::subtract, type, {own_y, own_x}) : out_.add(Op::subtract, type, {own_x, own_y});
    };
    return whole(type, between, difference(x, other_y), difference(other_x, y), cross.summed);
  }
  constexpr IndexId row_of(NodeId node, const Vec<IndexId>& summed) const {
    for (IndexId own : out_.free(node))
      if (!summed.contains(own)) return own;
    return {};
  }
  constexpr NodeId moved(NodeId node, IndexId from, IndexId to) {
    return from == to ? node : out_.substitute(node, {{from, out_.index_value(to)}});
  }
  constexpr NodeId whole(DType type, const Vec<QuadraticPart>& between, NodeId first, NodeId second,
                         const Vec<IndexId>& summed) {
    NodeId body = out_.add(Op::multiply, type, {first, second});
    for (const QuadraticPart& own : between)
      body =
          own.inverse ? out_.add(Op::divide, type, {body, own.node}) : out_.add(Op::multiply, type, {own.node, body});
    for (NodeId number : numbers_) body = out_.add(Op::multiply, type, {number, body});
    return out_.reduce(Op::sum, type, body, summed);
  }

  /// Takes a term that is this product, in whatever order and over whatever indices it was written.
  constexpr bool take(const Vec<IndexId>& summed, const Vec<QuadraticPart>& between, NodeId left, NodeId right,
                      bool negative) {
    Vec<QuadraticPart> wanted = between;
    wanted.push_back({left});
    wanted.push_back({right});
    sort_parts(wanted);
    for (std::size_t at = 0; at < terms_.size(); ++at)
      if (taken_[at] == 0 && products_[at].negative == negative && is_product(products_[at], summed, wanted)) {
        taken_[at] = 1;
        return true;
      }
    return false;
  }
  constexpr bool is_product(const SumOfProduct& own, const Vec<IndexId>& summed, const Vec<QuadraticPart>& wanted) {
    if (own.summed.size() != summed.size() || own.over.size() != wanted.size() || !same_numbers(own)) return false;
    for (const bool turned : {false, true}) {
      if (turned && summed.size() == 1) break;
      Vec<dsl::Replacement> renamed;
      for (std::size_t at = 0; at < summed.size(); ++at) {
        if (out_.extent(own.summed[at]) != out_.extent(summed[turned ? 1 - at : at])) return false;
        renamed.push_back({own.summed[at], out_.index_value(summed[turned ? 1 - at : at])});
      }
      Vec<QuadraticPart> parts;
      for (const QuadraticPart& part : own.over) parts.push_back({out_.substitute(part.node, renamed), part.inverse});
      sort_parts(parts);
      bool same = true;
      for (std::size_t at = 0; at < parts.size(); ++at)
        same = same && parts[at].node == wanted[at].node && parts[at].inverse == wanted[at].inverse;
      if (same) return true;
    }
    return false;
  }
  constexpr bool same_numbers(const SumOfProduct& own) const {
    bool same = own.numbers.size() == numbers_.size();
    for (std::size_t at = 0; same && at < numbers_.size(); ++at) same = own.numbers[at] == numbers_[at];
    return same;
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
  Vec<SumOfProduct> products_;
  Vec<NodeId> numbers_;  // of the squares
  Vec<char> taken_;
};

}  // namespace ricci::passes::detail
