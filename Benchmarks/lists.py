#!/usr/bin/env python3
"""Measures whether the last page of a long list costs what the first one does.

It installs a server in a temporary folder, puts a million keys into its database, walks the whole list once (so that
the cursor of the last page is the server's own), and then asks for the first and the last page in turn. Half of the
keys have the same user, host and account, as a load test leaves them; the others belong to ten thousand users.

The figure to look at is the ratio of the medians, last to first.

  lists.py                         builds the server in release and measures, about two minutes after the build
  lists.py --server ./tms-server   measures a program that is built already
  lists.py --keys 100000           a first impression

Needs python3 only. Any answer that is not a success ends it with status 1.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from tmsbench import keys, operations, report
from tmsbench.command import run_command
from tmsbench.folder import disk_folder
from tmsbench.programs import BenchError, Programs, add_program_options, database, start_server

# How much longer than the first page the last one may take.
TARGET = 2.0
LIMITS = [100, 1000]
# Of the walk through the list: the largest page there is.
WALK_LIMIT = 1000


class Lister(operations.Caller):
    """A caller who reads lists."""

    def __init__(self, name, server, headers):
        super().__init__(server, headers)
        self.name = name

    def page(self, limit, after=None):
        """A page, and how many milliseconds it took."""
        path = f"/v1/tms/pubkeys/list?limit={limit}" + (f"&after={after}" if after else "")
        start = time.perf_counter()
        page = self.call("GET", path, 200)
        return page, (time.perf_counter() - start) * 1000


def walk(lister, limit, after=None):
    """Every page from a cursor on: rows, the cursor of the last page, and the milliseconds of each."""
    rows, times = 0, []
    while True:
        page, milliseconds = lister.page(limit, after)
        rows += len(page["pubkeys"])
        times.append(milliseconds)
        if page["next"] is None:
            return rows, after, times
        after = page["next"]


def last_pages(lister, count):
    """The cursor of each limit's last page, found by going there."""
    start = time.perf_counter()
    rows, last, times = walk(lister, WALK_LIMIT)
    if rows != count:
        raise BenchError(f"the {lister.name} was shown {rows} keys of {count}")
    print(f"{lister.name}: {rows} keys in {len(times)} pages, {time.perf_counter() - start:.0f} s, slowest page "
          f"{max(times):.0f} ms", file=sys.stderr)
    return {limit: last if limit == WALK_LIMIT else walk(lister, limit, last)[1] for limit in LIMITS}


def measure(lister, cursors, rounds):
    """Medians of the first and the last page for each limit, asked for in turn."""
    times = {(limit, which): [] for limit in LIMITS for which in ("first", "last")}
    for _ in range(rounds):
        for limit in LIMITS:
            times[limit, "first"].append(lister.page(limit)[1])
            times[limit, "last"].append(lister.page(limit, cursors[limit])[1])
    return [
        {"caller": lister.name, "limit": limit, "first_ms": statistics.median(times[limit, "first"]),
         "last_ms": statistics.median(times[limit, "last"])}
        for limit in LIMITS
    ]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=1_000_000, metavar="N", help="in the list (default: a million)")
    parser.add_argument("--rounds", type=int, default=51, metavar="N", help="of each measurement (default: 51)")
    add_program_options(parser)
    report.add_report_options(parser)
    arguments = parser.parse_args()
    if arguments.keys < max(LIMITS) or arguments.keys % max(LIMITS) != 0:
        parser.error(f"--keys must be a multiple of {max(LIMITS)}, so that last pages are full")
    return arguments


def main():
    arguments = parse_arguments()
    results = {**report.about(), "keys": arguments.keys, "rounds": arguments.rounds, "summary": []}
    with disk_folder("tms-bench-") as folder:
        root = Path(folder) / "server"
        with start_server(Programs(arguments).server, root, arguments.settings) as server:
            start = time.perf_counter()
            keys.fill(database(root), arguments.keys)
            print(f"{arguments.keys} keys stored in {time.perf_counter() - start:.0f} s", file=sys.stderr)
            for name, headers in (("client", operations.CLIENT_HEADERS),
                                  ("administrator", operations.admin_headers(root))):
                with Lister(name, server, headers) as lister:
                    results["summary"] += measure(lister, last_pages(lister, arguments.keys), arguments.rounds)
    rows = [("caller", "limit", "first ms", "last ms")]
    rows += [(summary["caller"], str(summary["limit"]), report.number(summary["first_ms"]),
              report.number(summary["last_ms"])) for summary in results["summary"]]
    print(f"{report.headline(results)}\n\n{arguments.keys} keys, medians of {arguments.rounds}\n\n{report.table(rows)}")
    results["targets"] = [
        report.target(f"{summary['caller']}, pages of {summary['limit']}: last x first",
                      summary["last_ms"] / summary["first_ms"], TARGET)
        for summary in results["summary"]
    ]
    return report.conclude("lists", results, arguments)


if __name__ == "__main__":
    run_command(main)
