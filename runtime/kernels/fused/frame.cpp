/// The interpreter: blocks, loops, branches, pairwise sums.
#include "runtime/kernels/fused/frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/fold.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime::fused {
namespace {

/// What a register that holds nothing yet points to; also what is loaded outside of padding.
alignas(64) constinit std::byte zeros[static_cast<std::size_t>(tile_lanes) * 16] = {};

template <class T>
void put_constant(void* to, const Register& own) {
  *static_cast<T*>(to) = static_cast<T>(own.bits[0]);
}
void put_real(void* to, std::int64_t bits, bool narrow) {
  const double value = std::bit_cast<double>(bits);
  if (narrow)
    *static_cast<float*>(to) = static_cast<float>(value);
  else
    *static_cast<double*>(to) = value;
}

}  // namespace

void* zero_tile() { return zeros; }

Frame::Frame(const StageProgram& program, const Program& whole, const Bound& bound)
    : program_(program),
      whole_(whole),
      bound_(bound),
      table_(tile_table()),
      arena_(take_buffer(std::max<std::int64_t>(program.arena_bytes, 64))),
      pointers_(program.registers.size() + 1, nullptr),
      at_(pointers_.data() + 1),
      vars_(program.variables, 0),
      sorted_(program.bounds.size(), -1),
      pushed_(program.sums.size(), 0),
      prepared_(program.draws.size()),
      distance_blocks_(program.distances.size()) {
  std::memset(arena_.get(), 0, static_cast<std::size_t>(std::max<std::int64_t>(program.arena_bytes, 64)));
  for (std::size_t at = 0; at < program.registers.size(); ++at) {
    const Register& own = program.registers[at];
    at_[at] = own.view ? static_cast<void*>(zeros) : arena_.get() + own.offset;
  }
  set_constants();
}

void Frame::set_constants() {
  for (std::size_t at = 0; at < program_.registers.size(); ++at) {
    const Register& own = program_.registers[at];
    if (!own.constant) continue;
    switch (own.dtype) {
      case DType::boolean: *static_cast<std::uint8_t*>(at_[at]) = own.bits[0] != 0; break;
      case DType::i32: put_constant<std::int32_t>(at_[at], own); break;
      case DType::i64: put_constant<std::int64_t>(at_[at], own); break;
      default: {
        const bool narrow = dsl::real_type(own.dtype) == DType::f32;
        put_real(at_[at], own.bits[0], narrow);
        if (dsl::is_complex(own.dtype))
          put_real(static_cast<std::byte*>(at_[at]) + tile_lanes * (narrow ? 4 : 8), own.bits[1], narrow);
      }
    }
  }
}

// -- the nest of free loops

void Frame::run_steps(std::int64_t begin, std::int64_t end) {
  const std::size_t depth = program_.levels.size();
  if (fresh_ || program_.folded) lanes_ = program_.lanes.step;
  if (fresh_) run_block(program_.root);
  fresh_ = false;
  if (depth == 0) return;
  std::vector<std::int64_t> values(depth);
  std::int64_t left = begin;
  for (std::size_t level = depth; level-- > 0;) {
    values[level] = left % program_.levels[level].extent;
    left /= program_.levels[level].extent;
  }
  std::size_t changed = 0;
  for (std::int64_t step = begin; step < end; ++step) {
    steps_ahead_ = std::min(end - step, program_.levels.back().extent - values[depth - 1]);
    for (std::size_t level = changed; level < depth; ++level) enter_level(level, values[level]);
    changed = depth - 1;
    while (++values[changed] == program_.levels[changed].extent && changed > 0) values[changed--] = 0;
  }
}

void Frame::enter_level(std::size_t at, std::int64_t value) {
  const Level& level = program_.levels[at];
  if (level.tiles)
    enter_tile(value);
  else
    vars_[level.var] = value;
  if (program_.folded) lanes_ = program_.lanes.step;
  run_block(level.block);
}

void Frame::enter_tile(std::int64_t tile) {
  const std::int64_t start = tile * program_.lanes.step;
  lanes_ = std::min(program_.lanes.step, program_.lanes.total - start);
  set_lane_start(start);
}

void Frame::set_lane_start(std::int64_t start) {
  lane_start_ = start;
  for (std::size_t at = program_.lanes.vars.size(); at-- > 0;) {
    const std::int64_t extent = program_.lanes.extents[at];
    const std::int64_t whole = at == 0 ? 0 : start / std::max<std::int64_t>(extent, 1);
    vars_[program_.lanes.vars[at]] = start - whole * extent;
    start = whole;
  }
}

// -- instructions

void Frame::run_block(BlockId block) {
  for (const Instruction& instruction : program_.blocks[static_cast<std::size_t>(block)]) {
    if (instruction.step == Step::apply)
      instruction.function(at_[instruction.dst], at_[instruction.a], at_[instruction.b], at_[instruction.c],
                           width(instruction));
    else
      run(instruction);
  }
}

void Frame::run_chain(const Instruction& instruction) {
  const Chain& chain = program_.chains[static_cast<std::size_t>(instruction.info)];
  Link links[longest_chain];
  const std::size_t count = chain.links.size();
  for (std::size_t at = 0; at < count; ++at) {
    links[at] = chain.links[at];
    links[at].with = at_[chain.with[at]];
  }
  table_.chain[static_cast<std::size_t>(instruction.dtype)](at_[instruction.dst], at_[instruction.a], links,
                                                            static_cast<std::int64_t>(count), lanes_);
}

bool Frame::active(const Instruction& instruction) const {
  return instruction.mask == none || table_.test(at_[instruction.mask], lanes_) != 0;
}

void Frame::run(const Instruction& instruction) {
  switch (instruction.step) {
    case Step::chain: return run_chain(instruction);
    case Step::view: return run_view(instruction);
    case Step::loop: return run_loop(program_.loops[static_cast<std::size_t>(instruction.info)]);
    case Step::branch: return run_branch(instruction);
    case Step::load: return run_load(instruction);
    case Step::gather: return run_gather(instruction);
    case Step::offsets: return run_offsets(instruction);
    case Step::number: return run_number(instruction);
    case Step::store: return run_store(instruction);
    case Step::stream: {
      const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
      return table_.stream[static_cast<std::size_t>(instruction.dtype)](place(address, value_of(address.affine)),
                                                                        at_[instruction.a], lanes_);
    }
    case Step::lookup: return run_lookup(instruction);
    case Step::check: return run_check(instruction);
    case Step::draw: return run_draw(instruction);
    case Step::distance: return run_distance(instruction);
    case Step::reset: pushed_[static_cast<std::size_t>(instruction.info)] = 0; return;
    case Step::drain: return drain(instruction);
    case Step::checked:
      if (instruction.wide)
        return instruction.checked(at_[instruction.dst], at_[instruction.a], at_[instruction.b],
                                   as<std::uint8_t>(instruction.mask), lanes_);
      if (active(instruction))
        instruction.checked(at_[instruction.dst], at_[instruction.a], at_[instruction.b], nullptr, 1);
      return;
    case Step::fold: {
      void* second = at_[instruction.b];
      if (dsl::is_complex(instruction.dtype))
        second = as<std::byte>(instruction.dst) + tile_lanes * (instruction.dtype == DType::c64 ? 4 : 8);
      return fold_parts(instruction.op, instruction.dtype, at_[instruction.dst], second, program_.lanes.step,
                        program_.lanes.keep);
    }
    case Step::fault:
      if (active(instruction)) {
        const FaultInfo& info = program_.faults[static_cast<std::size_t>(instruction.info)];
        fail(info.fault, info.text);
      }
      return;
    default: return;
  }
}

/// Skips what no lane asks for; where all do, nothing is blended.
void Frame::run_branch(const Instruction& instruction) {
  const Branch& branch = program_.branches[static_cast<std::size_t>(instruction.info)];
  const bool masked = program_.registers[static_cast<std::size_t>(branch.condition)].wide;
  const int state = masked ? table_.test(at_[branch.condition], lanes_) : 2 * *as<std::uint8_t>(branch.condition);
  if (state != 0) run_block(branch.yes);
  if (state != 2 && branch.no != none) run_block(branch.no);
  if (branch.dst == none) return;
  const auto type = static_cast<std::size_t>(instruction.dtype);
  const std::int64_t n = width(instruction);
  void* const dst = at_[branch.dst];
  if (state == 2) return table_.copy[type](dst, at_[branch.from_yes], nullptr, nullptr, n);
  if (branch.no == none) {
    if (state == 0) return table_.fill[type](dst, zeros, nullptr, nullptr, n);
    return table_.blend[type](dst, at_[branch.condition], at_[branch.from_yes], nullptr, n);
  }
  if (state == 0) return table_.copy[type](dst, at_[branch.from_no], nullptr, nullptr, n);
  table_.select[type](dst, at_[branch.condition], at_[branch.from_yes], at_[branch.from_no], n);
}

/// A task may be one long loop nest: who interrupts it waits for this many iterations at most.
constexpr std::int64_t patience = 4096;

void Frame::run_loop(const Loop& loop) {
  std::int64_t first = 0;
  std::int64_t last = loop.count;
  if (loop.chunk > 0) {
    first = vars_[loop.chunk_var] * loop.chunk;
    last = std::min(last, first + loop.chunk);
  }
  if (loop.over == Loop::Over::tiles) return run_tiles(loop, first, last);
  if (loop.contraction) return run_contraction(loop, first, last);
  if (!loop.bounds.empty()) narrow(loop, first, last);
  const std::uint8_t* filter = nullptr;
  if (loop.filter != none) {
    vars_[loop.var] = 0;
    const Address& address = program_.addresses[static_cast<std::size_t>(loop.filter)];
    filter = reinterpret_cast<const std::uint8_t*>(place(address, value_of(address.affine)));
  }
  for (std::int64_t value = first, done = 0; value < last; ++value, ++done) {
    if (filter != nullptr) {
      const void* next = std::memchr(filter + value, 1, static_cast<std::size_t>(last - value));
      if (next == nullptr) return;
      value = static_cast<const std::uint8_t*>(next) - filter;
    }
    vars_[loop.var] = value;
    run_block(loop.body);
    if (++ticks_ % patience == 0) check_interrupt();
    if (loop.period > 0 && (done + 1) % loop.period == 0)
      for (std::int32_t sum : loop.pushed) push(sum);
  }
}

void Frame::run_contraction(const Loop& loop, std::int64_t first, std::int64_t last) {
  const Contraction& sum = *loop.contraction;
  const auto type = static_cast<std::size_t>(program_.registers[static_cast<std::size_t>(sum.sum)].dtype);
  const auto function = table_.contract[sum.square ? 1 : 0][type][sum.uniform];
  const auto operand = [&](RegisterId id, std::int32_t which, std::int64_t& step) -> const void* {
    step = 0;
    if (which == none) return at_[id];
    const Address& address = program_.addresses[static_cast<std::size_t>(which)];
    step = address.affine.scale_of(loop.var);
    return place(address, value_of(address.affine));
  };
  const std::int64_t piece = loop.period > 0 ? loop.period : std::max<std::int64_t>(last - first, 1);
  for (std::int64_t value = first; value < last; value += piece) {
    vars_[loop.var] = value;
    std::int64_t step_a = 0;
    std::int64_t step_b = 0;
    const void* const a = operand(sum.a, sum.address_a, step_a);
    const void* const b = operand(sum.b, sum.address_b, step_b);
    const std::int64_t count = std::min(piece, last - value);
    function(at_[sum.sum], a, step_a, b, step_b, count, lanes_);
    if (count == loop.period)
      for (std::int32_t each : loop.pushed) push(each);
  }
}

void Frame::run_tiles(const Loop& loop, std::int64_t first, std::int64_t last) {
  for (std::int64_t tile = first, done = 0; tile < last; ++tile, ++done) {
    enter_tile(tile);
    run_block(loop.body);
    if (++ticks_ % patience == 0) check_interrupt();
    if (loop.period > 0 && (done + 1) % loop.period == 0) {
      lanes_ = program_.lanes.step;
      for (std::int32_t sum : loop.pushed) push(sum);
    }
  }
  set_lane_start(0);
  lanes_ = program_.lanes.step;
}

// -- pairwise sums: level k holds the sum of 2^k parts, if bit k of their number is set

void Frame::push(std::int32_t which) {
  const PairwiseSum& sum = program_.sums[static_cast<std::size_t>(which)];
  const Register& own = program_.registers[static_cast<std::size_t>(sum.sum)];
  const auto type = static_cast<std::size_t>(own.dtype);
  const TileFunction add = table_.binary[static_cast<std::size_t>(Op::add)][type][none_uniform];
  const std::int64_t n = own.wide ? lanes_ : 1;
  std::int64_t& parts = pushed_[static_cast<std::size_t>(which)];
  std::int32_t level = 0;
  for (; (parts >> level & 1) != 0; ++level) add(at_[sum.sum], at_[sum.first_level + level], at_[sum.sum], nullptr, n);
  table_.copy[type](at_[sum.first_level + level], at_[sum.sum], nullptr, nullptr, n);
  table_.fill[type](at_[sum.sum], zeros, nullptr, nullptr, n);
  ++parts;
}

void Frame::drain(const Instruction& instruction) {
  const PairwiseSum& sum = program_.sums[static_cast<std::size_t>(instruction.info)];
  const std::int64_t parts = pushed_[static_cast<std::size_t>(instruction.info)];
  for (std::int32_t level = 0; level < sum.levels; ++level)
    if ((parts >> level & 1) != 0)
      instruction.function(at_[instruction.dst], at_[sum.first_level + level], at_[instruction.dst], nullptr,
                           width(instruction));
}

}  // namespace ricci::runtime::fused
