/// Runs a literal's loop nest over the caller's containers, into the result, on the library's threads where it is worth
/// their while. Says no, and leaves the work to the library, where a container or an extent does not fit. Nothing is
/// allocated but what has to be laid out anew. Only the loops are code of the literal; what prepares them is compiled
/// once, in the library, and reads the formula as data.
#pragma once

#include <ricci/container_facts.hpp>
#include <ricci/loop_nest.hpp>

namespace ricci::detail {

/// A loop nest as data, and its loops.
struct NestForm {
  const dsl::FrozenNode* nodes;
  const std::int64_t* pool;
  const std::int64_t* extents;  // by index: its class
  int root;
  int indices;
  const int* packed;  // accesses that are copied into panels, ascending
  int packed_count;
  std::int64_t panel_lanes;
  bool flat;
  BlockCode wide;
  BlockCode narrow;
};

template <const auto& F>
inline constexpr NestForm nest_form{.nodes = F.nodes.data(),
                                    .pool = F.pool.data(),
                                    .extents = F.extents.data(),
                                    .root = F.root,
                                    .indices = F.indices,
                                    .packed = Nest<F>::packed.of.data(),
                                    .packed_count = Nest<F>::packed.count,
                                    .panel_lanes = panel_lanes<F, 8>(),
                                    .flat = Nest<F>::flat(),
                                    .wide = wide_block<F>,
                                    .narrow = narrow_block<F>};

/// One call: `operands` by argument, `classes` the classes of their axes, one after the other. `run` is a Run of the
/// form's formula, which the call fills in.
class NestCall {
 public:
  NestCall(const NestForm& form, RunView run, std::span<const strided> operands, const std::int64_t* classes);
  /// Whether the arguments fit and there is something to compute.
  bool fits() const { return fits_; }
  std::span<const std::int64_t> shape() const { return {shape_, static_cast<std::size_t>(rank_)}; }
  /// False where the library does it better.
  bool run(double* out);

 private:
  struct Cut;
  struct Room;

  int axis(int at) const { return static_cast<int>(form_.pool[form_.nodes[form_.root].first + at]); }
  int index_of(const dsl::FrozenNode& of, int which) const { return static_cast<int>(form_.pool[of.first + which]); }
  std::int64_t terms() const;
  bool place(Room& room);
  bool place(int id, Room& room);
  Cut cut() const;

  const NestForm& form_;
  RunView run_;
  std::span<const strided> operands_;
  int rank_;
  bool fits_ = true;
  std::int64_t lanes_ = 0;
  std::int64_t rows_ = 1;
  std::int64_t shape_[strided::most_axes];
};

}  // namespace ricci::detail
