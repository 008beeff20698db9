#include "runtime/display/show.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ricci::runtime {
namespace {

/// Axes longer than this show only their ends.
constexpr std::int64_t longest_axis = 8;
constexpr std::int64_t shown_ends = 3;
constexpr std::int64_t elided = -1;

std::string number_text(double x, int precision) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", precision, x);
  return text;
}

std::string complex_text(double re, double im, int precision) {
  const bool negative = std::signbit(im) && !std::isnan(im);
  return number_text(re, precision) + (negative ? "-" : "+") + number_text(std::fabs(im), precision) + "i";
}

std::string element_text(const Tensor& tensor, std::int64_t offset, int precision) {
  return with_type(tensor.dtype, [&](auto kind) -> std::string {
    using T = decltype(kind);
    if constexpr (std::is_same_v<T, bool>) {
      return reinterpret_cast<const std::uint8_t*>(tensor.data.get())[offset] != 0 ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(tensor.as<T>()[offset]);
    } else if constexpr (std::is_floating_point_v<T>) {
      return number_text(static_cast<double>(tensor.as<T>()[offset]), precision);
    } else {
      const T x = tensor.as<T>()[offset];
      return complex_text(static_cast<double>(x.real()), static_cast<double>(x.imag()), precision);
    }
  });
}

std::vector<std::int64_t> shown_positions(std::int64_t extent) {
  std::vector<std::int64_t> out;
  for (std::int64_t at = 0; at < extent; ++at) {
    if (extent > longest_axis && at == shown_ends) {
      out.push_back(elided);
      at = extent - shown_ends - 1;
    } else {
      out.push_back(at);
    }
  }
  return out;
}

class Writer {
 public:
  Writer(const Tensor& tensor, const ShowOptions& options) : tensor_(tensor), options_(options) { measure(0, 0); }
  std::string text() {
    write(0, 0, 0);
    return std::move(out_);
  }

 private:
  void measure(std::size_t axis, std::int64_t offset) {
    if (axis == tensor_.rank()) {
      widest_ = std::max(widest_, element_text(tensor_, offset, options_.precision).size());
      return;
    }
    for (std::int64_t at : shown_positions(tensor_.shape[axis]))
      if (at != elided) measure(axis + 1, offset + at * tensor_.strides[axis]);
  }

  void write(std::size_t axis, std::int64_t offset, std::size_t indent) {
    if (axis + 1 == tensor_.rank()) return write_row(offset, indent);
    out_ += '[';
    bool first = true;
    for (std::int64_t at : shown_positions(tensor_.shape[axis])) {
      if (!first) out_ += '\n' + std::string(tensor_.rank() - axis > 2 ? "\n" : "") + std::string(indent + 1, ' ');
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
    for (std::int64_t at : shown_positions(tensor_.shape.back())) {
      std::string item =
          at == elided ? "..." : element_text(tensor_, offset + at * tensor_.strides.back(), options_.precision);
      if (at != elided && item.size() < widest_) item.insert(0, widest_ - item.size(), ' ');
      if (!first && column + item.size() + 3 > options_.width) {
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
  const ShowOptions& options_;
  std::size_t widest_ = 0;
  std::string out_;
};

std::string extents_text(const Extents& shape) {
  std::string out = "[";
  for (std::size_t at = 0; at < shape.size(); ++at) (out += at == 0 ? "" : ", ") += std::to_string(shape[at]);
  return out + "]";
}

std::string show_sparse(const Csr& matrix, const ShowOptions& options) {
  constexpr std::int64_t most = 10;
  std::string out = "sparse " + std::string(dsl::name_of(matrix.values.dtype)) +
                    extents_text({matrix.rows, matrix.cols}) + ", " + std::to_string(matrix.stored()) + " stored";
  std::int64_t row = 0;
  for (std::int64_t at = 0; at < std::min(matrix.stored(), most); ++at) {
    while (matrix.row_starts.as<std::int64_t>()[row + 1] <= at) ++row;
    out += "\n  (" + std::to_string(row) + ", " + std::to_string(matrix.columns.as<std::int32_t>()[at]) + ")  " +
           element_text(matrix.values, at, options.precision);
  }
  return matrix.stored() > most ? out + "\n  ..." : out;
}

}  // namespace

std::string show(const Value& value, const ShowOptions& options) {
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&value)) return show_sparse(**sparse, options);
  const Tensor& tensor = std::get<Tensor>(value);
  if (tensor.rank() == 0) return element_text(tensor, 0, options.precision);
  const std::string head = std::string(dsl::name_of(tensor.dtype)) + extents_text(tensor.shape);
  if (tensor.count() == 0) return head + " []";
  return head + "\n" + Writer(tensor, options).text();
}

}  // namespace ricci::runtime
