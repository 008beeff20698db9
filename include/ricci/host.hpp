/// What a host allows the formulas that it runs: threads, time and memory, a way to stop them, memory of its own, and
/// where warnings go. For a session by options::host, for a call of a prepared expression by call_options::host, and
/// for everything that a thread runs (literals, operators) by a scope:
///
///   ricci::cancellation stop;
///   const ricci::host mine{.threads = 1, .seconds = 0.5, .memory = 1 << 26, .cancel = stop};
///   const ricci::hosted scope(mine);
///
/// Nothing of it changes a result. What passes a limit is an error of code "limit" or "memory"; what is cancelled one
/// of code "interrupted".
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace ricci {

struct notice;
namespace runtime {
struct Grant;
class GrantScope;
}  // namespace runtime

/// Stops what runs under it, from any thread. Copies are one token.
class cancellation {
 public:
  void cancel() noexcept { *flag_ = true; }
  bool cancelled() const noexcept { return *flag_; }
  void clear() noexcept { *flag_ = false; }  // what begins next runs again
  std::shared_ptr<const std::atomic<bool>> flag() const { return flag_; }

 private:
  std::shared_ptr<std::atomic<bool>> flag_ = std::make_shared<std::atomic<bool>>(false);
};

/// Memory of the host's: both functions are called from any thread, `own` is passed on to them. A value keeps its
/// memory: the host outlives the values that it gets.
struct memory_source {
  void* (*take)(void* own, std::size_t bytes, std::size_t alignment) = nullptr;  // null where none is left
  void (*give)(void* own, void* block, std::size_t bytes, std::size_t alignment) = nullptr;
  void* own = nullptr;
};

/// Whom warnings are told: anything that is called with a notice. Copies share it.
class notice_log {
 public:
  notice_log() = default;
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, notice_log>) && requires(F& whom, const notice& one) { whom(one); }
  notice_log(F&& whom)  // NOLINT: implicit, as in {.log = [&](const notice& one) { ... }}
      : of_(std::make_shared<std::decay_t<F>>(std::forward<F>(whom))),
        call_([](void* of, const notice& one) { (*static_cast<std::decay_t<F>*>(of))(one); }) {}
  explicit operator bool() const { return of_ != nullptr; }
  void operator()(const notice& one) const { call_(of_.get(), one); }

 private:
  std::shared_ptr<void> of_;
  void (*call_)(void*, const notice&) = nullptr;
};

struct host {
  int threads = 0;          // at most, the caller's included; 0: the process's
  double seconds = 0;       // for each run() and get() of a session, each call, each scope; 0: no limit
  std::int64_t memory = 0;  // bytes of what is computed, kept values included; 0: the process's limit
  std::optional<cancellation> cancel = {};
  memory_source source = {};  // without functions: the library's own
  notice_log log = {};        // warnings, as they are known, from the thread that called
};

/// Work of this thread is a host's as long as the scope lasts; one within another takes its place.
class hosted {
 public:
  explicit hosted(const host& of);
  ~hosted();
  hosted(const hosted&) = delete;
  hosted& operator=(const hosted&) = delete;

 private:
  std::unique_ptr<runtime::Grant> grant_;
  std::unique_ptr<runtime::GrantScope> scope_;
};

}  // namespace ricci
