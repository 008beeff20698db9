#!/usr/bin/python3
"""The seven problems: ricci beside its peers, turn by turn in one run. bench/README.md says how to read the table."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # bench/ stays as it is in the repository
LONG = 3000  # milliseconds; peers above it are measured in one turn
NOT_HERE = 77  # what ctest takes for "skipped"
try:
    import numpy as np
    import scipy.io
    import scipy.sparse
except ImportError as cause:
    print(f"bench: skipped, {cause} (./dev packages bench installs what is needed)", file=sys.stderr)
    sys.exit(NOT_HERE)

if "--small" in sys.argv:  # compiling the peers would take longer than anything else here
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
import peers
import problems

SLACK = 64 * 2**20  # bytes that a run may take whatever its size


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", default=os.environ.get("RICCI_COMMAND", "build/ricci"), help="what to measure")
    parser.add_argument("--only", default="", help="cases whose name or problem contains this text")
    parser.add_argument("--turns", type=int, default=3, help="turns of ricci and its peers (default 3)")
    parser.add_argument("--patient", action="store_true", help="peers too that take many seconds, and gigabytes: once")
    parser.add_argument("--json", metavar="FILE", help="write everything that was measured")
    parser.add_argument("--small", action="store_true", help="tiny sizes: are the results right?")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one measurement in one turn (default 0.5)")
    parser.add_argument("--time-limit", type=float, default=120, help="seconds for one process of ricci (default 120)")
    parser.add_argument("--seed", type=int, default=7, help="of the data")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    return parser.parse_args()


# ---- measuring -----------------------------------------------------------------------------------------------------

def milliseconds(function, seconds):
    """The times of calls after the first one, which compiles and touches memory; and the last result."""
    begin = time.perf_counter()
    result = function()
    warm = time.perf_counter() - begin
    if result is None:
        return None, None
    times = []
    while not times or (sum(times) < seconds * 1e3 and len(times) < 100):
        result = None  # its memory is free for the next call, as in a loop of the user's
        begin = time.perf_counter()
        result = function()
        times.append((time.perf_counter() - begin) * 1e3)
        if warm > 10 * seconds:
            break
    return times, result


class Ricci:
    """The command on one case: data on disk once, a process a turn."""

    def __init__(self, command, case, data, folder, limit):
        self.limit = limit
        self.out = folder / "result.npy"
        self.words = [command, "--quiet", "--time=json", f"--time-limit={limit}"]
        for name in case.loads:
            value = getattr(data, name)
            sparse = scipy.sparse.issparse(value)
            file = folder / f"{name}{'.mtx' if sparse else '.npy'}"
            if sparse:
                scipy.io.mmwrite(file, value, precision=17)
            else:
                np.save(file, value)
            self.words += ["--load", f"{name}={file}"]
        self.words += ["--save", f"{case.result}={self.out}", "-e", case.statement]
        self.words += [f"{name}={getattr(data, name)!r}" for name in case.scalars]

    def turn(self, repeats):
        """(times of the statement in ms after the first, peak bytes, result), or RuntimeError with what went wrong."""
        try:
            done = subprocess.run(self.words + [f"--repeat={repeats + 1}"], capture_output=True, text=True,
                                  timeout=self.limit * 1.5 + 10)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"took more than {self.limit * 1.5 + 10:.0f} s") from None
        if done.returncode != 0:
            raise RuntimeError(f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[:500]}")
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if len(lines) != 1:
            raise RuntimeError(f"{len(lines)} timed statements instead of one: {done.stdout[:300]}")
        return lines[0]["execute_ms"][1:], lines[0]["peak_bytes"], np.load(self.out)


def allowed_bytes(case, data, result):
    inputs = 0
    for name in case.loads:
        value = getattr(data, name)
        parts = (value.data, value.indices, value.indptr) if scipy.sparse.issparse(value) else (value,)
        inputs += sum(part.nbytes for part in parts)
    return int(1.2 * (inputs + result.nbytes + case.kept(data))) + SLACK


class Measurement:
    """One case: alternating turns, then the verdict."""

    def __init__(self, case, args, folder):
        self.case, self.args = case, args
        self.data = case.make(np.random.default_rng(args.seed))
        self.peer_times = {name: [] for name in peers.PEERS[case.problem]}
        self.ricci_times, self.fails = [], []
        self.error = self.bound = self.peak = self.allowed = None
        self.ricci = Ricci(args.command, case, self.data, folder, args.time_limit)

    def run(self):
        for turn in range(self.args.turns):
            if turn % 2 == 0:  # who goes first changes, so that neither always meets the other's caches
                self.turn_of_peers(turn)
                self.turn_of_ricci()
            else:
                self.turn_of_ricci()
                self.turn_of_peers(turn)
            if not self.ricci_times:
                break
        return self

    def turn_of_peers(self, turn):
        for name in list(self.peer_times):
            if self.peer_times[name] and min(self.peer_times[name][0]) > LONG:
                continue  # measured once is enough
            times, result = milliseconds(lambda: peers.PEERS[self.case.problem][name](self.data), self.args.seconds)
            if times is None:  # does not apply here
                del self.peer_times[name]
                continue
            self.peer_times[name].append(times)
            if turn == 0:
                error, bound = self.case.check(self.data, result)
                if not error <= max(bound, 1e-9):
                    self.fails.append(f"the peer '{name}' is off by {error:.1e} (bound {bound:.0e})")

    def turn_of_ricci(self):
        guess = min(statistics.median(times[-1]) for times in self.peer_times.values())
        repeats = 1 if self.args.small else max(3, min(200, int(self.args.seconds * 1e3 / guess)))
        try:
            times, peak, result = self.ricci.turn(repeats)
        except RuntimeError as cause:
            self.fails.append(str(cause))
            return
        self.ricci_times.append(times)
        self.error, self.bound = self.case.check(self.data, result)
        if not self.error <= self.bound:
            self.fails.append(f"wrong: error {self.error:.1e}, bound {self.bound:.0e}")
        self.peak, self.allowed = peak, allowed_bytes(self.case, self.data, result)
        if peak > self.allowed:
            self.fails.append(f"memory: {peak / 1e6:.0f} MB at the peak, {self.allowed / 1e6:.0f} MB allowed")

    def best_peer(self):
        medians = {name: over_turns(times) for name, times in self.peer_times.items()}
        name = min(medians, key=medians.get)
        return name, medians[name]

    def row(self):
        name, ms = self.best_peer()
        own = over_turns(self.ricci_times) if self.ricci_times else None
        return {"case": self.case.name, "problem": self.case.problem, "statement": self.case.statement,
                "ricci_ms": own, "peer": name, "peer_ms": ms, "ratio": ms / own if own else None,
                "error": self.error, "bound": self.bound, "peak_bytes": self.peak, "allowed_bytes": self.allowed,
                "fails": sorted(set(self.fails)), "ricci_times": self.ricci_times, "peer_times": self.peer_times}


def over_turns(turns):
    return statistics.median(statistics.median(times) for times in turns)


# ---- the machine ---------------------------------------------------------------------------------------------------

def machine(small):
    n, count = (200, 400_000) if small else (2000, 40_000_000)
    rng = np.random.default_rng(0)
    A, B = rng.random((n, n)), rng.random((n, n))
    times, _ = milliseconds(lambda: A @ B, 1)
    gflops = 2 * n**3 / min(times) / 1e6
    source = rng.random(count)
    target = np.empty_like(source)
    times, _ = milliseconds(lambda: np.copyto(target, source) or target, 1)
    return {"dgemm_gflops": gflops, "copy_gbs": 2 * source.nbytes / min(times) / 1e6,
            "processors": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0]}


# ---- the table -----------------------------------------------------------------------------------------------------

def text_of(row):
    own = f"{row['ricci_ms']:11.3f}" if row["ricci_ms"] is not None else f"{'-':>11}"
    ratio = f"{row['ratio']:8.2f}x" if row["ratio"] is not None else f"{'-':>9}"
    error = f"{row['error']:8.1e}" if row["error"] is not None else f"{'-':>8}"
    peak = f"{row['peak_bytes'] / 1e6:7.0f}" if row["peak_bytes"] is not None else f"{'-':>7}"
    return f"{row['case']:40} {own} {row['peer_ms']:11.3f} {ratio} {error} {peak}  {row['peer']}"


def main():
    args = options()
    peers.patient = args.patient
    cases = problems.small_size() if args.small else problems.full_size()
    cases = [case for case in cases if args.only.lower() in f"{case.problem} {case.name}".lower()]
    if args.list:
        print("\n".join(case.name for case in cases))
        return 0
    if not cases:
        sys.exit(f"bench: no case is called '{args.only}'; --list names them")
    if args.small:
        args.turns, args.seconds = 1, 0
    args.command = str(Path(args.command).resolve())
    if not os.access(args.command, os.X_OK):
        sys.exit(f"bench: there is no command {args.command}; ./dev build makes it, --command names another")

    about = machine(args.small)
    print(f"dgemm {about['dgemm_gflops']:.1f} GFLOP/s, copy {about['copy_gbs']:.1f} GB/s (read and write), "
          f"{about['processors']} processors, load {about['load']:.1f}")
    for name in ("scipy.linalg", "numexpr", "numba", "torch"):
        if getattr(peers, {"scipy.linalg": "linalg"}.get(name, name)) is None:
            print(f"without {name}: its peers are left out")
    print(f"{'case':40} {'ricci ms':>11} {'peer ms':>11} {'ratio':>9} {'error':>8} {'peak MB':>7}  best peer",
          flush=True)
    rows = []
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="ricci-bench-") as folder:
            row = Measurement(case, args, Path(folder)).run().row()
        rows.append(row)
        print(text_of(row), flush=True)
        for fail in row["fails"]:
            print(f"FAIL {case.name}: {fail}", flush=True)
    if args.json:
        Path(args.json).write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")
    failed = sum(1 for row in rows if row["fails"])
    print(f"{len(rows) - failed} of {len(rows)} cases right", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
