#!/usr/bin/env python3
"""Kills servers and databases under load, and says whether anything was lost.

Three servers stand on one PostgreSQL with a standby that confirms each commit, all of it made in temporary folders on
loopback. A mixed load runs through all three: keys are made, looked up on another server at once, used up by many at
the same time, and deleted. Every operation is written down with its times and its outcome. Each scenario then does a
harm, and in the end the record, and what all servers say, are held against the rules:

RULES

SCENARIOS
  drill.py --server .build/release/tms-server
                               all of them, one after the other, four minutes in all
  drill.py --only primary_killed
                               one of them; may be repeated
  drill.py --broken .build/drill/release/tms-server
                               and also whether the rules would notice: a server built with
                               -DACKNOWLEDGE_BEFORE_COMMIT answers before the commit is confirmed, and must be caught

`make drill` builds both servers and runs all of it. The table in the end has a line for each scenario. The record of
each, as lines of JSON, and the logs of its servers and databases are in .build/drill-results/DATE/SCENARIO, what was
seen in .build/drill-results/DATE/results.json; the next run removes them.

Exit status 1 when something was not as it must be.

Soak/soak.py does harm to one server on SQLite, this to several on PostgreSQL; they share Soak/harness. Needs Linux, the
programs of PostgreSQL 15, an account `postgres` when run as root, and root for `disk_full`, which mounts a tmpfs.
"""

import argparse
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

from drill.checker import RULES  # noqa: E402
from drill.site import Site  # noqa: E402
from harness.failure import SoakError  # noqa: E402
from harness.run import print_table, time_limit  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / ".build" / "drill-results"
# In the order of running.
NAMES = ["servers_killed", "primary_killed", "primary_stopped", "standby_stopped", "connections_reset",
         "sessions_terminated", "disk_full", "client_disabled"]
# The one that shows a server that acknowledges too early, and the rules of which one must say so: what was answered
# last may have been keys, uses or deletions.
CATCHING = "primary_killed"
CAUGHT_BY = ("lost", "uses", "returned")
# A scenario takes half a minute; one that hangs must not hang the run.
SECONDS_MAX = 180

# Of those that a site notes, what the table shows.
FIGURES = ("done", "refused", "unknown", "lost", "slowest login", "recovered in")


def load_scenarios():
    return {name: importlib.import_module(f"drill.scenarios.{name}") for name in NAMES}


def parse_arguments(scenarios):
    rules = "".join(f"  {rule.what}\n" for rule in RULES.values())
    summaries = "".join(f"  {name:20} {scenario.__doc__.strip().splitlines()[0]}\n"
                        for name, scenario in scenarios.items())
    parser = argparse.ArgumentParser(
        description=__doc__.replace("RULES\n", rules).replace("SCENARIOS\n", summaries + "\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, default=HERE.parent / ".build/release/tms-server", metavar="PATH",
                        help="the program (default: .build/release/tms-server)")
    parser.add_argument("--broken", type=Path, metavar="PATH",
                        help="a program that acknowledges before the commit, which must be caught")
    parser.add_argument("--only", action="append", default=[], choices=NAMES, metavar="NAME",
                        help="run this scenario; may be repeated")
    parser.add_argument("--skip", action="append", default=[], choices=NAMES, metavar="NAME",
                        help="leave this scenario out; may be repeated")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="a setting of the servers, as tms-server --set; may be repeated")
    return parser.parse_args()


def run_scenario(name, scenario, program, settings, folder):
    """The site with what was seen."""
    began = time.monotonic()
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="tms-drill-") as temporary:
        site = Site(name, program.resolve(), folder, Path(temporary), settings,
                    getattr(scenario, "DISK_MEBIBYTES", None))
        try:
            with time_limit(SECONDS_MAX), site:
                site.begin()
                scenario.run(site)
                site.finish()
        except Exception as error:
            # Whatever it was: the other scenarios still have something to say.
            (folder / "error.txt").write_text(traceback.format_exc())
            site.expect(False, f"{type(error).__name__}: {error}")
    site.took = time.monotonic() - began
    return site


class Table:
    """What was seen of each scenario, for people and as JSON."""

    def __init__(self, results):
        self._results = results
        self._rows = []
        self._entries = []

    @property
    def is_good(self):
        return all(entry["ok"] for entry in self._entries)

    def add(self, name, site, is_good, expected):
        verdict = "ok" if is_good else "FAILED"
        figures = [str(site.figures.get(figure, "-")) for figure in FIGURES]
        checks = f"{site.held}/{site.held + len(site.failures)}"
        self._rows.append((name, verdict, checks, expected, *figures, f"{site.took:.0f} s"))
        self._entries.append({"scenario": name, "ok": is_good, "expected": expected, "held": site.held,
                              "not_seen": site.failures, "figures": site.figures, "seconds": round(site.took, 1)})
        # After each, so that a run that is broken off has left what it saw.
        (self._results / "results.json").write_text(json.dumps(self._entries, indent=1) + "\n")
        said = ", ".join(f"{figure} {value}" for figure, value in site.figures.items())
        print(f"  {verdict} after {site.took:.0f} s: {said}", flush=True)
        for failure in [] if is_good else site.failures:
            print(f"  not seen: {failure}", flush=True)

    def print(self):
        print()
        print_table(("scenario", "", "seen", "expected", *FIGURES, "took"), self._rows)
        print(f"\nin detail: {self._results}")


def catch(scenarios, arguments, folder, table):
    """Whether the rules notice a server that acknowledges too early."""
    name = f"{CATCHING}, broken server"
    print(f"{name}: it acknowledges before the commit, and must be caught", flush=True)
    site = run_scenario(CATCHING, scenarios[CATCHING], arguments.broken, arguments.settings, folder)
    caught = [violation for rule in CAUGHT_BY for violation in site.violations.get(rule, [])]
    print(f"  {len(caught)} violations" + (f", such as {caught[0]}" if caught else ""), flush=True)
    table.add(name, site, bool(caught), "what was answered is lost")


def main():
    scenarios = load_scenarios()
    arguments = parse_arguments(scenarios)
    for path in filter(None, (arguments.server, arguments.broken)):
        if not os.access(path, os.X_OK):
            raise SoakError(f"{path} is not a program: run `make drill`, or name one")
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shutil.rmtree(RESULTS, ignore_errors=True)
    results = RESULTS / time.strftime("%Y%m%d-%H%M%S")
    table = Table(results)
    for name, scenario in scenarios.items():
        if (arguments.only and name not in arguments.only) or name in arguments.skip:
            continue
        print(f"{name}: {scenario.__doc__.strip().splitlines()[0]}", flush=True)
        site = run_scenario(name, scenario, arguments.server, arguments.settings, results / name)
        table.add(name, site, not site.failures, scenario.EXPECTS)
    if arguments.broken:
        catch(scenarios, arguments, results / "broken", table)
    table.print()
    return 0 if table.is_good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SoakError as error:
        print(f"drill: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
