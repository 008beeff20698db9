/// Live ranges by one walk over the blocks as they nest, then first fit in the order of birth.
#include "runtime/kernels/fused/registers.hpp"

#include <algorithm>
#include <map>

namespace ricci::runtime::fused {
namespace {

constexpr std::int64_t alignment = 64;

struct Life {
  std::int64_t born = -1;
  std::int64_t dies = -1;
};

class Walk {
 public:
  explicit Walk(const StageProgram& program) : program_(program), lives_(program.registers.size()) {}

  std::vector<Life> run() {
    block(program_.root);
    const std::size_t outer = loops_.size();
    for (const Level& level : program_.levels) {
      loops_.push_back(++clock_);
      block(level.block);
    }
    while (loops_.size() > outer) end_loop();
    return std::move(lives_);
  }

 private:
  void write(RegisterId id) {
    Life& life = lives_[static_cast<std::size_t>(id)];
    if (life.born < 0) life.born = clock_;
    life.dies = std::max(life.dies, clock_);
  }
  /// Read inside loops that began after its birth: alive until the outermost of them ends.
  void read(RegisterId id) {
    Life& life = lives_[static_cast<std::size_t>(id)];
    life.dies = std::max(life.dies, clock_);
    for (std::int64_t begin : loops_)
      if (begin > life.born) {
        held_[begin].push_back(id);
        return;
      }
  }
  void end_loop() {
    for (RegisterId id : held_[loops_.back()]) lives_[static_cast<std::size_t>(id)].dies = clock_;
    held_.erase(loops_.back());
    loops_.pop_back();
    ++clock_;
  }

  void block(BlockId id) {
    for (const Instruction& instruction : program_.blocks[static_cast<std::size_t>(id)]) visit(instruction);
  }
  void visit(const Instruction& instruction) {
    ++clock_;
    if (instruction.step == Step::loop) {
      const Loop& loop = program_.loops[static_cast<std::size_t>(instruction.info)];
      for (std::int32_t bound : loop.bounds) read(program_.bounds[static_cast<std::size_t>(bound)].other);
      loops_.push_back(++clock_);
      block(loop.body);
      for (std::int32_t sum : loop.pushed) touch_sum(sum);
      return end_loop();
    }
    if (instruction.step == Step::branch) {
      const Branch& branch = program_.branches[static_cast<std::size_t>(instruction.info)];
      read(branch.condition);
      block(branch.yes);
      if (branch.no != none) block(branch.no);
      ++clock_;
      read(branch.condition);
    }
    const Operands operands = operands_of(program_, instruction);
    for (RegisterId own : operands.reads) read(own);
    for (RegisterId own : operands.writes) write(own);
  }
  void touch_sum(std::int32_t which) {
    const PairwiseSum& sum = program_.sums[static_cast<std::size_t>(which)];
    read(sum.sum);
    for (std::int32_t level = 0; level < sum.levels; ++level) read(sum.first_level + level);
  }

  const StageProgram& program_;
  std::vector<Life> lives_;
  std::vector<std::int64_t> loops_;  // when each open loop began
  std::map<std::int64_t, std::vector<RegisterId>> held_;
  std::int64_t clock_ = 0;
};

std::int64_t wide_bytes(DType type) { return tile_lanes * static_cast<std::int64_t>(dsl::bytes_of(type)); }

/// Uniform numbers stand side by side; those of complex ones have their imaginary parts a plane further on, so whole
/// pairs of planes are filled with them.
class UniformPlaces {
 public:
  explicit UniformPlaces(std::int64_t& end) : end_(end) {}
  std::int64_t take(DType type) {
    const DType part = dsl::real_type(type);
    const auto bytes = static_cast<std::int64_t>(dsl::bytes_of(part));
    Group& group = groups_[type];
    if (group.used == tile_lanes || group.begin < 0) {
      group = {end_, 0};
      end_ += tile_lanes * bytes * (dsl::is_complex(type) ? 2 : 1);
    }
    return group.begin + bytes * group.used++;
  }

 private:
  struct Group {
    std::int64_t begin = -1;
    std::int64_t used = 0;
  };
  std::map<DType, Group> groups_;
  std::int64_t& end_;
};

}  // namespace

Operands operands_of(const StageProgram& program, const Instruction& instruction) {
  Operands out;
  for (RegisterId id : {instruction.a, instruction.b, instruction.c, instruction.mask})
    if (id != none) out.reads.push_back(id);
  if (instruction.dst != none) out.writes.push_back(instruction.dst);
  if (instruction.step == Step::draw && instruction.c != none) {  // room for what is compared
    std::erase(out.reads, instruction.c);
    out.writes.push_back(instruction.c);
  }
  // These add to what they hold.
  if (instruction.op == Op::argmin || instruction.op == Op::argmax || instruction.op == Op::count)
    out.reads.push_back(instruction.dst);
  const auto info = static_cast<std::size_t>(instruction.info);
  switch (instruction.step) {
    case Step::number:
    case Step::view:
    case Step::load:
    case Step::offsets:
    case Step::gather:
    case Step::store:
    case Step::stream:
      for (const MappedDim& dim : program.addresses[info].dims)
        if (dim.number != none) out.reads.push_back(dim.number);
      break;
    case Step::chain:
      for (RegisterId id : program.chains[info].with) out.reads.push_back(id);
      break;
    case Step::branch:
      for (RegisterId id : {program.branches[info].from_yes, program.branches[info].from_no})
        if (id != none) out.reads.push_back(id);
      break;
    case Step::draw:
      for (RegisterId id : program.draws[info].parameters) out.reads.push_back(id);
      for (RegisterId id : program.draws[info].numbers) out.reads.push_back(id);
      break;
    case Step::reset:
      for (std::int32_t level = 0; level < program.sums[info].levels; ++level)
        out.writes.push_back(program.sums[info].first_level + level);
      break;
    case Step::drain:
      out.reads.push_back(instruction.dst);
      for (std::int32_t level = 0; level < program.sums[info].levels; ++level)
        out.reads.push_back(program.sums[info].first_level + level);
      break;
    case Step::fold: out.reads.push_back(instruction.dst); break;
    default: break;
  }
  return out;
}

void place_registers(StageProgram& program) {
  const std::vector<Life> lives = Walk(program).run();
  std::vector<std::size_t> order;
  for (std::size_t at = 0; at < lives.size(); ++at)
    if (program.registers[at].wide && !program.registers[at].view) order.push_back(at);
  std::ranges::sort(order, {}, [&](std::size_t at) { return lives[at].born; });
  struct Place {
    std::int64_t offset;
    std::int64_t free_from;
    DType last;
  };
  std::map<std::int64_t, std::vector<Place>> places;  // by size
  std::int64_t end = 0;
  UniformPlaces uniform(end);
  for (std::size_t at = 0; at < lives.size(); ++at) {
    Register& own = program.registers[at];
    if (!own.wide && !own.view) own.offset = uniform.take(own.dtype);
  }
  end = (end + alignment - 1) / alignment * alignment;
  for (std::size_t at : order) {
    Register& own = program.registers[at];
    const std::int64_t bytes = wide_bytes(own.dtype);
    std::vector<Place>& fitting = places[bytes];
    // What dies in the instruction that makes this one may be written over, lane by lane, if types agree.
    const auto found = std::ranges::find_if(fitting, [&](const Place& place) {
      return place.free_from < lives[at].born || (place.free_from == lives[at].born && place.last == own.dtype &&
                                                  program.in_place.contains(static_cast<RegisterId>(at)));
    });
    if (found == fitting.end()) {
      own.offset = end;
      end += bytes;
      fitting.push_back({own.offset, lives[at].dies, own.dtype});
    } else {
      own.offset = found->offset;
      *found = {found->offset, lives[at].dies, own.dtype};
    }
  }
  program.arena_bytes = end + alignment;
}

namespace {

/// One loop over the lanes, without a word of memory between. Others may keep a tile of their own aside; and what takes
/// longer gains nothing.
bool is_plain(const Instruction& instruction) {
  constexpr Op plain[] = {Op::add, Op::subtract, Op::multiply, Op::divide};
  return std::ranges::find(plain, instruction.op) != std::end(plain) && !dsl::is_complex(instruction.dtype);
}

}  // namespace

bool stands_in_place(const StageProgram& program) {
  for (const Register& own : program.registers)
    if (own.wide && !own.view) return false;
  for (const std::vector<Instruction>& block : program.blocks)
    for (const Instruction& instruction : block) {
      if (instruction.step == Step::chain || (instruction.step == Step::apply && is_plain(instruction))) continue;
      if (instruction.step != Step::view) return false;
      const Address& address = program.addresses[static_cast<std::size_t>(instruction.info)];
      if (!address.dims.empty() || address.runs || address.period > 0) return false;
    }
  return true;
}

void lengthen_tiles(StageProgram& program) {
  if (program.levels.empty() || !program.levels.back().tiles || program.folded || !stands_in_place(program)) return;
  const std::int64_t longer = program.lanes.step * long_tile;
  program.lanes.step = std::min(longer, std::max<std::int64_t>(program.lanes.total, 1));
  program.levels.back().extent = program.lanes.tiles();
}

}  // namespace ricci::runtime::fused
