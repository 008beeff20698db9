/// A sum that is (x - y)' W (x - y) becomes Op::quadratic, whatever its spelling:
/// sum[k,l] (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]), sum[k] ((X[i,k]-Y[j,k])/a[k])^2, a W that is an expression, further
/// factors, batch indices, and the spellings of expanded_square.hpp and squared_distances.hpp. What becomes true here:
/// no pair of rows looks at W; the kernel factors it once.
///
/// Only the symmetric part of W counts. Not exact: the kernel keeps to the bounds that its folder states, and computes
/// pairs of rows that lie too close for them as they are written.
#pragma once

#include "passes/expanded_square.hpp"
#include "passes/network.hpp"
#include "passes/notes.hpp"
#include "passes/quadratic_parts.hpp"
#include "passes/squared_distances.hpp"

namespace ricci::passes {

namespace detail {

class QuadraticForm {
 public:
  constexpr QuadraticForm(Graph& out, Choice choice) : out_(out), choice_(choice) {}

  /// What stands in place of the sum; null where it is none, and why() says it if it looks like one.
  constexpr NodeId run(NodeId sum) {
    const auto free = out_.free(sum);
    for (IndexId own : free) axes_.push_back(own);
    const Network network = NetworkReader(out_, true).read(without_bracket(sum), axes_);
    if (!network.usable || network.sums == 0) return {};
    parts_ = take_apart(out_, network);
    for (IndexId own : network.indices)
      if (!axes_.contains(own)) summed_.push_back(own);
    if (!pair_up() || !split() || !worth_it()) return {};
    const NodeId form = make(network.dtype);
    return form.valid() ? around(form, network) : form;
  }
  constexpr std::string_view why() const { return why_; }
  constexpr std::string_view reason() const {
    if (kind_ == dsl::QuadraticWeights::matrix)
      return "W replaced by (W+W')/2, the skew part cancels, and factored once";
    return kind_ == dsl::QuadraticWeights::none ? "squared distances between rows" : "the weights scale each row once";
  }

 private:
  /// sum[k,l] (k == l)*f(k,l) is sum[k] f(k,k).
  constexpr NodeId without_bracket(NodeId sum) {
    const dsl::Opened opened = out_.open(sum);
    if (opened.indices.size() != 2 || out_.op(opened.body) != Op::guard) return sum;
    first_ = opened.indices[0];
    second_ = opened.indices[1];
    if (!is_diagonal({opened.body}) || out_.extent(first_) != out_.extent(second_)) return sum;
    const NodeId value = out_.substitute(out_.operand(opened.body, 1), {{second_, out_.index_value(first_)}});
    return out_.reduce(Op::sum, out_.dtype(sum), value, {first_});
  }

  /// Finds the one difference that stands twice, once over each summed index, and what stands between.
  constexpr bool pair_up() {
    if (summed_.empty() || summed_.size() > 2) return false;
    Vec<std::size_t> candidates;
    for (std::size_t at = 0; at < parts_.over.size(); ++at)
      if (!parts_.over[at].inverse && is_difference(parts_.over[at].node)) candidates.push_back(at);
    for (std::size_t a = 0; a < candidates.size(); ++a)
      for (std::size_t b = a + 1; b < candidates.size(); ++b)
        if (matches(parts_.over[candidates[a]].node, parts_.over[candidates[b]].node))
          return between(candidates[a], candidates[b]);
    if (candidates.size() != 2) return false;
    return no("not applied, left and right differences are not the same vector");
  }
  constexpr bool matches(NodeId left, NodeId right) {
    first_ = out_.uses(left, summed_[0]) ? summed_[0] : summed_.back();
    second_ = first_ == summed_.back() ? summed_[0] : summed_.back();
    if (!out_.uses(right, second_)) return false;
    terms_ = terms_of(out_, left);
    const NodeId renamed = first_ == second_ ? left : out_.substitute(left, {{first_, out_.index_value(second_)}});
    const int sign = same_terms(terms_of(out_, renamed), terms_of(out_, right));
    negative_ = sign < 0;
    return sign != 0;
  }
  /// Two terms or more over one of the summed indices and some index of a row.
  constexpr bool is_difference(NodeId id) const {
    std::size_t summed = 0;
    for (IndexId own : summed_) summed += out_.uses(id, own) ? 1 : 0;
    const Op op = out_.op(id);
    return summed == 1 && (op == Op::subtract || op == Op::add) && out_.free(id).size() > 1;
  }

  /// The factors but for the two differences: W, or what stands outside the sum. A bracket k == l makes W a diagonal. A
  /// further power of the difference is a factor like any other.
  constexpr bool between(std::size_t left, std::size_t right) {
    for (std::size_t at = 0; at < parts_.over.size(); ++at) {
      const QuadraticPart& own = parts_.over[at];
      if (at == left || at == right) continue;
      const bool inside = out_.uses(own.node, first_) || out_.uses(own.node, second_);
      if (!inside) {
        outside_.push_back(own);
        continue;
      }
      if (first_ != second_ && is_diagonal(own)) diagonal_ = true;
      weights_.push_back(own);
      for (IndexId index : out_.free(own.node))
        if (index != first_ && index != second_ && !shared_.contains(index)) shared_.push_back(index);
    }
    const bool one = first_ == second_;
    if (!one && weights_.empty()) return no("not applied, nothing stands between the two sums");
    kind_ = weights_.empty()   ? dsl::QuadraticWeights::none
            : one || diagonal_ ? dsl::QuadraticWeights::diagonal
                               : dsl::QuadraticWeights::matrix;
    return true;
  }
  constexpr bool is_diagonal(const QuadraticPart& part) const {
    if (part.inverse || out_.op(part.node) != Op::guard) return false;
    const NodeId condition = out_.operand(part.node, 0);
    if (out_.op(condition) != Op::equal) return false;
    bool both = true;
    for (NodeId own : out_.operands(condition))
      both = both && out_.op(own) == Op::index &&
             (out_.attribute(own, 0) == first_.at || out_.attribute(own, 0) == second_.at);
    return both && out_.operand(condition, 0) != out_.operand(condition, 1);
  }

  /// Which terms of the difference are x, which y: those that need no further index than the first one are x.
  constexpr bool split() {
    for (const Term& term : terms_)
      if (own_.empty())
        for (IndexId index : out_.free(term.node))
          if (index != first_) own_.push_back(index);
    const bool flipped = terms_[0].negative;  // x - y or y - x: the same form
    for (const Term& term : terms_) {
      bool within = true;
      for (IndexId index : out_.free(term.node)) within = within && (index == first_ || own_.contains(index));
      const Term signed_term{term.node, term.negative != (flipped == within)};
      if (!within) {
        for (IndexId index : out_.free(term.node))
          if (index != first_ && !other_.contains(index)) other_.push_back(index);
      }
      (within ? x_ : y_).push_back(signed_term);
    }
    if (y_.empty()) return no("not applied, both rows go by the same indices");
    return true;
  }

  constexpr bool worth_it() {
    Vec<IndexId> all = own_;
    for (const Vec<IndexId>* more : {&other_, &shared_})
      for (IndexId index : *more)
        if (!all.contains(index)) all.push_back(index);
    if (all.size() > axes_.size()) return false;
    if (choice_ == Choice::whatever_is_right) return true;
    const double rows = points_of(out_, span_of(with_shared(own_))) + points_of(out_, span_of(with_shared(other_)));
    if (points_of(out_, span_of(all)) < 4 * rows) return no("not applied, there are hardly more pairs than rows");
    return true;
  }
  /// The shared axes, then the others in the order of the result's.
  constexpr Vec<IndexId> with_shared(const Vec<IndexId>& own) const {
    Vec<IndexId> out;
    for (IndexId axis : axes_)
      if (shared_.contains(axis)) out.push_back(axis);
    for (IndexId axis : axes_)
      if (own.contains(axis) && !shared_.contains(axis)) out.push_back(axis);
    return out;
  }

  constexpr NodeId make(DType dtype) {
    if (dtype != DType::f64 && dtype != DType::f32) {
      no("not applied, it is for real floating numbers");
      return {};
    }
    Vec<NodeId> operands;
    const Vec<IndexId> rows_x = with_shared(own_), rows_y = with_shared(other_);
    operands.push_back(tensor_of(total(dtype, x_), rows_x, {first_}));
    operands.push_back(tensor_of(total(dtype, y_), rows_y, {first_}));
    if (kind_ != dsl::QuadraticWeights::none) operands.push_back(weights(dtype));
    for (const Vec<IndexId>* rows : {&rows_x, &rows_y})
      for (std::size_t at = rows == &rows_x ? 0 : shared_.size(); at < rows->size(); ++at)
        operands.push_back(out_.index_value((*rows)[at]));
    const std::int64_t ints[] = {static_cast<std::int64_t>(kind_), static_cast<std::int64_t>(shared_.size())};
    return out_.add(Op::quadratic, dtype, span_of(operands), ints);
  }
  constexpr NodeId total(DType dtype, const Vec<Term>& terms) {
    NodeId out;
    for (const Term& term : terms) {
      if (!out.valid())
        out = term.negative ? out_.add(Op::negate, dtype, {term.node}) : term.node;
      else
        out = out_.add(term.negative ? Op::subtract : Op::add, dtype, {out, term.node});
    }
    return out;
  }
  constexpr NodeId weights(DType dtype) {
    NodeId out;
    for (QuadraticPart own : weights_) {
      if (diagonal_ && is_diagonal(own)) own.node = out_.operand(own.node, 1);
      if (own.inverse && !out.valid()) out = out_.real(1, dtype);
      out = out.valid() ? out_.add(own.inverse ? Op::divide : Op::multiply, dtype, {out, own.node}) : own.node;
    }
    if (diagonal_) out = out_.substitute(out, {{second_, out_.index_value(first_)}});
    const Vec<IndexId> rows = with_shared({});
    if (kind_ == dsl::QuadraticWeights::diagonal) return tensor_of(out, rows, {first_});
    const NodeId plain = plain_tensor(out, rows, {second_, first_});  // transposed is as good
    return plain.valid() ? plain : tensor_of(out, rows, {first_, second_});
  }

  constexpr NodeId tensor_of(NodeId body, Vec<IndexId> axes, std::initializer_list<IndexId> last) {
    const NodeId plain = plain_tensor(body, axes, last);
    if (plain.valid()) return plain;
    for (IndexId own : last) axes.push_back(own);
    return out_.tensor(body, axes);
  }
  /// The tensor that the body reads element by element, if it is no more than that.
  constexpr NodeId plain_tensor(NodeId body, Vec<IndexId> axes, std::initializer_list<IndexId> last) const {
    for (IndexId own : last) axes.push_back(own);
    if (out_.op(body) != Op::access) return {};
    const NodeId tensor = out_.operand(body, 0);
    const auto shape = out_.shape(tensor);
    if (out_[tensor].sparse || shape.size() != axes.size()) return {};
    for (std::size_t at = 0; at < shape.size(); ++at) {
      const NodeId entry = out_.operand(body, at + 1);
      const bool same = out_.op(entry) == Op::index && out_.attribute(entry, 0) == axes[at].at;
      if (!same || shape[at] != out_.extent(axes[at])) return {};
    }
    return tensor;
  }

  /// Constant factors, signs and what depends on no summed index, around the form.
  constexpr NodeId around(NodeId form, const Network& network) {
    NodeId out = form;
    bool negative = network.negative != (parts_.negative != negative_);
    Vec<NodeId> numbers = network.numbers;
    numbers.append(parts_.numbers);
    for (NodeId number : numbers) {
      if (negative && out_.op(number) == Op::constant) {  // the sign costs nothing there
        number = out_.real(-std::bit_cast<double>(out_.attribute(number, 0)), network.dtype);
        negative = false;
      }
      out = out_.add(Op::multiply, network.dtype, {number, out});
    }
    for (const QuadraticPart& own : outside_)
      out = own.inverse ? out_.add(Op::divide, network.dtype, {out, own.node})
                        : out_.add(Op::multiply, network.dtype, {own.node, out});
    return negative ? out_.add(Op::negate, network.dtype, {out}) : out;
  }
  constexpr bool no(std::string_view why) {
    why_ = why;
    return false;
  }

  Graph& out_;
  Choice choice_;
  Vec<IndexId> axes_, summed_;
  QuadraticParts parts_;
  IndexId first_, second_;
  Vec<Term> terms_, x_, y_;
  bool negative_ = false, diagonal_ = false;
  Vec<QuadraticPart> weights_, outside_;
  Vec<IndexId> shared_, own_, other_;
  dsl::QuadraticWeights kind_ = dsl::QuadraticWeights::none;
  std::string_view why_;
};

}  // namespace detail

namespace detail {

/// What stands in place of a node that is, has or is the root of a sum of squares; null where there is no form in it.
constexpr NodeId with_form(Graph& out, QuadraticForm& form, NodeId made) {
  const Op op = out.op(made);
  if (op == Op::sum) return form.run(made);
  if (op == Op::multiply) return square_of_root(out, made);
  if (op == Op::norm) {
    const NodeId squares = squares_under(out, made);
    const NodeId became = squares.valid() ? form.run(squares) : NodeId{};
    return became.valid() ? out.add(Op::sqrt, out.dtype(made), {became}) : became;
  }
  if (op != Op::add && op != Op::subtract) return {};
  ExpandedSquare expanded(out);
  const NodeId squares = expanded.run(made);
  const NodeId became = squares.valid() ? form.run(squares) : NodeId{};
  return became.valid() ? expanded.with(became) : became;
}

}  // namespace detail

constexpr Rebuilt quadratic_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (in.op(old) != out.op(made)) return made;
    detail::QuadraticForm form(out, choice);
    const NodeId became = detail::with_form(out, form, made);
    if (became.valid())
      notes.fire(in, "quadratic form", old, form.reason());
    else if (!form.why().empty())
      notes.say(in, "left", old, form.why());
    return became.valid() ? became : made;
  });
}

constexpr Rebuilt quadratic_form(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return quadratic_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
