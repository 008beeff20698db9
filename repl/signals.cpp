#include "repl/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction is of POSIX
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include <ricci/ricci.hpp>

namespace repl {
namespace {

constexpr int interrupted_status = 130;

volatile sig_atomic_t ending = 0, window_changed = 0, stop_requested = 0;
volatile sig_atomic_t conversing = 0;

/// A byte for each signal, so that one that comes between looking at the flags and waiting is not slept through, on
/// whichever thread it comes.
int wake_pipe[2] = {-1, -1};

void wake() {
  const int before = errno;
  [[maybe_unused]] const ssize_t put = ::write(wake_pipe[1], "", 1);  // full: it wakes anyway
  errno = before;
}

extern "C" void on_interrupt(int) {
  if (conversing == 0 && ricci::interrupted()) _exit(interrupted_status);
  ricci::interrupt();
  wake();
}

extern "C" void on_end(int signal) {
  if (ending != 0) _exit(128 + signal);  // asked twice: what runs does not answer
  ending = signal;
  ricci::interrupt();
  wake();
}

extern "C" void on_window_change(int) {
  window_changed = 1;
  wake();
}
extern "C" void on_stop(int) {
  stop_requested = 1;
  wake();
}

/// Without SA_RESTART: a read that waits ends, and its loop asks the flags.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

bool take(volatile sig_atomic_t& flag) {
  const bool was = flag != 0;
  flag = 0;
  return was;
}

}  // namespace

void install_script_signals() {
  if (wake_pipe[0] < 0 && ::pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe[0] = wake_pipe[1] = -1;
  handle(SIGINT, on_interrupt);
  handle(SIGPIPE, SIG_IGN);  // who closes our output early still gets the files it asked for
}

void install_conversation_signals() {
  conversing = 1;
  install_script_signals();
  handle(SIGTERM, on_end);
  handle(SIGHUP, on_end);
  handle(SIGWINCH, on_window_change);
}

bool wait_for_input() {
  pollfd waited[] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
  if (::poll(waited, std::size(waited), -1) < 0) return false;
  if (waited[1].revents == 0) return true;
  char drained[64];
  while (::read(wake_pipe[0], drained, sizeof drained) > 0) {
  }
  return false;
}

int ending_signal() noexcept { return ending; }
bool take_window_change() noexcept { return take(window_changed); }
bool take_stop_request() noexcept { return take(stop_requested); }

void catch_stop(bool caught) { handle(SIGTSTP, caught ? on_stop : SIG_DFL); }

void stop_process() {
  handle(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  handle(SIGTSTP, on_stop);
}

}  // namespace repl
