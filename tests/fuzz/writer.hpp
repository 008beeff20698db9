/// Random programs of the language, valid by construction: every letter stands for one extent, tensors are made of
/// letters, and an entry of an access is something that stays inside its axis. What a program reads is made by its
/// first statements, from draws, so that a program is a script that anyone can run again. Beside free expressions it
/// writes what the passes look for (idioms.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fuzz {

struct Program {
  std::vector<std::string> inputs;      // statements that make what the others read
  std::vector<std::string> statements;  // definitions, in order
  std::vector<std::string> asked;       // names
  bool least_squares = false;           // or singular values: a wider margin for rounding
  std::uint64_t layouts = 0;            // decides which inputs stand in memory by columns; a script cannot say it

  std::string script() const {
    std::string out;
    for (const std::string& line : inputs) out += line + "\n";
    for (const std::string& line : statements) out += line + "\n";
    for (const std::string& name : asked) out += name + "\n";
    return out;
  }
};

enum class Kind : std::uint8_t { truth, whole, real, complex };

struct Text {
  std::string text;
  Kind kind = Kind::real;
};

struct Named {
  std::string name;
  std::string axes;  // letters
  Kind kind = Kind::real;
};

/// What all writers share: the letters' extents, the tensors that there are, the dice.
class Stock {
 public:
  explicit Stock(std::uint64_t seed) : random_(seed) {
    choose_extents();
    program.layouts = chance(3) ? seed : 0;
  }

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <typename T>
  const T& any(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  std::string any_of(std::initializer_list<const char*> items) { return items.begin()[below(items.size())]; }
  std::int64_t any_of(std::initializer_list<std::int64_t> items) { return items.begin()[below(items.size())]; }

  /// A capital is a second letter of the same extent.
  std::int64_t extent(char letter) const {
    const char small = letter >= 'a' ? letter : static_cast<char>(letter - 'A' + 'a');
    return extents_[static_cast<std::size_t>(small - 'i')];
  }
  std::string size(char letter) const { return std::to_string(extent(letter)); }
  bool empty(const std::string& letters) const {
    for (char letter : letters)
      if (extent(letter) == 0) return true;
    return false;
  }
  double points(const std::string& letters) const {
    double out = 1;
    for (char letter : letters) out *= static_cast<double>(extent(letter));
    return out;
  }

  Kind main_kind() const { return main_; }
  bool single() const { return single_; }
  std::string shape(const std::string& axes) const {
    std::string out = "[";
    for (char letter : axes) out += (out.size() > 1 ? "," : "") + size(letter);
    return out + "]";
  }

  /// A tensor over these letters: one that there is, or a new input.
  Named tensor(const std::string& axes) {
    std::vector<Named> fit;
    for (const Named& own : tensors_)
      if (own.axes == axes) fit.push_back(own);
    if (!fit.empty() && !chance(4)) return any(fit);
    return input(axes, kind());
  }
  Kind kind() {
    if (!chance(5)) return main_;
    static constexpr std::array kinds{Kind::truth, Kind::whole, Kind::real, Kind::complex};
    return kinds[below(4)];
  }
  Named input(const std::string& axes, Kind kind) {
    Named out{fresh("A"), axes, kind};
    std::string value = data(axes, kind);
    if (kind != Kind::truth && kind != Kind::whole && wild_ && chance(3))
      value = "where(integers(0, 9, shape=" + shape(axes) + ") == 0, " + any_of({"nan", "inf", "-inf"}) + ", " + value +
              ")";
    program.inputs.push_back(out.name + " = " + value);
    tensors_.push_back(out);
    return out;
  }
  /// A matrix over two letters of which most elements are not stored.
  Named sparse(char row, char column) {
    const std::string axes{row, column};
    for (const Named& own : sparse_)
      if (own.axes == axes) return own;
    Named out{fresh("S"), axes, main_ == Kind::truth ? Kind::real : main_};
    program.inputs.push_back(out.name + " = sparse(where(integers(0, 3, shape=" + shape(axes) + ") == 0, " +
                             data(axes, out.kind) + ", 0))");
    sparse_.push_back(out);
    return out;
  }
  /// Whole numbers over a letter that lie inside the axis of another, or a scalar below it.
  Named places(char over, char inside) {
    Named out{fresh("p"), std::string(1, over), Kind::whole};
    program.inputs.push_back(out.name + " = integers(0, " + size(inside) + ", shape=[" + size(over) + "])");
    return out;
  }
  /// Numbers over a letter in ascending order.
  Named ascending(char over) {
    Named out{fresh("d"), std::string(1, over), Kind::real};
    program.inputs.push_back(out.name + " = 0.5 * arange(" + size(over) + ") - 1");
    return out;
  }
  void define(const Named& tensor, const std::string& statement) {
    program.statements.push_back(statement);
    tensors_.push_back(tensor);
    defined_.push_back(tensor);
  }
  const std::vector<Named>& defined() const { return defined_; }
  std::string fresh(const char* stem) { return stem + std::to_string(count_++); }

  /// A statement's worth of numbers of a kind.
  std::string data(const std::string& axes, Kind kind) {
    const std::string of = "shape=" + shape(axes);
    if (kind == Kind::truth) return "integers(0, 2, " + of + ") == 1";
    if (kind == Kind::whole) return (single_ ? "i32(" : "i64(") + ("integers(-4, 5, " + of + "))");
    const std::string real = rough_ ? "normal(0, 1, " + of + ")" : "integers(-4, 5, " + of + ")/2";
    if (kind == Kind::real) return single_ ? "f32(" + real + ")" : real;
    const std::string both = real + " + 1i*integers(-2, 3, " + of + ")";
    return single_ ? "c64(" + both + ")" : both;
  }

  Program program;

 private:
  /// Mostly short axes, so that a program takes a millisecond; each length of the list comes up. Free expressions do
  /// not have the last two letters: one is long enough for what pays on large matrices alone, one for intervals and
  /// scatters.
  void choose_extents() {
    static constexpr std::array<std::int64_t, 14> all{0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65};
    for (std::int64_t& extent : extents_) extent = all[1 + below(7)];
    extents_[5] = any_of({48, 49, 64, 65});
    extents_[6] = any_of({8, 9, 16, 17});
    if (chance(12)) extents_[below(5)] = 0;
    if (chance(2)) extents_[below(5)] = all[below(all.size())];
    if (chance(6)) extents_[below(5)] = all[8 + below(6)];
    static constexpr std::array kinds{Kind::real, Kind::real, Kind::real, Kind::whole, Kind::whole, Kind::complex};
    main_ = kinds[below(6)];
    single_ = chance(4);
    rough_ = chance(3);
    wild_ = chance(12);
  }

  std::mt19937_64 random_;
  std::array<std::int64_t, 7> extents_{};  // of i j k l m n o
  Kind main_ = Kind::real;
  bool single_ = false, rough_ = false, wild_ = false;
  int count_ = 0;
  std::vector<Named> tensors_, sparse_, defined_;
};

}  // namespace fuzz
