/// Runs the steps of one slice after the other. The last slice ends where the index does: it may compute some points
/// once more, so that one graph serves all slices. Where slices are added up, what is left over is the tail's.
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

/// In the order of the slices, whatever computes them.
void add(const Tensor& slice, const Tensor& whole) {
  with_type(whole.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < whole.count(); ++at) {
      T& to = whole.as<T>()[at];
      if constexpr (std::is_same_v<T, bool>)
        to = to || slice.as<T>()[at];  // never asked for: no sum is one
      else if constexpr (std::is_integral_v<T>)
        to = static_cast<T>(static_cast<std::make_unsigned_t<T>>(to) +
                            static_cast<std::make_unsigned_t<T>>(slice.as<T>()[at]));
      else
        to += slice.as<T>()[at];
    }
  });
}

Value read_of(const Run& run, const Slices::Read& read, std::int64_t first, std::int64_t rows) {
  if (!read.axis) return run.evaluation.value(read.outside);
  return part_of(run.evaluation.dense(read.outside), *read.axis, first + read.offset, rows);
}

/// Slices from `begin` on, into the results.
void run_from(Run& run, const Slices& slices, std::int64_t begin, std::vector<Tensor>& results) {
  const std::int64_t end = slices.tail ? slices.extent - slices.tail->rows : slices.extent;
  const std::unordered_map<std::uint32_t, std::uint32_t> nothing;
  const Origins no_origin{nothing};
  for (; begin < end; begin += slices.rows) {
    check_interrupt();
    const std::int64_t first = std::min(begin, slices.extent - slices.rows);
    Evaluation evaluation(slices.graph);
    evaluation.seed = run.evaluation.seed;
    for (const Slices::Read& read : slices.reads)
      evaluation.values.emplace(read.inside.at, read_of(run, read, first, slices.rows));
    if (slices.first.valid()) evaluation.values.emplace(slices.first.at, Tensor::scalar(first));
    Run inside{evaluation, run.factors, no_origin, *slices.programs};
    for (const Slices::Step& step : slices.steps) step.kernel->run(inside, step.node);
    for (std::size_t at = 0; at < results.size(); ++at) {
      const Slices::Result& own = slices.results[at];
      if (own.added)
        add(evaluation.dense(own.inside), results[at]);
      else
        place(evaluation.dense(own.inside), results[at], own.axis, first);
    }
  }
  if (slices.tail) run_from(run, *slices.tail, end, results);
}

}  // namespace

void run_slices(Run& run, const Slices& slices) {
  std::vector<Tensor> results;
  for (const Slices::Result& result : slices.results) {
    const auto span = run.graph().shape(result.outside);
    const Extents shape(span.begin(), span.end());
    const DType dtype = run.graph().dtype(result.outside);
    results.push_back(result.added ? Tensor::zeros(dtype, shape) : Tensor::empty(dtype, shape));
  }
  run_from(run, slices, 0, results);
  for (std::size_t at = 0; at < results.size(); ++at) run.put(slices.results[at].outside, std::move(results[at]));
}

}  // namespace ricci::runtime
