#!/usr/bin/env python3
"""What ricci costs a compiler: seconds of processor time, the most memory, and how many steps of constant evaluation.

Each figure is the least of some compilations; a history of them is kept beside the repository's other files, so that a
change that makes literals dearer is seen.
"""

import argparse
import csv
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import fifty

HERE = pathlib.Path(__file__).resolve().parent
HISTORY = HERE / "history" / "compile.csv"
COLUMNS = ["date", "commit", "compiler", "figure", "seconds", "megabytes", "steps"]
FLAGS = ["-std=c++20", "-O2", "-ffp-contract=off", "-Wno-psabi"]
COMPILERS = ["g++", "clang++-16"]
MOST_STEPS = {"g++": ("-fconstexpr-ops-limit=", 1 << 27), "clang": ("-fconstexpr-steps=", 1 << 24)}

STAGES = """#include "dsl/infer/inlinable.hpp"
using namespace ricci::dsl;
constexpr std::string_view text = "%s";
#if STAGE >= 1
static_assert(lex(text).tokens.size() > 10);
#endif
#if STAGE >= 2
static_assert([] { Vec<Diagnostic> faults; return parse(text, faults).statements.size(); }() == 1);
#endif
#if STAGE >= 3
constexpr auto tree = read_text<2 * text.size() + 16>(text);
#endif
#if STAGE >= 4
constexpr auto found = study(tree.program(text), {%s}, false);
static_assert(found.code == Study::Code::nest);
#endif
"""
STAGE_NAMES = ["lexing", "lexing, parsing", "reading (with sums written out)", "study (graph and code)"]


class Costs:
    """One compilation's processor seconds and peak memory; None where the compiler refused."""

    def __init__(self, command):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - started
        self.fine = status == 0
        self.said = said
        self.seconds = usage.ru_utime
        self.megabytes = usage.ru_maxrss / 1024


def flags_of(compiler):
    return [flag for flag in FLAGS if "clang" not in compiler or flag != "-Wno-psabi"]


def compiled(compiler, source, root, folder, turns, extra=()):
    """The least seconds and megabytes of `turns` compilations of a text. Only the first error is shown."""
    file = pathlib.Path(folder) / "compiled.cpp"
    file.write_text(source)
    command = [compiler, *flags_of(compiler), f"-I{root}", f"-I{root}/include", "-c", "-o", "/dev/null", *extra,
               str(file)]
    runs = [Costs(command) for _ in range(turns)]
    if not runs[0].fine:
        sys.exit(f"{compiler} refuses what is to be measured:\n{runs[0].said[:2000]}")
    return min(run.seconds for run in runs), min(run.megabytes for run in runs)


def least_steps(compiler, source, root, folder, stage):
    """The lowest limit of constant evaluation with which a stage compiles, to a hundredth."""
    file = pathlib.Path(folder) / "stages.cpp"
    file.write_text(source)
    option, high = MOST_STEPS["clang" if "clang" in compiler else "g++"]
    low = 1000
    while high > low * 1.01:
        middle = int((low * high) ** 0.5)
        command = [compiler, "-std=c++20", "-fsyntax-only", f"-I{root}", f"-DSTAGE={stage}", f"{option}{middle}",
                   str(file)]
        low, high = (low, middle) if Costs(command).fine else (middle, high)
    return high


def stages_source():
    ranks = [own.split(":") for own in fifty.LONG_ARGUMENTS.split()]
    declared = ", ".join(f'{{"{name}", DType::f64, {{{", ".join(["-1"] * int(rank))}}}, false}}' for name, rank in ranks)
    return STAGES % (fifty.long_text(600), declared)


def figures(compiler, root, folder, choice):
    """Rows (figure, seconds, megabytes, steps) of one compiler."""
    for name, source, turns in [
        ("ricci.hpp parsed", "#include <ricci/ricci.hpp>\n", 5),
        ("literal.hpp parsed", fifty.source([]), 3),
        ("1 literal", fifty.source(fifty.LITERALS[:1]), 3),
        ("50 literals", fifty.source(fifty.LITERALS), choice.turns),
        ("50 literals over xtensor", fifty.source(fifty.LITERALS, fifty.XTENSOR), choice.turns),
    ]:
        extra = ["-fsyntax-only"] if "parsed" in name else []
        seconds, megabytes = compiled(compiler, source, root, folder, turns, extra)
        yield name, seconds, megabytes, None
    for stage, name in enumerate(STAGE_NAMES, 1):
        if choice.steps:
            yield f"600 characters: {name}", None, None, least_steps(compiler, stages_source(), root, folder, stage)


def first_build(root, folder):
    """Processor seconds of everything that `./dev run` needs, from the sources, no cache; and wall seconds."""
    build = pathlib.Path(folder) / "build"
    configure = ["cmake", "-S", root, "-B", str(build), "-G", "Ninja", "-DRICCI_TESTS=OFF", "-DRICCI_EXAMPLES=OFF",
                 "-DCMAKE_CXX_COMPILER_LAUNCHER=env;CCACHE_DISABLE=1"]
    for command in (configure, ["ninja", "-C", str(build), "ricci_cli"]):
        costs = Costs(command)
        if not costs.fine:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{costs.said[-2000:]}")
    return costs.seconds, costs.wall


def commit_of(root):
    said = subprocess.run(["git", "-C", root, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run(["git", "-C", root, "diff", "--quiet", "HEAD", "--", "dsl", "include"]).returncode
    return (said.stdout.strip() or "?") + ("+" if changed else "")


def shown(value, digits):
    return f"{value:.{digits}f}" if value not in (None, "") else ""


def table(rows):
    """Every figure: the latest measurement, and the one before it."""
    last = {}
    for row in rows:
        last.setdefault((row["compiler"], row["figure"]), []).append(row)
    print(f"{'compiler':12} {'figure':48} {'seconds':>8} {'before':>8} {'MB':>6} {'before':>6} {'steps':>9} {'before':>9}")
    for (compiler, figure), own in last.items():
        now, before = own[-1], own[-2] if len(own) > 1 else {}
        cells = []
        for column, width, digits in [("seconds", 8, 2), ("megabytes", 6, 0), ("steps", 9, 0)]:
            for row in (now, before):
                value = row.get(column)
                cells.append(f"{shown(float(value) if value else None, digits):>{width}}")
        print(f"{compiler:12} {figure:48} {' '.join(cells)}  {now['commit']}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --compile", description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", help="only this one (default: g++ and clang++-16)")
    parser.add_argument("--turns", type=int, default=2, help="compilations of the large files, the least counts")
    parser.add_argument("--steps", action="store_true", help="count steps of constant evaluation too: some minutes")
    parser.add_argument("--build", action="store_true", help="only: time the first build of the command, without a cache")
    parser.add_argument("--tree", default=str(HERE.parent), help="measure this working tree instead")
    parser.add_argument("--show", action="store_true", help="measure nothing, show the history")
    parser.add_argument("--keep", action="store_true", help=f"add the rows to {HISTORY.relative_to(HERE.parent)}")
    choice = parser.parse_args()
    history = list(csv.DictReader(HISTORY.open())) if HISTORY.exists() else []
    fresh = []
    common = {"date": datetime.date.today().isoformat(), "commit": commit_of(choice.tree)}

    def note(compiler, figure, seconds, megabytes, steps):
        fresh.append(common | {"compiler": compiler, "figure": figure, "seconds": shown(seconds, 2),
                               "megabytes": shown(megabytes, 0), "steps": shown(steps, 0)})
        print(f"{compiler:12} {figure:48} {shown(seconds, 2):>8} s {shown(megabytes, 0):>6} MB {shown(steps, 0):>9} steps",
              file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        if choice.build:
            processor, wall = first_build(choice.tree, folder)
            note("g++", "first build, processor time", processor, None, None)
            note("g++", "first build, wall time", wall, None, None)
        elif not choice.show:
            for compiler in choice.compiler or [own for own in COMPILERS if shutil.which(own)]:
                for figure in figures(compiler, choice.tree, folder, choice):
                    note(compiler, *figure)
    if choice.keep and fresh:
        HISTORY.parent.mkdir(exist_ok=True)
        with HISTORY.open("a", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            if not history:
                writer.writeheader()
            writer.writerows(fresh)
    table(history + fresh)


if __name__ == "__main__":
    main()
