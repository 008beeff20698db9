/// Writes the tile program of one stage. Values are emitted when they are first asked for, into the block of the
/// deepest loop they depend on; so what does not depend on the inner loops is computed once before them.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/kernels/fused/bands.hpp"
#include "runtime/kernels/fused/program.hpp"
#include "runtime/kernels/fused/schedule.hpp"

namespace ricci::runtime::fused {

/// After how many iterations of which loop the parts of a long sum are put aside, to be added in pairs.
struct PushPlan {
  std::size_t loop = 0;
  std::int64_t period = 0;
  std::int64_t pushes = 0;  // 0: the sum is short
};
inline constexpr std::int64_t longest_plain_sum = 128;
inline constexpr std::int64_t pushed_together = 64;
PushPlan push_plan(const std::vector<std::int64_t>& counts);  // of the loops, the outermost first

class Emitter {
 public:
  Emitter(Kernel& kernel, const Stage& stage);
  StageProgram emit_stage();

 private:
  /// A block that is being written, and what it has computed so far.
  struct Scope {
    BlockId block = none;
    Vars defines;
    bool conditional = false;                   // a branch's block
    bool filtered = false;                      // a loop's block that leaves out iterations
    RegisterId mask = none;                     // wide: lanes that are active
    const std::vector<bool>* strict = nullptr;  // what is needed in this block whatever the conditions below say
    std::unordered_map<ExprId, RegisterId> known;
  };
  using Scopes = std::vector<std::shared_ptr<Scope>>;

  // scopes
  RegisterId emit(ExprId id);
  std::size_t target_of(ExprId id) const;
  ExprId resolved(ExprId id) const;
  void push_scope(Vars defines, const std::vector<bool>* strict);
  void push_condition(const std::vector<bool>* strict);
  const std::vector<bool>* strict_set(const std::vector<ExprId>& roots);
  BlockId pop_scope();
  Scope& here() { return *scopes_.back(); }
  RegisterId active_mask() const;

  // registers and instructions
  RegisterId make_register(DType dtype, bool wide);
  RegisterId constant(DType dtype, std::int64_t bits, std::int64_t imaginary = 0);
  Instruction& put(Instruction instruction);
  RegisterId widened(RegisterId value);
  bool wide(RegisterId value) const { return program_.registers[static_cast<std::size_t>(value)].wide; }
  DType dtype(RegisterId value) const { return program_.registers[static_cast<std::size_t>(value)].dtype; }
  bool is_wide(ExprId id) const { return (kernel_[id].vars & lane_vars_).any(); }

  // values (emit_value.cpp)
  RegisterId compute(ExprId id);
  RegisterId compute_apply(ExprId id);
  RegisterId compute_two(ExprId id);
  void put_binary(Op op, RegisterId dst, RegisterId a, RegisterId b);
  RegisterId compute_guard(ExprId id);
  RegisterId compute_where(ExprId id);
  RegisterId compute_check(const Expr& expr);
  RegisterId compute_draw(const Expr& expr);
  RegisterId compute_distance(const Expr& expr);
  bool put_compared_draw(const Expr& comparison, RegisterId dst);
  RegisterId compute_fault(const Expr& expr);
  RegisterId compute_lookup(const Expr& expr);
  bool cheap(ExprId id, int& budget) const;
  bool fusable(ExprId id) const;
  bool put_multiply_add(RegisterId dst, ExprId product, RegisterId addend);
  void mask_with(RegisterId condition, bool negated);
  BlockId conditional_block(RegisterId condition, bool negated, ExprId value, bool is_wide_value, RegisterId& from);
  void put_branch(const Branch& branch);
  static std::size_t coordinate_count(const Expr& draw) {
    return draw.operands.size() - static_cast<std::size_t>(draw.ints[1]) + (draw.ints.back() >= 0 ? 1 : 0);
  }

  // memory (emit_memory.cpp)
  RegisterId compute_number(ExprId id);
  RegisterId compute_load(ExprId id);
  RegisterId compute_offsets(const Expr& expr);
  ExprId offsets_of(const Expr& load);
  Address address_of(const Expr& expr);
  bool lane_dependent(const Expr& expr, const Dim& dim) const;
  bool needs_offsets(const Expr& expr) const;
  std::int64_t period_of(const Expr& load) const;
  std::int32_t add_address(Address address);
  void put_store(std::size_t root, RegisterId value);
  bool put_guarded_store(ExprId root);
  bool store_in_place(const Address& address, RegisterId value);
  bool streamed(const Address& address) const;
  Address store_address(std::size_t root) const;

  // reductions (emit_reduce.cpp)
  struct Accumulator {
    ExprId reduce = 0;
    RegisterId value = none;
    RegisterId position = none;  // argmin, argmax
    std::int32_t sum = none;     // of pairs
  };
  RegisterId compute_reduce(ExprId id);
  std::vector<ExprId> siblings_of(ExprId id);
  bool reaches(ExprId from, ExprId to) const;
  Accumulator begin(ExprId reduce, bool wide, std::int64_t parts);
  void accumulate(const Accumulator& into, ExprId body);
  bool accumulate_together(const std::vector<Accumulator>& into);
  void accumulate_guarded(const Accumulator& into, Expr guard);
  void accumulate_value(const Accumulator& into, RegisterId value);
  void accumulate_best(const Accumulator& into, RegisterId value);
  RegisterId finish(const Accumulator& from);
  std::int32_t filter_of(const std::vector<ExprId>& group, VarId var);
  std::vector<std::int32_t> bounds_of(const std::vector<ExprId>& group, const std::vector<VarId>& bound,
                                      std::size_t at);
  std::int32_t add_bound(const BandSide& side, VarId var);
  const std::vector<bool>* bodies_strict(const std::vector<ExprId>& group);
  void close_loop(Loop loop);
  std::optional<Contraction> contraction_of(BlockId block) const;
  static void add_pushes(std::vector<Loop>& loops, const std::vector<Accumulator>& into, const PushPlan& plan);
  static bool pairwise(const Expr& reduce);

  // the whole nest (emit.cpp, emit_reduced.cpp)
  void open_levels();
  void add_level(bool tiles, VarId var, std::int64_t extent);
  void emit_reduced();
  void fold_and_store(const std::vector<Accumulator>& parts);
  void store_parts(const Accumulator& part, std::size_t root);
  std::uint32_t part_slot(DType dtype);
  void put_part(std::uint32_t slot, RegisterId value);
  void put_reduced_store(Address address, RegisterId value);
  void count_uses();

  Kernel& kernel_;
  const Stage& stage_;
  const Stored& stored_;
  StageProgram program_;
  Vars lane_vars_;
  Scopes scopes_;
  std::vector<std::unique_ptr<std::vector<bool>>> kept_strict_;
  std::unordered_map<ExprId, int> uses_;
  std::unordered_map<RegisterId, RegisterId> spread_;  // constants in every lane
  std::unordered_map<ExprId, bool> own_roots_;         // roots are not loaded from where they are stored
  VarId chunk_var_ = 0;
  std::int64_t chunks_ = 1;
  std::int64_t free_points_ = 1;
};

}  // namespace ricci::runtime::fused
