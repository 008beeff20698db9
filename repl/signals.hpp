/// The signals of the process as flags that the loops ask. Ctrl-C asks the computation to stop; what else ends the
/// process does so after the terminal is itself again.
#pragma once

namespace repl {

/// Of a script: the first interruption asks the computation to stop, a second one, unanswered, ends the process.
void install_script_signals();

/// Of a conversation: besides, a terminal that changes its size or goes away, and being stopped (Ctrl-Z).
void install_conversation_signals();

/// Waits until standard input can be read (true), or until a signal has come, be it before the call (false).
bool wait_for_input();

/// The signal that asks the process to end; 0: none has.
int ending_signal() noexcept;

/// Whether the window has changed its size, or Ctrl-Z was pressed, since the last call.
bool take_window_change() noexcept;
bool take_stop_request() noexcept;

/// While a line is edited Ctrl-Z is a flag, for the terminal has to be given back first; else it stops the process.
void catch_stop(bool caught);
/// Stops the process as Ctrl-Z does, until it is continued.
void stop_process();

}  // namespace repl
