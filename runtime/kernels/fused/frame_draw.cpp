/// Random draws of a tile. Parameters that are the same for all lanes are prepared once and kept while they stay the
/// same; coordinates that are affine along rows of lanes go to the sampler as such.
#include <algorithm>

#include "runtime/kernels/fused/frame.hpp"

namespace ricci::runtime::fused {
namespace {

bool real_draw(const Draw& draw) { return random::is_real(static_cast<random::Distribution>(draw.ints[0])); }

}  // namespace

/// What holds in every tile, found out in the first: the key of the stream, whether parameters change along the lanes,
/// or ever, and how coordinates go along the last lane index and from row to row.
Frame::Prepared& Frame::prepared_for(const Instruction& instruction) {
  Prepared& own = prepared_[static_cast<std::size_t>(instruction.info)];
  if (own.begun) return own;
  own.begun = true;
  const Draw& draw = program_.draws[static_cast<std::size_t>(instruction.info)];
  const std::uint64_t seed = bound_.seed.value_or(static_cast<std::uint64_t>(draw.ints[2]));
  own.key = random::stream_key(seed, static_cast<std::uint64_t>(draw.ints[3]));
  const auto parameter = [&](RegisterId id) -> const Register& {
    return program_.registers[static_cast<std::size_t>(id)];
  };
  own.varies = std::ranges::any_of(draw.parameters, [&](RegisterId id) { return parameter(id).wide; });
  own.fixed = std::ranges::all_of(draw.parameters, [&](RegisterId id) { return parameter(id).constant; });
  const Lanes& lanes = program_.lanes;
  for (const Affine& coordinate : draw.coordinates) {
    own.step.push_back(lanes.vars.empty() ? 0 : coordinate.scale_of(lanes.vars.back()));
    own.row_step.push_back(lanes.vars.size() == 2 ? coordinate.scale_of(lanes.vars[0]) : 0);
  }
  return own;
}

/// Parameters from lane `from` on: arrays where they are wide, unless one lane is meant.
std::vector<random::Parameter> Frame::parameters_of(const Draw& draw, std::int64_t from, bool by_lane) const {
  std::vector<random::Parameter> out;
  for (RegisterId id : draw.parameters) {
    const Register& own = program_.registers[static_cast<std::size_t>(id)];
    const bool whole = own.dtype == DType::i64;
    if (own.wide && !by_lane) {
      if (whole)
        out.push_back(random::Parameter::lanes(as<std::int64_t>(id) + from));
      else
        out.push_back(random::Parameter::lanes(as<double>(id) + from));
      continue;
    }
    const std::int64_t lane = own.wide ? from : 0;
    if (whole)
      out.emplace_back(as<std::int64_t>(id)[lane]);
    else
      out.emplace_back(as<double>(id)[lane]);
  }
  return out;
}

/// The sampler of uniform parameters, made anew when they have changed.
const random::Sampler& Frame::sampler_of(const Draw& draw, Prepared& prepared) {
  const auto distribution = static_cast<random::Distribution>(draw.ints[0]);
  if (draw.ints.back() >= 0) {
    if (prepared.sampler) return *prepared.sampler;
    const Tensor weights = cast(*bound_.slots[static_cast<std::size_t>(draw.ints.back())].dense, DType::f64);
    for (std::int64_t at = 0; at < weights.count(); ++at) prepared.weights.emplace_back(weights.as<double>()[at]);
    prepared.sampler.emplace(distribution, prepared.weights);
    return *prepared.sampler;
  }
  if (prepared.fixed && prepared.sampler) return *prepared.sampler;
  std::vector<std::uint64_t>& bits = prepared.bits;
  bool same = prepared.sampler.has_value() && bits.size() == draw.parameters.size();
  bits.resize(draw.parameters.size());
  for (std::size_t at = 0; at < bits.size(); ++at) {
    const std::uint64_t own = *as<std::uint64_t>(draw.parameters[at]);
    same = same && own == bits[at];
    bits[at] = own;
  }
  if (!same) {
    prepared.compared.clear();
    prepared.sampler.reset();
    prepared.sampler.emplace(distribution, parameters_of(draw, 0, true));
  }
  return *prepared.sampler;
}

void Frame::draw_run(const Instruction& instruction, std::int64_t from, std::int64_t count,
                     const random::TileCoordinates& tile) {
  const Draw& draw = program_.draws[static_cast<std::size_t>(instruction.info)];
  Prepared& prepared = prepared_for(instruction);
  const random::Key key = prepared.key;
  if (!prepared.varies) {
    const random::Sampler& sampler = sampler_of(draw, prepared);
    if (instruction.dtype == DType::boolean)
      return sampler.compare(key, tile, count, prepared.ranges, from, as<std::uint8_t>(instruction.dst) + from);
    if (real_draw(draw)) return sampler.fill(key, tile, count, as<double>(instruction.dst) + from);
    return sampler.fill(key, tile, count, as<std::int64_t>(instruction.dst) + from);
  }
  const auto distribution = static_cast<random::Distribution>(draw.ints[0]);
  const std::vector<random::Parameter> parameters = parameters_of(draw, from, count == 1);
  if (real_draw(draw))
    random::fill_real(distribution, key, parameters, tile, count, as<double>(instruction.dst) + from);
  else
    random::fill_integer(distribution, key, parameters, tile, count, as<std::int64_t>(instruction.dst) + from);
}

/// Whether a register holds a number of the last lane index alone: then it is the same in every tile that begins at the
/// same place of it.
bool Frame::follows_last_lane(RegisterId id) const {
  const VarId last = program_.lanes.vars.back();
  bool out = false;
  for (const auto& block : program_.blocks)
    for (const Instruction& own : block) {
      if (own.dst != id) continue;
      if (own.step != Step::number && own.step != Step::offsets) return false;
      const Address& address = program_.addresses[static_cast<std::size_t>(own.info)];
      out = address.dims.empty() && address.affine.terms.size() == 1 && address.affine.terms[0].var == last;
      if (!out) return false;
    }
  return out;
}

/// The thresholds by which a compared draw need not be made: where one sampler draws all lanes by words, and what it is
/// compared with changes so seldom that its ranges of words may be kept.
const random::Thresholds* Frame::compared_by_words(const Instruction& instruction, const Draw& draw) {
  const bool partly = instruction.mask != none && table_.test(at_[instruction.mask], lanes_) != 2;
  Prepared& prepared = prepared_for(instruction);
  if (!draw.numbers.empty() || partly || !instruction.wide || prepared.varies) return nullptr;
  constexpr std::int64_t most_made = 8;
  if (prepared.made > most_made && prepared.made > prepared.kept) return nullptr;
  const random::Thresholds* thresholds = sampler_of(draw, prepared).thresholds();
  if (thresholds == nullptr) return nullptr;
  const bool first = instruction.a == none;  // the number stands on the left
  const RegisterId beside = first ? instruction.b : instruction.a;
  const auto* with = as<std::int64_t>(beside);
  const auto lanes = static_cast<std::size_t>(lanes_);
  const bool known = prepared.compared.size() >= lanes && prepared.beside == beside && prepared.follows &&
                     prepared.began == vars_[program_.lanes.vars.back()];
  const bool same =
      known || (prepared.compared.size() >= lanes && std::equal(with, with + lanes, prepared.compared.begin()));
  ++(same ? prepared.kept : prepared.made);
  if (same) return thresholds;
  prepared.compared.assign(with, with + lanes);
  if (prepared.beside != beside) prepared.follows = follows_last_lane(beside);
  prepared.beside = beside;
  prepared.began = vars_[program_.lanes.vars.back()];
  prepared.ranges.resize(static_cast<std::size_t>(tile_lanes + 2 * random::lane_padding));
  using enum random::Comparison;
  const random::Comparison how = instruction.op == Op::equal  ? equal
                                 : instruction.op == Op::less ? (first ? greater : less)
                                 : first                      ? greater_equal
                                                              : less_equal;
  for (std::size_t lane = 0; lane < lanes; ++lane) prepared.ranges.set(lane, *thresholds, how, with[lane]);
  return thresholds;
}

/// A whole number that is drawn and only compared: by its random word where that is possible, otherwise as it is.
void Frame::run_compared(const Instruction& instruction) {
  const Draw& draw = program_.draws[static_cast<std::size_t>(instruction.info)];
  Instruction plain = instruction;
  plain.a = plain.b = plain.c = none;
  plain.op = Op::random;
  if (compared_by_words(instruction, draw) != nullptr) return run_draw(plain);
  plain.dst = instruction.c;
  plain.dtype = DType::i64;
  run_draw(plain);
  const void* const left = at_[instruction.b == none ? instruction.c : instruction.b];
  const void* const right = at_[instruction.a == none ? instruction.c : instruction.a];
  table_.binary[static_cast<std::size_t>(instruction.op)][static_cast<std::size_t>(DType::i64)][none_uniform](
      at_[instruction.dst], left, right, nullptr, lanes_);
}

void Frame::run_draw(const Instruction& instruction) {
  const Draw& draw = program_.draws[static_cast<std::size_t>(instruction.info)];
  if (instruction.c != none) return run_compared(instruction);
  const bool partly = instruction.mask != none && table_.test(at_[instruction.mask], lanes_) != 2;
  if (!draw.numbers.empty() || partly || !instruction.wide) return draw_lanes(instruction, draw);
  const Lanes& lanes = program_.lanes;
  const VarId last = lanes.vars.back();
  const std::int64_t row = lanes.extents.back();
  const std::size_t count = draw.coordinates.size();
  const std::int64_t start = lane_start_;
  // Rows of equal steps: two lane variables, from the start of a row.
  const bool rows = lanes.vars.size() == 2 && row > 1 && vars_[last] == 0;
  const Prepared& prepared = prepared_for(instruction);
  std::vector<std::int64_t>& base = scratch_[0];
  base.resize(count);
  for (std::int64_t from = 0; from < lanes_;) {
    if (from > 0) set_lane_start(start + from);
    std::int64_t run = lanes_ - from;
    if (lanes.vars.size() > 1 && !rows) run = std::min(run, row - vars_[last]);
    for (std::size_t at = 0; at < count; ++at) base[at] = value_of(draw.coordinates[at]);
    draw_run(instruction, from, run, {base, prepared.step, rows ? row : 0, prepared.row_step});
    from += run;
  }
  if (lane_start_ != start) set_lane_start(start);
}

/// Lane by lane: computed coordinates, or a mask under which parameters may be no parameters elsewhere.
void Frame::draw_lanes(const Instruction& instruction, const Draw& draw) {
  const auto* mask = as<std::uint8_t>(instruction.mask);
  if (!instruction.wide && !active(instruction)) return;
  const std::int64_t start = lane_start_;
  const std::int64_t n = width(instruction);
  std::vector<std::int64_t>& base = scratch_[0];
  std::vector<std::int64_t>& step = scratch_[1];
  for (std::int64_t lane = 0; lane < n; ++lane) {
    if (instruction.wide && mask != nullptr && mask[lane] == 0) continue;
    base.clear();
    if (instruction.wide) set_lane_start(start + lane);
    for (const Affine& coordinate : draw.coordinates) base.push_back(value_of(coordinate));
    for (RegisterId id : draw.numbers)
      base.push_back(as<std::int64_t>(id)[program_.registers[static_cast<std::size_t>(id)].wide ? lane : 0]);
    step.assign(base.size(), 0);
    draw_run(instruction, lane, 1, {base, step, 0, {}});
  }
  if (instruction.wide) set_lane_start(start);
}

}  // namespace ricci::runtime::fused
