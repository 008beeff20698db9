/// What the pool asks of the system about processors, where the system knows it; hints alone: nothing depends on them.
#pragma once

#include <thread>

namespace ricci::runtime {

/// The processor that runs the caller now; -1 where the system does not tell.
int processor_here();

/// Lets `thread` run wherever the caller may run, except on `processor`; as it is where nothing would be left.
void keep_off(std::thread::native_handle_type thread, int processor);

/// Tells the processor that its thread is only looking.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace ricci::runtime
