#include "repl/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <ricci/ricci.hpp>

namespace repl {
namespace {

constexpr int interrupted_status = 130;

volatile sig_atomic_t ending = 0, window_changed = 0, stop_requested = 0;
volatile sig_atomic_t conversing = 0;

extern "C" void on_interrupt(int) {
  if (conversing == 0 && ricci::interrupted()) _exit(interrupted_status);
  ricci::interrupt();
}

extern "C" void on_end(int signal) {
  if (ending != 0) _exit(128 + signal);  // asked twice: what runs does not answer
  ending = signal;
  ricci::interrupt();
}

extern "C" void on_window_change(int) { window_changed = 1; }
extern "C" void on_stop(int) { stop_requested = 1; }

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
