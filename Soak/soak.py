#!/usr/bin/env python3
"""Hurts a server in the ways that the world does, and says whether it behaved.

Each scenario starts a server of its own in a temporary folder, on a free port of the loopback, does to it what its
description says, and holds what is seen against what must be seen. All the while a thread looks a key up 20 times a
second, as a login host would. Scenarios run one after the other:

SCENARIOS
  soak.py --server .build/release/tms-server
                               all of them, ten minutes in all; the first takes what time the others leave
  soak.py --seconds 1200       the same with a longer first one
  soak.py --only disk_full     one of them; may be repeated
  soak.py --quick              short versions of those that CI runs, in a minute and a half at most
  soak.py --describe           what each does and what must be seen

The table in the end has a line for each scenario. What was expected and seen in detail, the server's log, its last
metrics, and the fate of every request are in .build/soak/DATE/SCENARIO; the next run removes them.

Exit status 1 when something was not as it must be. A scenario is in doubt when all was well, but the machine had too
much else to do for the load that was meant: on a quiet one it says more.

Needs Linux, gcc for the shims, wrk for the mixed load, and root for the disk that is filled (it mounts a tmpfs);
`--skip disk_full` where there is no root.
"""

import argparse
import importlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

# Nothing is left beside the sources.
sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
# The disk's witness is that of the benchmarks.
sys.path.append(str(HERE.parent / "Benchmarks"))

from harness.failure import SoakError  # noqa: E402
from harness.run import print_table, time_limit  # noqa: E402
from harness.stage import Stage  # noqa: E402

RESULTS = HERE.parent / ".build" / "soak"
# In the order of running. Those of --quick have QUICK_SECONDS.
NAMES = ["mixed_load", "disk_full", "slow_disk", "idle_connections", "vanishing_clients", "slow_clients",
         "standstill", "clock_steps", "kill"]
# What a scenario may take beyond its time before it is given up: a server that hangs must not hang the run.
PATIENCE = 2.5


def load_scenarios():
    return {name: importlib.import_module(f"scenarios.{name}") for name in NAMES}


def parse_arguments(scenarios):
    summaries = "".join(f"  {name:20} {first_line(scenario)}\n" for name, scenario in scenarios.items())
    parser = argparse.ArgumentParser(
        description=__doc__.replace("SCENARIOS\n", summaries + "\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, default=HERE.parent / ".build/release/tms-server", metavar="PATH",
                        help="the program (default: .build/release/tms-server)")
    parser.add_argument("--seconds", type=int, default=600, metavar="N", help="for all scenarios (default: 600)")
    parser.add_argument("--only", action="append", default=[], choices=NAMES, metavar="NAME",
                        help="run this scenario; may be repeated")
    parser.add_argument("--skip", action="append", default=[], choices=NAMES, metavar="NAME",
                        help="leave this scenario out; may be repeated")
    parser.add_argument("--quick", action="store_true", help="short versions of those that have one")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="a setting of the servers, as tms-server --set; may be repeated")
    parser.add_argument("--describe", action="store_true", help="say what the scenarios do, and end")
    return parser.parse_args()


def first_line(scenario):
    return scenario.__doc__.strip().splitlines()[0]


def plan(arguments, scenarios):
    """(name, scenario, seconds) of each to be run. One that has no SECONDS takes what the others leave."""
    chosen = [(name, scenario) for name, scenario in scenarios.items()
              if (name in arguments.only or not arguments.only) and name not in arguments.skip
              and (hasattr(scenario, "QUICK_SECONDS") or not arguments.quick)]
    if arguments.quick:
        return [(name, scenario, scenario.QUICK_SECONDS) for name, scenario in chosen]
    fixed = sum(getattr(scenario, "SECONDS", 0) for _, scenario in chosen)
    return [(name, scenario, getattr(scenario, "SECONDS", None)
             or max(scenario.SECONDS_MIN, arguments.seconds - fixed)) for name, scenario in chosen]


def run_scenario(name, scenario, seconds, arguments, folder):
    """The stage with what was seen, and the seconds it took."""
    began = time.monotonic()
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="tms-soak-") as temporary:
        stage = Stage(name, arguments.server.resolve(), folder, Path(temporary), seconds, arguments.quick,
                      arguments.settings)
        try:
            with time_limit(seconds * PATIENCE + 30), stage:
                scenario.run(stage)
        except Exception as error:
            # Whatever it was, such as an answer that is no JSON: the other scenarios still have something to say.
            (folder / "error.txt").write_text(traceback.format_exc())
            stage.expect(False, f"{type(error).__name__}: {error}")
    return stage, time.monotonic() - began


HEADINGS = ("scenario", "", "seen", "took", "slowest lookup", "figures")


def row(stage, seconds):
    lookup = f"{stage.slowest_lookup * 1000:.0f} ms" if stage.slowest_lookup is not None else "-"
    verdict = "FAILED" if stage.failures else "in doubt" if stage.doubts else "ok"
    checks = f"{stage.held}/{stage.held + len(stage.failures)}"
    figures = ", ".join(f"{name} {value}" for name, value in stage.figures.items())
    return (stage.name, verdict, checks, f"{seconds:.0f} s", lookup, figures)


def main():
    scenarios = load_scenarios()
    arguments = parse_arguments(scenarios)
    if arguments.describe:
        for name, scenario in scenarios.items():
            print(f"{name}: {scenario.__doc__.strip()}\n")
        return 0
    if not os.access(arguments.server, os.X_OK):
        raise SoakError(f"{arguments.server} is not a program: run `make build`, or name one with --server")
    # As many connections as the system allows; the servers inherit it.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shutil.rmtree(RESULTS, ignore_errors=True)
    results = RESULTS / time.strftime("%Y%m%d-%H%M%S")
    planned = plan(arguments, scenarios)
    print(f"{len(planned)} scenarios, about {sum(seconds for *_, seconds in planned)} s", flush=True)
    rows, failed = [], False
    for name, scenario, seconds in planned:
        print(f"{name}: {first_line(scenario)}", flush=True)
        stage, took = run_scenario(name, scenario, seconds, arguments, results / name)
        rows.append(row(stage, took))
        print(f"  {rows[-1][1]} after {took:.0f} s: {rows[-1][5]}", flush=True)
        for failure in stage.failures:
            print(f"  not seen: {failure}", flush=True)
        for doubt in stage.doubts:
            print(f"  in doubt: {doubt}", flush=True)
        failed = failed or bool(stage.failures)
    print()
    print_table(HEADINGS, rows)
    print(f"\nin detail: {results}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SoakError as error:
        print(f"soak: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
