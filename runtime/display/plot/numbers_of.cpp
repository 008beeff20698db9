#include "runtime/display/plot/numbers_of.hpp"

#include <algorithm>

namespace ricci::runtime::plot {
namespace {

/// The columns of a longer expression go by their numbers alone.
constexpr std::size_t longest_name = 20;

Column column(const Tensor& wide, std::int64_t offset, std::int64_t stride, std::string label) {
  return {std::move(label), wide, wide.as<double>() + offset, stride, wide.shape.empty() ? 1 : wide.shape[0]};
}

}  // namespace

Extents shape_of(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) return dense->shape;
  const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
  return {sparse.rows, sparse.cols};
}

Tensor as_doubles(const Tensor& tensor) {
  return contiguous_copy_if_needed(tensor.dtype == DType::f64 ? tensor : cast(tensor, DType::f64));
}

std::vector<Column> columns_of(const Value& value, const std::string& name, std::int64_t most) {
  const auto* given = std::get_if<Tensor>(&value);
  const Tensor dense = given != nullptr ? *given : dense_from_csr(*std::get<std::shared_ptr<const Csr>>(value));
  const bool complex = dsl::is_complex(dense.dtype);
  const Tensor wide = complex ? contiguous_copy_if_needed(cast(dense, DType::c128)) : as_doubles(dense);
  const std::int64_t parts = complex ? 2 : 1;  // a complex number is two doubles
  const std::int64_t columns = wide.rank() < 2 ? 1 : wide.shape[1];
  std::vector<Column> out;
  for (std::int64_t at = 0; at < std::min(columns, most); ++at) {
    const std::string number = std::to_string(at);
    const std::string many = name.size() <= longest_name ? name + "[:, " + number + "]" : "column " + number;
    const std::string own = wide.rank() < 2 || columns == 1 ? name : many;
    for (std::int64_t part = 0; part < parts; ++part)
      out.push_back(column(wide, at * parts + part, columns * parts,
                           complex ? (part == 0 ? "real(" : "imag(") + own + ")" : own));
  }
  return out;
}

}  // namespace ricci::runtime::plot
