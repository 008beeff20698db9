/// einsum("ijk,kl,ijl->ij", ...): every string that numpy.einsum takes, with its meaning: blanks, an ellipsis, an
/// implicit output in alphabetical order, repeated indices, and axes of size 1 that broadcast.
#pragma once

#include "dsl/infer/whole.hpp"

namespace ricci::dsl {

/// One operand's or the output's labels; an ellipsis stands at `dots` (npos: none).
struct Labels {
  static constexpr std::size_t none = ~std::size_t{0};
  Vec<char> letters;
  std::size_t dots = none;
};

class Einsum {
 public:
  constexpr Einsum(Elaborator& elaborator, SyntaxId call) : e(elaborator), call_(call) {}

  constexpr Thing run() {
    const SyntaxId text = e.program().kid(call_, 0);
    if (e.program()[text].form != Form::text) return e.fail(Fault::einsum_text, call_, e.text(call_));
    if (!read(e.program().name(text)) || !take_operands()) return {};
    settle_output();
    if (e.failed() || !e.check_rank(out_.size(), call_)) return {};
    return e.failed() ? Thing{} : make();
  }

 private:
  constexpr bool bad(std::string_view why) {
    e.fail(Fault::einsum_string, e.program().kid(call_, 0), why);
    return false;
  }

  constexpr bool read(std::string_view text) {
    operands_.push_back({});
    for (std::size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      Labels& labels = explicit_output_ ? output_ : operands_.back();
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (c == ' ') continue;
      if (letter) {
        labels.letters.push_back(c);
      } else if (c == '.' && text.substr(at, 3) == "...") {
        if (labels.dots != Labels::none) return bad("has two ellipses in one operand");
        labels.dots = labels.letters.size();
        at += 2;
      } else if (c == ',' && !explicit_output_) {
        operands_.push_back({});
      } else if (c == '-' && text.substr(at, 2) == "->" && !explicit_output_) {
        explicit_output_ = true;
        at += 1;
      } else {
        return bad("holds a character that is no letter, comma, ellipsis or ->");
      }
    }
    return true;
  }

  constexpr bool take_operands() {
    if (operands_.size() + 1 != positional_count(e.program(), call_))
      return bad("names another number of operands than are given");
    for (std::size_t at = 0; at < operands_.size(); ++at) {
      const NodeId tensor = e.whole(e.program().kid(call_, at + 1));
      if (e.failed()) return false;
      tensors_.push_back(tensor);
      const std::size_t rank = e.graph.shape(tensor).size();
      const std::size_t letters = operands_[at].letters.size();
      if (operands_[at].dots == Labels::none ? letters != rank : letters > rank) {
        e.fail(Fault::einsum_rank, e.program().kid(call_, at + 1), letters, rank);
        return false;
      }
      if (operands_[at].dots != Labels::none && rank - letters > dots_rank_) dots_rank_ = rank - letters;
    }
    for (std::size_t at = 0; at < operands_.size(); ++at)
      for (std::size_t axis = 0; axis < e.graph.shape(tensors_[at]).size(); ++axis)
        if (!note_extent(label_at(at, axis), e.graph.shape(tensors_[at])[axis], at)) return false;
    return true;
  }

  /// A label as a number: letters by their code, ellipsis axes from 256 on, right-aligned.
  constexpr int label_at(std::size_t operand, std::size_t axis) const {
    const Labels& labels = operands_[operand];
    const std::size_t rank = e.graph.shape(tensors_[operand]).size();
    const std::size_t dots = labels.dots == Labels::none ? 0 : rank - labels.letters.size();
    if (labels.dots == Labels::none || axis < labels.dots) return labels.letters[axis];
    if (axis < labels.dots + dots) return static_cast<int>(256 + dots_rank_ - dots + (axis - labels.dots));
    return labels.letters[axis - dots];
  }

  constexpr bool note_extent(int label, std::int64_t extent, std::size_t operand) {
    for (std::size_t at = 0; at < labels_.size(); ++at) {
      if (labels_[at] != label) continue;
      if (first_of_[at] == operand && extent != own_[at]) {  // a diagonal does not broadcast
        e.fail(Fault::einsum_sizes, e.program().kid(call_, operand + 1), shown_label(label).view(), own_[at], extent);
        return false;
      }
      first_of_[at] = operand;
      own_[at] = extent;
      if (extents_[at] == 1) extents_[at] = extent;
      if (extent == 1 || extent == extents_[at]) return true;
      e.fail(Fault::einsum_sizes, e.program().kid(call_, operand + 1), shown_label(label).view(), extents_[at], extent);
      return false;
    }
    labels_.push_back(label);
    extents_.push_back(extent);
    first_of_.push_back(operand);
    own_.push_back(extent);
    return true;
  }
  static constexpr Str shown_label(int label) {
    Str out;
    out += label < 256 ? static_cast<char>(label) : '.';
    return out;
  }

  constexpr void settle_output() {
    for (std::size_t at = 0; at < dots_rank_; ++at)
      if (!explicit_output_) out_.push_back(static_cast<int>(256 + at));
    if (!explicit_output_) {
      for (int letter = 'A'; letter <= 'z'; ++letter) {
        std::size_t times = 0;
        for (const Labels& labels : operands_)
          for (char own : labels.letters) times += own == letter ? 1 : 0;
        if (times == 1) out_.push_back(letter);
      }
      return;
    }
    for (std::size_t at = 0; at <= output_.letters.size(); ++at) {
      if (output_.dots == at)
        for (std::size_t axis = 0; axis < dots_rank_; ++axis) out_.push_back(static_cast<int>(256 + axis));
      if (at == output_.letters.size()) break;
      const int letter = output_.letters[at];
      if (out_.contains(letter)) bad("names an output index twice");
      if (!labels_.contains(letter)) bad("has an output index that no operand has");
      out_.push_back(letter);
    }
    if (output_.dots == Labels::none && dots_rank_ > 0) bad("has an ellipsis with axes, but none in its output");
  }

  constexpr Thing make() {
    Graph& graph = e.graph;
    Vec<IndexId> indices;
    for (std::size_t at = 0; at < labels_.size(); ++at) {
      const char shown[] = {static_cast<char>(labels_[at] < 256 ? labels_[at] : 'b')};
      indices.push_back(graph.open_index(std::string_view(shown, 1), extents_[at]));
    }
    const auto index_of = [&](int label) {
      std::size_t at = 0;
      while (labels_[at] != label) ++at;
      return indices[at];
    };
    Vec<Factor> factors;
    for (std::size_t at = 0; at < tensors_.size(); ++at) {
      Vec<NodeId> entries;
      const Vec<std::int64_t> shape = shape_copy(graph, tensors_[at]);
      for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const IndexId index = index_of(label_at(at, axis));
        const bool repeated = shape[axis] == 1 && graph.extent(index) != 1;
        entries.push_back(repeated ? graph.integer(0) : graph.index_value(index));
      }
      factors.push_back({{e.element_at(tensors_[at], entries), false, false}, false});
    }
    Thing value = product(graph, factors, false);
    Vec<IndexId> summed;
    Vec<IndexId> kept;
    for (std::size_t at = 0; at < labels_.size(); ++at)
      if (!out_.contains(labels_[at])) summed.push_back(indices[at]);
    for (int label : out_) kept.push_back(index_of(label));
    if (!summed.empty()) value = e.reduced(Op::sum, call_, value, summed);
    if (e.failed() || kept.empty()) return value;
    return {bind_axes(graph, value.node, kept), true, false};
  }

  Elaborator& e;
  SyntaxId call_;
  Vec<Labels> operands_;
  Labels output_;
  bool explicit_output_ = false;
  std::size_t dots_rank_ = 0;
  Vec<NodeId> tensors_;
  Vec<int> labels_;
  Vec<std::int64_t> extents_;
  Vec<std::size_t> first_of_;  // the operand that had the label last
  Vec<std::int64_t> own_;      // and its extent there
  Vec<int> out_;
};

constexpr Thing einsum_function(Elaborator& e, SyntaxId call) { return Einsum(e, call).run(); }

}  // namespace ricci::dsl
