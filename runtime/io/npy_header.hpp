/// The header of a .npy file: what it holds, before any element is read.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/io/bytes.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

struct NpyHeader {
  bool big_endian = false;
  char kind = 'f';                 // b i u f c, S U for strings; NumPy's letters
  std::int64_t element_bytes = 8;  // as stored
  bool column_major = false;
  Extents shape;
  std::int64_t count = 0;  // elements

  std::string type_text() const;  // for messages: "f8"
};

/// Reads magic, version and header. What follows in `from` is then exactly count * element_bytes bytes long, or this
/// has thrown ricci::error (code file): a lying shape is refused before memory is taken for it.
NpyHeader read_npy_header(Reader& from);

[[noreturn]] void refuse_npy(const Reader& from, const std::string& why);

}  // namespace ricci::runtime::io
