#!/usr/bin/env python3
"""Sets two results of bench.py side by side: before a change, and after it.

For each operation and figure it prints both medians, the change in %, and whether the ranges over the rounds are apart.
Where they overlap, the difference is within the noise of the machine and says nothing.

  compare.py                    the two newest results in bench-results/, the older one first
  compare.py A.json B.json      these two

Two runs of different times compare the machine's moods too. Figures that are ratios ("x bare", "of inserts") feel them
least.
"""

import argparse
import json
from pathlib import Path

from tmsbench import report
from tmsbench.command import run_command
from tmsbench.programs import BenchError

# Name in the results, name here, divisor.
FIGURES = [
    ("requests_per_second", "req/s", 1),
    ("p50_us", "p50 ms", 1000),
    ("p99_us", "p99 ms", 1000),
    ("p999_us", "p99.9 ms", 1000),
    ("max_us", "max ms", 1000),
    ("cpu_us", "CPU us", 1),
    ("cpu_ratio", "x bare", 1),
    ("rss_mib", "RSS MiB", 1),
    ("of_inserts", "of inserts", 1),
]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="two results (default: the two newest)")
    arguments = parser.parse_args()
    if len(arguments.files) not in (0, 2):
        parser.error("give two files, or none for the two newest")
    return arguments


def newest_two():
    files = sorted(report.RESULTS.glob("bench-*.json"))
    if len(files) < 2:
        raise BenchError(f"there are no two results of bench.py in {report.RESULTS}")
    return files[-2:]


def read(path):
    try:
        results = json.loads(path.read_text())
        return results, {(entry["operation"], entry["connections"]): entry for entry in results["summary"]}
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BenchError(f"{path} is no result of bench.py with rounds: {error!r}") from error


def compare(before, after):
    """Rows of the table, for what both have."""
    for key in (key for key in before if key in after):
        for name, label, divisor in FIGURES:
            a, b = before[key], after[key]
            if name not in a or name not in b or not a[name]:
                continue
            change = (b[name] / a[name] - 1) * 100
            ranges = [entry.get(name + "_range") for entry in (a, b)]
            yield (*(key[0], str(key[1])), label, *(cell(entry, name, divisor) for entry in (a, b)),
                   f"{change:+.1f} %", verdict(*ranges))


def cell(entry, name, divisor):
    low, high = entry.get(name + "_range", [entry[name]] * 2)
    return (f"{report.number(entry[name] / divisor)} ({report.number(low / divisor)}-"
            f"{report.number(high / divisor)})")


def verdict(before, after):
    if before is None or after is None:
        return "no ranges"
    apart = after[0] > before[1] or after[1] < before[0]
    return "beyond both ranges" if apart else "within"


def main():
    arguments = parse_arguments()
    files = arguments.files or newest_two()
    (first, before), (second, after) = map(read, files)
    for letter, path, results in zip("AB", files, (first, second)):
        print(f"{letter}  {path.name}: {report.headline(results)}")
    rows = list(compare(before, after))
    if not rows:
        raise BenchError("the two have no operation in common")
    print("\n" + report.table([("operation", "conns", "figure", "A", "B", "change", ""), *rows], left=(0, 2, 6)))
    return 0


if __name__ == "__main__":
    run_command(main)
