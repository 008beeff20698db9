/// Entries are printed into a buffer that goes out as it fills: no text of the whole matrix is ever held for a file.
#include <type_traits>

#include "runtime/error.hpp"
#include "runtime/io/atomic_file.hpp"
#include "runtime/io/mtx.hpp"
#include "runtime/io/numbers.hpp"

namespace ricci::runtime::io {
namespace {

constexpr std::size_t piece = 1 << 16;

template <typename T>
constexpr std::string_view field_of() {
  if constexpr (std::is_integral_v<T>)
    return "integer";
  else
    return std::is_floating_point_v<T> ? "real" : "complex";
}

template <typename T>
void append_value(std::string& text, const T& value) {
  if constexpr (std::is_integral_v<T>) {
    append_number(text, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    append_number(text, static_cast<double>(value));
  } else {
    append_number(text, static_cast<double>(value.real()));
    text += ' ';
    append_number(text, static_cast<double>(value.imag()));
  }
}

void append_sizes(std::string& text, std::initializer_list<std::int64_t> sizes) {
  for (const std::int64_t size : sizes) {
    append_number(text, size);
    text += ' ';
  }
  text.back() = '\n';
}

/// `text` collects, `full` is called whenever it holds a piece to give away.
template <typename T, typename Full>
void print_array(std::string& text, const Tensor& matrix, const Full& full) {
  const std::int64_t rows = matrix.rank() == 0 ? 1 : matrix.shape[0];
  const std::int64_t cols = matrix.rank() == 2 ? matrix.shape[1] : 1;
  const std::int64_t down = matrix.rank() == 0 ? 0 : matrix.strides[0];
  const std::int64_t across = matrix.rank() == 2 ? matrix.strides[1] : 0;
  ((text += "%%MatrixMarket matrix array ") += field_of<T>()) += " general\n";
  append_sizes(text, {rows, cols});
  for (std::int64_t column = 0; column < cols; ++column)
    for (std::int64_t row = 0; row < rows; ++row) {
      append_value(text, matrix.as<T>()[row * down + column * across]);
      text += '\n';
      full();
    }
}

template <typename T, typename Full>
void print_coordinates(std::string& text, const Csr& matrix, const Full& full) {
  constexpr bool pattern = std::is_same_v<T, bool>;
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const T* values = matrix.values.as<T>();
  std::int64_t printed = matrix.stored();
  if constexpr (pattern) {
    printed = 0;  // a pattern has no word for what is stored and false
    for (std::int64_t at = 0; at < matrix.stored(); ++at) printed += values[at] ? 1 : 0;
  }
  ((text += "%%MatrixMarket matrix coordinate ") += pattern ? "pattern" : field_of<T>()) += " general\n";
  append_sizes(text, {matrix.rows, matrix.cols, printed});
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) {
      if (pattern && values[at] == T{}) continue;
      append_number(text, row + 1);
      text += ' ';
      append_number(text, std::int64_t{matrix.columns.as<std::int32_t>()[at]} + 1);
      if constexpr (!pattern) append_value(text += ' ', values[at]);
      text += '\n';
      full();
    }
}

template <typename Full>
void print(std::string& text, const Value& value, const Full& full) {
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&value))
    return with_type((*sparse)->values.dtype,
                     [&](auto zero) { print_coordinates<decltype(zero)>(text, **sparse, full); });
  const Tensor& dense = std::get<Tensor>(value);
  with_type(dense.dtype, [&](auto zero) { print_array<decltype(zero)>(text, dense, full); });
}

void check_rank(const Value& value) {
  const Tensor* dense = std::get_if<Tensor>(&value);
  if (dense != nullptr && dense->rank() > 2)
    fail(dsl::Fault::file_value, ".mtx", "a tensor of " + std::to_string(dense->rank()) + " axes",
         "it holds at most two; .npy holds any number");
}

}  // namespace

void write_mtx(const std::string& path, const Value& value) {
  check_rank(value);
  AtomicFile file(path);
  std::string text;
  const auto give = [&] {
    file.write(text);
    text.clear();
  };
  print(text, value, [&] {
    if (text.size() >= piece) give();
  });
  give();
  file.commit();
}

std::string write_mtx(const Value& value) {
  check_rank(value);
  std::string text;
  print(text, value, [] {});
  return text;
}

}  // namespace ricci::runtime::io
