/// One row of text after the other, each number in the shortest digits that read back to it.
#include <cmath>
#include <type_traits>

#include "runtime/error.hpp"
#include "runtime/io/atomic_file.hpp"
#include "runtime/io/csv.hpp"
#include "runtime/io/numbers.hpp"

namespace ricci::runtime::io {
namespace {

constexpr std::size_t piece = 1 << 16;

template <typename T>
void append_field(std::string& text, const T& value) {
  if constexpr (std::is_integral_v<T>) {
    append_number(text, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    append_number(text, static_cast<double>(value));
  } else {
    append_number(text, static_cast<double>(value.real()));
    if (!std::signbit(value.imag()) || std::isnan(value.imag())) text += '+';
    append_number(text, static_cast<double>(value.imag()));
    text += 'i';
  }
}

/// `text` collects; `full` is called after each field.
template <typename Full>
void print(std::string& text, const Tensor& tensor, const Full& full) {
  if (tensor.rank() > 2)
    fail(dsl::Fault::file_value, ".csv", "a tensor of " + std::to_string(tensor.rank()) + " axes",
         "it holds at most two; .npy holds any number");
  if (tensor.count() == 0) fail(dsl::Fault::file_value, ".csv", "a tensor without elements", "save it as .npy");
  const std::int64_t rows = tensor.rank() == 0 ? 1 : tensor.shape[0];
  const std::int64_t columns = tensor.rank() == 2 ? tensor.shape[1] : 1;
  const std::int64_t down = tensor.rank() == 0 ? 0 : tensor.strides[0];
  const std::int64_t along = tensor.rank() == 2 ? tensor.strides[1] : 0;
  with_type(tensor.dtype, [&](auto zero) {
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        append_field(text, tensor.as<decltype(zero)>()[row * down + column * along]);
        text += column + 1 < columns ? ',' : '\n';
        full();
      }
  });
}

}  // namespace

void write_csv(const std::string& path, const Tensor& tensor) {
  AtomicFile file(path);
  std::string text;
  const auto give = [&] {
    file.write(text);
    text.clear();
  };
  print(text, tensor, [&] {
    if (text.size() >= piece) give();
  });
  give();
  file.commit();
}

std::string write_csv(const Tensor& tensor) {
  std::string text;
  print(text, tensor, [] {});
  return text;
}

}  // namespace ricci::runtime::io
