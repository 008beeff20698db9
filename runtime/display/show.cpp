#include "runtime/display/show.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "runtime/display/numbers.hpp"

namespace ricci::runtime {
namespace {

/// Axes longer than this show only their ends.
constexpr std::int64_t longest_axis = 8;
constexpr std::int64_t shown_ends = 3;
constexpr std::int64_t elided = -1;
/// Once the inner axes show this many elements, the outer ones show their ends alone.
constexpr std::int64_t many_elements = 200;

/// The positions shown along each axis; `elided` where some are left out.
std::vector<std::vector<std::int64_t>> shown_positions(const Extents& shape) {
  std::vector<std::vector<std::int64_t>> out(shape.size());
  std::int64_t elements = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const bool many = elements >= many_elements && axis + 2 < shape.size();
    const bool too_many = elements >= many_elements * 10;  // the first entry of the axis stands for all
    const std::int64_t ends = many ? 1 : shown_ends;
    const bool all = shape[axis] <= (too_many ? 1 : many ? 2 : longest_axis);
    for (std::int64_t at = 0; at < (all ? shape[axis] : ends); ++at) out[axis].push_back(at);
    if (!all) out[axis].push_back(elided);
    for (std::int64_t at = shape[axis] - ends; !all && !too_many && at < shape[axis]; ++at) out[axis].push_back(at);
    elements *= static_cast<std::int64_t>(out[axis].size()) - (all ? 0 : 1);
  }
  return out;
}

/// Turns the elements of one tensor into text, all in the format that suits those that are shown.
class ElementWriter {
 public:
  ElementWriter(const Tensor& tensor, int precision) : tensor_(tensor), precision_(precision) {}

  void see(std::int64_t offset) {
    with_type(tensor_.dtype, [&](auto kind) {
      using T = decltype(kind);
      if constexpr (std::is_floating_point_v<T>) {
        real_.push_back(static_cast<double>(tensor_.as<T>()[offset]));
      } else if constexpr (!std::is_arithmetic_v<T>) {
        real_.push_back(static_cast<double>(tensor_.as<T>()[offset].real()));
        imaginary_.push_back(static_cast<double>(tensor_.as<T>()[offset].imag()));
      }
    });
  }
  void settle() {
    real_format_.emplace(real_, precision_);
    imaginary_format_.emplace(imaginary_, precision_);
  }
  std::string text(std::int64_t offset) const {
    return with_type(tensor_.dtype, [&](auto kind) -> std::string {
      using T = decltype(kind);
      if constexpr (std::is_same_v<T, bool>) {
        return reinterpret_cast<const std::uint8_t*>(tensor_.data.get())[offset] != 0 ? "true" : "false";
      } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(tensor_.as<T>()[offset]);
      } else if constexpr (std::is_floating_point_v<T>) {
        return real_format_->text(static_cast<double>(tensor_.as<T>()[offset]));
      } else {
        const auto imaginary = static_cast<double>(tensor_.as<T>()[offset].imag());
        const bool negative = std::signbit(imaginary) && !std::isnan(imaginary);
        return real_format_->text(static_cast<double>(tensor_.as<T>()[offset].real())) + (negative ? "-" : "+") +
               imaginary_format_->text(std::fabs(imaginary)) + "i";
      }
    });
  }

 private:
  const Tensor& tensor_;
  int precision_;
  std::vector<double> real_, imaginary_;
  std::optional<NumberFormat> real_format_, imaginary_format_;
};

class Writer {
 public:
  Writer(const Tensor& tensor, const ShowOptions& options)
      : tensor_(tensor),
        width_(options.width),
        positions_(shown_positions(tensor.shape)),
        elements_(tensor, options.precision) {
    for_shown(0, 0, [&](std::int64_t offset) { elements_.see(offset); });
    elements_.settle();
    for_shown(0, 0, [&](std::int64_t offset) { widest_ = std::max(widest_, elements_.text(offset).size()); });
  }
  std::string text() {
    write(0, 0, 0);
    return std::move(out_);
  }

 private:
  template <typename F>
  void for_shown(std::size_t axis, std::int64_t offset, const F& visit) {
    if (axis == tensor_.rank()) return visit(offset);
    for (std::int64_t at : positions_[axis])
      if (at != elided) for_shown(axis + 1, offset + at * tensor_.strides[axis], visit);
  }

  void write(std::size_t axis, std::int64_t offset, std::size_t indent) {
    if (axis + 1 == tensor_.rank()) return write_row(offset, indent);
    out_ += '[';
    bool first = true;
    for (std::int64_t at : positions_[axis]) {
      if (!first) out_ += "\n" + std::string(tensor_.rank() - axis > 2 ? "\n" : "") + std::string(indent + 1, ' ');
      first = false;
      if (at == elided)
        out_ += "...";
      else
        write(axis + 1, offset + at * tensor_.strides[axis], indent + 1);
    }
    out_ += ']';
  }

  /// One row; wrapped where it is wider than the screen.
  void write_row(std::int64_t offset, std::size_t indent) {
    out_ += '[';
    std::size_t column = indent + 1;
    bool first = true;
    for (std::int64_t at : positions_.back()) {
      std::string item = at == elided ? "..." : elements_.text(offset + at * tensor_.strides.back());
      if (at != elided && item.size() < widest_) item.insert(0, widest_ - item.size(), ' ');
      if (!first && column + item.size() + 3 > width_) {
        out_ += ",\n" + std::string(indent + 1, ' ');
        column = indent + 1;
      } else if (!first) {
        out_ += ", ";
        column += 2;
      }
      out_ += item;
      column += item.size();
      first = false;
    }
    out_ += ']';
  }

  const Tensor& tensor_;
  std::size_t width_;
  std::vector<std::vector<std::int64_t>> positions_;
  ElementWriter elements_;
  std::size_t widest_ = 0;
  std::string out_;
};

void pad_to(std::string& text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
}

std::string show_sparse(const Csr& matrix, const ShowOptions& options) {
  constexpr std::int64_t most = 10;
  std::string out = "sparse " + std::string(dsl::name_of(matrix.values.dtype)) +
                    extents_text({matrix.rows, matrix.cols}) + ", " + std::to_string(matrix.stored()) + " stored";
  ElementWriter elements(matrix.values, options.precision);
  const std::int64_t shown = std::min(matrix.stored(), most);
  for (std::int64_t at = 0; at < shown; ++at) elements.see(at);
  elements.settle();
  std::vector<std::pair<std::string, std::string>> lines;
  std::size_t place = 0;
  std::size_t width = 0;
  std::int64_t row = 0;
  for (std::int64_t at = 0; at < shown; ++at) {
    while (matrix.row_starts.as<std::int64_t>()[row + 1] <= at) ++row;
    lines.emplace_back("(" + std::to_string(row) + ", " + std::to_string(matrix.columns.as<std::int32_t>()[at]) + ")",
                       elements.text(at));
    place = std::max(place, lines.back().first.size());
    width = std::max(width, lines.back().second.size());
  }
  for (auto& [where, number] : lines) {
    where.resize(place, ' ');
    pad_to(number, width);
    out += "\n  " + where + "  " + number;
  }
  return matrix.stored() > most ? out + "\n  ..." : out;
}

}  // namespace

std::string show(const Value& value, const ShowOptions& options) {
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&value)) return show_sparse(**sparse, options);
  const Tensor& tensor = std::get<Tensor>(value);
  if (tensor.rank() == 0) {
    ElementWriter one(tensor, options.precision);
    one.see(0);
    one.settle();
    return one.text(0);
  }
  const std::string head = std::string(dsl::name_of(tensor.dtype)) + extents_text(tensor.shape);
  if (tensor.count() == 0) return head + " []";
  return head + "\n" + Writer(tensor, options).text();
}

std::string extents_text(const Extents& shape) {
  std::string out;
  for (const std::int64_t extent : shape) (out += out.empty() ? "[" : ", ") += std::to_string(extent);
  return out.empty() ? out : out + "]";
}

std::string bytes_text(double bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

}  // namespace ricci::runtime
