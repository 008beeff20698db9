/// Runs a literal's loop nest over the caller's containers, into the result, on the library's threads where it is worth
/// their while. Says no, and leaves the work to the library, where a container or an extent does not fit. Nothing is
/// allocated but what has to be laid out anew.
#pragma once

#include <memory>
#include <vector>

#include <ricci/container_facts.hpp>
#include <ricci/loop_nest.hpp>

#include "runtime/pool.hpp"

namespace ricci::detail {

using Kept = std::vector<std::unique_ptr<double[]>>;

/// The operand with `axis` last and its elements side by side: a copy that is kept in `kept`.
strided laid_out(const strided& of, int axis, Kept& kept);

/// One call: `operands` by argument, `classes` the classes of their axes, one after the other.
template <const auto& F, std::size_t Count>
class NestCall {
  using N = Nest<F>;

 public:
  NestCall(const std::array<strided, Count>& operands, const std::int64_t* classes) : operands_(operands) {
    for (std::int64_t& extent : class_extent_) extent = -1;
    for (const strided& own : operands)
      for (int axis = 0; axis < own.rank; ++axis) fits_ = take(*classes++, own.shape[axis]) && fits_;
    for (int index = 0; index < F.indices; ++index)
      extent(index) = class_extent_[F.extents[static_cast<std::size_t>(index)] - dsl::first_class];
    for (int axis = 0; axis < N::rank; ++axis) shape_[static_cast<std::size_t>(axis)] = extent(N::axis(axis));
  }
  /// Whether the arguments fit and there is something to compute.
  bool fits() const {
    for (int index = 0; index < F.indices; ++index)
      if (run_.place.extent[index] == 0) return false;
    return fits_;
  }
  std::span<const std::int64_t> shape() const { return shape_; }
  /// False where the library does it better.
  bool run(double* out) {
    const BlockCode<F> code = block_code<F>();
    lanes_ = extent(N::lane);
    rows_ = 1;
    for (int axis = 0; axis + 1 < N::rank; ++axis) rows_ *= extent(N::axis(axis));
    if (code == nullptr || !place()) return false;
    run_.lanes = lanes_;
    cut();
    const std::int64_t across = (lanes_ - 1) / lanes_a_block_ + 1;
    const std::int64_t blocks = across * ((rows_ - 1) / rows_a_block_ + 1);
    const auto compute = [&](std::int64_t begin, std::int64_t end) {
      const auto room = std::make_unique_for_overwrite<double[]>(room_);
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t row = at / across * rows_a_block_;
        const std::int64_t lane = at % across * lanes_a_block_;
        code(run_, out, room.get(),
             {row, std::min(rows_, row + rows_a_block_), lane, std::min(lanes_, lane + lanes_a_block_)});
      }
    };
    runtime::parallel_for(blocks, 1, compute);
    return true;
  }

 private:
  static constexpr std::int64_t work_a_block = 1 << 16;  // numbers or terms
  static constexpr std::int64_t rows_a_panel = 8;        // that pay for packing it
  static constexpr std::int64_t rows_a_packed_block = 256;
  static constexpr std::int64_t least_lanes = 64;    // a multiple of every panel's
  static constexpr std::size_t most_room = 1 << 20;  // numbers

  std::int64_t& extent(int index) { return run_.place.extent[index]; }
  bool take(std::int64_t of, std::int64_t extent) {
    std::int64_t& known = class_extent_[of];
    if (known < 0) known = extent;
    return known == extent;
  }
  std::int64_t terms() {
    std::int64_t out = 1;
    for (const dsl::FrozenNode& own : F.nodes)
      if (own.op == dsl::Op::sum)
        for (int at = 0; at < own.count; ++at) out *= extent(inlined::index_of<F>(own, at));
    return out;
  }
  /// Pointers and strides of every access; a long row instead of many short ones where that is the same.
  bool place() {
    bool row = N::flat();
    for (int id = 0; id < F.root; ++id) {
      const dsl::FrozenNode& own = F.nodes[static_cast<std::size_t>(id)];
      if (own.op == dsl::Op::access && !place(id, own, row)) return false;
    }
    if (row) in_one_row();
    return true;
  }
  bool place(int id, const dsl::FrozenNode& own, bool& row) {
    const int slot = F.nodes[static_cast<std::size_t>(own.operands[0])].slot;
    strided of = operands_[static_cast<std::size_t>(slot)];
    int along = -1;
    for (int at = 0; at < own.count; ++at) {
      if (inlined::index_of<F>(own, at) != N::lane) continue;
      if (along >= 0) return false;  // a diagonal
      along = at;
    }
    const bool turned = along >= 0 && of.strides[along] != 1;
    if (const int which = N::packed.place_of(id); which >= 0) {
      std::size_t size = static_cast<std::size_t>(std::max(panel_lanes<F, 4>(), panel_lanes<F, 8>()));
      for (int at = 0; at < own.count; ++at)
        if (at != along) size *= static_cast<std::size_t>(of.shape[at]);
      run_.packs[which] = turned || rows_ >= rows_a_panel;
      room_ += run_.packs[which] ? size : 0;
      if (room_ > most_room) return false;
    } else if (turned) {
      if (of.count() * 4 > rows_ * lanes_ * terms()) return false;  // not worth a copy
      of = laid_out(of, along, kept_);
      row = false;
    }
    row = row && (own.count == 0 || of.contiguous());
    run_.place.data[own.slot] = static_cast<const double*>(of.data);
    for (int at = 0; at < own.count; ++at) run_.place.stride[own.first + at] = of.strides[at];
    return true;
  }
  /// Only the last axis is left, and it is as long as the whole.
  void in_one_row() {
    lanes_ *= rows_;
    rows_ = 1;
    for (int axis = 0; axis + 1 < N::rank; ++axis) extent(N::axis(axis)) = 1;
  }
  /// Blocks of about equal work, whose panels are used for many rows; by extents alone, never by threads.
  void cut() {
    const std::int64_t lane = terms();
    const std::int64_t fits = std::max<std::int64_t>(1, work_a_block / (lanes_ * lane));
    rows_a_block_ = std::min(rows_, N::packed.count > 0 ? std::max(fits, rows_a_packed_block) : fits);
    const std::int64_t wide = work_a_block / (rows_a_block_ * lane) / least_lanes * least_lanes;
    const bool whole = rows_a_block_ * lanes_ * lane <= 2 * work_a_block;
    lanes_a_block_ = whole ? lanes_ : std::min(lanes_, std::max(least_lanes, wide));
  }

  const std::array<strided, Count>& operands_;
  Run<F> run_{};
  std::array<std::int64_t, static_cast<std::size_t>(N::rank)> shape_{};
  std::int64_t class_extent_[dsl::FrozenBox::most_indices];
  bool fits_ = true;
  std::int64_t lanes_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t lanes_a_block_ = 0;
  std::int64_t rows_a_block_ = 0;
  std::size_t room_ = 0;
  Kept kept_;
};

}  // namespace ricci::detail
