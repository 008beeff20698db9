/// Calls that nothing can stop: a routine of LAPACK works for seconds on a large matrix and never asks whether somebody
/// still wants its result. Here whoever waits for one can leave, and the call ends behind them.
#pragma once

#include <functional>

namespace ricci::runtime::linalg {

/// call(), on a thread of its own, while this one looks for interruption and the deadline fifty times a second. When
/// one comes it is thrown here at once, and the call goes on to its end at the lowest priority: so `call` owns all the
/// memory that it touches. That memory counts as in use until then. With several calls left behind, the next one waits
/// for one of them. The bits are those of call().
int run_abandonable(std::function<int()> call);

/// How many calls go on that nobody waits for. A process that exits waits for them, for they run in a library whose
/// memory exit() takes away.
int abandoned_calls() noexcept;

}  // namespace ricci::runtime::linalg
