/// Banner, size and entries. What the size line promises is compared with the bytes that follow before memory is taken
/// for it; then each entry is read once, checked, and mirrored where the banner says so.
#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "runtime/io/bytes.hpp"
#include "runtime/io/mtx.hpp"
#include "runtime/io/mtx_lines.hpp"

namespace ricci::runtime::io {
namespace {

enum class Layout : std::uint8_t { coordinate, array };
enum class Field : std::uint8_t { real, integer, complex, pattern };
enum class Symmetry : std::uint8_t { general, symmetric, skew, hermitian };

template <typename T>
struct Word {
  std::string_view text;
  T means;
};
constexpr std::array layouts{Word<Layout>{"coordinate", Layout::coordinate}, Word<Layout>{"array", Layout::array}};
constexpr std::array fields{Word<Field>{"real", Field::real},       Word<Field>{"double", Field::real},
                            Word<Field>{"integer", Field::integer}, Word<Field>{"unsigned-integer", Field::integer},
                            Word<Field>{"complex", Field::complex}, Word<Field>{"pattern", Field::pattern}};
constexpr std::array symmetries{
    Word<Symmetry>{"general", Symmetry::general}, Word<Symmetry>{"symmetric", Symmetry::symmetric},
    Word<Symmetry>{"skew-symmetric", Symmetry::skew}, Word<Symmetry>{"hermitian", Symmetry::hermitian}};

struct Banner {
  Layout layout;
  Field field;
  Symmetry symmetry;
};

template <typename T, std::size_t N>
T known_word(Lines& lines, const std::array<Word<T>, N>& words, std::string_view what) {
  std::string text(lines.word());
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string known;
  for (const Word<T>& word : words) {
    if (word.text == text) return word.means;
    (known += known.empty() ? "" : ", ") += word.text;
  }
  lines.refuse("'" + text.substr(0, 40) + "' is no " + std::string(what) + "; known are " + known);
}

Banner read_banner(Lines& lines) {
  const auto is = [](std::string_view text, std::string_view wanted) {
    return std::equal(text.begin(), text.end(), wanted.begin(), wanted.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
  };
  if (!lines.next_any() || !is(lines.word(), "%%MatrixMarket"))
    lines.refuse_file("it does not begin with %%MatrixMarket");
  if (!is(lines.word(), "matrix")) lines.refuse("only a 'matrix' can be read");
  Banner banner{};
  banner.layout = known_word(lines, layouts, "layout");
  banner.field = known_word(lines, fields, "type of entries");
  banner.symmetry = known_word(lines, symmetries, "symmetry");
  lines.end_of_line();
  if (banner.field == Field::pattern && banner.layout == Layout::array)
    lines.refuse("an array stores its entries: it cannot be a pattern");
  if (banner.field == Field::pattern && banner.symmetry != Symmetry::general && banner.symmetry != Symmetry::symmetric)
    lines.refuse("a pattern has no signs: it is general or symmetric");
  if (banner.symmetry == Symmetry::hermitian && banner.field != Field::complex)
    lines.refuse("only complex entries can be hermitian; real ones are symmetric");
  return banner;
}

struct Size {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t entries = 0;  // lines of the file
};

/// What an array stores of a square matrix: all, the lower triangle, or that without the diagonal.
std::int64_t stored_entries(const Lines& lines, const Size& size, Symmetry symmetry) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  if (symmetry == Symmetry::general) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(size.rows, size.cols, &product)) lines.refuse("the matrix is larger than any file");
    return product;
  }
  if (size.rows > most) lines.refuse("the matrix is larger than any file");
  return symmetry == Symmetry::skew ? size.rows * (size.rows - 1) / 2 : size.rows * (size.rows + 1) / 2;
}

Size read_size(Lines& lines, const Banner& banner) {
  if (!lines.next()) lines.refuse_file("it ends before the line with its size");
  Size size;
  size.rows = lines.number<std::int64_t>();
  size.cols = lines.number<std::int64_t>();
  if (banner.layout == Layout::coordinate) size.entries = lines.number<std::int64_t>();
  lines.end_of_line();
  if (size.rows < 0 || size.cols < 0 || size.entries < 0) lines.refuse("a size is negative");
  if (banner.symmetry != Symmetry::general && size.rows != size.cols)
    lines.refuse("the matrix is called symmetric, but is not square");
  if (banner.layout == Layout::array) size.entries = stored_entries(lines, size, banner.symmetry);
  // No entry is shorter than a digit and the end of its line.
  if (size.entries > lines.bytes_left() / 2 + 1)
    lines.refuse(std::to_string(size.entries) + " entries are promised, more than the rest of the file can hold");
  return size;
}

template <typename T>
T read_value(Lines& lines) {
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    const double real = lines.number<double>();
    return {real, lines.number<double>()};
  } else if constexpr (std::is_same_v<T, bool>) {
    return true;
  } else {
    return lines.number<T>();
  }
}

/// The entry across the diagonal.
template <typename T>
T mirrored(T value, Symmetry symmetry) {
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    if (symmetry == Symmetry::hermitian) return std::conj(value);
  }
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return symmetry == Symmetry::skew ? static_cast<T>(-static_cast<std::uint64_t>(value)) : value;
  } else if constexpr (std::is_same_v<T, bool>) {
    return value;
  } else {
    return symmetry == Symmetry::skew ? -value : value;
  }
}

template <typename T>
void check_hermitian(const Lines& lines, Symmetry symmetry, std::int64_t row, std::int64_t column, const T& value) {
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    if (symmetry == Symmetry::hermitian && row == column && value.imag() != 0)
      lines.refuse("the diagonal of a hermitian matrix is real");
  }
}

/// Row and column from 0.
std::array<std::int64_t, 2> read_position(Lines& lines, const Size& size, Symmetry symmetry) {
  const auto row = lines.number<std::int64_t>();
  const auto column = lines.number<std::int64_t>();
  if (row < 1 || row > size.rows)
    lines.refuse("row " + std::to_string(row) + " is not in 1 to " + std::to_string(size.rows));
  if (column < 1 || column > size.cols)
    lines.refuse("column " + std::to_string(column) + " is not in 1 to " + std::to_string(size.cols));
  if (symmetry != Symmetry::general && column > row)
    lines.refuse("an entry stands above the diagonal, but a symmetric file holds only the lower triangle");
  if (symmetry == Symmetry::skew && column == row)
    lines.refuse("an entry stands on the diagonal, but a skew-symmetric matrix has none there");
  return {row - 1, column - 1};
}

template <typename T>
Value read_coordinates(Lines& lines, const Banner& banner, const Size& size) {
  const bool mirror = banner.symmetry != Symmetry::general;
  const std::size_t most = static_cast<std::size_t>(size.entries) * (mirror ? 2 : 1);
  std::vector<std::int64_t> row_of;
  std::vector<std::int64_t> column_of;
  row_of.reserve(most);
  column_of.reserve(most);
  Tensor values = Tensor::empty(dtype_of<T>(), {static_cast<std::int64_t>(most)});
  const auto add = [&](std::int64_t row, std::int64_t column, T value) {
    values.as<T>()[row_of.size()] = value;
    row_of.push_back(row);
    column_of.push_back(column);
  };
  for (std::int64_t entry = 0; entry < size.entries; ++entry) {
    if (!lines.next())
      lines.refuse_file("it holds " + std::to_string(entry) + " of " + std::to_string(size.entries) + " entries");
    const auto [row, column] = read_position(lines, size, banner.symmetry);
    const T value = read_value<T>(lines);
    lines.end_of_line();
    check_hermitian(lines, banner.symmetry, row, column, value);
    add(row, column, value);
    if (mirror && row != column) add(column, row, mirrored(value, banner.symmetry));
  }
  values.shape[0] = static_cast<std::int64_t>(row_of.size());
  return std::make_shared<const Csr>(csr_from_triples(size.rows, size.cols, row_of, column_of, values));
}

/// Columns stand one after the other; of a symmetric matrix, each from its diagonal down.
template <typename T>
Value read_array(Lines& lines, const Banner& banner, const Size& size) {
  Tensor out = Tensor::zeros(dtype_of<T>(), {size.rows, size.cols});
  if (size.entries == 0) return out;  // one extent may be as large as it likes when the other is 0
  T* to = out.as<T>();
  std::int64_t entry = 0;
  for (std::int64_t column = 0; column < size.cols; ++column) {
    const std::int64_t top = banner.symmetry == Symmetry::general ? 0
                             : banner.symmetry == Symmetry::skew  ? column + 1
                                                                  : column;
    for (std::int64_t row = top; row < size.rows; ++row, ++entry) {
      if (!lines.next())
        lines.refuse_file("it holds " + std::to_string(entry) + " of " + std::to_string(size.entries) + " entries");
      const T value = read_value<T>(lines);
      lines.end_of_line();
      check_hermitian(lines, banner.symmetry, row, column, value);
      to[row * size.cols + column] = value;
      if (banner.symmetry != Symmetry::general && row != column)
        to[column * size.cols + row] = mirrored(value, banner.symmetry);
    }
  }
  return out;
}

template <typename T>
Value read_entries(Lines& lines, const Banner& banner, const Size& size) {
  return banner.layout == Layout::array ? read_array<T>(lines, banner, size) : read_coordinates<T>(lines, banner, size);
}

Value read_matrix(Lines& lines, const Banner& banner, const Size& size) {
  switch (banner.field) {
    case Field::integer: return read_entries<std::int64_t>(lines, banner, size);
    case Field::complex: return read_entries<std::complex<double>>(lines, banner, size);
    case Field::pattern: return read_entries<bool>(lines, banner, size);
    default: return read_entries<double>(lines, banner, size);
  }
}

}  // namespace

Value read_mtx(std::string_view text, const std::string& name) {
  Lines lines(text, name);
  const Banner banner = read_banner(lines);
  const Size size = read_size(lines, banner);
  Value value = read_matrix(lines, banner, size);
  if (lines.next())
    lines.refuse("more than the promised " + std::to_string(size.entries) + " entries stand in the file");
  return value;
}

Value read_mtx(const std::string& path) {
  const Text text = read_text(path);
  return read_mtx(text.view, path);
}

}  // namespace ricci::runtime::io
