"""How a case is measured: ricci's command and its peers, Python's in this process and C++'s in theirs, turn by turn."""
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse

import peers

SLACK = 64 * 2**20  # bytes that a run may take whatever its size
LONG = 3000  # milliseconds; peers above it are measured in one turn


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


class InCpp:
    """The peers in C++: a process a turn, on the files that ricci reads. None are there where bench_peers is not built."""

    def __init__(self, program, case, data, folder):
        self.folder = folder
        numbers = {name: value for name, value in vars(data).items() if isinstance(value, (int, float))}
        coarse = any(getattr(data, name).dtype == np.float32 for name in case.loads)  # these peers know f64 alone
        self.words = [str(program), case.problem, str(folder)] if program.exists() and not coarse else []
        self.numbers = [f"{name}={float(value)!r}" for name, value in numbers.items()]

    def turn(self, seconds):
        """Of each peer its name, its times and its result."""
        if not self.words:
            return
        done = subprocess.run(self.words + [str(seconds)] + self.numbers, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"bench_peers: exit {done.returncode}: {done.stderr.strip()[:500]}")
        for line in done.stdout.splitlines():
            peer = json.loads(line)
            yield peer["name"], peer["times"], peer["result"]


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
        self.limit_work = (0, 0)
        self.own_ms = None
        self.ricci = Ricci(args.command, case, self.data, folder, args.time_limit)
        self.in_cpp = InCpp(Path(args.command).parent / "bench" / "bench_peers", case, self.data, folder)

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
            if name not in peers.PEERS[self.case.problem]:
                continue  # one of those in C++
            if self.peer_times[name] and min(self.peer_times[name][0]) > LONG:
                continue  # measured once is enough
            times, result = milliseconds(lambda: peers.PEERS[self.case.problem][name](self.data), self.args.seconds)
            if times is None:  # does not apply here
                del self.peer_times[name]
                continue
            self.peer_times[name].append(times)
            if turn == 0:
                self.judge_peer(name, result)
        for name, times, file in self.in_cpp.turn(self.args.seconds):
            self.peer_times.setdefault(name, []).append(times)
            if turn == 0:
                self.judge_peer(name, np.load(file))

    def repeats(self):
        """As many as fill the seconds of a turn, as with the peers. The system takes a while to give a new process's
        threads a processor each: a few runs alone would measure that."""
        if self.args.small:
            return 1
        if self.own_ms is None:
            self.own_ms = min(self.ricci.turn(3)[0])
        return max(3, min(200, int(self.args.seconds * 1e3 / max(self.own_ms, 1e-3))))

    def judge_peer(self, name, result):
        error, bound = self.case.check(self.data, result)
        if not error <= max(bound, 1e-9, self.case.peers_bound):
            self.fails.append(f"the peer '{name}' is off by {error:.1e} (bound {bound:.0e})")

    def turn_of_ricci(self):
        try:
            times, peak, result = self.ricci.turn(self.repeats())
        except RuntimeError as cause:
            self.fails.append(str(cause))
            return
        self.ricci_times.append(times)
        self.error, self.bound = self.case.check(self.data, result)
        if not self.error <= self.bound:
            self.fails.append(f"wrong: error {self.error:.1e}, bound {self.bound:.0e}")
        self.limit_work = self.case.work(self.data, result)
        self.peak, self.allowed = peak, allowed_bytes(self.case, self.data, result)
        if peak > self.allowed:
            self.fails.append(f"memory: {peak / 1e6:.0f} MB at the peak, {self.allowed / 1e6:.0f} MB allowed")

    def best_peer(self):
        medians = {name: over_turns(times) for name, times in self.peer_times.items()}
        name = min(medians, key=medians.get)
        return name, medians[name]

    def row(self, machine):
        """All that was found. `limit_ms` is what flops or bytes cost at the rates that were measured, `share` its part."""
        name, ms = self.best_peer()
        own = over_turns(self.ricci_times) if self.ricci_times else None
        flops, moved = self.limit_work
        limit = max(flops / machine["dgemm_gflops"], moved / machine["stream_gbs"]) / 1e6
        return {"flops": flops, "bytes": moved, "limit_ms": limit, "share": limit / own if own else None,
                "case": self.case.name, "problem": self.case.problem, "statement": self.case.statement,
                "ricci_ms": own, "peer": name, "peer_ms": ms, "ratio": ms / own if own else None,
                "error": self.error, "bound": self.bound, "peak_bytes": self.peak, "allowed_bytes": self.allowed,
                "fails": sorted(set(self.fails)), "ricci_times": self.ricci_times, "peer_times": self.peer_times}


def over_turns(turns):
    return statistics.median(statistics.median(times) for times in turns)
