/// Random syntax trees of every form that the parser can make, for properties that must hold of all of them.
#pragma once

#include <bit>
#include <random>

#include "dsl/text/syntax.hpp"

namespace ricci::dsl::test {

class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : random_(seed) {
    program_.source = "a b i j k x y λ f g exp sum max any all count norm";
  }

  const Program& program() const { return program_; }

  SyntaxId expression(int depth) {
    if (depth <= 0) return leaf();
    switch (below(12)) {
      case 0: return leaf();
      case 1:
      case 2:
      case 3:
      case 4: return binary(depth - 1);
      case 5: return unary(depth - 1);
      case 6: return comparison(depth - 1);
      case 7:
      case 8: return reduction(depth - 1);
      case 9: return access(depth - 1);
      case 10: return call(depth - 1);
      default: return list(depth - 1);
    }
  }

 private:
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(random_() % count); }

  /// The place of a word in the source.
  Span word(std::string_view own) const {
    std::size_t at = program_.source.view().find(own);
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + own.size())};
  }
  Span index_name() {
    constexpr std::string_view names[] = {"i ", "j ", "k ", "x ", "λ "};
    const std::string_view own = names[below(5)];
    return word(own.substr(0, own.size() - 1));
  }

  static Syntax shaped(Form form, Operation operation = Operation::none) {
    Syntax out;
    out.form = form;
    out.operation = operation;
    return out;
  }
  SyntaxId add(Form form, const Vec<SyntaxId>& kids) { return program_.add(shaped(form), kids); }

  SyntaxId leaf() {
    Syntax out;
    switch (in_entry_ ? below(4) : below(5)) {
      case 0:
        out.form = Form::integer;
        out.bits = below(100);
        break;
      case 1:
        out.form = Form::real;
        out.bits = std::bit_cast<std::uint64_t>(static_cast<double>(below(1000)) / 8);
        break;
      case 4:
        out.form = Form::imaginary;
        out.bits = std::bit_cast<std::uint64_t>(static_cast<double>(below(10)) / 4);
        break;
      default: out.form = Form::name; out.name = index_name();
    }
    return program_.add(out, {});
  }

  SyntaxId binary(int depth) {
    constexpr Operation operations[] = {Operation::logical_or,   Operation::logical_and, Operation::add,
                                        Operation::subtract,     Operation::multiply,    Operation::divide,
                                        Operation::floor_divide, Operation::solve,       Operation::matmul,
                                        Operation::modulo,       Operation::power,       Operation::multiply};
    const Operation operation = operations[below(12)];
    const SyntaxId left = expression(depth);
    const SyntaxId right = expression(depth);
    return program_.add(shaped(Form::binary, operation), {left, right});
  }

  SyntaxId unary(int depth) {
    constexpr Operation operations[] = {Operation::negate, Operation::plus, Operation::logical_not,
                                        Operation::transpose};
    const Operation operation = operations[below(4)];
    return program_.add(shaped(Form::unary, operation), {expression(depth)});
  }

  SyntaxId comparison(int depth) {
    Vec<SyntaxId> kids{expression(depth)};
    for (std::uint32_t left = 1 + below(2); left > 0; --left) {
      const auto first = static_cast<std::uint32_t>(Operation::equal);
      kids.push_back(program_.add(shaped(Form::relation, static_cast<Operation>(first + below(6))), {}));
      kids.push_back(expression(depth));
    }
    return add(Form::compare, kids);
  }

  SyntaxId binding(int depth, Span name) {
    Syntax out = shaped(Form::binding);
    out.name = name;
    if (below(2) == 0) return program_.add(out, {});
    const bool outside = std::exchange(in_entry_, true);
    const SyntaxId start = expression(depth - 1);
    const SyntaxId stop = expression(depth - 1);
    in_entry_ = outside;
    return program_.add(out, {start, stop});
  }

  SyntaxId reduction(int depth) {
    constexpr std::string_view names[] = {"sum", "max", "any", "all", "count", "norm"};
    Vec<SyntaxId> kids{binding(depth, word("k"))};
    if (below(3) == 0) kids.push_back(binding(depth, word("j")));
    kids.push_back(expression(depth));
    Syntax out = shaped(Form::reduce);
    out.name = word(names[below(6)]);
    return program_.add(out, kids);
  }

  SyntaxId slice_end(int depth) { return below(2) == 0 ? program_.add(Syntax{}, {}) : expression(depth); }

  SyntaxId access(int depth) {
    Vec<SyntaxId> kids{expression(depth)};
    const bool outside = std::exchange(in_entry_, true);
    for (std::uint32_t left = below(4); left > 0; --left) {
      const std::uint32_t kind = below(8);
      if (kind == 0) {
        const SyntaxId start = slice_end(depth);
        const SyntaxId stop = slice_end(depth);
        kids.push_back(add(Form::slice, {start, stop, slice_end(depth)}));
      } else if (kind <= 2) {
        kids.push_back(add(kind == 1 ? Form::ellipsis : Form::newaxis, {}));
      } else {
        kids.push_back(expression(depth));
        program_.nodes[kids.back()].parenthesised = below(4) == 0;
      }
    }
    in_entry_ = outside;
    return add(Form::access, kids);
  }

  SyntaxId call(int depth) {
    Vec<SyntaxId> kids;
    for (std::uint32_t left = below(3); left > 0; --left) kids.push_back(expression(depth));
    if (below(3) == 0) {
      Syntax pair = shaped(Form::named);
      pair.name = word("x");
      kids.push_back(program_.add(pair, {expression(depth)}));
    }
    Syntax out = shaped(Form::call);
    constexpr std::string_view names[] = {"f", "exp", "sum", "max"};
    out.name = word(names[below(4)]);
    return program_.add(out, kids);
  }

  SyntaxId list(int depth) {
    Vec<SyntaxId> kids;
    for (std::uint32_t left = below(4); left > 0; --left) kids.push_back(expression(depth));
    return add(Form::list, kids);
  }

  Program program_;
  std::mt19937_64 random_;
  bool in_entry_ = false;
};

}  // namespace ricci::dsl::test
