#!/usr/bin/python3
"""Two runs compared: what changed beyond noise is named, what the machine's pace or the turns' spread explains is not."""
import subprocess
import sys
from pathlib import Path

EXPECTED = """\
slower                                       slower by 50 % (1.000 -> 1.500 ms, noise 10 %)
faster                                       faster by 75 % (4.000 -> 1.000 ms, noise 10 %)
gone                                         only in one of the runs
1 of 5 cases slower beyond noise
"""
here = Path(__file__).parent
done = subprocess.run([sys.executable, here.parents[1] / "bench" / "compare.py", here / "old.json", here / "new.json"],
                      capture_output=True, text=True)
if done.stdout != EXPECTED or done.returncode != 1:
    sys.exit(f"exit {done.returncode}, and it said:\n{done.stdout}{done.stderr}\nexpected:\n{EXPECTED}")
