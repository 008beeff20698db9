/// The one thread pool of the process. The caller of parallel_for works too and takes over whatever no worker has
/// started, so nobody ever waits for a thread that the machine has not scheduled yet.
/// Chunks are cut by count and grain alone: the number of threads never changes which ranges a body sees, and so never
/// a result. Interruption is cooperative: check_interrupt is asked between chunks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace ricci::runtime {

/// A borrowed callable: lives no longer than the call that receives it.
template <typename Signature>
class FunctionRef;

template <typename Result, typename... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_invocable_r_v<Result, F&, Arguments...>)
  FunctionRef(F&& f)  // NOLINT: implicit, as a function argument
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Arguments>(arguments)...);
        }) {}
  Result operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }

 private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};

/// Calls body(begin, end) for consecutive ranges of `grain` indices (the last may be shorter) that cover [0, count),
/// each exactly once, in any order and on any thread. count <= grain runs on the caller alone. May be nested and called
/// from several threads. An exception stops the chunks above it that have not begun, and the one of the lowest chunk is
/// rethrown here. Checks for interruption before each chunk.
void parallel_for(std::int64_t count, std::int64_t grain, FunctionRef<void(std::int64_t, std::int64_t)> body);

/// How many threads work at most, the caller included. Default: what the machine offers, at most 64 (the packaged BLAS
/// has buffers for no more).
void set_threads(int count);
int threads();

/// What share of the longest-running parallel_for has been begun, 0 to 1; 0 where none runs.
double running_share();

/// Throws ricci::error: code interrupted after request_interrupt, code limit when the deadline has passed.
void check_interrupt();
void request_interrupt() noexcept;  // may be called from a signal handler
void clear_interrupt() noexcept;
bool interrupt_requested() noexcept;

using Clock = std::chrono::steady_clock;
/// A deadline of Clock::time_point::max() is none.
void set_deadline(Clock::time_point deadline) noexcept;
void clear_deadline() noexcept;

}  // namespace ricci::runtime
