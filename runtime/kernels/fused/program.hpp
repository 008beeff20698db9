/// The tile program: what a kernel becomes once its loops and lanes are chosen. Registers hold one tile (wide) or one
/// number (uniform) each; an instruction stands in the block of the deepest loop it depends on, or in the block of a
/// branch when only that branch needs it. Nothing here knows the graph or the data: a program can be kept and run
/// again on any tensors of the same extents, types and strides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "runtime/kernels/fused/expr.hpp"
#include "runtime/kernels/fused/tile_ops.hpp"

namespace ricci::runtime::fused {

using RegisterId = std::int32_t;
using BlockId = std::int32_t;
inline constexpr std::int32_t none = -1;

enum class Step : std::uint8_t {
  apply,     // function(dst, a, b, c)
  chain,     // dst = a and what the links do to it
  checked,   // an integer function that can fail, in the lanes of mask
  number,    // dst = an affine number
  view,      // dst stands for memory: one element, or neighbours along the lanes
  load,      // dst = memory at a stride, or by runs
  offsets,   // dst = how far each lane's element is from the first address, by runs and gathered entries
  gather,    // dst = memory at those offsets (a)
  lookup,    // dst = an element of a sparse matrix: row a, column b
  check,     // dst = a, which must lie in its axis in the lanes of mask
  draw,      // dst = random numbers; with c, whether those of c compare as op says with a, or b with them
  distance,  // dst = a quadratic form of row a and the rows along the lanes, or of rows a and b
  loop,      // runs a block over a range
  branch,    // runs a block, or two, where a mask asks for it
  reset,     // a pairwise sum begins
  push,      // a part of a pairwise sum is done
  drain,     // dst = the whole pairwise sum
  fold,      // dst (and b) over all lanes, down to the first few
  store,     // memory = a
  stream,    // the same past the caches, side by side along the lanes
  fault,     // raises a fault if a lane of mask is active
};

struct Instruction {
  Step step = Step::apply;
  bool wide = false;  // works on all lanes of the tile; otherwise on one number
  DType dtype = DType::f64;
  RegisterId dst = none, a = none, b = none, c = none;
  RegisterId mask = none;
  std::int32_t info = none;  // which address, loop, branch, sum, draw or fault
  Op op = Op::constant;      // what function does; for printing, and for what goes by table
  TileFunction function = nullptr;
  CheckedFunction checked = nullptr;
};

struct Register {
  DType dtype = DType::f64;
  bool wide = false;
  bool view = false;          // points into a tensor
  std::int64_t offset = 0;    // in the arena, when it does not
  std::int64_t bits[2] = {};  // of a constant
  bool constant = false;
};

/// A Dim with its number in a register where it is gathered.
struct MappedDim {
  Op how = Op::wrap;
  Affine affine{};
  std::int64_t extent = 0;
  std::int64_t stride = 0;
  RegisterId number = none;
};

/// An element's place in slot `slot` (none: the number itself is meant), in elements.
struct Address {
  std::int32_t slot = none;
  Affine affine{};
  std::vector<MappedDim> dims{};
  bool runs = false;        // has to be cut where it stops being affine along the lanes
  std::int64_t stride = 0;  // along the lanes, where it is affine
  std::int64_t period = 0;  // where positive: the same again after so many lanes, and at the start of each tile
};

/// One or more indices that run along the lanes, the last fastest. Tiles cut their flat range in pieces of `step`.
struct Lanes {
  std::vector<VarId> vars{};
  std::vector<std::int64_t> extents{};
  std::int64_t total = 1;
  std::int64_t step = 1;
  std::int64_t keep = 1;  // when some are reduced: the product of the extents of the free ones, which are last

  std::int64_t tiles() const { return (total + step - 1) / step; }
};

/// A loop whose body is one multiplication and addition into a sum, of operands that are views or stand still.
struct Contraction {
  bool square = false;  // of a difference
  std::size_t uniform = 0;
  RegisterId sum = none, a = none, b = none;
  std::int32_t address_a = none, address_b = none;  // none: the register stands still
};

/// Iterations outside cannot count (bands.hpp): a sorted coordinate of the loop's variable beside what stands still.
struct LoopBound {
  std::int32_t address = none;  // of the coordinate; without a slot, the number itself
  DType dtype = DType::f64;     // in which both are compared
  RegisterId other = none;
  bool upper = false;
  bool strict = false;
};

struct Loop {
  enum class Over : std::uint8_t { variable, tiles };
  Over over = Over::variable;
  VarId var = 0;
  std::int64_t count = 0;  // of iterations, all chunks together
  std::int64_t chunk = 0;  // iterations a chunk, when cut by the variable `chunk_var`
  VarId chunk_var = 0;
  BlockId body = none;
  std::int32_t filter = none;                // the address of a row of bools that says which iterations there are
  std::vector<std::int32_t> bounds{};        // narrow its range
  std::optional<Contraction> contraction{};  // does the same as the body
  std::int64_t period = 0;                   // after this many iterations `pushed` sums are pushed; 0: never
  std::vector<std::int32_t> pushed{};
};

struct Branch {
  BlockId yes = none, no = none;
  RegisterId condition = none;
  RegisterId dst = none, from_yes = none, from_no = none;  // from_no none: zero
};

/// A sum whose parts are added in pairs of equal size, so that rounding grows with the logarithm of their number.
struct PairwiseSum {
  RegisterId sum = none;
  RegisterId first_level = none;  // `levels` registers
  std::int32_t levels = 0;
};

struct Draw {
  std::vector<std::int64_t> ints{};  // as Kind::draw
  std::vector<RegisterId> parameters{};
  std::vector<Affine> coordinates{};  // where all are affine
  std::vector<RegisterId> numbers{};  // otherwise
};

inline constexpr std::size_t longest_chain = 16;

/// The links of a chain, at most longest_chain, and the registers that they take.
struct Chain {
  std::vector<Link> links{};
  std::vector<RegisterId> with{};
};

/// Rows against the rows that follow `column`; or pair by pair, of two numbers.
struct Distance {
  std::size_t form = 0;
  bool pairs = false;
  bool turned = false;
  bool blocks = false;  // the next steps ask for the rows that follow
  Affine column{};
};

struct FaultInfo {
  dsl::Fault fault = dsl::Fault::internal;
  std::string text{};
  std::int64_t extent = 0, axis = 0;
  bool gathered = false;
};

/// A loop over free indices: variables, or the tiles of the lanes.
struct Level {
  bool tiles = false;
  VarId var = 0;
  std::int64_t extent = 0;
  BlockId block = none;  // what is computed each time the loop moves on
};

/// Partial results [chunk][free] of a reduction cut in chunks, to be folded into a slot.
struct Combine {
  Op op = Op::sum;
  DType dtype = DType::f64;                        // of the values combined
  std::int32_t parts = none, second_parts = none;  // slots: value and imaginary part or position
  std::int64_t chunks = 1, keep = 1;
  std::int32_t slot = none;
};

struct StageProgram {
  std::vector<Level> levels;
  BlockId root = none;  // what depends on no loop
  Lanes lanes;
  bool folded =
      false;  // tiles are a reduction's loop: before it, all lanes of a tile hold the free indices at their end
  std::vector<std::vector<Instruction>> blocks;
  std::vector<Register> registers;
  std::vector<Address> addresses;
  std::vector<Loop> loops;
  std::vector<LoopBound> bounds;
  std::vector<Branch> branches;
  std::vector<PairwiseSum> sums;
  std::vector<Draw> draws;
  std::vector<Distance> distances;
  std::vector<FaultInfo> faults;
  std::vector<Chain> chains;
  std::vector<Combine> combines;
  std::size_t variables = 0;
  std::int64_t arena_bytes = 0;
  bool streams = false;
  double cost = 0;                          // estimated nanoseconds a step of the innermost level
  std::unordered_set<RegisterId> in_place;  // written by a function of lanes, so that they may replace an operand
};

struct Program {
  std::vector<Slot> slots;  // 0: the result
  std::vector<FormUse> forms;
  std::vector<StageProgram> stages;

  std::string text() const;  // for people and tests
  /// Every register is written before it is read, of the types its instruction needs; every number is in range.
  /// Empty when well-formed, else what is wrong.
  std::string verify() const;
};

}  // namespace ricci::runtime::fused
