/// What one kernel computes, taken out of the graph: a small hash-consed expression over loop variables. Here the
/// composite reductions (mean, norm, var, logsumexp ...) are spelled out in simple ones, entries of accesses are
/// addresses, and every operand has the type that its operation computes in. Lanes, loops and registers come later.
#pragma once

#include <bitset>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/graph/graph.hpp"
#include "runtime/kernels/distances/form.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::fused {

using dsl::Graph;
using dsl::NodeId;
using dsl::Op;

/// The most loop variables that one kernel may have; more are refused by lower().
inline constexpr std::size_t most_variables = 192;

using ExprId = std::uint32_t;
using VarId = std::uint32_t;
using Vars = std::bitset<most_variables>;

struct Term {
  VarId var = 0;
  std::int64_t scale = 0;
};

/// offset + sum of scale * variable, terms ascending by variable, no scale 0.
struct Affine {
  std::int64_t offset = 0;
  std::vector<Term> terms;

  void add(VarId var, std::int64_t scale);
  void add(const Affine& other, std::int64_t scale);
  std::int64_t scale_of(VarId var) const;
  Vars vars() const;
  void fix(VarId var, std::int64_t value);
};

/// One entry of an access that is no plain affine one: `how` maps the number (affine, or an operand where how is
/// Op::gather) into 0..extent-1; Op::pad makes the element zero outside.
struct Dim {
  Op how = Op::wrap;
  Affine affine;
  std::int64_t extent = 0;
  std::int64_t stride = 0;
  std::uint32_t operand = 0;
};

enum class Kind : std::uint8_t {
  constant,  // ints: bits, imaginary bits (as in the graph)
  number,    // i64: affine
  apply,     // op on operands
  guard,     // operands: condition, value
  where,     // operands: condition, two values; ints: 1 if the second is rarely needed
  load,      // slot, affine (in elements), dims; operands: numbers of gathered dims
  lookup,    // an element of a sparse matrix; op access or stored; operands: row, column
  check,     // operand, if it is in 0..ints[0]-1; otherwise a fault (ints: extent, axis; text: the tensor's name)
  draw,      // ints: distribution, parameters, stream; operands: parameters, coordinates
  reduce,    // op over `bound`; operand: the body
  fault,     // raises ints[0]: a dsl::Fault; text: its argument
  distance,  // a quadratic form (slot: which) of two rows; operands: their numbers
  offsets,   // i64: the part of an address that differs from lane to lane: affine, dims; operands: gathered numbers
};

struct Expr {
  Kind kind = Kind::constant;
  Op op = Op::constant;
  DType dtype = DType::f64;
  std::uint32_t slot = 0;
  std::vector<ExprId> operands{};
  std::vector<std::int64_t> ints{};
  Affine affine{};
  std::vector<Dim> dims{};
  std::vector<VarId> bound{};
  std::string text{};

  // derived
  Vars vars{};
  bool may_fail = false;  // it, or something that it needs
};

/// Where a tensor of the kernel lives: a value of the evaluation, a temporary of the program, or the result.
struct Slot {
  enum class Home : std::uint8_t { value, temporary, result };
  Home home = Home::value;
  NodeId node{};
  DType dtype = DType::f64;
  Extents shape{};
  Extents strides{};
  bool sparse = false;
};

/// A quadratic form that the kernel takes of rows: what they are of, and where the tensors live.
struct FormUse {
  distances::FormShape shape;
  std::uint32_t x = 0, y = 0;  // slots
  std::optional<std::uint32_t> weights{};
  friend bool operator==(const FormUse&, const FormUse&) = default;
};

/// Strides (in elements) of the tensors that a kernel reads, by node; absent: row-major.
using Layouts = std::map<std::uint32_t, Extents>;

struct Kernel {
  std::vector<Expr> exprs;
  std::vector<std::int64_t> extents;  // of the variables
  std::vector<Slot> slots;            // slot 0 is the result
  std::vector<FormUse> forms;
  std::vector<VarId> axes;
  ExprId root = 0;

  const Expr& operator[](ExprId id) const { return exprs[id]; }
  ExprId add(Expr expr);
  VarId variable(std::int64_t extent);
  std::int64_t extent(VarId var) const { return extents[var]; }

  // The usual makers.
  ExprId real(double value, DType dtype = DType::f64);
  ExprId integer(std::int64_t value, DType dtype = DType::i64);
  ExprId apply(Op op, DType dtype, std::vector<ExprId> operands);
  ExprId cast(ExprId operand, DType dtype);
  ExprId guard(ExprId condition, ExprId value);
  ExprId where(ExprId condition, ExprId a, ExprId b);
  ExprId number(Affine affine);
  ExprId reduce(Op op, DType dtype, ExprId body, std::vector<VarId> bound);

  /// The expression with a variable that is not bound below fixed to a value. `resolve` maps operands on the way.
  ExprId fixed(ExprId id, VarId var, std::int64_t value, const std::unordered_map<ExprId, ExprId>& resolve,
               std::unordered_map<ExprId, ExprId>& done);

 private:
  std::map<std::string, ExprId> interned_;
};

/// The kernel of a tensor node made by Op::tensor.
Kernel import_kernel(const Graph& graph, NodeId tensor, const Layouts& layouts);

}  // namespace ricci::runtime::fused
