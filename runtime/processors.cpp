#include "runtime/processors.hpp"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace ricci::runtime {

#if defined(__linux__)

int processor_here() { return sched_getcpu(); }

void keep_off(std::thread::native_handle_type thread, int processor) {
  cpu_set_t allowed;
  if (processor < 0 || processor >= CPU_SETSIZE) return;
  if (pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) != 0) return;
  CPU_CLR(processor, &allowed);
  if (CPU_COUNT(&allowed) > 0) static_cast<void>(pthread_setaffinity_np(thread, sizeof allowed, &allowed));
}

#else

int processor_here() { return -1; }
void keep_off(std::thread::native_handle_type, int) {}

#endif

}  // namespace ricci::runtime
