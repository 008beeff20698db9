#include <ricci/nest_call.hpp>

#include <algorithm>
#include <memory>
#include <vector>

#include "runtime/pool.hpp"

namespace ricci::detail {
namespace {

using dsl::FrozenNode;
using dsl::Op;

constexpr std::int64_t work_a_block = 1 << 16;  // numbers or terms
constexpr std::int64_t rows_a_panel = 8;        // that pay for packing it
constexpr std::int64_t rows_a_packed_block = 256;
constexpr std::int64_t least_lanes = 64;    // a multiple of every panel's
constexpr std::size_t most_room = 1 << 20;  // numbers
constexpr std::int64_t widest = 8;          // vectors

/// Calls visit(place of the source, place of the copy) for every combination of the indices, the last fastest.
template <typename Visit>
void walk(int rank, const std::int64_t* shape, const std::int64_t* from, const std::int64_t* to, const Visit& visit) {
  std::int64_t at[strided::most_axes]{};
  std::int64_t read = 0;
  std::int64_t written = 0;
  for (int axis = 0; axis >= 0;) {
    visit(read, written);
    for (axis = rank - 1; axis >= 0; --axis) {
      read += from[axis];
      written += to[axis];
      if (++at[axis] < shape[axis]) break;
      read -= from[axis] * shape[axis];
      written -= to[axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

using Kept = std::vector<std::unique_ptr<double[]>>;

/// The operand with `axis` last and its elements side by side: a copy that is kept in `kept`.
strided laid_out(const strided& of, int axis, Kept& kept) {
  const std::int64_t count = of.count();
  kept.push_back(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(count)));
  double* out = kept.back().get();
  const auto* from = static_cast<const double*>(of.data);
  strided laid = of;
  laid.data = out;
  laid.strides[axis] = 1;
  std::int64_t stride = of.shape[axis];
  for (int at = of.rank; at-- > 0;) {
    if (at == axis) continue;
    laid.strides[at] = stride;
    stride *= of.shape[at];
  }
  walk(of.rank, of.shape, of.strides, laid.strides,
       [&](std::int64_t read, std::int64_t written) { out[written] = from[read]; });
  return laid;
}

/// The loops for this machine and rows of so many lanes; none where only the library has some.
BlockCode code_of(const NestForm& form, std::int64_t lanes) {
#if defined(__x86_64__)
  if (lanes >= least_of_wide && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    return form.wide;
  if (__builtin_cpu_supports("avx2")) return form.narrow;
#endif
  return nullptr;
}

}  // namespace

/// What placing finds out besides: copies, room for panels, whether everything is one long row.
struct NestCall::Room {
  Kept kept;
  std::size_t panels = 0;
  bool one_row = false;
};
struct NestCall::Cut {
  std::int64_t rows_a_block, lanes_a_block;
};

NestCall::NestCall(const NestForm& form, RunView run, std::span<const strided> operands, const std::int64_t* classes)
    : form_(form), run_(run), operands_(operands), rank_(form.nodes[form.root].rank) {
  std::int64_t known[dsl::FrozenBox::most_indices];
  std::fill(std::begin(known), std::end(known), -1);
  for (const strided& own : operands)
    for (int axis = 0; axis < own.rank; ++axis) {
      std::int64_t& extent = known[*classes++];
      if (extent < 0) extent = own.shape[axis];
      fits_ = fits_ && extent == own.shape[axis];
    }
  for (int index = 0; index < form.indices; ++index) {
    run_.extent[index] = known[form.extents[index] - dsl::first_class];
    fits_ = fits_ && run_.extent[index] > 0;
  }
  for (int at = 0; at < rank_; ++at) shape_[at] = run_.extent[axis(at)];
}

bool NestCall::run(double* out) {
  Room room;
  lanes_ = shape_[rank_ - 1];
  for (int at = 0; at + 1 < rank_; ++at) rows_ *= shape_[at];
  if (!place(room)) return false;
  const BlockCode code = code_of(form_, lanes_);
  if (code == nullptr) return false;
  *run_.lanes = lanes_;
  const auto [rows_a_block, lanes_a_block] = cut();
  const std::int64_t across = std::max<std::int64_t>(1, lanes_ / lanes_a_block);
  const std::int64_t blocks = across * ((rows_ - 1) / rows_a_block + 1);
  const auto lane = [&](std::int64_t at) { return at == across ? lanes_ : lanes_ * at / across / widest * widest; };
  const auto compute = [&](std::int64_t begin, std::int64_t end) {
    const auto panels = std::make_unique_for_overwrite<double[]>(room.panels);
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t row = at / across * rows_a_block;
      code(run_.whole, out, panels.get(),
           {row, std::min(rows_, row + rows_a_block), lane(at % across), lane(at % across + 1)});
    }
  };
  runtime::parallel_for(blocks, 1, compute);
  return true;
}

std::int64_t NestCall::terms() const {
  std::int64_t out = 1;
  for (int id = 0; id < form_.root; ++id)
    if (const FrozenNode& own = form_.nodes[id]; own.op == Op::sum)
      for (int at = 0; at < own.count; ++at) out *= run_.extent[index_of(own, at)];
  return out;
}

/// Pointers and strides of every access; one long row instead of many short ones where that is the same.
bool NestCall::place(Room& room) {
  room.one_row = form_.flat;
  for (int id = 0; id < form_.root; ++id)
    if (form_.nodes[id].op == Op::access && !place(id, room)) return false;
  if (!room.one_row) return true;
  lanes_ *= rows_;
  rows_ = 1;
  for (int at = 0; at + 1 < rank_; ++at) run_.extent[axis(at)] = 1;
  return true;
}

bool NestCall::place(int id, Room& room) {
  const FrozenNode& own = form_.nodes[id];
  strided of = operands_[static_cast<std::size_t>(form_.nodes[own.operands[0]].slot)];
  const int lane = axis(rank_ - 1);
  int along = -1;
  for (int at = 0; at < own.count; ++at) {
    if (index_of(own, at) != lane) continue;
    if (along >= 0) return false;  // a diagonal
    along = at;
  }
  const bool turned = along >= 0 && of.strides[along] != 1;
  const int* const packed = std::find(form_.packed, form_.packed + form_.packed_count, id);
  if (packed != form_.packed + form_.packed_count) {
    auto size = static_cast<std::size_t>(form_.panel_lanes);
    for (int at = 0; at < own.count; ++at)
      if (at != along) size *= static_cast<std::size_t>(of.shape[at]);
    bool& packs = run_.packs[packed - form_.packed];
    packs = turned || rows_ >= rows_a_panel;
    room.panels += packs ? size : 0;
    if (room.panels > most_room) return false;
  } else if (turned) {
    if (of.count() * 4 > rows_ * lanes_ * terms()) return false;  // not worth a copy
    of = laid_out(of, along, room.kept);
    room.one_row = false;
  }
  room.one_row = room.one_row && (own.count == 0 || of.contiguous());
  run_.data[own.slot] = static_cast<const double*>(of.data);
  for (int at = 0; at < own.count; ++at) run_.stride[own.first + at] = of.strides[at];
  return true;
}

/// Blocks of about equal work, whose panels are used for many rows; by extents alone, never by threads. None of part of
/// a row is shorter than the widest vector.
NestCall::Cut NestCall::cut() const {
  const std::int64_t lane = terms();
  const std::int64_t fits = std::max<std::int64_t>(1, work_a_block / (lanes_ * lane));
  const std::int64_t rows = std::min(rows_, form_.packed_count > 0 ? std::max(fits, rows_a_packed_block) : fits);
  const std::int64_t wide = work_a_block / (rows * lane) / least_lanes * least_lanes;
  const bool whole = rows * lanes_ * lane <= 2 * work_a_block;
  return {rows, whole ? lanes_ : std::min(lanes_, std::max(least_lanes, wide))};
}

void pack_panel(double* out, const double* from, int indices, const std::int64_t* extents, const std::int64_t* strides,
                std::int64_t lane_stride, std::int64_t width) {
  if (indices == 1 && lane_stride != 1) {  // a lane's numbers are read together
    for (std::int64_t lane = 0; lane < width; ++lane)
      for (std::int64_t at = 0; at < extents[0]; ++at)
        out[at * width + lane] = from[lane * lane_stride + at * strides[0]];
    return;
  }
  const std::int64_t none[strided::most_axes]{};
  walk(indices, extents, strides, none, [&](std::int64_t read, std::int64_t) {
    for (std::int64_t lane = 0; lane < width; ++lane) out[lane] = from[read + lane * lane_stride];
    out += width;
  });
}

void refuse_singular() { fail(dsl::Fault::singular_matrix, ""); }

}  // namespace ricci::detail
