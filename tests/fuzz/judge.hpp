/// Whether two results are one result. Whole numbers and truths agree to the bit, as does everything where no sum was
/// reordered, and what computing by definition rounds nowhere. Other numbers lie within four times the error bound of
/// computing by definition (bound.hpp), and within some thirty times the error that rounding does make (shake.hpp),
/// both counted from what long double gives. What is not finite stays so. What hangs on a decision of rounding is let
/// pass.
#pragma once

#include <cmath>
#include <complex>
#include <numeric>
#include <utility>

#include "tests/fuzz/bound.hpp"
#include "tests/fuzz/shake.hpp"
#include "tests/fuzz/subject.hpp"

namespace fuzz {

using Wide = std::complex<double>;

/// An integer that no double holds is the nearest one, and what is left as the imaginary part.
inline std::vector<Wide> elements(const Value& value) {
  const auto* own = std::get_if<Tensor>(&value);
  const Tensor dense =
      own != nullptr ? *own : runtime::dense_from_csr(*std::get<std::shared_ptr<const runtime::Csr>>(value));
  const Tensor wide = runtime::cast(dense, dsl::DType::c128);
  std::vector<Wide> out(wide.as<Wide>(), wide.as<Wide>() + wide.count());
  if (dense.dtype != dsl::DType::i64) return out;
  const Tensor whole = runtime::contiguous_copy_if_needed(dense);
  for (std::size_t at = 0; at < out.size(); ++at)
    out[at].imag(static_cast<double>(static_cast<long double>(whole.as<std::int64_t>()[at]) - out[at].real()));
  return out;
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
inline bool finite_number(Wide a) { return std::isfinite(a.real()) && std::isfinite(a.imag()); }

class Judge {
 public:
  explicit Judge(const Subject& subject) : subject_(subject) {}

  /// What was done on the way: no sum was reordered; or sums were; or something that loses more, within its own bound.
  enum class Care { exact, bounded, loose };

  /// An element in long double, and how far from it computing by definition may be (bound.hpp).
  struct Truth {
    Wide value;
    double bound = 0;
  };
  /// Nothing where rounding decides whether there is a result at all.
  std::optional<Truth> truth(std::size_t root, std::size_t at, Care care = Care::bounded) {
    measure();
    const Bounded& own = bounds(care);
    if (!exact_fault_.empty() || !own.fault.empty()) return std::nullopt;
    Truth out{exact_[root][at], own.of[root].empty() ? 0 : own.of[root][at]};
    if (out.bound > 0)
      out.bound += one_rounding(out.value, type_of(subject_.expected.values[root])) / 2;  // the value's
    return out;
  }

  /// What is wrong with `found`; empty: nothing.
  std::string verdict(const Outcome& found, Care care) {
    const std::vector<Value>& wanted = subject_.expected.values;
    if (!found.fault.empty()) return "raises " + found.fault;
    for (std::size_t root = 0; root < wanted.size(); ++root) {
      const std::string wrong = compared(root, wanted[root], found.values[root], care);
      if (!wrong.empty()) return "result " + std::to_string(root) + ": " + wrong;
    }
    return "";
  }

 private:
  std::string compared(std::size_t root, const Value& wanted, const Value& found, Care care) {
    if (type_of(wanted) != type_of(found)) return "has another type";
    if (shape_of(wanted) != shape_of(found)) return "has another shape";
    if (wanted.index() != found.index()) return "is sparse where it was dense, or the other way round";
    const std::vector<Wide> a = elements(wanted), b = elements(found);
    for (std::size_t at = 0; at < a.size(); ++at) {
      if (same_number(a[at], b[at])) continue;
      const std::string wrong = unlike(root, at, a[at], b[at], care);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }
  std::string unlike(std::size_t root, std::size_t at, Wide a, Wide b, Care care) {
    const std::string said = "element " + std::to_string(at) + " is " + text(b) + " instead of " + text(a);
    if (care == Care::exact) return said;
    if (!finite_number(a) && !finite_number(b)) return "";  // which of NaN and infinity depends on the order of a sum
    const std::optional<Truth> known = truth(root, at, care);
    if (!known) return "";
    const auto [middle, bound] = *known;
    if (!(bound < std::numeric_limits<double>::infinity())) return "";  // it hangs on what rounding decides
    if (!finite_number(a) && finite_number(middle)) return "";          // an overflow that another order avoids
    const bool bounded = bound < 1e-3 * unknown_error;
    if (!finite_number(a) && !bounded) return "";  // a structure that was found keeps it to where it stands
    const std::string told = said + " (long double: " + text(middle) + ", bound " + text(bound);
    if (!finite_number(a) || !finite_number(b)) return told + ")";
    const double off = std::abs(b - middle);
    if (bounded && std::abs(a - middle) > bound * (1 + 1e-9))
      return "what it is by definition breaks its bound: " + told + ")";
    if (bounded && off > allowance(care) * bound) return told + ", which is not kept)";
    const dsl::DType type = type_of(subject_.expected.values[root]);
    const double ratio = subject_.least_squares ? 50 : 30;
    double spread = std::max(one_rounding(middle, type), std::abs(a - middle));
    for (const int samples : {0, 4, 40}) {
      if (!shaken(samples, care, root, at, spread) || off <= ratio * spread) return "";
    }
    return told + ", rounding " + text(spread) + ")";
  }
  /// In bounds of computing by definition. A quadratic form keeps to 64 epsilon of itself, where its own bound is two
  /// at least, beside what some roundings of its matrix, as a whole, do to it.
  static double allowance(Care care) { return care == Care::loose ? 32 : 4; }
  static double one_rounding(Wide of, dsl::DType type) {
    const bool single = type == dsl::DType::f32 || type == dsl::DType::c64;
    if (!dsl::is_floating(type) && !dsl::is_complex(type)) return 0;
    return 2 * std::abs(of) * (single ? 0x1p-24 : 0x1p-53) + (single ? 1e-44 : 1e-322);
  }

  /// Widens `spread` by so many samples; false: the element hangs on a comparison that rounding decides.
  bool shaken(int samples, Care care, std::size_t root, std::size_t at, double& spread) {
    const Samples& all = shake(samples, care);
    if (!all.fault.empty()) return false;
    for (const Elements& sample : all.of) {
      const Wide moved = sample[root][at];
      if (!finite_number(moved)) return false;
      spread = std::max(spread, std::abs(moved - exact_[root][at]));
    }
    return true;
  }

  struct Bounded {
    bool known = false;
    std::string fault;
    std::vector<std::vector<double>> of;  // by root, element; empty: exact
  };
  /// The error bounds of what was computed by definition; where care was loose, for inputs that are a little off.
  const Bounded& bounds(Care care) {
    Bounded& out = care == Care::loose ? loose_bounds_ : bounds_;
    if (std::exchange(out.known, true)) return out;
    Graph graph = subject_.graph;
    Bounds made(graph, care == Care::loose ? 4 : 0);
    Vec<NodeId> roots;
    for (NodeId root : subject_.roots)
      if (const NodeId own = made.of_tensor(root); own.valid()) roots.push_back(own);
    const Outcome found = computed(subject_, graph, roots, same_slots(), Precision::extended);
    out.fault = found.fault;
    std::size_t next = 0;
    for (NodeId root : subject_.roots) {
      out.of.emplace_back();
      if (!made.of_tensor(root).valid() || !found.fault.empty()) continue;
      for (const Wide& own : elements(found.values[next++])) out.of.back().push_back(own.real());
    }
    return out;
  }
  /// In long double.
  void measure() {
    if (!exact_.empty() || !exact_fault_.empty()) return;
    const Outcome found = computed(subject_, subject_.graph, subject_.roots, same_slots(), Precision::extended);
    exact_fault_ = found.fault;
    exact_ = all_elements(found);
  }
  std::vector<std::uint32_t> same_slots() const {
    std::vector<std::uint32_t> out(subject_.inputs.size());
    std::iota(out.begin(), out.end(), 0U);
    return out;
  }
  using Elements = std::vector<std::vector<Wide>>;  // by root, element
  struct Samples {
    std::string fault;  // rounding decides whether there is a result at all
    std::vector<Elements> of;
  };
  const Samples& shake(int samples, Care care) {
    const bool loose = care == Care::loose;
    Samples& out = loose ? loosely_shaken_ : shaken_;
    while (static_cast<int>(out.of.size()) < samples && out.fault.empty()) {
      const auto stream = static_cast<std::int64_t>(out.of.size() + 1) * 1'000'000;
      const Rebuilt moved = Shaking(stream, loose)(subject_.graph, subject_.roots);
      std::vector<std::uint32_t> slots(moved.graph.inputs().size());
      for (std::uint32_t old = 0; old < moved.input_slots.size(); ++old)
        if (moved.input_slots[old] != Rebuilt::dropped) slots[moved.input_slots[old]] = old;
      const Outcome found = computed(subject_, moved.graph, moved.roots, slots, Precision::extended);
      out.fault = found.fault;
      out.of.push_back(all_elements(found));
    }
    return out;
  }
  static Elements all_elements(const Outcome& outcome) {
    Elements out;
    for (const Value& value : outcome.values) out.push_back(elements(value));
    return out;
  }
  static std::string text(Wide a) {
    char out[80];
    std::snprintf(out, sizeof out, a.imag() != 0 ? "%.17g%+.17gi" : "%.17g", a.real(), a.imag());
    return out;
  }

  const Subject& subject_;
  Elements exact_;
  std::string exact_fault_;
  Bounded bounds_, loose_bounds_;
  Samples shaken_, loosely_shaken_;
};

}  // namespace fuzz
