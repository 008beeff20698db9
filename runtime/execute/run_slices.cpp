/// Runs the steps of one slice after the other. The last slice ends where the index does: it may compute some points
/// once more, so that one graph serves all slices.
#include <algorithm>

#include "runtime/execute/slice.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime {
namespace {

/// Part of a tensor along an axis, in place.
Tensor part_of(const Tensor& whole, std::size_t axis, std::int64_t first, std::int64_t rows) {
  Tensor out = whole;
  out.shape[axis] = rows;
  const std::int64_t bytes = first * whole.strides[axis] * static_cast<std::int64_t>(dsl::bytes_of(whole.dtype));
  out.data = {whole.data, whole.data.get() + bytes};
  return out;
}

/// Copies a slice to where it belongs; both are row-major but for the cut axis's extent.
void place(const Tensor& slice, const Tensor& whole, std::size_t axis, std::int64_t first) {
  std::int64_t outer = 1, inner = static_cast<std::int64_t>(dsl::bytes_of(whole.dtype));
  for (std::size_t at = 0; at < whole.rank(); ++at) (at < axis ? outer : inner) *= at == axis ? 1 : whole.shape[at];
  const std::int64_t own = slice.shape[axis] * inner, all = whole.shape[axis] * inner;
  for (std::int64_t at = 0; at < outer; ++at)
    std::copy_n(slice.data.get() + at * own, own, whole.data.get() + at * all + first * inner);
}

Value read_of(const Run& run, const Slices::Read& read, std::int64_t first, std::int64_t rows) {
  if (!read.axis) return run.evaluation.value(read.outside);
  return part_of(run.evaluation.dense(read.outside), *read.axis, first + read.offset, rows);
}

}  // namespace

void run_slices(Run& run, const Slices& slices) {
  std::vector<Tensor> results;
  for (const Slices::Result& result : slices.results) {
    const auto shape = run.graph().shape(result.outside);
    results.push_back(Tensor::empty(run.graph().dtype(result.outside), {shape.begin(), shape.end()}));
  }
  const std::unordered_map<std::uint32_t, std::uint32_t> nothing;
  const Origins no_origin{nothing};
  for (std::int64_t begin = 0; begin < slices.extent; begin += slices.rows) {
    check_interrupt();
    const std::int64_t first = std::min(begin, slices.extent - slices.rows);
    Evaluation evaluation(slices.graph);
    evaluation.seed = run.evaluation.seed;
    for (const Slices::Read& read : slices.reads)
      evaluation.values.emplace(read.inside.at, read_of(run, read, first, slices.rows));
    if (slices.first.valid()) evaluation.values.emplace(slices.first.at, Tensor::scalar(first));
    Run inside{evaluation, run.factors, no_origin, *slices.programs};
    for (NodeId step : slices.steps) kernel_for(slices.graph, step).run(inside, step);
    for (std::size_t at = 0; at < results.size(); ++at)
      place(evaluation.dense(slices.results[at].inside), results[at], slices.results[at].axis, first);
  }
  for (std::size_t at = 0; at < results.size(); ++at) run.put(slices.results[at].outside, std::move(results[at]));
}

}  // namespace ricci::runtime
