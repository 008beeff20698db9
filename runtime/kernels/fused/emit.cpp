/// Scopes, registers, and the nest of free loops around everything.
#include "runtime/kernels/fused/emit.hpp"

#include <algorithm>

#include "runtime/error.hpp"

namespace ricci::runtime::fused {
namespace {

bool holds(const std::vector<bool>* set, ExprId id) { return set != nullptr && id < set->size() && (*set)[id]; }

Vars vars_of(const std::vector<VarId>& list) {
  Vars out;
  for (VarId var : list) out.set(var);
  return out;
}

}  // namespace

Emitter::Emitter(Kernel& kernel, const Stage& stage)
    : kernel_(kernel), stage_(stage), stored_(stage.stored), lane_vars_(vars_of(stage.lanes)) {
  for (ExprId root : stage.roots) own_roots_[root] = true;
  count_uses();
  const LaneShape shape = lane_shape(kernel, stage);
  program_.lanes = {stage.lanes, shape.extents, shape.total, shape.step, shape.keep};
  for (VarId axis : stage.axes) free_points_ *= kernel.extent(axis);
}

void Emitter::count_uses() {
  std::vector<ExprId> open(stage_.roots.begin(), stage_.roots.end());
  std::unordered_map<ExprId, bool> seen;
  for (ExprId root : open) seen[root] = true;
  while (!open.empty()) {
    const ExprId id = open.back();
    open.pop_back();
    for (ExprId operand : kernel_[id].operands) {
      const ExprId real = resolved(operand);
      ++uses_[real];
      if (!seen[real]) open.push_back(real);
      seen[real] = true;
    }
  }
}

ExprId Emitter::resolved(ExprId id) const {
  if (own_roots_.contains(id)) return id;
  const auto at = stored_.find(id);
  return at == stored_.end() ? id : at->second;
}

// -- scopes

void Emitter::push_scope(Vars defines, const std::vector<bool>* strict) {
  program_.blocks.emplace_back();
  auto scope = std::make_shared<Scope>();
  scope->block = static_cast<BlockId>(program_.blocks.size() - 1);
  scope->defines = defines;
  scope->strict = strict;
  scopes_.push_back(std::move(scope));
}

void Emitter::push_condition(const std::vector<bool>* strict) {
  push_scope({}, strict);
  here().conditional = true;
}

BlockId Emitter::pop_scope() {
  const BlockId block = here().block;
  scopes_.pop_back();
  return block;
}

const std::vector<bool>* Emitter::strict_set(const std::vector<ExprId>& roots) {
  auto all = std::make_unique<std::vector<bool>>(kernel_.exprs.size());
  for (ExprId root : roots) {
    const std::vector<bool> own = strictly_needed(kernel_, stored_, own_roots_.contains(root) ? root : resolved(root));
    for (std::size_t at = 0; at < own.size(); ++at)
      if (own[at]) (*all)[at] = true;
  }
  kept_strict_.push_back(std::move(all));
  return kept_strict_.back().get();
}

/// The block of the deepest loop that the value depends on; below it, into the conditions under which alone it is
/// needed. What can fail must not be computed where it might not have been asked for.
std::size_t Emitter::target_of(ExprId id) const {
  const Expr& expr = kernel_[id];
  std::size_t target = 0;
  for (std::size_t at = 1; at < scopes_.size(); ++at)
    if ((scopes_[at]->defines & expr.vars).any()) target = at;
  while (target + 1 < scopes_.size() && scopes_[target + 1]->conditional && !holds(scopes_[target]->strict, id))
    ++target;
  if (!expr.may_fail) return target;
  std::size_t deepest = target;
  for (std::size_t at = target + 1; at < scopes_.size(); ++at)
    if (scopes_[at]->conditional || scopes_[at]->filtered) deepest = at;
  while (target < deepest && !holds(scopes_[target]->strict, id)) ++target;
  return target;
}

RegisterId Emitter::emit(ExprId asked) {
  const ExprId id = resolved(asked);
  for (std::size_t at = scopes_.size(); at-- > 0;)
    if (const auto known = scopes_[at]->known.find(id); known != scopes_[at]->known.end()) return known->second;
  const std::size_t target = target_of(id);
  const Scopes below(scopes_.begin() + static_cast<std::ptrdiff_t>(target) + 1, scopes_.end());
  scopes_.resize(target + 1);
  const RegisterId out = compute(id);
  here().known[id] = out;
  scopes_.insert(scopes_.end(), below.begin(), below.end());
  return out;
}

RegisterId Emitter::active_mask() const {
  for (std::size_t at = scopes_.size(); at-- > 0;)
    if (scopes_[at]->mask != none) return scopes_[at]->mask;
  return none;
}

// -- registers and instructions

RegisterId Emitter::make_register(DType type, bool is_wide) {
  program_.registers.push_back({.dtype = type, .wide = is_wide});
  return static_cast<RegisterId>(program_.registers.size() - 1);
}

RegisterId Emitter::constant(DType type, std::int64_t bits, std::int64_t imaginary) {
  for (std::size_t at = 0; at < program_.registers.size(); ++at) {
    const Register& own = program_.registers[at];
    if (own.constant && own.dtype == type && own.bits[0] == bits && own.bits[1] == imaginary)
      return static_cast<RegisterId>(at);
  }
  program_.registers.push_back({.dtype = type, .bits = {bits, imaginary}, .constant = true});
  return static_cast<RegisterId>(program_.registers.size() - 1);
}

Instruction& Emitter::put(Instruction instruction) {
  auto& block = program_.blocks[static_cast<std::size_t>(here().block)];
  if (instruction.step == Step::apply && instruction.wide && instruction.op != Op::assume)
    program_.in_place.insert(instruction.dst);
  block.push_back(instruction);
  return block.back();
}

/// A uniform value in every lane. Constants are spread once, before all loops.
RegisterId Emitter::widened(RegisterId value) {
  if (wide(value)) return value;
  const DType type = dtype(value);
  const bool once = program_.registers[static_cast<std::size_t>(value)].constant;
  if (const auto known = spread_.find(value); once && known != spread_.end()) return known->second;
  const RegisterId dst = make_register(type, true);
  if (once) spread_[value] = dst;
  auto& block = program_.blocks[static_cast<std::size_t>(once ? program_.root : here().block)];
  block.push_back({.wide = true,
                   .dtype = type,
                   .dst = dst,
                   .a = value,
                   .op = Op::assume,
                   .function = tile_table().fill[static_cast<std::size_t>(type)]});
  return dst;
}

// -- the nest of free loops

void Emitter::add_level(bool tiles, VarId var, std::int64_t extent) {
  Vars defines;
  if (tiles)
    defines = lane_vars_;
  else
    defines.set(var);
  push_scope(defines, scopes_.front()->strict);
  program_.levels.push_back({tiles, var, extent, here().block});
}

void Emitter::open_levels() {
  push_scope({}, strict_set(stage_.roots));
  program_.root = here().block;
  const bool tiles = !stage_.lanes.empty() && stage_.free_lanes == stage_.lanes.size();
  if (tiles && stage_.tiles_first) add_level(true, 0, program_.lanes.tiles());
  if (chunks_ > 1) add_level(false, chunk_var_, chunks_);
  for (VarId axis : stage_.axes)
    if (!lane_vars_.test(axis)) add_level(false, axis, kernel_.extent(axis));
  if (tiles && !stage_.tiles_first) add_level(true, 0, program_.lanes.tiles());
}

StageProgram Emitter::emit_stage() {
  if (stage_.reduced) {
    emit_reduced();
  } else {
    open_levels();
    std::vector<RegisterId> values;
    const bool stored = stage_.roots.size() == 1 && put_guarded_store(stage_.roots[0]);
    for (std::size_t at = 0; !stored && at < stage_.roots.size(); ++at) values.push_back(emit(stage_.roots[at]));
    for (std::size_t at = 0; at < values.size(); ++at) put_store(at, values[at]);
  }
  scopes_.clear();
  program_.variables = kernel_.extents.size();
  return std::move(program_);
}

}  // namespace ricci::runtime::fused
