#include "repl/values.hpp"

#include <charconv>
#include <cmath>
#include <complex>

#include <nlohmann/json.hpp>

#include "repl/text.hpp"

namespace repl {
namespace {

using ricci::runtime::Csr;
using ricci::runtime::Tensor;

// -- JSON, written piece by piece: a tree of ten million numbers would take fifty times their memory

void put(std::string& out, double x) {
  if (std::isnan(x)) {
    out += "\"NaN\"";
  } else if (std::isinf(x)) {
    out += x > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    char text[40];
    out.append(text, std::to_chars(text, text + sizeof text, x).ptr);
  }
}
void put(std::string& out, float x) {
  if (!std::isfinite(x)) return put(out, static_cast<double>(x));
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, x).ptr);
}
void put(std::string& out, bool x) { out += x ? "true" : "false"; }
void put(std::string& out, std::int32_t x) { out += std::to_string(x); }
void put(std::string& out, std::int64_t x) { out += std::to_string(x); }
template <typename T>
void put(std::string& out, const std::complex<T>& x) {
  out += '[';
  put(out, x.real());
  out += ',';
  put(out, x.imag());
  out += ']';
}

template <typename T>
void put_axis(std::string& out, const Tensor& of, std::size_t axis, std::int64_t offset) {
  if (axis == of.rank()) return put(out, of.as<T>()[offset]);
  out += '[';
  for (std::int64_t at = 0; at < of.shape[axis]; ++at) {
    if (at > 0) out += ',';
    put_axis<T>(out, of, axis + 1, offset + at * of.strides[axis]);
  }
  out += ']';
}

void put_tensor(std::string& out, const Tensor& of) {
  ricci::runtime::with_type(of.dtype, [&](auto zero) { put_axis<decltype(zero)>(out, of, 0, 0); });
}

void put_sparse(std::string& out, const Csr& of) {
  out += ",\"rows\":[";
  bool first = true;
  for (std::int64_t row = 0; row < of.rows; ++row)
    for (auto at = of.row_starts.as<std::int64_t>()[row]; at < of.row_starts.as<std::int64_t>()[row + 1]; ++at) {
      if (!std::exchange(first, false)) out += ',';
      put(out, row);
    }
  out += "],\"columns\":";
  put_tensor(out, of.columns);
  out += ",\"values\":";
  put_tensor(out, of.values);
}

std::string json_text(const std::string& label, const ricci::value& of) {
  std::string out = "{\"name\":";
  out += nlohmann::json(label).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  out += ",\"dtype\":\"" + ricci::type_text(of.type(), {}) + "\",\"shape\":[";
  const ricci::extents shape = of.shape();
  for (std::size_t axis = 0; axis < shape.size(); ++axis) out += (axis == 0 ? "" : ",") + std::to_string(shape[axis]);
  out += ']';
  if (of.sparse()) {
    put_sparse(out, *std::get<std::shared_ptr<const Csr>>(of.get()));
  } else {
    out += ",\"value\":";
    put_tensor(out, std::get<Tensor>(of.get()));
  }
  return out + "}\n";
}

std::string csv_text(const ricci::value& of) {
  for (const std::int64_t extent : of.shape())
    if (extent == 0) return {};
  return ricci::to_csv(of);
}

}  // namespace

std::string labelled(const std::string& label, const ricci::value& of, const ValueStyle& style) {
  if (style.format == ValueFormat::json) return json_text(label, of);
  if (style.format == ValueFormat::csv) return csv_text(of);
  return label + " = " + ricci::to_text(of, {style.precision, style.width}) + "\n";
}

std::string conversational(const std::string& name, const ricci::value& of, const ValueStyle& style) {
  if (style.format != ValueFormat::text) return labelled(name.empty() ? "ans" : name, of, style);
  std::string text = ricci::to_text(of, {style.precision, style.width});
  if (name.empty() || (of.shape().empty() && !of.sparse())) return text + "\n";
  const std::size_t head = std::min(text.find('\n'), text.size());  // type and extents
  text.insert(head, ", evaluated");
  return name + ": " + text + "\n";
}

}  // namespace repl
