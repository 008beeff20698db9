/// Calls of the library without exceptions: what comes back is the result, or the error as a value. For hosts that run
/// their users' formulas and are built to go on.
///
///   const auto area = ricci::try_run([&] { return rc.get("area"); });
///   if (!area) show(area.fault().what());
#pragma once

#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <ricci/ricci.hpp>

namespace ricci {

/// A T, or the ricci::error that stood in its way.
template <typename T>
class outcome {
 public:
  outcome(T of) : of_(std::move(of)) {}               // NOLINT: implicit, a result is its own outcome
  outcome(error fault) : fault_(std::move(fault)) {}  // NOLINT: implicit
  explicit operator bool() const { return of_.has_value(); }
  /// Only where it is true.
  const T& operator*() const& { return *of_; }
  T&& operator*() && { return std::move(*of_); }
  const T* operator->() const { return &*of_; }
  /// Only where it is false.
  const error& fault() const { return *fault_; }
  T value_or(T other) const { return of_ ? *of_ : std::move(other); }

 private:
  std::optional<T> of_;
  std::optional<error> fault_;
};

/// The outcome of a call that gives nothing.
template <>
class outcome<void> {
 public:
  outcome() = default;
  outcome(error fault) : fault_(std::move(fault)) {}  // NOLINT: implicit
  explicit operator bool() const { return !fault_.has_value(); }
  const error& fault() const { return *fault_; }

 private:
  std::optional<error> fault_;
};

/// Runs f. Errors of ricci come back as values, a lack of memory as one of code internal; what else f throws is f's
/// own.
template <typename F>
outcome<std::invoke_result_t<F&>> try_run(F&& f) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      f();
      return {};
    } else {
      return f();
    }
  } catch (const error& fault) {
    return fault;
  } catch (const std::bad_alloc&) {
    return error(dsl::diagnose(dsl::Fault::internal, dsl::Vec<dsl::Span>{}, "the machine has no memory left"));
  }
}

/// Runs statements in a session; what was defined before a fault stays.
inline outcome<void> try_run(session& in, std::string_view program) {
  return try_run([&] { in.run(program); });
}

}  // namespace ricci
