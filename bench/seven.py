#!/usr/bin/python3
"""The seven problems: ricci beside its peers, turn by turn in one run. bench/README.md says how to read the table."""
import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # bench/ stays as it is in the repository
NOT_HERE = 77  # what ctest takes for "skipped"
try:
    import numpy as np
    import scipy.sparse  # noqa: F401, what measure.py needs
except ImportError as cause:
    print(f"bench: skipped, {cause} (./dev packages bench installs what is needed)", file=sys.stderr)
    sys.exit(NOT_HERE)

if "--small" in sys.argv:  # compiling the peers would take longer than anything else here
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
import chart
import measure
import peers
import problems


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", default=os.environ.get("RICCI_COMMAND", "build/ricci"), help="what to measure")
    parser.add_argument("--only", default="", help="cases whose name or problem contains this text")
    parser.add_argument("--turns", type=int, default=3, help="turns of ricci and its peers (default 3)")
    parser.add_argument("--patient", action="store_true", help="peers too that take many seconds, and gigabytes: once")
    parser.add_argument("--json", metavar="FILE", help="write everything that was measured")
    parser.add_argument("--svg", metavar="FILE", help="draw it: the ratios as bars, and the roofline")
    parser.add_argument("--all", action="store_true", help="a line for each peer, not for the best one alone")
    parser.add_argument("--sweep", type=int, metavar="N", default=0,
                        help="N cases instead, at sizes drawn around the usual ones, in f64 and f32")
    parser.add_argument("--small", action="store_true", help="tiny sizes: are the results right?")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one measurement in one turn (default 0.5)")
    parser.add_argument("--time-limit", type=float, default=120, help="seconds for one process of ricci (default 120)")
    parser.add_argument("--seed", type=int, default=7, help="of the data")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    return parser.parse_args()


# ---- the machine ---------------------------------------------------------------------------------------------------

def machine(small):
    n, count = (200, 400_000) if small else (2000, 40_000_000)
    rng = np.random.default_rng(0)
    A, B = rng.random((n, n)), rng.random((n, n))
    times, _ = measure.milliseconds(lambda: A @ B, 1)
    gflops = 2 * n**3 / min(times) / 1e6
    source = rng.random(count)
    target = np.empty_like(source)
    times, _ = measure.milliseconds(lambda: np.copyto(target, source) or target, 1)
    copy = 2 * source.nbytes / min(times) / 1e6
    times, _ = measure.milliseconds(lambda: (source.sum(), source)[1], 1)
    read = source.nbytes / min(times) / 1e6
    return {"dgemm_gflops": gflops, "copy_gbs": copy, "read_gbs": read, "stream_gbs": max(copy, read),
            "processors": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0]}


# ---- the table -----------------------------------------------------------------------------------------------------

def text_of(row):
    own = f"{row['ricci_ms']:11.3f}" if row["ricci_ms"] is not None else f"{'-':>11}"
    ratio = f"{row['ratio']:8.2f}x" if row["ratio"] is not None else f"{'-':>9}"
    error = f"{row['error']:8.1e}" if row["error"] is not None else f"{'-':>8}"
    peak = f"{row['peak_bytes'] / 1e6:7.0f}" if row["peak_bytes"] is not None else f"{'-':>7}"
    share = f"{row['share'] * 100:6.0f}" if row["share"] is not None else f"{'-':>6}"
    return f"{row['case']:40} {own} {row['peer_ms']:11.3f} {ratio} {share} {error} {peak}  {row['peer']}"


def lines_of_peers(row):
    for name, times in sorted(row["peer_times"].items(), key=lambda of: measure.over_turns(of[1])):
        ms = measure.over_turns(times)
        yield f"{'':40} {'':11} {ms:11.3f} {ms / row['ricci_ms']:8.2f}x  {name}"


def main():
    args = options()
    peers.patient = args.patient
    cases = problems.small_size() if args.small else problems.full_size()
    if args.sweep:
        cases = problems.drawn_sizes(args.sweep, np.random.default_rng(args.seed))
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
          f"read {about['read_gbs']:.1f} GB/s, "
          f"{about['processors']} processors, load {about['load']:.1f}")
    if not (Path(args.command).parent / "bench" / "bench_peers").exists():
        print("without bench_peers: the peers in C++ are left out (./dev bench builds it)")
    for name in ("scipy.linalg", "numexpr", "numba", "torch"):
        if getattr(peers, {"scipy.linalg": "linalg"}.get(name, name)) is None:
            print(f"without {name}: its peers are left out")
    print(f"{'case':40} {'ricci ms':>11} {'peer ms':>11} {'ratio':>9} {'limit%':>6} {'error':>8} {'peak MB':>7}  best peer",
          flush=True)
    rows = []
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="ricci-bench-") as folder:
            row = measure.Measurement(case, args, Path(folder)).run().row(about)
        rows.append(row)
        print(text_of(row), flush=True)
        if args.all and row["ricci_ms"]:
            print("\n".join(lines_of_peers(row)), flush=True)
        for fail in row["fails"]:
            print(f"FAIL {case.name}: {fail}", flush=True)
    if args.json:
        Path(args.json).write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")
    if args.svg:
        Path(args.svg).write_text(chart.drawn(about, rows))
    failed = sum(1 for row in rows if row["fails"])
    print(f"{len(rows) - failed} of {len(rows)} cases right", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
