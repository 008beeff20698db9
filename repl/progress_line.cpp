#include "repl/progress_line.hpp"

#include <chrono>
#include <cstdio>

#include "repl/output.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

constexpr std::chrono::milliseconds patience{1000}, period{200};
constexpr const char* take_back = "\r\x1B[K";

std::string time_left(const ricci::progress_report& now) {
  if (now.share < 0.02 || now.share > 1) return {};
  const double seconds = now.seconds * (1 - now.share) / now.share;
  if (seconds >= 3600) return formatted("  about %.1f h left", seconds / 3600);
  if (seconds >= 90) return formatted("  about %.0f min left", seconds / 60);
  return formatted("  about %.0f s left", seconds);
}

}  // namespace

std::string progress_text(const ricci::progress_report& now, std::size_t width) {
  if (!now.running) return {};
  std::string head = formatted("%3.0f %%", 100 * now.share) + time_left(now);
  if (now.steps > 1) head += formatted("  step %zu of %zu", now.step + 1, now.steps);
  std::wstring line = widen(head + "  " + now.kernel + ": " + on_one_line(now.what));
  if (line.size() > width) line = line.substr(0, width - 3) + L"...";
  return narrow(line);
}

ProgressLine::ProgressLine(bool wanted) : wanted_(wanted && can_take_lines_back()) {}
ProgressLine::~ProgressLine() { end(); }

void ProgressLine::begin() {
  if (!wanted_ || running_) return;
  running_ = true;
  watcher_ = std::thread([this] { watch(); });
}

void ProgressLine::end() {
  if (!watcher_.joinable()) return;
  {
    const std::lock_guard lock(guard_);
    running_ = false;
  }
  wake_.notify_all();
  watcher_.join();
  erase();
}

void ProgressLine::hide() {
  const std::lock_guard lock(guard_);
  restarted_ = true;
  erase();
}

void ProgressLine::erase() {
  if (!std::exchange(drawn_, false)) return;
  std::fputs(take_back, stderr);
  std::fflush(stderr);
}

void ProgressLine::watch() {
  std::unique_lock lock(guard_);
  auto wait = patience;
  while (!wake_.wait_for(lock, wait, [&] { return !running_; })) {
    wait = std::exchange(restarted_, false) ? patience : period;
    const std::string text = progress_text(ricci::progress(), screen_columns() - 1);
    if (wait == patience || text.empty()) continue;
    std::fputs((take_back + text).c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
  }
}

}  // namespace repl
