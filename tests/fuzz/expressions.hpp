/// Expressions over open indices: the free part of random programs.
#pragma once

#include <algorithm>

#include "dsl/graph/op.hpp"
#include "tests/fuzz/writer.hpp"

namespace fuzz {

namespace dsl = ricci::dsl;

class Expressions {
 public:
  explicit Expressions(Stock& stock) : stock_(stock) {}

  /// A definition over a few free letters, its body `depth` operations deep.
  void statement(int depth) {
    scope_.clear();
    used_.clear();
    const std::string all = "ijklm";
    for (std::size_t at = stock_.below(4); at > 0; --at) {
      const char letter = all[stock_.below(all.size())];
      if (!open(letter) && stock_.points(scope_ + letter) < 3000) scope_ += letter;
    }
    used_ = scope_;
    const Text body = number(depth);
    std::string axes, ranges;
    for (char letter : scope_) {
      (axes += axes.empty() ? "" : ",") += letter;
      (ranges += ranges.empty() ? " for " : ", ") += std::string(1, letter) + " in 0:" + stock_.size(letter);
    }
    const Named made{stock_.fresh("T"), scope_, body.kind};
    stock_.define(made,
                  made.name + (axes.empty() && stock_.chance(2) ? "" : "[" + axes + "]") + " = " + body.text + ranges);
  }

 private:
  bool open(char letter) const { return scope_.find(letter) != std::string::npos; }
  char any_open() { return scope_[stock_.below(scope_.size())]; }
  static std::string in_parentheses(const Text& of) { return "(" + of.text + ")"; }

  Text number(int depth) {
    if (depth <= 0) return leaf();
    using Make = Text (Expressions::*)(int);
    static constexpr std::array<Make, 12> makes{
        &Expressions::arithmetic, &Expressions::arithmetic, &Expressions::product,   &Expressions::product,
        &Expressions::function,   &Expressions::reduction,  &Expressions::reduction, &Expressions::bracket,
        &Expressions::selection,  &Expressions::comparison, &Expressions::shared,    &Expressions::two_arguments};
    return (this->*makes[stock_.below(makes.size())])(depth);
  }
  /// Not complex, so that it can be ordered.
  Text ordered(int depth) {
    Text out = number(depth);
    if (out.kind == Kind::complex) return {stock_.any_of({"real(", "imag(", "abs("}) + out.text + ")", Kind::real};
    return out;
  }

  Text leaf() {
    switch (stock_.below(10)) {
      case 0: return {std::to_string(stock_.below(4)), Kind::whole};
      case 1: return {stock_.any_of({"0.5", "1.0", "2.5", "-1.5", "0.0"}), Kind::real};
      case 2:
        if (!scope_.empty()) return {std::string(1, any_open()), Kind::whole};
        [[fallthrough]];
      case 3: return draw();
      case 4:
        if (stock_.main_kind() == Kind::complex) return {stock_.any_of({"1i", "(0.5 + 2i)"}), Kind::complex};
        [[fallthrough]];
      default: return access();
    }
  }
  Text access() {
    if (stock_.chance(8)) {
      const Named matrix = stock_.sparse(any_letter(), any_letter());
      if (!stock_.empty(matrix.axes)) return read(matrix);
    }
    if (!stock_.defined().empty() && stock_.chance(2)) {
      const Named own = stock_.any(stock_.defined());
      if (!stock_.empty(own.axes)) return read(own);
    }
    std::string axes;
    for (std::size_t rank = stock_.chance(8) ? 0 : 1 + stock_.below(3); rank > 0; --rank) {
      const char letter = !scope_.empty() && !stock_.chance(4) ? any_open() : any_letter();
      if (stock_.extent(letter) > 0 && stock_.points(axes + letter) < 4000) axes += lower(letter);
    }
    return read(stock_.tensor(axes));
  }
  char any_letter() { return "ijklm"[stock_.below(5)]; }
  static char lower(char letter) { return letter >= 'a' ? letter : static_cast<char>(letter - 'A' + 'a'); }

  Text read(const Named& tensor) {
    std::string entries;
    for (char axis : tensor.axes) (entries += entries.empty() ? "" : ",") += entry(axis);
    if (tensor.axes.empty()) return {tensor.name, tensor.kind};
    return {tensor.name + "[" + entries + "]", tensor.kind};
  }
  /// An entry that stays inside the axis; mostly the letter itself, where it is open.
  std::string entry(char axis) {
    const std::string n = stock_.size(axis);
    if (scope_.empty()) return stock_.extent(axis) > 1 && stock_.chance(3) ? "-1" : "0";
    if (open(axis) && !stock_.chance(3)) return std::string(1, axis);
    const std::string letter(1, any_open());
    const std::string shift = std::to_string(stock_.below(5));
    switch (stock_.below(8)) {
      case 0: return "(" + letter + "+" + shift + ") % " + n;
      case 1: return "(" + letter + "-" + std::string(1, any_open()) + ") % " + n;
      case 2: return "clamp(" + letter + "-" + shift + ")";
      case 3: return "pad(" + letter + "-" + shift + ")";
      case 4: return "pad(2*" + letter + "+" + shift + ")";
      case 5: return "wrap(" + letter + "*2-" + shift + ")";
      case 6:
        if (stock_.extent(letter[0]) > 0) return stock_.places(lower(letter[0]), axis).name + "[" + letter + "]";
        return "0";
      default: return std::to_string(stock_.below(static_cast<std::size_t>(stock_.extent(axis))));
    }
  }
  Text draw() {
    if (scope_.empty()) return access();
    std::string at(1, any_open());
    if (stock_.chance(2)) at += std::string(",") + any_open();
    if (stock_.chance(4)) at = "2*" + at + "+1";
    static const std::vector<Text> laws{{"uniform(0, 1)", Kind::real},     {"normal(0, 1)", Kind::real},
                                        {"binomial(9, 0.3)", Kind::whole}, {"integers(0, 4)", Kind::whole},
                                        {"bernoulli(0.4)", Kind::truth},   {"poisson(2)", Kind::whole},
                                        {"exponential(1)", Kind::real},    {"gamma(2, 1)", Kind::real}};
    Text law = stock_.any(laws);
    law.text += "[" + at + "]";
    return law;
  }

  Text arithmetic(int depth) {
    const Text a = number(depth - 1), b = number(depth - 1);
    const Kind kind = std::max({a.kind, b.kind, Kind::whole});
    const std::string left = a.text, right = in_parentheses(b);
    switch (stock_.below(12)) {
      case 0: return {in_parentheses(a) + " / (abs(" + b.text + ") + 1)", std::max(kind, Kind::real)};
      case 1:
        if (kind == Kind::complex) break;
        return {in_parentheses(a) + stock_.any_of({" // ", " % "}) + "(abs(" + b.text + ") + 1)", kind};
      case 2: return {in_parentheses(a) + "^2", std::max(a.kind, Kind::whole)};
      case 3: return {"-" + in_parentheses(a), std::max(a.kind, Kind::whole)};
      case 4: return {in_parentheses(a) + " * 1 + 0*2", std::max(a.kind, Kind::whole)};
      case 5: return {left + " - " + right, kind};
      default: break;
    }
    return {left + " + " + right, kind};
  }
  Text product(int depth) {
    Text out = number(depth - 1);
    out.text = in_parentheses(out);
    for (std::size_t more = 1 + stock_.below(2); more > 0; --more) {
      const Text factor = number(depth - 1);
      out = {out.text + " * " + in_parentheses(factor), std::max({out.kind, factor.kind, Kind::real})};
    }
    return out;
  }
  /// Some operation of one number, inside its domain.
  Text function(int depth) {
    using dsl::Op;
    struct Domain {
      Op op;
      const char* inside;  // between the parentheses, `_` for the argument
    };
    static constexpr Domain domains[] = {
        {Op::exp, "0.1*_"},         {Op::expm1, "0.1*_"},     {Op::sinh, "0.1*_"},        {Op::cosh, "0.1*_"},
        {Op::log, "abs(_) + 0.5"},  {Op::log1p, "abs(_)"},    {Op::log2, "abs(_) + 0.5"}, {Op::log10, "abs(_) + 1"},
        {Op::sqrt, "abs(_)"},       {Op::tan, "0.5*atan(_)"}, {Op::asin, "0.9*tanh(_)"},  {Op::acos, "0.9*tanh(_)"},
        {Op::lgamma, "1 + abs(_)"}, {Op::negate, nullptr},    {Op::logical_not, nullptr}, {Op::cast, nullptr},
    };
    static const std::vector<Op> functions = [] {
      std::vector<Op> out;
      for (std::size_t at = 0; at < dsl::op_rows.size(); ++at) {
        const bool spelled = dsl::op_rows[at].kind == dsl::OpKind::element && dsl::op_rows[at].operands == 1;
        const bool left_out = std::any_of(std::begin(domains), std::end(domains), [&](const Domain& own) {
          return own.inside == nullptr && own.op == static_cast<Op>(at);
        });
        if (spelled && !left_out) out.push_back(static_cast<Op>(at));
      }
      return out;
    }();
    if (stock_.chance(8)) return {"exp(1i*" + in_parentheses(ordered(depth - 1)) + ")", Kind::complex};
    const Op op = stock_.any(functions);
    const Text a = of_complex(op) ? number(depth - 1) : ordered(depth - 1);
    std::string inside = "_";
    for (const Domain& own : domains)
      if (own.op == op) inside = own.inside;
    inside.replace(inside.find('_'), 1, in_parentheses(a));
    return {std::string(dsl::row(op).spelling) + "(" + inside + ")", kind_of(op, a.kind)};
  }
  /// Whether a function that is defined for complex numbers stays where neighbouring numbers have neighbouring values.
  static bool of_complex(dsl::Op op) {
    using dsl::Op;
    constexpr Op ops[] = {Op::exp,  Op::sin,  Op::cos,  Op::tanh, Op::sinh, Op::cosh,  Op::sqrt,    Op::abs,
                          Op::real, Op::imag, Op::conj, Op::arg,  Op::sign, Op::isnan, Op::isfinite};
    return std::find(std::begin(ops), std::end(ops), op) != std::end(ops);
  }
  static Kind kind_of(dsl::Op op, Kind of) {
    switch (dsl::row(op).types) {
      case dsl::TypeRule::boolean: return Kind::truth;
      case dsl::TypeRule::inexact: return std::max(of, Kind::real);
      case dsl::TypeRule::real: return of == Kind::complex ? Kind::real : of;
      default: return of;
    }
  }
  Text two_arguments(int depth) {
    const Text a = ordered(depth - 1), b = ordered(depth - 1);
    if (stock_.chance(3)) return {stock_.any_of({"atan2(", "hypot("}) + a.text + ", " + b.text + ")", Kind::real};
    return {stock_.any_of({"min(", "max("}) + a.text + ", " + b.text + ")", std::max(a.kind, b.kind)};
  }
  Text comparison(int depth) {
    const Text a = ordered(depth - 1), b = ordered(depth - 1);
    const std::string relation = stock_.any_of({" < ", " <= ", " == ", " != ", " > "});
    std::string text = in_parentheses(a) + relation + in_parentheses(b);
    if (stock_.chance(5)) text = "!(" + text + ")";
    if (stock_.chance(5)) text = "(" + text + ")" + stock_.any_of({" && ", " || "}) + "(" + condition() + ")";
    return {text, Kind::truth};
  }
  /// Over indices alone, or a comparison.
  std::string condition() {
    if (scope_.empty() || stock_.chance(4)) return comparison(1).text;
    const std::string a(1, any_open()), b(1, any_open());
    const std::string other = stock_.chance(2) ? b : std::to_string(stock_.below(6));
    return a + stock_.any_of({" < ", " <= ", " == ", " != ", " >= "}) + other;
  }
  Text bracket(int depth) {
    const Text a = number(depth - 1);
    return {"(" + condition() + ") * " + in_parentheses(a), a.kind};
  }
  Text selection(int depth) {
    const Text a = number(depth - 1), b = number(depth - 1);
    return {"where(" + condition() + ", " + a.text + ", " + b.text + ")", std::max(a.kind, b.kind)};
  }
  Text reduction(int depth) {
    std::string bound;
    for (std::size_t at = 1 + stock_.below(2); at > 0; --at) {
      const char letter = any_letter();
      if (used_.find(letter) == std::string::npos && stock_.points(scope_ + bound + letter) < 20000) bound += letter;
      used_ += bound;
    }
    if (bound.empty()) return arithmetic(depth);
    const std::string name = stock_.any_of({"sum", "sum", "sum", "sum", "prod", "min", "max", "mean", "any", "all",
                                            "count", "argmin", "argmax", "logsumexp", "norm", "var", "std"});
    const bool place = name == "argmin" || name == "argmax";
    const bool plain =
        name == "sum" || name == "prod" || name == "mean" || name == "norm" || name == "var" || name == "std";
    if (place) bound.resize(1);
    const bool needs_one = !plain || name == "mean" || name == "var" || name == "std";
    if (needs_one && stock_.empty(bound)) return arithmetic(depth);
    std::string bindings;
    for (char letter : bound)
      (bindings += bindings.empty() ? "" : ", ") += std::string(1, letter) + " in 0:" + stock_.size(letter);
    scope_ += bound;
    const bool truth = name == "any" || name == "all" || name == "count";
    const Text body = truth ? comparison(depth - 1) : plain ? number(depth - 1) : ordered(depth - 1);
    scope_.resize(scope_.size() - bound.size());
    Kind kind = body.kind;
    if (name == "count" || place || (plain && kind == Kind::truth)) kind = Kind::whole;
    if (name == "mean" || name == "logsumexp") kind = std::max(kind, Kind::real);
    if (name == "norm" || name == "var" || name == "std") kind = Kind::real;
    if (name == "any" || name == "all") kind = Kind::truth;
    return {"(" + name + "[" + bindings + "] (" + body.text + "))", kind};
  }
  /// A product of accesses that shares a letter which nothing binds.
  Text shared(int depth) {
    for (char letter : std::string("klm")) {
      if (used_.find(letter) != std::string::npos || stock_.points(scope_ + letter) > 20000) continue;
      if (stock_.extent(letter) == 0) continue;
      used_ += letter;
      std::string text;
      Kind kind = Kind::whole;
      for (std::size_t at = 2 + stock_.below(2); at > 0; --at) {
        std::string axes(1, letter);
        if (!scope_.empty() && !stock_.chance(4)) axes += any_open();
        if (stock_.chance(2)) std::reverse(axes.begin(), axes.end());
        if (stock_.empty(axes)) axes = std::string(1, letter);
        const Named tensor = at == 1 && stock_.chance(5) && axes.size() == 2 && axes[0] != axes[1]
                                 ? stock_.sparse(axes[0], axes[1])
                                 : stock_.tensor(axes);
        std::string entries;
        for (char axis : axes) (entries += entries.empty() ? "" : ",") += axis;
        text += (text.empty() ? "" : " * ") + tensor.name + "[" + entries + "]";
        kind = std::max(kind, tensor.kind);
      }
      return {"(" + text + ")", kind};
    }
    return product(depth);
  }

  Stock& stock_;
  std::string scope_;  // open letters: free and bound
  std::string used_;   // in this statement
};

}  // namespace fuzz
