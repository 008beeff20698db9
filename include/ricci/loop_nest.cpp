#include <ricci/nest_call.hpp>

namespace ricci::detail {
namespace {

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

}  // namespace

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
