/// The text of a program: one line an instruction, indented as loops nest.
#include <string>

#include "runtime/kernels/fused/program.hpp"

namespace ricci::runtime::fused {
namespace {

constexpr const char* step_names[] = {"apply",  "chain",  "checked", "number", "view",     "load",   "offsets",
                                      "gather", "lookup", "check",   "draw",   "distance", "loop",   "branch",
                                      "reset",  "push",   "drain",   "fold",   "store",    "stream", "fault"};

std::string affine_text(const Affine& affine) {
  std::string out = std::to_string(affine.offset);
  for (const Term& term : affine.terms) out += " + " + std::to_string(term.scale) + "*v" + std::to_string(term.var);
  return out;
}

class Printer {
 public:
  explicit Printer(const StageProgram& program) : program_(program) {}

  std::string run() {
    if (!program_.lanes.vars.empty()) {
      out_ += "lanes";
      for (std::size_t at = 0; at < program_.lanes.vars.size(); ++at)
        out_ += " v" + std::to_string(program_.lanes.vars[at]) + ":" + std::to_string(program_.lanes.extents[at]);
      out_ += " in tiles of " + std::to_string(program_.lanes.step);
      if (program_.lanes.keep > 1) out_ += ", " + std::to_string(program_.lanes.keep) + " kept";
      out_ += "\n";
    }
    block(program_.root);
    for (const Level& level : program_.levels) {
      line((level.tiles ? "for each tile of " : "for v" + std::to_string(level.var) + " in ") +
           std::to_string(level.extent));
      ++depth_;
      block(level.block);
    }
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += std::string(static_cast<std::size_t>(2 * depth_), ' ') + text + "\n"; }

  std::string name(RegisterId id) const {
    if (id == none) return "_";
    const Register& own = program_.registers[static_cast<std::size_t>(id)];
    return std::string(own.constant ? "k"
                       : own.wide   ? "r"
                                    : "u") +
           std::to_string(id) + "." + std::string(dsl::name_of(own.dtype));
  }

  std::string address_text(std::int32_t which) const {
    const Address& address = program_.addresses[static_cast<std::size_t>(which)];
    std::string out = address.slot == none ? " " : " s" + std::to_string(address.slot);
    out += "[" + affine_text(address.affine);
    for (const MappedDim& dim : address.dims) {
      out += " + " + std::to_string(dim.stride) + "*" + std::string(dsl::row(dim.how).spelling) + "(";
      out += dim.number == none ? affine_text(dim.affine) : name(dim.number);
      out += ", " + std::to_string(dim.extent) + ")";
    }
    if (address.period > 0) out += " again after " + std::to_string(address.period);
    return out + "]" + (address.runs ? " by runs" : " stride " + std::to_string(address.stride));
  }

  static std::string distance_text(const Distance& own) {
    std::string out = " of form " + std::to_string(own.form) + (own.turned ? ", turned" : "");
    if (own.pairs) return out + ", pair by pair";
    return out + " [" + affine_text(own.column) + "]" + (own.blocks ? " in blocks" : "");
  }

  std::string links_text(const Chain& chain) const {
    constexpr const char* hows[] = {"+", "-", "from", "*", "/", "into"};
    std::string out;
    for (std::size_t at = 0; at < chain.links.size(); ++at)
      out += std::string(" ") + hows[static_cast<std::size_t>(chain.links[at].how)] + " " + name(chain.with[at]);
    return out;
  }

  void block(BlockId id) {
    for (const Instruction& instruction : program_.blocks[static_cast<std::size_t>(id)]) print(instruction);
  }

  void print(const Instruction& instruction) {
    if (instruction.step == Step::loop) return print_loop(program_.loops[static_cast<std::size_t>(instruction.info)]);
    std::string text = instruction.dst == none ? "" : name(instruction.dst) + " = ";
    text += step_names[static_cast<std::size_t>(instruction.step)];
    if (instruction.op != Op::constant) text += "." + std::string(dsl::row(instruction.op).spelling);
    for (RegisterId operand : {instruction.a, instruction.b, instruction.c})
      if (operand != none) text += " " + name(operand);
    if (instruction.mask != none) text += " where " + name(instruction.mask);
    switch (instruction.step) {
      case Step::chain: text += links_text(program_.chains[static_cast<std::size_t>(instruction.info)]); break;
      case Step::number:
      case Step::view:
      case Step::load:
      case Step::offsets:
      case Step::gather:
      case Step::stream:
      case Step::store: text += address_text(instruction.info); break;
      case Step::distance: text += distance_text(program_.distances[static_cast<std::size_t>(instruction.info)]); break;
      default: break;
    }
    line(text);
    if (instruction.step != Step::branch) return;
    const Branch& branch = program_.branches[static_cast<std::size_t>(instruction.info)];
    ++depth_;
    block(branch.yes);
    if (branch.from_yes != none) line("-> " + name(branch.from_yes));
    if (branch.no != none) {
      --depth_;
      line("else");
      ++depth_;
      block(branch.no);
      if (branch.from_no != none) line("-> " + name(branch.from_no));
    }
    --depth_;
  }

  void print_loop(const Loop& loop) {
    std::string text =
        loop.over == Loop::Over::tiles ? "reduce tiles of " : "reduce v" + std::to_string(loop.var) + " in ";
    text += std::to_string(loop.count);
    if (loop.chunk > 0) text += " by chunks of " + std::to_string(loop.chunk);
    if (loop.filter != none) text += " where" + address_text(loop.filter);
    for (std::int32_t which : loop.bounds) {
      const LoopBound& bound = program_.bounds[static_cast<std::size_t>(which)];
      const std::string mark = bound.strict ? " < " : " <= ";
      const std::string own = address_text(bound.address).substr(1);
      text += ", " + (bound.upper ? own + mark + name(bound.other) : name(bound.other) + mark + own);
    }
    if (loop.period > 0) text += ", pairing sums every " + std::to_string(loop.period);
    line(text);
    ++depth_;
    block(loop.body);
    --depth_;
  }

  const StageProgram& program_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

std::string Program::text() const {
  std::string out;
  for (std::size_t at = 0; at < slots.size(); ++at) {
    const Slot& slot = slots[at];
    out += "s" + std::to_string(at) + ": " +
           (slot.home == Slot::Home::result  ? "result"
            : slot.home == Slot::Home::value ? "value"
                                             : "temporary") +
           " " + std::string(dsl::name_of(slot.dtype)) + (slot.sparse ? " sparse [" : " [");
    for (std::size_t axis = 0; axis < slot.shape.size(); ++axis)
      out += (axis == 0 ? "" : ", ") + std::to_string(slot.shape[axis]);
    out += "]\n";
  }
  for (std::size_t at = 0; at < stages.size(); ++at)
    out += "stage " + std::to_string(at) + "\n" + Printer(stages[at]).run();
  return out;
}

}  // namespace ricci::runtime::fused
