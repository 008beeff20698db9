#!/usr/bin/python3
"""Two runs of the bench: what got slower or faster beyond noise. `./dev bench --compare OLD.json NEW.json`

Both runs meet another machine's mood, so ricci's time is taken relative to the peers that both runs measured. The noise
of a case is what its turns differ by; a change counts when it is above `NOISE` and above both runs' own spread.
"""
import json
import statistics
import sys
from pathlib import Path

NOISE = 0.10  # relative; less than this is nobody's doing on a machine with neighbours


def centre(turns):
    return statistics.median(statistics.median(times) for times in turns)


def spread(turns):
    """How far the turns' medians lie from their median, relative."""
    middles = [statistics.median(times) for times in turns]
    return (max(middles) - min(middles)) / statistics.median(middles)


def pace(old, new):
    """How much slower the machine was in the new run: the median over the peers of this case."""
    shared = [name for name in old["peer_times"] if name in new["peer_times"]]
    return statistics.median(centre(new["peer_times"][name]) / centre(old["peer_times"][name]) for name in shared) \
        if shared else 1.0


def verdict(old, new):
    """(relative change of ricci's time at the same pace, what is noise in it)."""
    change = centre(new["ricci_times"]) / centre(old["ricci_times"]) / pace(old, new) - 1
    return change, max(NOISE, spread(old["ricci_times"]), spread(new["ricci_times"]))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare.py OLD.json NEW.json")
    old, new = ({row["case"]: row for row in json.loads(Path(file).read_text())["rows"]} for file in sys.argv[1:])
    slower = 0
    for case in new:
        if case not in old or not old[case]["ricci_times"] or not new[case]["ricci_times"]:
            print(f"{case:44} only in one of the runs")
            continue
        change, noise = verdict(old[case], new[case])
        if abs(change) <= noise:
            continue
        slower += change > 0
        print(f"{case:44} {'slower' if change > 0 else 'faster'} by {abs(change) * 100:.0f} % "
              f"({old[case]['ricci_ms']:.3f} -> {new[case]['ricci_ms']:.3f} ms, noise {noise * 100:.0f} %)")
    for case in old:
        if case not in new:
            print(f"{case:44} only in one of the runs")
    print(f"{slower} of {len(new)} cases slower beyond noise")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
