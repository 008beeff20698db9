/// The elements of a .npy file. What is stored as we hold it is read straight into place; all else goes through a small
/// buffer, where bytes are swapped and values widened, one row of a table for each stored type.
#include "runtime/io/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/io/atomic_file.hpp"
#include "runtime/io/npy_header.hpp"

namespace ricci::runtime::io {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored as this machine holds them");

/// IEEE binary16: 1 bit of sign, 5 of exponent, 10 of fraction. Every one is exact in f32.
struct Half {
  std::uint16_t bits;
};

float widened(Half half) {
  const int exponent = half.bits >> 10 & 31;
  const int fraction = half.bits & 1023;
  float magnitude = 0;
  if (exponent == 31)
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  else if (exponent == 0)
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  else
    magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half.bits & 0x8000) != 0 ? -magnitude : magnitude;
}

/// Widens `count` elements; false when one does not fit.
using Widen = bool (*)(const std::byte* from, std::byte* to, std::int64_t count);

template <typename From, typename To>
bool widen(const std::byte* from, std::byte* to, std::int64_t count) {
  for (std::int64_t at = 0; at < count; ++at) {
    From stored;
    std::memcpy(&stored, from + at * static_cast<std::int64_t>(sizeof(From)), sizeof(From));
    To value;
    if constexpr (std::is_same_v<From, Half>) {
      value = widened(stored);
    } else if constexpr (std::is_same_v<To, bool>) {
      value = stored != 0;  // a byte of a file may hold anything
    } else {
      if (std::is_same_v<From, std::uint64_t> && static_cast<std::int64_t>(stored) < 0) return false;
      value = static_cast<To>(stored);
    }
    std::memcpy(to + at * static_cast<std::int64_t>(sizeof(To)), &value, sizeof(To));
  }
  return true;
}

struct StoredType {
  char kind;
  std::int64_t bytes;
  DType becomes;
  Widen widen;  // null: the bytes are the elements
};

constexpr std::array stored_types{
    StoredType{'b', 1, DType::boolean, widen<std::uint8_t, bool>},
    StoredType{'i', 1, DType::i32, widen<std::int8_t, std::int32_t>},
    StoredType{'i', 2, DType::i32, widen<std::int16_t, std::int32_t>},
    StoredType{'i', 4, DType::i32, nullptr},
    StoredType{'i', 8, DType::i64, nullptr},
    StoredType{'u', 1, DType::i32, widen<std::uint8_t, std::int32_t>},
    StoredType{'u', 2, DType::i32, widen<std::uint16_t, std::int32_t>},
    StoredType{'u', 4, DType::i64, widen<std::uint32_t, std::int64_t>},
    StoredType{'u', 8, DType::i64, widen<std::uint64_t, std::int64_t>},
    StoredType{'f', 2, DType::f32, widen<Half, float>},
    StoredType{'f', 4, DType::f32, nullptr},
    StoredType{'f', 8, DType::f64, nullptr},
    StoredType{'c', 8, DType::c64, nullptr},
    StoredType{'c', 16, DType::c128, nullptr},
};

const StoredType& stored_type(const Reader& from, const NpyHeader& header) {
  for (const StoredType& row : stored_types)
    if (row.kind == header.kind && row.bytes == header.element_bytes) return row;
  fail(dsl::Fault::file_type, from.name(), header.type_text());
}

void swap_bytes(std::byte* bytes, std::int64_t length, std::int64_t unit) {
  for (std::byte* end = bytes + length; bytes < end; bytes += unit) std::reverse(bytes, bytes + unit);
}

/// Reads all elements, in the order of the file.
void read_elements(Reader& from, const NpyHeader& header, const StoredType& type, std::byte* to) {
  const std::int64_t unit =
      header.kind == 'c' ? type.bytes / 2 : type.bytes;  // the parts of a complex swap by themselves
  const bool swapped = header.big_endian && unit > 1;
  if (type.widen == nullptr && !swapped) return from.read(to, header.count * type.bytes);
  constexpr std::int64_t chunk = 1 << 13;
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(chunk, header.count) * type.bytes));
  const auto width = static_cast<std::int64_t>(dsl::bytes_of(type.becomes));
  for (std::int64_t at = 0; at < header.count; at += chunk) {
    const std::int64_t count = std::min(chunk, header.count - at);
    from.read(buffer.data(), count * type.bytes);
    if (swapped) swap_bytes(buffer.data(), count * type.bytes, unit);
    if (type.widen == nullptr)
      std::memcpy(to + at * width, buffer.data(), static_cast<std::size_t>(count * width));
    else if (!type.widen(buffer.data(), to + at * width, count))
      refuse_npy(from, "it holds unsigned integers that are too large for i64");
  }
}

Tensor row_major(const Tensor& elements, const Extents& shape) {
  Tensor turned = elements;
  turned.shape = shape;
  turned.strides = row_major_strides(Extents(shape.rbegin(), shape.rend()));
  std::reverse(turned.strides.begin(), turned.strides.end());
  if (!turned.contiguous()) return copy(turned);
  turned.strides = row_major_strides(shape);
  return turned;
}

}  // namespace

Tensor read_npy(Reader& from) {
  const NpyHeader header = read_npy_header(from);
  const StoredType& type = stored_type(from, header);
  Tensor out = Tensor::empty(type.becomes, header.shape);
  read_elements(from, header, type, out.data.get());
  return header.column_major ? row_major(out, header.shape) : out;
}

Tensor read_npy(const std::string& path) { return read_npy(*open_file(path)); }

Tensor read_npy(std::string_view bytes, const std::string& name) { return read_npy(*open_memory(bytes, name)); }

std::string read_npy_word(Reader& from) {
  const NpyHeader header = read_npy_header(from);
  const bool is_text = header.kind == 'S' || header.kind == 'U';
  if (!is_text || header.count != 1 || header.element_bytes > 256)
    refuse_npy(from, "it holds " + header.type_text() + " where one word is expected");
  std::string bytes(static_cast<std::size_t>(header.element_bytes), '\0');
  from.read(bytes.data(), header.element_bytes);
  std::string word;  // of the characters of 'U', four bytes each, only ASCII matters here
  for (const char c : bytes)
    if (c != '\0') word += c;
  return word;
}

std::string npy_preamble(const Tensor& tensor) {
  constexpr std::size_t alignment = 64;
  const std::string order = dsl::bytes_of(tensor.dtype) == 1 ? "|" : "<";
  std::string text =
      "{'descr': '" + order + std::string(dsl::row(tensor.dtype).numpy) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t axis = 0; axis < tensor.rank(); ++axis)
    text += std::to_string(tensor.shape[axis]) + (tensor.rank() == 1 ? "," : axis + 1 < tensor.rank() ? ", " : "");
  text += "), }";
  // Version 1.0 has two bytes for the length, 2.0 four.
  const bool longer = text.size() + 10 + alignment > 65535;
  const std::size_t before = longer ? 12 : 10;
  const std::size_t total = (before + text.size() + 1 + alignment - 1) / alignment * alignment;
  text.resize(total - before - 1, ' ');
  text += '\n';
  std::string out("\x93NUMPY");
  out += static_cast<char>(longer ? 2 : 1);
  out += '\0';
  for (std::size_t byte = 8; byte < before; ++byte) out += static_cast<char>(text.size() >> 8 * (byte - 8) & 255);
  return out + text;
}

void write_npy(const std::string& path, const Tensor& tensor) {
  AtomicFile file(path);
  const Tensor dense = contiguous_copy_if_needed(tensor);
  file.write(npy_preamble(dense));
  file.write(dense.data.get(), dense.bytes());
  file.commit();
}

std::string write_npy(const Tensor& tensor) {
  const Tensor dense = contiguous_copy_if_needed(tensor);
  std::string out = npy_preamble(dense);
  out.append(reinterpret_cast<const char*>(dense.data.get()), static_cast<std::size_t>(dense.bytes()));
  return out;
}

}  // namespace ricci::runtime::io
