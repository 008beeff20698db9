/// Whether two results are one result. Whole numbers and truths agree to the bit, as does everything where no sum was
/// reordered; other numbers lie within some thirty times the error that rounding can make (shake.hpp), counted from
/// what long double gives. What is not finite stays so.
#pragma once

#include <cmath>
#include <complex>

#include "tests/fuzz/shake.hpp"
#include "tests/fuzz/subject.hpp"

namespace fuzz {

using Wide = std::complex<double>;

inline std::vector<Wide> elements(const Value& value) {
  const auto* own = std::get_if<Tensor>(&value);
  const Tensor dense =
      own != nullptr ? *own : runtime::dense_from_csr(*std::get<std::shared_ptr<const runtime::Csr>>(value));
  const Tensor wide = runtime::cast(dense, dsl::DType::c128);
  return {wide.as<Wide>(), wide.as<Wide>() + wide.count()};
}
inline dsl::DType type_of(const Value& value) {
  const auto* own = std::get_if<Tensor>(&value);
  return own != nullptr ? own->dtype : std::get<std::shared_ptr<const runtime::Csr>>(value)->values.dtype;
}
inline runtime::Extents shape_of(const Value& value) {
  if (const auto* own = std::get_if<Tensor>(&value)) return own->shape;
  const auto& csr = *std::get<std::shared_ptr<const runtime::Csr>>(value);
  return {csr.rows, csr.cols};
}

inline bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
inline bool same_number(Wide a, Wide b) { return same_number(a.real(), b.real()) && same_number(a.imag(), b.imag()); }
inline bool finite(Wide a) { return std::isfinite(a.real()) && std::isfinite(a.imag()); }

/// Integers beyond 2^53 do not survive as doubles: those are compared as they are.
inline bool same_integers(const Value& a, const Value& b) {
  const auto* left = std::get_if<Tensor>(&a);
  const auto* right = std::get_if<Tensor>(&b);
  if (left == nullptr || right == nullptr || left->dtype != dsl::DType::i64) return true;
  return runtime::same_bits(*left, *right);
}

class Judge {
 public:
  explicit Judge(const Subject& subject) : subject_(subject) {}

  /// What is wrong with `found`; empty: nothing. `exact`: no sum was reordered on the way.
  std::string verdict(const Outcome& found, bool exact) {
    const std::vector<Value>& wanted = subject_.expected.values;
    if (!found.fault.empty()) return "raises " + found.fault;
    for (std::size_t root = 0; root < wanted.size(); ++root) {
      const std::string wrong = compared(root, wanted[root], found.values[root], exact);
      if (!wrong.empty()) return "result " + std::to_string(root) + ": " + wrong;
    }
    return "";
  }

 private:
  std::string compared(std::size_t root, const Value& wanted, const Value& found, bool exact) {
    if (type_of(wanted) != type_of(found)) return "has another type";
    if (shape_of(wanted) != shape_of(found)) return "has another shape";
    if (wanted.index() != found.index()) return "is sparse where it was dense, or the other way round";
    const std::vector<Wide> a = elements(wanted), b = elements(found);
    for (std::size_t at = 0; at < a.size(); ++at) {
      if (same_number(a[at], b[at])) continue;
      const std::string wrong = unlike(root, at, a[at], b[at], exact);
      if (!wrong.empty()) return wrong;
    }
    return same_integers(wanted, found) || !stable(root) ? "" : "differs in the last bits of an integer";
  }
  bool stable(std::size_t root) {
    shake(6);
    for (const Outcome& shaken : shaken_)
      if (!shaken.fault.empty() || !same_integers(subject_.expected.values[root], shaken.values[root])) return false;
    return true;
  }

  std::string unlike(std::size_t root, std::size_t at, Wide a, Wide b, bool exact) {
    const dsl::DType type = type_of(subject_.expected.values[root]);
    std::string said = "element " + std::to_string(at) + " is " + text(b) + " instead of " + text(a);
    if (exact) return said;
    if (!finite(a) && !finite(b)) return "";  // which of NaN and infinity depends on the order of a sum
    for (const int samples : {4, 40}) {
      shake(samples);
      Wide middle;
      double spread = 0;
      if (!spread_of(root, at, a, type, middle, spread)) return "";
      if (std::abs(b - middle) <= (subject_.least_squares ? 50 : 30) * spread) return "";
      said += " (long double: " + text(middle) + ", rounding " + std::to_string(spread / std::abs(middle)) + " of it)";
    }
    return said;
  }

  /// False: the element hangs on a comparison that rounding decides, or on an overflow.
  bool spread_of(std::size_t root, std::size_t at, Wide a, dsl::DType type, Wide& middle, double& spread) const {
    if (!exact_.fault.empty()) return false;
    middle = elements_[0][root][at];
    if (!finite(middle) || !finite(a)) return false;
    const bool single = type == dsl::DType::f32 || type == dsl::DType::c64;
    const bool rounds = dsl::is_floating(type) || dsl::is_complex(type);
    spread = rounds ? 2 * std::abs(middle) * (single ? 0x1p-24 : 0x1p-53) + (single ? 1e-44 : 1e-322) : 0;
    spread = std::max(spread, std::abs(a - middle));
    for (std::size_t sample = 1; sample < elements_.size(); ++sample) {
      const Wide moved = elements_[sample][root][at];
      if (!finite(moved)) return false;
      spread = std::max(spread, std::abs(moved - middle));
    }
    return true;
  }

  void shake(int samples) {
    std::vector<std::uint32_t> same(subject_.inputs.size());
    for (std::uint32_t slot = 0; slot < same.size(); ++slot) same[slot] = slot;
    if (elements_.empty()) {
      exact_ = computed(subject_, subject_.graph, subject_.roots, same, Precision::extended);
      keep(exact_);
    }
    while (static_cast<int>(shaken_.size()) < samples && exact_.fault.empty()) {
      const Rebuilt moved =
          Shaking(static_cast<std::int64_t>(shaken_.size() + 1) * 1'000'000)(subject_.graph, subject_.roots);
      shaken_.push_back(computed(subject_, moved.graph, moved.roots, slots_of(subject_, moved.graph, moved.nodes),
                                 Precision::extended));
      if (shaken_.back().fault.empty())
        keep(shaken_.back());
      else
        exact_.fault = shaken_.back().fault;  // rounding decides whether there is a result at all
    }
  }
  void keep(const Outcome& outcome) {
    elements_.emplace_back();
    for (const Value& value : outcome.values) elements_.back().push_back(elements(value));
  }
  static std::string text(Wide a) {
    char out[80];
    std::snprintf(out, sizeof out, a.imag() != 0 ? "%.17g%+.17gi" : "%.17g", a.real(), a.imag());
    return out;
  }

  const Subject& subject_;
  Outcome exact_;
  std::vector<Outcome> shaken_;
  std::vector<std::vector<std::vector<Wide>>> elements_;  // by sample (the first: long double alone), root, element
};

}  // namespace fuzz
