/// Jobs stand in a list; a worker joins the first that has unclaimed chunks. A job's chunks are cut into one region for
/// each thread that may come, and each claims its own region's in order before it takes from others': what a thread
/// writes in one job it writes in the next like it too, and no cache line changes hands. When a chunk throws, only
/// chunks below it are still begun, so the exception of the lowest one is rethrown whatever the timing.
/// Waking a thread takes longer than many a job, and the system likes to wake it on the processor of the one that wakes
/// it, where the two take turns. So who has worked looks around for a while before it sleeps, who waits looks before it
/// sleeps, and a worker that woke beside its caller is kept off that processor. A worker that the system sets aside in
/// the middle of a chunk keeps its caller waiting for another process's turn, so it offers its processor between two.
/// The pool is never destroyed: a worker asleep at exit touches nothing that static destructors take away.
#include "runtime/pool.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <list>
#include <mutex>
#include <thread>

#include "runtime/error.hpp"
#include "runtime/grant.hpp"
#include "runtime/processors.hpp"

namespace ricci::runtime {
namespace {

constexpr int most_threads = 64;

std::atomic<bool> interrupt_flag{false};
std::atomic<Clock::rep> deadline_ticks{Clock::time_point::max().time_since_epoch().count()};

constexpr std::int64_t nowhere = std::numeric_limits<std::int64_t>::max();

/// Neighbouring indices, claimed from the first one on.
struct alignas(64) Region {
  std::atomic<std::int64_t> next{0};
  std::int64_t end = 0;
};

struct Job {
  std::int64_t count;
  std::int64_t grain;
  FunctionRef<void(std::int64_t, std::int64_t)> body;
  const Grant* grant;                            // the caller's: whoever works here works under it
  int most_workers;                              // besides the caller
  std::atomic<int> workers{0};                   // inside run(); changed under the pool's mutex
  std::atomic<std::int64_t> failed_at{nowhere};  // the lowest chunk that threw
  std::mutex failure_guard{};
  std::exception_ptr failure{};
  int regions = 1;
  std::array<Region, most_threads> region{};

  std::int64_t chunks() const { return (count - 1) / grain + 1; }

  void cut(int threads) {
    regions = threads;
    for (int at = 0; at < threads; ++at) {
      region[at].next.store(chunks() * at / threads * grain, std::memory_order_relaxed);
      region[at].end = std::min(count, chunks() * (at + 1) / threads * grain);
    }
  }

  bool exhausted() const {
    const std::int64_t failed = failed_at.load(std::memory_order_relaxed);
    for (int at = 0; at < regions; ++at)
      if (region[at].next.load(std::memory_order_relaxed) < std::min(region[at].end, failed)) return false;
    return true;
  }

  /// What share of it has been begun.
  double begun() const {
    std::int64_t left = 0;
    for (int at = 0; at < regions; ++at)
      left += std::max<std::int64_t>(0, region[at].end - region[at].next.load(std::memory_order_relaxed));
    return 1 - static_cast<double>(left) / static_cast<double>(count);
  }

  void fail_at(std::int64_t begin, std::exception_ptr what) {
    const std::lock_guard lock(failure_guard);
    if (failed_at.load(std::memory_order_relaxed) <= begin) return;
    failed_at.store(begin, std::memory_order_relaxed);
    failure = std::move(what);
  }

  /// Begins no chunk after `until`.
  void run(int thread, Clock::time_point until = no_end) {
    const GrantScope scope(grant);
    for (int turn = 0; turn < regions; ++turn)
      if (!run_region(region[(thread + turn) % regions], until)) return;
  }

  static constexpr Clock::time_point no_end = Clock::time_point::max();

 private:
  /// False where the time is up.
  bool run_region(Region& own, Clock::time_point until) {
    while (own.next.load(std::memory_order_relaxed) < own.end) {
      if (until != no_end && Clock::now() >= until) return false;
      const std::int64_t begin = own.next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= own.end || begin >= failed_at.load(std::memory_order_relaxed)) break;
      try {
        check_interrupt();
        body(begin, begin + std::min(grain, count - begin));
      } catch (...) {
        fail_at(begin, std::current_exception());
      }
    }
    return true;
  }
};

class Pool {
 public:
  static Pool& instance() {
    static Pool* const pool = new Pool;
    return *pool;
  }

  int limit() {
    const std::lock_guard lock(guard_);
    return limit_;
  }
  void set_limit(int count) {
    const std::lock_guard lock(guard_);
    limit_ = std::clamp(count, 1, most_threads);
    wake_.notify_all();
  }

  void run(Job& job) {
    std::list<Job*>::iterator place;
    int to_wake = 0;
    {
      const std::unique_lock lock = locked();
      const int wanted = static_cast<int>(std::min<std::int64_t>({job.chunks(), limit_, job.most_workers + 1})) - 1;
      job.cut(wanted + 1);
      place = jobs_.insert(jobs_.end(), &job);
      if (wanted > 0) {
        start_workers(wanted);
        to_wake = std::min(wanted - looking_, asleep_);
        if (to_wake > 0) part_from_workers();
      }
    }
    posted_.fetch_add(1, std::memory_order_release);
    if (to_wake > 0) wake_workers(to_wake);
    job.run(0);
    {
      const std::unique_lock lock = locked();
      jobs_.erase(place);
    }
    if (look_until([&] { return job.workers.load(std::memory_order_acquire) == 0; })) return;
    std::unique_lock lock(guard_);
    done_.wait(lock, [&] { return job.workers.load(std::memory_order_relaxed) == 0; });
  }

  double running_share() {
    const std::lock_guard lock(guard_);
    if (jobs_.empty()) return 0;
    return jobs_.front()->begun();  // the oldest: all others stand inside its chunks
  }

 private:
  Pool() { limit_ = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most_threads); }

  /// The lock is held for moments: to sleep for it would cost more.
  std::unique_lock<std::mutex> locked() {
    std::unique_lock lock(guard_, std::try_to_lock);
    for (int tries = 0; !lock.owns_lock() && tries < 200; ++tries) {
      pause();
      static_cast<void>(lock.try_lock());
    }
    if (!lock.owns_lock()) lock.lock();
    return lock;
  }

  /// Whether the condition came true while it was worth looking.
  template <typename Condition>
  static bool look_until(const Condition& condition) {
    constexpr std::chrono::microseconds patience{50};
    const Clock::time_point start = Clock::now();
    do
      for (int each = 0; each < 16; ++each) {
        if (condition()) return true;
        pause();
      }
    while (Clock::now() - start < patience);
    return condition();
  }

  // A thread that the system refuses is no fault: the caller does the work.
  void start_workers(int wanted) {
    while (started_ < wanted) {
      try {
        std::thread thread([this, number = started_] { work(number); });
        workers_[started_].thread = thread.native_handle();
        thread.detach();
      } catch (const std::system_error&) {
        return;
      }
      ++started_;
    }
  }

  // With workers asleep past the limit, notify_one might wake one of those in vain.
  void wake_workers(int wanted) {
    if (started_ >= limit_) return wake_.notify_all();
    for (int each = 0; each < wanted; ++each) wake_.notify_one();
  }

  void part_from_workers() {
    const int here = processor_here();
    for (int at = 0; at < started_; ++at) {
      Worker& own = workers_[at];
      if (here < 0 || own.processor != here || own.avoided == here) continue;
      own.avoided = here;
      keep_off(own.thread, here);
    }
  }

  Job* open_job() {
    for (Job* job : jobs_)
      if (!job->exhausted() && job->workers.load(std::memory_order_relaxed) < job->most_workers) return job;
    return nullptr;
  }

  // Workers whose number is past the limit stay asleep until the limit grows again.
  void work(int number) {
    std::unique_lock lock = locked();
    while (true) {
      Job* job = nullptr;
      ++asleep_;
      wake_.wait(lock, [&] { return number + 1 < limit_ && (job = open_job()) != nullptr; });
      --asleep_;
      workers_[number].processor = processor_here();
      Clock::time_point turn_ends = Clock::now() + turn;
      while (job != nullptr) {
        job->workers.fetch_add(1, std::memory_order_relaxed);
        lock.unlock();
        job->run(number + 1, turn_ends);
        lock = locked();
        if (job->workers.fetch_sub(1, std::memory_order_release) == 1) done_.notify_all();
        if (Clock::now() >= turn_ends) offer_processor(lock, turn_ends);
        job = next_job(lock, number);
      }
    }
  }

  /// To whoever else may want it: a worker that takes none of them between chunks would lose it within one.
  static void offer_processor(std::unique_lock<std::mutex>& lock, Clock::time_point& turn_ends) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
    turn_ends = Clock::now() + turn;
  }

  /// What there is to do now, or shortly.
  Job* next_job(std::unique_lock<std::mutex>& lock, int number) {
    if (number + 1 >= limit_) return nullptr;
    if (Job* const job = open_job(); job != nullptr) return job;
    const std::uint64_t seen = posted_.load(std::memory_order_acquire);
    ++looking_;
    lock.unlock();
    const bool posted = look_until([&] { return posted_.load(std::memory_order_acquire) != seen; });
    lock = locked();
    --looking_;
    return posted && number + 1 < limit_ ? open_job() : nullptr;
  }

  /// Less than what systems let a thread run while another one waits.
  static constexpr std::chrono::microseconds turn{1000};

  struct Worker {
    std::thread::native_handle_type thread{};
    int processor = -1;  // where it woke last
    int avoided = -1;    // where it may not wake
  };

  std::mutex guard_;
  std::condition_variable wake_, done_;
  std::list<Job*> jobs_;
  int limit_ = 1;
  int started_ = 0;
  int asleep_ = 0;
  int looking_ = 0;                       // awake, and without a job
  std::atomic<std::uint64_t> posted_{0};  // jobs so far
  std::array<Worker, most_threads> workers_{};
};

}  // namespace

void parallel_for(std::int64_t count, std::int64_t grain, FunctionRef<void(std::int64_t, std::int64_t)> body) {
  if (count <= 0) return;
  grain = std::clamp<std::int64_t>(grain, 1, count);
  if (count <= grain) {
    check_interrupt();
    body(0, count);
    return;
  }
  const Grant* grant = current_grant();
  Job job{count, grain, body, grant, (grant == nullptr || grant->threads <= 0 ? most_threads : grant->threads) - 1};
  Pool::instance().run(job);
  if (job.failure) std::rethrow_exception(job.failure);
}

void set_threads(int count) { Pool::instance().set_limit(count); }
int threads() {
  const int own = Pool::instance().limit();
  const Grant* grant = current_grant();
  return grant == nullptr || grant->threads <= 0 ? own : std::min(own, grant->threads);
}

double running_share() { return Pool::instance().running_share(); }

void check_interrupt() {
  if (interrupt_flag.load(std::memory_order_relaxed)) fail(dsl::Fault::interrupted);
  if (const Grant* own = current_grant(); own != nullptr) {
    if (own->cancelled != nullptr && own->cancelled->load(std::memory_order_relaxed)) fail(dsl::Fault::interrupted);
    if (own->deadline != Clock::time_point::max() && Clock::now() >= own->deadline) fail(dsl::Fault::time_limit);
  }
  const Clock::rep deadline = deadline_ticks.load(std::memory_order_relaxed);
  if (deadline == Clock::time_point::max().time_since_epoch().count()) return;
  if (Clock::now().time_since_epoch().count() >= deadline) fail(dsl::Fault::time_limit);
}

void request_interrupt() noexcept { interrupt_flag.store(true); }
void clear_interrupt() noexcept { interrupt_flag.store(false); }
bool interrupt_requested() noexcept { return interrupt_flag.load(); }
void set_deadline(Clock::time_point deadline) noexcept { deadline_ticks.store(deadline.time_since_epoch().count()); }
void clear_deadline() noexcept { set_deadline(Clock::time_point::max()); }

}  // namespace ricci::runtime
