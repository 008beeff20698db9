/// A literal's loop nest, for the widest vectors that the machine has: blocks of rows and lanes, where a lane is a
/// place along the last axis of the result.
///
/// Sums run over a register tile of several rows and vectors at once, so that what is read for one is used for all.
/// What they read of a row's neighbourhood alone is copied into a panel first, in the order in which it is read: lanes
/// side by side whatever the operand's layout, and no two rows of it a power of two apart. Panels and rows that are not
/// full are filled up with neighbours that are computed twice, which gives the same numbers.
#pragma once

#include <ricci/inlined.hpp>

namespace ricci::detail {

/// std::min without what <algorithm> costs every file that holds a literal.
constexpr std::int64_t smaller(std::int64_t a, std::int64_t b) { return b < a ? b : a; }

/// What the compiler knows of a loop nest besides its formula.
template <const auto& F>
struct Nest {
  static constexpr const dsl::FrozenNode& root = F.nodes[F.root];
  static constexpr int rank = root.rank;
  static constexpr int body = root.operands[0];
  static constexpr int axis(int at) { return static_cast<int>(F.pool[static_cast<std::size_t>(root.first + at)]); }
  static constexpr int lane = axis(rank - 1);
  static constexpr int row = rank > 1 ? axis(rank - 2) : -1;
  static constexpr const auto& sums = inlined::sums_of<F>;

  static constexpr bool is_axis(int index) {
    for (int at = 0; at < rank; ++at)
      if (axis(at) == index) return true;
    return false;
  }
  static constexpr bool has_exp(int id) {
    if (id < 0) return false;
    const dsl::FrozenNode& own = F.nodes[static_cast<std::size_t>(id)];
    if (own.op == dsl::Op::exp) return true;
    for (int operand : own.operands)
      if (has_exp(operand)) return true;
    return false;
  }
  /// Accesses that are copied into panels: read in sums, for the lanes and not for the rows.
  static constexpr auto packed = [] {
    inlined::Chosen<F.nodes.size()> out;
    for (int id = 0; id < F.root; ++id) {
      const dsl::FrozenNode& own = F.nodes[static_cast<std::size_t>(id)];
      if (own.op != dsl::Op::access || own.count < 2) continue;
      int lanes = 0;
      int axes = 0;
      for (int at = 0; at < own.count; ++at) {
        const int index = static_cast<int>(F.pool[static_cast<std::size_t>(own.first + at)]);
        lanes += index == lane ? 1 : 0;
        axes += is_axis(index) ? 1 : 0;
      }
      if (lanes == 1 && axes == 1) out.add(id);
    }
    return out;
  }();
  /// Long to wait for: two vectors at once keep the machine busy.
  static constexpr bool deep = [] {
    for (const dsl::FrozenNode& own : F.nodes)
      if (own.op == dsl::Op::exp && F.depends(static_cast<int>(&own - F.nodes.data()), lane)) return true;
    return false;
  }();
  /// One sum of terms so cheap that what they read counts.
  static constexpr bool light = sums.count == 1 && F.nodes.size() < 32 && !has_exp(F.nodes[sums.of[0]].operands[0]);
  static constexpr int rows_at_once = rank < 2 ? 1 : 4;

  /// Every operand is a number, or read with the axes of the result in their order: one long row, then.
  static constexpr bool flat() {
    for (const dsl::FrozenNode& own : F.nodes) {
      if (own.op == dsl::Op::sum) return false;
      if (own.op != dsl::Op::access)
        for (int operand : own.operands)
          if (operand >= 0 && F.nodes[static_cast<std::size_t>(operand)].op == dsl::Op::index) return false;
      if (own.op != dsl::Op::access || own.count == 0) continue;
      if (own.count != rank) return false;
      for (int at = 0; at < rank; ++at)
        if (F.pool[static_cast<std::size_t>(own.first + at)] != axis(at)) return false;
    }
    return true;
  }
};

/// Rows shorter than that go to the narrow loops, on every machine: code for them need not be compiled twice.
inline constexpr int least_of_wide = 4;

/// Rows and lanes that are computed together, by one thread.
struct Block {
  std::int64_t row_begin, row_end, lane_begin, lane_end;
};

/// One call's loops: the extents and operands, and room for panels where some are packed.
template <const auto& F>
struct Run {
  inlined::Place<F> place;
  bool packs[static_cast<std::size_t>(Nest<F>::packed.count) + 1];
  std::int64_t lanes;  // from one row of the result to the next
};
/// The same for who does not know the formula.
struct RunView {
  const void* whole;
  const double** data;
  std::int64_t* stride;
  std::int64_t* extent;
  bool* packs;
  std::int64_t* lanes;
};
template <const auto& F>
RunView view_of(Run<F>& run) {
  return {&run, run.place.data, run.place.stride, run.place.extent, run.packs, &run.lanes};
}

/// Lanes of a panel. Where terms are not light, panels save turning the operands, and no more.
template <const auto& F, int W>
constexpr std::int64_t panel_lanes() {
  return Nest<F>::light ? 2 * W : 64;
}

/// Copies `width` lanes of an operand for every combination of the other indices, the last of them fastest.
void pack_panel(double* out, const double* from, int indices, const std::int64_t* extents, const std::int64_t* strides,
                std::int64_t lane_stride, std::int64_t width);

/// Operands as the panel of `width` lanes from `begin` on sees them.
template <const auto& F>
RICCI_INLINE void enter_panel(inlined::Place<F>& c, const Run<F>& run, double* room, std::int64_t begin,
                              std::int64_t width) {
  using N = Nest<F>;
  c.origin = begin;
  inlined::unrolled<F.root>([&](auto id) __attribute__((always_inline)) {
    constexpr dsl::FrozenNode own = F.nodes[id];
    if constexpr (own.op == dsl::Op::access && F.depends(id, N::lane)) {
      constexpr int which = N::packed.place_of(id);
      if constexpr (which >= 0) {
        if (run.packs[which]) {
          std::int64_t extents[own.count];
          std::int64_t strides[own.count];
          std::int64_t lane_stride = 0;
          int others = 0;
          for (int at = 0; at < own.count; ++at) {
            const int index = inlined::index_of<F>(own, at);
            if (index == N::lane) {
              lane_stride = c.stride[own.first + at];
            } else {
              extents[others] = c.extent[index];
              strides[others++] = c.stride[own.first + at];
            }
          }
          pack_panel(room, c.data[own.slot] + begin * lane_stride, others, extents, strides, lane_stride, width);
          c.data[own.slot] = room;
          for (int at = own.count; at-- > 0;) {
            const int index = inlined::index_of<F>(own, at);
            if (index == N::lane) continue;
            std::int64_t stride = width;
            for (int inner = at + 1; inner < own.count; ++inner)
              if (inlined::index_of<F>(own, inner) != N::lane) stride *= c.extent[inlined::index_of<F>(own, inner)];
            c.stride[own.first + at] = stride;
          }
          std::int64_t size = width;
          for (int at = 0; at < others; ++at) size *= extents[at];
          room += size;
          return;
        }
      }
      c.data[own.slot] += begin;
    }
  });
}

/// Adds a sum's terms to the totals of R rows times U vectors.
template <const auto& F, int id, int W, int R, int U, int level>
RICCI_INLINE void add_tile(inlined::Place<F>& c, std::int64_t row, std::int64_t lane, inlined::Real<W>* total) {
  using N = Nest<F>;
  constexpr dsl::FrozenNode own = F.nodes[id];
  if constexpr (level == own.count) {
    inlined::unrolled<R * U>([&](auto at) __attribute__((always_inline)) {
      if constexpr (R > 1) c.at[N::row] = row + at / U;
      if constexpr (U > 1) c.at[N::lane] = lane + at % U * W;
      inlined::Real<W> term{};
      inlined::evaluate<F, own.operands[0], N::lane, W>(c, inlined::NoTotals(), term);
      total[at] += term;
    });
  } else {
    constexpr int index = inlined::index_of<F>(own, level);
    for (std::int64_t k = 0; k < c.extent[index]; ++k) {
      c.at[index] = k;
      add_tile<F, id, W, R, U, level + 1>(c, row, lane, total);
    }
  }
}

/// W lanes of a row, from the present one on.
template <const auto& F, int W>
RICCI_INLINE void run_lanes(inlined::Place<F>& c, std::int64_t row, std::int64_t lane, double* out) {
  using N = Nest<F>;
  if constexpr (N::rank > 1) c.at[N::row] = row;
  c.at[N::lane] = lane;
  inlined::Real<W> value{};
  inlined::evaluate<F, N::body, N::lane, W>(c, inlined::NoTotals(), value);
  std::memcpy(out + lane, &value, sizeof value);
}

/// R rows of two vectors each: first their sums, side by side, then what is made of them.
template <const auto& F, int W, int R>
RICCI_INLINE void run_tile(inlined::Place<F>& c, std::int64_t row, std::int64_t lane, std::int64_t pitch, double* out) {
  using N = Nest<F>;
  if constexpr (N::rank > 1) c.at[N::row] = row;
  c.at[N::lane] = lane;
  inlined::Totals<-W, N::sums.count> known[R];
  inlined::unrolled<N::sums.count>([&](auto sum) __attribute__((always_inline)) {
    if constexpr (F.depends(N::sums.of[sum], N::lane)) {
      inlined::Real<W> own[R * 2]{};
      add_tile<F, N::sums.of[sum], W, R, 2, 0>(c, row, lane, own);
      inlined::unrolled<R>([&](auto at) __attribute__((always_inline)) {
        known[at].of[sum] = {own[2 * at], own[2 * at + 1]};
      });
    }
  });
  c.at[N::lane] = lane;
  inlined::unrolled<R>([&](auto at) __attribute__((always_inline)) {
    if constexpr (R > 1) c.at[N::row] = row + at;
    inlined::Real<-W> value{};
    inlined::evaluate<F, N::body, N::lane, -W>(c, known[at], value);
    std::memcpy(out + at * pitch + lane, &value, sizeof value);
  });
}

/// Rows of `width` lanes, by vectors that fit, down to those of `least`: the last of a row overlaps the one before.
template <const auto& F, int W, int least>
RICCI_INLINE void run_rows(inlined::Place<F>& c, std::int64_t first, std::int64_t rows, std::int64_t width,
                           std::int64_t pitch, double* out) {
  constexpr int step = inlined::lanes(W);
  if (width >= step) {
    for (std::int64_t row = first; row < first + rows; ++row, out += pitch) {
      std::int64_t lane = 0;
      for (; lane + step <= width; lane += step) run_lanes<F, W>(c, row, lane, out);
      if (step > 1 && lane < width) run_lanes<F, W>(c, row, width - step, out);
    }
  } else if constexpr (W != least) {
    constexpr int shorter = W < 0 ? -W : W == 8 ? 4 : 1;
    run_rows<F, shorter, least>(c, first, rows, width, pitch, out);
  }
}

/// Rows of one panel; `out` is where the panel's lanes begin in row 0.
template <const auto& F, int W, int least>
RICCI_INLINE void run_panel(inlined::Place<F>& c, std::int64_t row_begin, std::int64_t row_end, std::int64_t width,
                            std::int64_t pitch, double* out) {
  using N = Nest<F>;
  constexpr int R = N::rows_at_once;
  std::int64_t done = row_begin;
  while (done < row_end) {
    std::int64_t first = 0;
    std::int64_t rows = 1;
    std::int64_t rest = done;
    inlined::unrolled<N::rank - 1>([&](auto outer) __attribute__((always_inline)) {
      constexpr int axis = N::axis(N::rank - 2 - outer);
      c.at[axis] = outer == N::rank - 2 ? rest : rest % c.extent[axis];
      if constexpr (outer == 0) {
        first = c.at[axis];
        rows = smaller(row_end - done, c.extent[axis] - first);
      }
      if constexpr (outer < N::rank - 2) rest /= c.extent[axis];
    });
    double* own = out + done * pitch;
    if constexpr (N::light) {
      if (rows >= R && width == 2 * W) {
        for (std::int64_t i = 0; i < rows; i += R) {
          const std::int64_t row = smaller(i, rows - R);
          run_tile<F, W, R>(c, first + row, 0, pitch, own + row * pitch);
        }
        done += rows;
        continue;
      }
    }
    run_rows<F, N::deep ? -W : W, least>(c, first, rows, width, pitch, own);
    done += rows;
  }
}

template <const auto& F, int W, int least>
RICCI_INLINE void run_block(const Run<F>& run, double* __restrict out, double* room, const Block& block) {
  using N = Nest<F>;
  const std::int64_t lanes = block.lane_end - block.lane_begin;
  const std::int64_t width = N::sums.count > 0 ? smaller(lanes, panel_lanes<F, W>()) : lanes;
  for (std::int64_t j = 0; j < lanes; j += width) {
    const std::int64_t begin = block.lane_begin + smaller(j, lanes - width);
    inlined::Place<F> c = run.place;
    enter_panel<F>(c, run, room, begin, width);
    run_panel<F, W, least>(c, block.row_begin, block.row_end, width, run.lanes, out + begin);
  }
}

#if defined(__x86_64__)
#define RICCI_WIDE [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw")]]
#define RICCI_NARROW [[gnu::target("avx2")]]
#else
#define RICCI_WIDE
#define RICCI_NARROW
#endif

/// The block of a Run of the formula.
using BlockCode = void (*)(const void* run, double* __restrict out, double* room, const Block&);

template <const auto& F>
RICCI_WIDE void wide_block(const void* run, double* __restrict out, double* room, const Block& block) {
  run_block<F, 8, least_of_wide>(*static_cast<const Run<F>*>(run), out, room, block);
}
template <const auto& F>
RICCI_NARROW void narrow_block(const void* run, double* __restrict out, double* room, const Block& block) {
  run_block<F, 4, 1>(*static_cast<const Run<F>*>(run), out, room, block);
}

}  // namespace ricci::detail
