/// Two passes over the text in memory: the first finds the shape and the narrowest type that holds every field, the
/// second parses each field once, into its final place.
#include <algorithm>
#include <cstring>
#include <limits>

#include "runtime/io/bytes.hpp"
#include "runtime/io/csv.hpp"
#include "runtime/io/numbers.hpp"

namespace ricci::runtime::io {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The fields of a text, one after the other.
class Fields {
 public:
  Fields(std::string_view text, const std::string& name) : rest_(text), name_(name) {
    if (rest_.substr(0, 3) == "\xEF\xBB\xBF") rest_.remove_prefix(3);  // a byte order mark
    skip_blank_lines();
    delimiter_ = found_delimiter();
  }

  /// Begins the next row; false at the end of the text. A blank line is an error, unless only blank lines follow.
  bool next_row() {
    if (!skip_blank_lines() && started_ && !rest_.empty()) refuse(first_blank_, "it is blank, but rows follow");
    started_ = true;
    row_line_ = line_;
    in_row_ = !rest_.empty();
    return in_row_;
  }
  /// The row's next field, without its quotes and the spaces around it; false after its last.
  bool next_field(std::string_view& field) {
    if (!in_row_) return false;
    std::size_t begin = 0;
    while (begin < rest_.size() && rest_[begin] == ' ') ++begin;
    if (begin < rest_.size() && rest_[begin] == '"') {
      rest_.remove_prefix(begin + 1);
      field = trimmed(quoted());
      return true;
    }
    const std::size_t end = end_of_plain_field();
    field = trimmed(rest_.substr(0, end));
    leave_field(end);
    return true;
  }

  std::int64_t row_line() const { return row_line_; }
  [[noreturn]] void refuse(std::int64_t line, const std::string& why) const {
    fail(dsl::Fault::file_line, name_, line, why);
  }
  [[noreturn]] void refuse(const std::string& why) const { refuse(row_line_, why); }

 private:
  std::size_t end_of_plain_field() const {
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != delimiter_ && rest_[end] != '\n') ++end;
    return end;
  }
  /// Drops `length` characters and the delimiter or end of line after them.
  void leave_field(std::size_t length) {
    rest_.remove_prefix(length);
    in_row_ = !rest_.empty() && rest_[0] == delimiter_;
    if (rest_.empty()) return;
    if (rest_[0] == '\n') ++line_;
    rest_.remove_prefix(1);
    // A delimiter as the text's last character still has a field, an empty one, after it.
  }
  std::string_view quoted() {
    unquoted_.clear();
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      if (rest_[at] == '\n') ++line_;
      if (rest_[at] != '"') {
        unquoted_ += rest_[at];
      } else if (at + 1 < rest_.size() && rest_[at + 1] == '"') {
        unquoted_ += rest_[at++];
      } else {
        rest_.remove_prefix(at + 1);
        const std::size_t end = end_of_plain_field();
        if (!trimmed(rest_.substr(0, end)).empty()) refuse(line_, "text follows a closing quote");
        leave_field(end);
        return unquoted_;
      }
    }
    refuse("a quote is not closed");
  }
  /// Moves past blank lines and comments; false when one was blank.
  bool skip_blank_lines() {
    bool none = true;
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      const std::string_view line = rest_.substr(0, end);
      const bool comment = line.substr(0, 1) == "#";
      if (!comment && line.find_first_not_of(" \r") != std::string_view::npos) break;
      if (!comment && none) {
        none = false;
        first_blank_ = line_;
      }
      ++line_;
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
    }
    return none;
  }
  char found_delimiter() const {
    bool in_quotes = false;
    bool tab = false;
    for (const char c : rest_) {
      if (c == '"') in_quotes = !in_quotes;
      if (in_quotes) continue;
      if (c == ';') return ';';
      if (c == '\n') break;
      tab = tab || c == '\t';
    }
    return tab ? '\t' : ',';
  }

  std::string_view rest_;
  const std::string& name_;
  std::string unquoted_;
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 1;
  std::int64_t first_blank_ = 1;
  char delimiter_ = ',';
  bool started_ = false;
  bool in_row_ = false;
};

DType type_of(std::string_view field) {
  if (field.empty()) return DType::f64;
  if (field.back() == 'i' || field.back() == 'j' || field.back() == ')') return DType::c128;
  const bool sign = field.size() > 1 && (field[0] == '+' || field[0] == '-');
  const bool digits =
      std::all_of(field.begin() + (sign ? 1 : 0), field.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? DType::i64 : DType::f64;
}

template <typename T>
Parsed parse_field(std::string_view field, T& value) {
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    if (!field.empty()) return parse_complex(field, value);
  } else {
    if (!field.empty()) return parse_number(field, value);
  }
  value = T(std::numeric_limits<double>::quiet_NaN());  // an empty field; never among integers, see type_of
  return Parsed::number;
}

struct Survey {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  DType dtype = DType::i64;
  bool header = false;
};

/// True when no field of the first row is a number; a row that mixes both is an error, for it may well be data.
bool is_header(Fields& fields) {
  std::int64_t numbers = 0;
  std::int64_t words = 0;
  std::string word;
  std::string_view field;
  while (fields.next_field(field)) {
    std::complex<double> ignored;
    if (field.empty()) continue;
    if (parse_complex(field, ignored) != Parsed::malformed) {
      ++numbers;
    } else if (words++ == 0) {
      word = field.substr(0, 40);
    }
  }
  if (numbers > 0 && words > 0) fields.refuse("'" + word + "' is no number");
  return words > 0;
}

Survey survey(std::string_view text, const std::string& name) {
  Survey found;
  {
    Fields first(text, name);
    if (!first.next_row()) fail(dsl::Fault::file_contents, name, ".csv", "it is empty");
    found.header = is_header(first);
  }
  Fields fields(text, name);
  for (bool first = true; fields.next_row(); first = false) {
    std::int64_t columns = 0;
    const bool counted = !(first && found.header);
    for (std::string_view field; fields.next_field(field); ++columns)
      if (counted) found.dtype = std::max(found.dtype, type_of(field));
    if (first) found.columns = columns;
    if (columns != found.columns)
      fields.refuse("it has " + std::to_string(columns) + (columns == 1 ? " field" : " fields") +
                    ", and the lines before have " + std::to_string(found.columns));
    if (counted) ++found.rows;
  }
  if (found.rows == 0) found.dtype = DType::f64;
  return found;
}

template <typename T>
void parse_rows(Fields& fields, const Survey& found, T* to) {
  std::string_view field;
  if (found.header && fields.next_row())
    while (fields.next_field(field)) {
    }
  while (fields.next_row())
    while (fields.next_field(field)) {
      const Parsed parsed = parse_field(field, *to++);
      if (parsed == Parsed::number) continue;
      const std::string shown = "'" + std::string(field.substr(0, 40)) + "'";
      if (parsed == Parsed::malformed) fields.refuse(shown + " is no number");
      fields.refuse(shown + (found.dtype == DType::i64 ? " is too large for i64; with a point it is read as f64"
                                                       : " is too large for f64"));
    }
}

}  // namespace

Tensor read_csv(std::string_view text, const std::string& name) {
  const Survey found = survey(text, name);
  Tensor out = Tensor::empty(found.dtype, {found.rows, found.columns});
  Fields fields(text, name);
  if (found.dtype == DType::i64)
    parse_rows(fields, found, out.as<std::int64_t>());
  else if (found.dtype == DType::f64)
    parse_rows(fields, found, out.as<double>());
  else
    parse_rows(fields, found, out.as<std::complex<double>>());
  if (found.columns == 1) {
    out.shape = {found.rows};
    out.strides = {1};
  }
  return out;
}

Tensor read_csv(const std::string& path) {
  const Text text = read_text(path);
  return read_csv(text.view, path);
}

}  // namespace ricci::runtime::io
