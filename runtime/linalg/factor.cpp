/// Kept factorisations: one storage for the batch, an Entry view of each matrix.
#include "runtime/linalg/factor.hpp"

#include <algorithm>

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/factor_data.hpp"
#include "runtime/linalg/tally.hpp"

namespace ricci::runtime::linalg {

const Report& Factor::report() const { return data_->report; }
Extents Factor::batch_shape() const { return data_->batch; }
std::int64_t Factor::order() const { return data_->n; }
std::int64_t Factor::bytes() const {
  return data_->storage.bytes() + static_cast<std::int64_t>(data_->pivots.size() * sizeof(std::int32_t));
}

std::string_view Factor::structure() const {
  const std::vector<FactorData::Made>& made = data_->made;
  const auto all = [&](auto... methods) {
    return !made.empty() && std::all_of(made.begin(), made.end(),
                                        [&](const FactorData::Made& own) { return ((own.method == methods) || ...); });
  };
  if (all(Method::cholesky)) return "spd";
  if (all(Method::diagonal)) return "diagonal";
  if (all(Method::lower, Method::diagonal)) return "lower";
  if (all(Method::upper, Method::diagonal)) return "upper";
  return {};
}

namespace {

template <typename T>
std::shared_ptr<const FactorData> factor_as(const MatrixBatch& a, Structure hint) {
  auto data = std::make_shared<FactorData>();
  const std::int64_t n = a.rows;
  count_factorisations(a.count);
  data->batch = a.batch;
  data->n = n;
  data->storage = Tensor::empty(a.tensor.dtype, joined(a.batch, {n, n}));
  data->pivots.resize(static_cast<std::size_t>(a.count * n));
  data->made.resize(static_cast<std::size_t>(a.count));
  SharedTally tally;
  const double order = static_cast<double>(n);
  parallel_for(a.count, entries_a_chunk(order * order * order + 200), [&](std::int64_t begin, std::int64_t end) {
    Tally chunk;
    for (std::int64_t at = begin; at < end; ++at) {
      Entry<T> entry = data->entry<T>(at);
      factor_entry<T>(entry, hint, [&](T* to) { a.pack(at, to); });
      data->made[static_cast<std::size_t>(at)] = {entry.exponent, entry.method};
      chunk.add(at, entry.method, entry.rcond);
    }
    tally.merge(chunk);
  });
  data->report = tally.report(a.batch, rcond_floor<T>(n));
  return data;
}

}  // namespace

Factor factor(const Tensor& matrices, Structure hint) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "solve");
  std::shared_ptr<const FactorData> data =
      with_inexact(type, [&](auto zero) { return factor_as<decltype(zero)>(a, hint); });
  if (dsl::real_type(type) != DType::f32) return Factor(std::move(data));
  auto with_source = std::make_shared<FactorData>(*data);  // shares the storage
  with_source->source = matrices;
  return Factor(std::move(with_source));
}

}  // namespace ricci::runtime::linalg
