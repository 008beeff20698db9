/// A parser for the literal of a Python dict with three known keys, in any order and spacing. It builds no tree: each
/// value is read straight into its place, and everything that is not expected is refused with what was.
#include "runtime/io/npy_header.hpp"

#include <charconv>
#include <cstring>
#include <limits>

namespace ricci::runtime::io {
namespace {

constexpr std::int64_t longest_header = 1 << 20;  // NumPy itself refuses more than 10,000 characters

class Literal {
 public:
  Literal(const Reader& from, std::string_view text) : from_(from), rest_(text) {}

  /// The next character that is no space, or 0 at the end.
  char peek() {
    while (!rest_.empty() && std::strchr(" \t\r\n\f\v", rest_[0]) != nullptr && rest_[0] != '\0')
      rest_.remove_prefix(1);
    return rest_.empty() ? '\0' : rest_[0];
  }
  bool ended() { return peek() == '\0' && rest_.empty(); }
  bool take(char wanted) {
    if (peek() != wanted || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) expected("'" + std::string(1, wanted) + "'");
  }
  std::string_view string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') expected("a string");
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) refuse_npy(from_, "a string in its header does not end");
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    peek();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, std::pair{std::string_view("False"), false}}) {
      if (rest_.substr(0, word.size()) != word) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    expected("True or False");
  }
  std::int64_t extent() {
    if (peek() == '-') refuse_npy(from_, "its header has a negative extent");
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range)
      refuse_npy(from_, "an extent in its header is larger than any array's");
    if (error != std::errc{}) expected("an extent");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!rest_.empty() && rest_[0] == 'L') rest_.remove_prefix(1);  // written by Python 2
    return value;
  }
  Extents tuple() {
    Extents extents;
    expect('(');
    while (!take(')')) {
      extents.push_back(extent());
      if (take(',')) continue;
      // (3) is no tuple in Python, but (3, 4) needs no comma at its end.
      if (extents.size() == 1) expected("',' after the only extent");
      expect(')');
      break;
    }
    return extents;
  }
  [[noreturn]] void expected(const std::string& what) {
    const char found = peek();
    refuse_npy(from_, "its header has " + (rest_.empty() ? "ended" : "'" + printable(found) + "'") + " where " + what +
                          " is expected");
  }

 private:
  static std::string printable(char c) {
    if (c >= ' ' && c <= '~') return std::string(1, c);
    return "byte " + std::to_string(static_cast<unsigned char>(c));
  }

  const Reader& from_;
  std::string_view rest_;
};

/// "<f8" -> byte order, kind, size. Structured and object types are named in the message as they stand.
void read_type(const Reader& from, std::string_view text, NpyHeader& header) {
  const auto unknown = [&] { fail(dsl::Fault::file_type, from.name(), text); };
  std::string_view rest = text;
  if (rest.empty()) unknown();
  if (std::strchr("<>|=", rest[0]) != nullptr && rest[0] != '\0') {
    header.big_endian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  if (rest == "?") rest = "b1";
  if (rest.size() < 2 || std::strchr("biufcSU", rest[0]) == nullptr) unknown();
  header.kind = rest[0];
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), header.element_bytes);
  if (error != std::errc{} || end != rest.data() + rest.size() || header.element_bytes < 0) unknown();
  if (header.kind == 'U') {
    if (header.element_bytes > std::numeric_limits<std::int32_t>::max()) unknown();
    header.element_bytes *= 4;
  }
}

void parse_header(const Reader& from, std::string_view text, NpyHeader& header) {
  Literal literal(from, text);
  bool has_type = false;
  bool has_order = false;
  bool has_shape = false;
  const auto once = [&](bool& had, std::string_view key) {
    if (had) refuse_npy(from, "its header has the key '" + std::string(key) + "' twice");
    had = true;
  };
  literal.expect('{');
  while (!literal.take('}')) {
    const std::string_view key = literal.string();
    literal.expect(':');
    if (key == "descr") {
      once(has_type, key);
      if (literal.peek() == '[') fail(dsl::Fault::file_type, from.name(), "with named fields");
      read_type(from, literal.string(), header);
    } else if (key == "fortran_order") {
      once(has_order, key);
      header.column_major = literal.boolean();
    } else if (key == "shape") {
      once(has_shape, key);
      header.shape = literal.tuple();
    } else {
      refuse_npy(from, "its header has an unknown key");
    }
    if (literal.take(',')) continue;
    literal.expect('}');
    break;
  }
  if (!literal.ended()) literal.expected("nothing more");
  if (!has_type || !has_order || !has_shape)
    refuse_npy(from, "its header lacks one of the keys 'descr', 'fortran_order' and 'shape'");
}

std::string shape_text(const Extents& shape) {
  std::string text = "(";
  for (const std::int64_t extent : shape) text += std::to_string(extent) + ",";
  if (shape.size() > 1) text.pop_back();
  return text + ")";
}

/// Bytes that the header promises, saturating: any file is shorter than the largest.
std::int64_t promised_bytes(const NpyHeader& header) {
  std::int64_t bytes = header.element_bytes;
  for (const std::int64_t extent : header.shape)
    if (extent == 0) return 0;
  for (const std::int64_t extent : header.shape)
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::numeric_limits<std::int64_t>::max();
  return bytes;
}

}  // namespace

std::string NpyHeader::type_text() const {
  return std::string(1, kind) + std::to_string(kind == 'U' ? element_bytes / 4 : element_bytes);
}

void refuse_npy(const Reader& from, const std::string& why) {
  fail(dsl::Fault::file_contents, from.name(), ".npy", why);
}

NpyHeader read_npy_header(Reader& from) {
  unsigned char start[12] = {};
  if (from.left() < 10) refuse_npy(from, "it is shorter than the start of any");
  from.read(start, 8);
  if (std::memcmp(start, "\x93NUMPY", 6) != 0) refuse_npy(from, "it does not begin with the bytes that mark one");
  const int version = start[6];
  if (version < 1 || version > 3 || start[7] != 0)
    refuse_npy(from, "its version is " + std::to_string(version) + "." + std::to_string(start[7]) +
                         ", and only 1.0, 2.0 and 3.0 are known");
  const std::int64_t width = version == 1 ? 2 : 4;
  if (from.left() < width) refuse_npy(from, "it ends before its header");
  from.read(start + 8, width);
  std::int64_t length = 0;
  for (std::int64_t byte = width; byte-- > 0;) length = length << 8 | start[8 + byte];
  if (length > from.left() || length > longest_header)
    refuse_npy(
        from, "its header claims " + std::to_string(length) + " bytes, and " + std::to_string(from.left()) + " follow");
  std::string text(static_cast<std::size_t>(length), '\0');
  from.read(text.data(), length);
  NpyHeader header;
  parse_header(from, text, header);
  const std::int64_t promised = promised_bytes(header);
  if (promised != from.left())
    refuse_npy(from, "its shape " + shape_text(header.shape) + " of " + header.type_text() + " promises " +
                         std::to_string(promised) + " bytes of data, and " + std::to_string(from.left()) + " follow");
  header.count = count_of(header.shape);
  return header;
}

}  // namespace ricci::runtime::io
