#include <ricci/loop_nest.hpp>

namespace ricci::detail {

runtime::Tensor laid_out(const runtime::Tensor& of, std::size_t axis, std::vector<std::unique_ptr<double[]>>& kept) {
  const std::int64_t count = of.count();
  kept.push_back(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(count)));
  double* out = kept.back().get();
  runtime::Tensor laid = of;
  std::int64_t stride = 1;
  laid.strides[axis] = stride;
  stride *= of.shape[axis];
  for (std::size_t at = of.rank(); at-- > 0;) {
    if (at == axis) continue;
    laid.strides[at] = stride;
    stride *= of.shape[at];
  }
  extents at(of.rank(), 0);
  const double* from = of.as<const double>();
  for (std::int64_t done = 0; done < count; ++done) {
    *out = *from;
    for (std::size_t one = of.rank(); one-- > 0;) {
      out += laid.strides[one];
      from += of.strides[one];
      if (++at[one] < of.shape[one]) break;
      out -= laid.strides[one] * of.shape[one];
      from -= of.strides[one] * of.shape[one];
      at[one] = 0;
    }
  }
  laid.data = std::shared_ptr<std::byte>(std::shared_ptr<void>(), reinterpret_cast<std::byte*>(kept.back().get()));
  return laid;
}

void refuse_singular() { fail(dsl::Fault::singular_matrix, ""); }

}  // namespace ricci::detail
