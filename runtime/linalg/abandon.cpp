#include "runtime/linalg/abandon.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

constexpr std::chrono::milliseconds look_every{20};
constexpr int most_left_behind = 3;
constexpr int lowest_priority = 19;

/// The calls that go on unwanted. Never destroyed: one of them may end while the process does.
struct Behind {
  std::mutex guard;
  std::condition_variable fewer;
  int count = 0;

  static Behind& instance() {
    static Behind* const all = new Behind;
    return *all;
  }
};

struct Call {
  std::function<int()> work;
  std::mutex guard{};
  std::condition_variable end{};
  bool ended = false;
  bool abandoned = false;
  int result = 0;
  std::exception_ptr failure{};
  pid_t thread = 0;  // the system's number of it; 0: it has not begun
};

void wait_for_all() {
  Behind& behind = Behind::instance();
  std::unique_lock lock(behind.guard);
  behind.fewer.wait(lock, [&] { return behind.count == 0; });
}

void join_those_behind() {
  static std::once_flag once;
  std::call_once(once, [] { std::atexit(wait_for_all); });
  Behind& behind = Behind::instance();
  const std::lock_guard lock(behind.guard);
  ++behind.count;
}

void leave_those_behind() {
  Behind& behind = Behind::instance();
  const std::lock_guard lock(behind.guard);
  --behind.count;
  behind.fewer.notify_all();
}

void wait_for_room() {
  Behind& behind = Behind::instance();
  std::unique_lock lock(behind.guard);
  while (!behind.fewer.wait_for(lock, look_every, [&] { return behind.count < most_left_behind; })) check_interrupt();
}

void work_on(const std::shared_ptr<Call>& call) {
  const auto begins = [&] {
    const std::lock_guard lock(call->guard);
    call->thread = ::gettid();
    return !call->abandoned;
  };
  try {
    if (begins()) call->result = call->work();
  } catch (...) {
    call->failure = std::current_exception();
  }
  call->work = nullptr;  // gives its memory back
  const std::lock_guard lock(call->guard);
  call->ended = true;
  call->end.notify_all();
  if (call->abandoned) leave_those_behind();
}

/// Called under the call's guard, before it has ended: so its thread is there still.
void abandon(Call& call) {
  call.abandoned = true;
  if (call.thread != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(call.thread), lowest_priority);
  join_those_behind();
}

}  // namespace

int run_abandonable(std::function<int()> work) {
  wait_for_room();
  const auto call = std::make_shared<Call>();
  call->work = std::move(work);
  try {
    std::thread([call] { work_on(call); }).detach();
  } catch (const std::system_error&) {
    return call->work();  // no thread is to be had, so nobody leaves
  }
  std::unique_lock lock(call->guard);
  while (!call->end.wait_for(lock, look_every, [&] { return call->ended; })) {
    try {
      check_interrupt();
    } catch (...) {
      abandon(*call);
      throw;
    }
  }
  if (call->failure) std::rethrow_exception(call->failure);
  return call->result;
}

int abandoned_calls() noexcept {
  Behind& behind = Behind::instance();
  const std::lock_guard lock(behind.guard);
  return behind.count;
}

}  // namespace ricci::runtime::linalg
