/// Checks that a program is well-formed, as a sanity net under every change of the emitter.
#include <string>

#include "runtime/kernels/fused/registers.hpp"

namespace ricci::runtime::fused {
namespace {

class Verifier {
 public:
  Verifier(const Program& whole, const StageProgram& program)
      : whole_(whole), program_(program), written_(program.registers.size()) {
    for (std::size_t at = 0; at < program.registers.size(); ++at) written_[at] = program.registers[at].constant;
  }

  std::string run() {
    const std::int64_t longest = stands_in_place(program_) ? tile_lanes * long_tile : tile_lanes;
    check(program_.lanes.step >= 1 && program_.lanes.step <= longest, "tiles have a wrong size");
    check(program_.lanes.step % program_.lanes.keep == 0, "tiles cut the rows that are kept");
    block(program_.root);
    for (const Level& level : program_.levels) {
      check(level.extent > 0, "a loop has no steps");
      block(level.block);
    }
    return wrong_;
  }

 private:
  void check(bool holds, const std::string& what) {
    if (!holds && wrong_.empty()) wrong_ = what;
  }
  bool known(RegisterId id) const { return id >= 0 && static_cast<std::size_t>(id) < program_.registers.size(); }
  const Register& at(RegisterId id) const { return program_.registers[static_cast<std::size_t>(id)]; }

  void block(BlockId id) {
    check(id >= 0 && static_cast<std::size_t>(id) < program_.blocks.size(), "there is no such block");
    if (!wrong_.empty()) return;
    for (const Instruction& instruction : program_.blocks[static_cast<std::size_t>(id)]) {
      visit(instruction);
      if (!wrong_.empty()) return;
    }
  }

  void visit(const Instruction& instruction) {
    if (instruction.step == Step::loop) {
      const Loop& loop = program_.loops[static_cast<std::size_t>(instruction.info)];
      check(loop.over == Loop::Over::tiles || loop.var < program_.variables, "a loop's variable is unknown");
      if (loop.filter != none) check_address(loop.filter);
      for (std::int32_t which : loop.bounds) check_bound(program_.bounds[static_cast<std::size_t>(which)]);
      if (!wrong_.empty()) return;
      return block(loop.body);
    }
    if (instruction.step == Step::branch) {
      const Branch& branch = program_.branches[static_cast<std::size_t>(instruction.info)];
      check(at(branch.condition).dtype == DType::boolean, "a branch does not ask a bool");
      block(branch.yes);
      if (branch.no != none) block(branch.no);
      if (!wrong_.empty()) return;
    }
    const Operands operands = operands_of(program_, instruction);
    for (RegisterId id : operands.reads) {
      check(known(id), "a register is unknown");
      if (wrong_.empty())
        check(written_[static_cast<std::size_t>(id)], "r" + std::to_string(id) + " is read before it is written");
      if (wrong_.empty() && !instruction.wide && instruction.step != Step::loop && id != instruction.mask &&
          instruction.step != Step::branch && !(instruction.step == Step::store && program_.folded))
        check(!at(id).wide, "r" + std::to_string(id) + " is wide, its user is not");
    }
    for (RegisterId id : operands.writes) {
      check(known(id) && !at(id).constant, "a constant is written");
      if (!wrong_.empty()) return;
      written_[static_cast<std::size_t>(id)] = true;
      check(at(id).wide == instruction.wide, "r" + std::to_string(id) + " is as wide as its instruction");
    }
    check_step(instruction);
  }

  void check_step(const Instruction& instruction) {
    switch (instruction.step) {
      case Step::apply: check(instruction.function != nullptr, "an instruction has no function"); break;
      case Step::chain:
        check(instruction.info >= 0 && static_cast<std::size_t>(instruction.info) < program_.chains.size() &&
                  tile_table().chain[static_cast<std::size_t>(instruction.dtype)] != nullptr,
              "there is no such chain");
        break;
      case Step::checked: check(instruction.checked != nullptr, "an instruction has no function"); break;
      case Step::number:
      case Step::view:
      case Step::load:
      case Step::offsets:
      case Step::gather: check_address(instruction.info); break;
      case Step::distance:
        check(instruction.info >= 0 && static_cast<std::size_t>(instruction.info) < program_.distances.size() &&
                  program_.distances[static_cast<std::size_t>(instruction.info)].form < whole_.forms.size(),
              "there is no such form");
        break;
      case Step::store:
      case Step::stream:
        check_address(instruction.info);
        if (wrong_.empty())
          check(slot_of(instruction).dtype == at(instruction.a).dtype && slot_of(instruction).home != Slot::Home::value,
                "a store is into something else");
        break;
      default: break;
    }
  }

  void check_bound(const LoopBound& bound) {
    check_address(bound.address);
    check(known(bound.other) && written_[static_cast<std::size_t>(bound.other)], "a loop's bound is not there");
    if (wrong_.empty()) check(at(bound.other).dtype == bound.dtype, "a loop's bound is of another type");
  }

  const Slot& slot_of(const Instruction& instruction) const {
    return whole_.slots[static_cast<std::size_t>(program_.addresses[static_cast<std::size_t>(instruction.info)].slot)];
  }

  void check_address(std::int32_t which) {
    check(which >= 0 && static_cast<std::size_t>(which) < program_.addresses.size(), "there is no such address");
    if (!wrong_.empty()) return;
    const Address& address = program_.addresses[static_cast<std::size_t>(which)];
    check(address.slot == none || static_cast<std::size_t>(address.slot) < whole_.slots.size(),
          "there is no such slot");
    for (const Term& term : address.affine.terms)
      check(term.var < program_.variables, "an address has an unknown variable");
  }

  const Program& whole_;
  const StageProgram& program_;
  std::vector<bool> written_;
  std::string wrong_;
};

}  // namespace

std::string Program::verify() const {
  for (std::size_t at = 0; at < stages.size(); ++at) {
    const std::string wrong = Verifier(*this, stages[at]).run();
    if (!wrong.empty()) return "stage " + std::to_string(at) + ": " + wrong;
  }
  return "";
}

}  // namespace ricci::runtime::fused
