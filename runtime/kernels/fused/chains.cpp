/// Block by block: the maker of an operand that nothing else reads moves to where it is read, and becomes a link.
#include "runtime/kernels/fused/chains.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "runtime/kernels/fused/registers.hpp"

namespace ricci::runtime::fused {
namespace {

struct LinkRow {
  Op op;
  Link::How how, turned;
};
constexpr LinkRow link_rows[] = {{Op::add, Link::How::add, Link::How::add},
                                 {Op::subtract, Link::How::subtract, Link::How::subtract_from},
                                 {Op::multiply, Link::How::multiply, Link::How::multiply},
                                 {Op::divide, Link::How::divide, Link::How::divide_into}};

class Joiner {
 public:
  explicit Joiner(StageProgram& program) : program_(program), reads_(program.registers.size(), 0) {
    for (const std::vector<Instruction>& block : program.blocks)
      for (const Instruction& own : block) {
        const Operands operands = operands_of(program, own);
        for (RegisterId id : operands.reads) count(id);
        // What is written twice, or with others, is not only what one instruction makes.
        if (own.step != Step::apply || own.mask != none)
          for (RegisterId id : operands.writes) hold(id);
      }
    for (const LoopBound& bound : program.bounds) hold(bound.other);
    for (const Branch& branch : program.branches) hold(branch.condition), hold(branch.dst);
    for (const PairwiseSum& sum : program.sums) {
      hold(sum.sum);
      for (std::int32_t level = 0; level < sum.levels; ++level) hold(sum.first_level + level);
    }
    for (const Loop& loop : program.loops)
      if (loop.contraction) fixed_.push_back(loop.body);
  }

  void run() {
    for (std::size_t at = 0; at < program_.blocks.size(); ++at)
      if (std::ranges::find(fixed_, static_cast<BlockId>(at)) == fixed_.end()) join(program_.blocks[at]);
  }

 private:
  void count(RegisterId id) { ++reads_[static_cast<std::size_t>(id)]; }
  void hold(RegisterId id) {
    if (id != none) reads_[static_cast<std::size_t>(id)] += 2;
  }
  const Register& at(RegisterId id) const { return program_.registers[static_cast<std::size_t>(id)]; }

  const LinkRow* row_of(const Instruction& own) const {
    if (own.step != Step::apply || !own.wide || own.mask != none || own.c != none || own.a == none || own.b == none)
      return nullptr;
    if (tile_table().chain[static_cast<std::size_t>(own.dtype)] == nullptr) return nullptr;
    if (at(own.a).dtype != own.dtype || at(own.b).dtype != own.dtype) return nullptr;
    const auto* row = std::ranges::find(link_rows, own.op, &LinkRow::op);
    return row == std::end(link_rows) ? nullptr : row;
  }

  /// The instruction as a chain of its own, that begins with one of its operands.
  Chain begun(const Instruction& own, const LinkRow& row, RegisterId& first) const {
    const bool turned = !at(own.a).wide;
    first = turned ? own.b : own.a;
    const RegisterId with = turned ? own.a : own.b;
    return {{{turned ? row.turned : row.how, !at(with).wide, nullptr}}, {with}};
  }

  /// Where in `block`, before `end`, the only user of `made` finds what makes it, with nothing in between that could
  /// mind.
  std::optional<std::size_t> maker(const std::vector<Instruction>& block, std::size_t end, RegisterId made) const {
    if (reads_[static_cast<std::size_t>(made)] != 1 || at(made).constant) return std::nullopt;
    for (std::size_t before = end; before-- > 0;) {
      const Instruction& own = block[before];
      if (own.dst == made)
        return own.step == Step::chain || row_of(own) != nullptr ? std::optional(before) : std::nullopt;
      const bool still = own.step == Step::apply || own.step == Step::chain || own.step == Step::view ||
                         own.step == Step::load || own.step == Step::number;
      if (!still) return std::nullopt;
    }
    return std::nullopt;
  }

  /// Whether an instruction between writes what the maker reads.
  bool undisturbed(const std::vector<Instruction>& block, std::size_t from, std::size_t end) const {
    const std::vector<RegisterId> reads = operands_of(program_, block[from]).reads;
    for (std::size_t between = from + 1; between < end; ++between)
      if (std::ranges::find(reads, block[between].dst) != reads.end()) return false;
    return true;
  }

  bool link(std::vector<Instruction>& block, std::size_t end, RegisterId made, RegisterId with, Link::How how) {
    const std::optional<std::size_t> from = maker(block, end, made);
    if (!from || with == made || !undisturbed(block, *from, end)) return false;
    Instruction maker = block[*from];
    if (maker.step != Step::chain) {
      RegisterId first = none;
      program_.chains.push_back(begun(maker, *row_of(maker), first));
      maker.step = Step::chain;
      maker.info = static_cast<std::int32_t>(program_.chains.size() - 1);
      maker.a = first;
      maker.b = none;
      maker.function = nullptr;
    }
    Chain& chain = program_.chains[static_cast<std::size_t>(maker.info)];
    if (chain.links.size() >= longest_chain) return false;
    chain.links.push_back({how, !at(with).wide, nullptr});
    chain.with.push_back(with);
    maker.dst = block[end].dst;
    maker.op = Op::constant;
    program_.registers[static_cast<std::size_t>(made)].view = true;  // nothing writes it any more: it needs no place
    block[end] = maker;
    block.erase(block.begin() + static_cast<std::ptrdiff_t>(*from));
    return true;
  }

  void join(std::vector<Instruction>& block) {
    for (std::size_t end = 0; end < block.size();) {
      const Instruction own = block[end];
      const LinkRow* row = row_of(own);
      const bool linked =
          row != nullptr && (link(block, end, own.a, own.b, row->how) || link(block, end, own.b, own.a, row->turned));
      if (!linked) ++end;
    }
  }

  StageProgram& program_;
  std::vector<int> reads_;
  std::vector<BlockId> fixed_;
};

}  // namespace

void join_chains(StageProgram& program) { Joiner(program).run(); }

}  // namespace ricci::runtime::fused
