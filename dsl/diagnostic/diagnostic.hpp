/// What can go wrong, as data: the table of faults (faults.def) and one raised fault with its places in the text.
/// dsl/ never throws; it returns Diagnostics. The runtime wraps one into ricci::error.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "dsl/source/span.hpp"
#include "dsl/source/vec.hpp"

namespace ricci::dsl {

enum class Fault : std::uint8_t {
#define RICCI_FAULT(name, code, message, hint) name,
#include "dsl/diagnostic/faults.def"
#undef RICCI_FAULT
};

struct FaultRow {
  std::string_view code;  // what stands in error[...]
  std::string_view message;
  std::string_view hint;
};

inline constexpr std::array fault_rows{
#define RICCI_FAULT(name, code, message, hint) FaultRow{#code, message, hint},
#include "dsl/diagnostic/faults.def"
#undef RICCI_FAULT
};

constexpr const FaultRow& row(Fault fault) { return fault_rows[static_cast<std::size_t>(fault)]; }

/// One raised fault. `places` point into the program's text: the first is where it is, the others what it clashes with.
struct Diagnostic {
  Fault fault = Fault::internal;
  Str message;
  Str hint;
  Vec<Span> places;
};

namespace detail {
constexpr Str argument_text(std::string_view text) { return Str(text); }
constexpr Str argument_text(std::integral auto value) { return to_text(static_cast<std::int64_t>(value)); }
}  // namespace detail

/// Fills {0} {1} ... of a pattern.
constexpr Str fill(std::string_view pattern, const Vec<Str>& arguments) {
  Str out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool slot = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}';
    const std::size_t which = slot ? static_cast<std::size_t>(pattern[at + 1] - '0') : 0;
    if (slot && which < arguments.size()) {
      out += arguments[which].view();
      at += 2;
    } else {
      out += pattern[at];
    }
  }
  return out;
}

/// Raises `fault` at `places`; `arguments` (text or integers) fill the slots of its message and hint.
template <typename... Arguments>
constexpr Diagnostic diagnose(Fault fault, Vec<Span> places, const Arguments&... arguments) {
  Vec<Str> texts;
  (texts.push_back(detail::argument_text(arguments)), ...);
  return {fault, fill(row(fault).message, texts), fill(row(fault).hint, texts), std::move(places)};
}
template <typename... Arguments>
constexpr Diagnostic diagnose(Fault fault, Span place, const Arguments&... arguments) {
  return diagnose(fault, Vec<Span>{place}, arguments...);
}

}  // namespace ricci::dsl
