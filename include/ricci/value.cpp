/// Values and arguments at the library's edge (include/ricci/value.hpp): conversions, copies, sparse structure.
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include <ricci/value.hpp>

#include "runtime/session/guarded.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci {
namespace {

std::string shape_text(const extents& shape) {
  std::string out = "[";
  for (std::size_t at = 0; at < shape.size(); ++at) (out += at == 0 ? "" : ",") += std::to_string(shape[at]);
  return out + "]";
}

/// Elements one by one, row by row, where the target has gaps or runs backwards.
void copy_elements(const runtime::Tensor& out, const runtime::Tensor& from) {
  const std::size_t size = dsl::bytes_of(out.dtype);
  const std::int64_t count = out.count();
  extents at(out.rank(), 0);
  std::int64_t to = 0;
  std::int64_t source = 0;
  for (std::int64_t done = 0; done < count; ++done) {
    std::copy_n(from.data.get() + source * static_cast<std::int64_t>(size), size,
                out.data.get() + to * static_cast<std::int64_t>(size));
    for (std::size_t axis = out.rank(); axis-- > 0;) {
      to += out.strides[axis];
      source += from.strides[axis];
      if (++at[axis] < out.shape[axis]) break;
      to -= out.strides[axis] * out.shape[axis];
      source -= from.strides[axis] * out.shape[axis];
      at[axis] = 0;
    }
  }
}

/// The structure is checked here, column indices by csr_from_triples.
runtime::Value checked_csr(const std::vector<std::int64_t>& indptr, const std::vector<std::int64_t>& indices,
                           const runtime::Tensor& data, std::int64_t rows, std::int64_t cols) {
  const auto stored = static_cast<std::int64_t>(indices.size());
  bool sound = rows >= 0 && cols >= 0 && static_cast<std::int64_t>(indptr.size()) - 1 == rows &&
               data.count() == stored && !indptr.empty() && indptr.front() == 0 && indptr.back() == stored;
  for (std::size_t at = 1; sound && at < indptr.size(); ++at) sound = indptr[at - 1] <= indptr[at];
  if (!sound) fail(dsl::Fault::csr_structure, rows, cols, stored);
  std::vector<std::int64_t> row_of(indices.size());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t at = indptr[static_cast<std::size_t>(row)]; at < indptr[static_cast<std::size_t>(row) + 1]; ++at)
      row_of[static_cast<std::size_t>(at)] = row;
  return std::make_shared<const runtime::Csr>(runtime::csr_from_triples(rows, cols, row_of, indices, data));
}

}  // namespace

dtype value::type() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return dense->dtype;
  return std::get<std::shared_ptr<const runtime::Csr>>(of_)->values.dtype;
}

extents value::shape() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return dense->shape;
  const runtime::Csr& sparse = *std::get<std::shared_ptr<const runtime::Csr>>(of_);
  return {sparse.rows, sparse.cols};
}

runtime::Tensor value::tensor() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return *dense;
  return guarded([&] { return runtime::dense_from_csr(*std::get<std::shared_ptr<const runtime::Csr>>(of_)); });
}

runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted) {
  const bool fits = tensor.dtype == wanted || dsl::promote(tensor.dtype, wanted) == wanted;
  if (!fits) fail(dsl::Fault::wrong_type, dsl::name_of(wanted), dsl::name_of(tensor.dtype));
  return tensor.dtype == wanted ? runtime::contiguous_copy_if_needed(tensor) : runtime::cast(tensor, wanted);
}

runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted, std::size_t rank) {
  if (tensor.rank() != rank) fail(dsl::Fault::wrong_rank, rank, tensor.rank());
  return checked(tensor, wanted);
}

void copy_into(const runtime::Tensor& out, const runtime::Tensor& from) {
  if (out.shape != from.shape)
    fail(dsl::Fault::wrong_shape, shape_text(out.shape).c_str(), shape_text(from.shape).c_str());
  std::vector<std::size_t> order(out.rank());  // the target's memory order is row-major over these axes
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return out.strides[a] > out.strides[b]; });
  runtime::Tensor target = out;
  runtime::Tensor source = from;
  for (std::size_t at = 0; at < order.size(); ++at) {
    target.shape[at] = source.shape[at] = out.shape[order[at]];
    target.strides[at] = out.strides[order[at]];
    source.strides[at] = from.strides[order[at]];
  }
  if (!target.contiguous()) return copy_elements(out, from);
  runtime::copy_strided(source.data.get(), source.strides, target.data.get(), target.shape, dsl::bytes_of(out.dtype));
}

runtime::Value detail::csr_value(std::vector<std::int64_t> indptr, std::vector<std::int64_t> indices,
                                 const runtime::Tensor& data, std::int64_t rows, std::int64_t cols) {
  return guarded([&]() -> runtime::Value { return checked_csr(indptr, indices, data, rows, cols); });
}

runtime::Value detail::whole(std::int64_t x) { return runtime::Tensor::scalar(x); }
runtime::Value detail::whole(std::uint64_t x) {
  if (x > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    fail(dsl::Fault::integer_too_large, std::to_string(x).c_str());
  return runtime::Tensor::scalar(static_cast<std::int64_t>(x));
}

}  // namespace ricci
