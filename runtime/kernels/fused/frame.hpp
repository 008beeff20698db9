/// One thread's state while it runs a stage: its registers, the values of the loop variables, where it stands in the
/// lanes. Frames are reused from task to task, so nothing is allocated in loops.
#pragma once

#include <optional>
#include <vector>

#include "runtime/kernels/fused/program.hpp"
#include "runtime/random/sampler.hpp"

namespace ricci::runtime::fused {

/// What the slots of a program are bound to for one run.
struct Bound {
  struct Place {
    std::byte* base = nullptr;      // of a dense slot
    const Tensor* dense = nullptr;  // of a value
    const Csr* sparse = nullptr;
  };
  std::vector<Place> slots;
  std::vector<distances::Form> forms;
  std::optional<std::uint64_t> seed;
};

/// A tile of zeros: what a view shows outside of its padding.
void* zero_tile();

class Frame {
 public:
  Frame(const StageProgram& program, const Program& whole, const Bound& bound);
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// Steps begin..end of the nest of free loops, flattened.
  void run_steps(std::int64_t begin, std::int64_t end);

 private:
  void set_constants();
  void run_block(BlockId block);
  void run(const Instruction& instruction);
  void run_loop(const Loop& loop);
  void narrow(const Loop& loop, std::int64_t& first, std::int64_t& last);  // frame_band.cpp
  bool sorted(const Loop& loop, std::int32_t which);
  template <class T, class At>
  void cut(const LoopBound& bound, At&& at, std::int64_t& first, std::int64_t& last) const;
  void run_contraction(const Loop& loop, std::int64_t first, std::int64_t last);
  void run_tiles(const Loop& loop, std::int64_t first, std::int64_t last);
  void run_branch(const Instruction& instruction);
  void enter_level(std::size_t level, std::int64_t value);
  void enter_tile(std::int64_t tile);
  void set_lane_start(std::int64_t start);
  std::int64_t width(const Instruction& instruction) const { return instruction.wide ? lanes_ : 1; }
  bool active(const Instruction& instruction) const;

  // addresses and memory (frame_memory.cpp)
  std::int64_t value_of(const Affine& affine) const;
  bool add_mapped(const Address& address, std::int64_t& offset) const;
  template <class F>
  void for_runs(const Address& address, std::int64_t lanes, F&& visit);
  std::byte* place(const Address& address, std::int64_t offset) const;
  void run_chain(const Instruction& instruction);
  void run_view(const Instruction& instruction);
  void run_load(const Instruction& instruction);
  void run_periodic(const Instruction& instruction, const Address& address);
  void run_number(const Instruction& instruction);
  void run_offsets(const Instruction& instruction);
  void run_gather(const Instruction& instruction);
  void run_store(const Instruction& instruction);
  void run_lookup(const Instruction& instruction);
  void run_check(const Instruction& instruction);

  // draws (frame_draw.cpp)
  struct Prepared {
    bool begun = false, varies = false, fixed = false;
    random::Key key{};
    std::vector<std::int64_t> step, row_step;
    std::vector<std::uint64_t> bits;  // of the parameters it is for
    std::vector<random::Parameter> weights;
    std::optional<random::Sampler> sampler;
    std::vector<std::int64_t> compared;  // what `ranges` are for
    std::int64_t began = 0;              // where the tile began along the last lane index
    RegisterId beside = none;            // where they stood,
    bool follows = false;                // and whether the last lane index alone decides them
    random::WordRanges ranges;
    std::int64_t kept = 0, made = 0;  // how often they stayed, and changed
  };
  Prepared& prepared_for(const Instruction& instruction);
  const random::Sampler& sampler_of(const Draw& draw, Prepared& prepared);
  void run_draw(const Instruction& instruction);
  void draw_run(const Instruction& instruction, std::int64_t from, std::int64_t count,
                const random::TileCoordinates& tile);
  void draw_lanes(const Instruction& instruction, const Draw& draw);
  void run_compared(const Instruction& instruction);
  bool follows_last_lane(RegisterId id) const;
  const random::Thresholds* compared_by_words(const Instruction& instruction, const Draw& draw);
  std::vector<random::Parameter> parameters_of(const Draw& draw, std::int64_t from, bool by_lane) const;

  // distances (frame_distance.cpp)
  struct Block {
    std::int64_t row = 0, rows = 0, column = 0, lanes = 0;  // what it holds
    std::shared_ptr<std::byte> numbers, narrow;             // [block_rows, most_columns] of f64, and of f32
  };
  void run_distance(const Instruction& instruction);
  void run_pairs(const Instruction& instruction, const Distance& own);
  void fill_block(const Distance& own, bool narrow, std::int64_t row, std::int64_t column, Block& block);

  // pairwise sums
  void push(std::int32_t which);
  void drain(const Instruction& instruction);

  template <class T>
  T* as(RegisterId id) const {
    return static_cast<T*>(at_[id]);
  }

  const StageProgram& program_;
  const Program& whole_;
  const Bound& bound_;
  const TileTable& table_;
  std::shared_ptr<std::byte> arena_;
  std::vector<void*> pointers_;  // one null, then a register each
  void** at_ = nullptr;          // at_[none] is null
  std::vector<std::int64_t> vars_;
  std::vector<std::int8_t> sorted_;   // by bound: whether its coordinate ascends; -1: not yet looked at
  std::vector<std::int64_t> pushed_;  // by sum: how many parts stand on its levels
  std::int64_t lanes_ = 1;
  std::int64_t lane_start_ = 0;
  std::uint32_t ticks_ = 0;  // iterations of loops, to look up for an interruption now and then
  bool fresh_ = true;        // the root block has not run yet
  std::vector<Prepared> prepared_;
  std::vector<Block> distance_blocks_;
  std::int64_t steps_ahead_ = 1;          // of the innermost loop, this one included, in this task
  std::vector<std::int64_t> scratch_[2];  // of draws
};

}  // namespace ricci::runtime::fused
