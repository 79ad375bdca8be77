#!/usr/bin/env python3
"""Measures what the server costs beyond bare SwiftNIO and bare SQLite, operation by operation.

It installs servers in a temporary folder and drives them over loopback. It has four parts:

  rounds   bare, version, client, retrieve, create, inserts, and again: interleaved, so that whatever else the machine
           does falls on all of them. bare is a NIO responder with a constant answer; inserts are the rows of a created
           key in durable transactions of SQLite alone, once the key's row, once with the audit trail's. Figures are
           medians over the rounds. The one to look at is CPU per request, as a multiple of the bare responder's in the
           same round: requests per second depend on the load generator too, which shares the processors.
  fsyncs   how often the server waits for the disk, counted from outside (strace), in an interval of its own
  long     a minute of creates: the longest of them, checkpoints included, and beside it how long the disk made a
           single page of somebody else's wait
  large    retrieve among two million keys beside retrieve among a thousand

  bench.py                     everything, about six minutes after the build
  bench.py --quick             a first impression in half a minute: too short for figures to be quoted
  bench.py --part rounds --connections 1 10 100
                               one part; also with little to do at a time
  bench.py --database postgres the rounds again, on a PostgreSQL of their own (fsync on, same machine)
  bench.py --server ./tms-server --tools Benchmarks/.build/release
                               measures programs that are built already

Needs Linux, wrk, strace and python3, and PostgreSQL 15 for its part. Any answer that is not a success ends it with
status 1. All figures go to a JSON file in bench-results/; compare.py sets two of them side by side.
"""

import argparse
from pathlib import Path

from tmsbench import report, wrk
from tmsbench.command import run_command
from tmsbench.folder import disk_folder
from tmsbench.parts import fsyncs, large_table, long_run, postgresql_rounds, rounds
from tmsbench.programs import Programs, add_program_options

PARTS = ["rounds", "fsyncs", "long", "large"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds of one second, for a first impression")
    parser.add_argument("--part", action="append", choices=PARTS, dest="parts",
                        help="only this part; may be repeated (default: all)")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite",
                        help="what the server's tables are in; postgres has rounds only (default: sqlite)")
    parser.add_argument("--connections", type=int, nargs="+", default=[100], metavar="N",
                        help="how many connections to drive at once in the rounds (default: 100)")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="of each load (default: 7)")
    parser.add_argument("--seconds", type=int, default=3, metavar="S", help="of each measurement (default: 3)")
    parser.add_argument("--long-seconds", type=int, default=60, metavar="S", help="of the long run (default: 60)")
    parser.add_argument("--keys", type=int, default=1000, metavar="N",
                        help="keys that the logins of the rounds go through (default: 1000)")
    parser.add_argument("--large-keys", type=int, default=2_000_000, metavar="N",
                        help="keys of the large table (default: two million)")
    add_program_options(parser)
    report.add_report_options(parser)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 2, 1
        arguments.parts = arguments.parts or ["rounds"]
    if arguments.database == "postgres" and set(arguments.parts or []) - {"rounds"}:
        parser.error("--database postgres has rounds only")
    arguments.parts = arguments.parts or (["rounds"] if arguments.database == "postgres" else PARTS)
    return arguments


def bench(arguments, folder):
    """Measures what was asked for."""
    results = {**report.about(), "database": arguments.database, "parts": arguments.parts, "targets": []}
    programs = Programs(arguments)
    if "rounds" in arguments.parts:
        part = postgresql_rounds if arguments.database == "postgres" else rounds
        loads = [(connections, arguments.rounds, arguments.seconds) for connections in arguments.connections]
        results["measurements"] = part.measure(programs, folder, loads, arguments.keys, arguments.settings)
        results["summary"] = rounds.summarize(results["measurements"])
        results["targets"] += part.targets(results["summary"])
    if "fsyncs" in arguments.parts:
        results["fsyncs"] = fsyncs.measure(programs.server, folder, max(arguments.connections), arguments.settings)
    if "long" in arguments.parts:
        results["long"] = long_run.measure(programs, folder, arguments.long_seconds, arguments.settings)
        results["targets"] += long_run.targets(results["long"])
    if "large" in arguments.parts:
        results["large"] = large_table.measure(
            programs.server, folder, arguments.large_keys, arguments.rounds, arguments.seconds, arguments.settings)
        results["targets"] += large_table.targets(results["large"])
    return results


def print_results(results):
    print(f"{report.headline(results)}\n")
    counts = results.get("fsyncs", [])
    if "summary" in results:
        rounds.report(results["summary"],
                      {(count["operation"], count["connections"]): count["per_request"] for count in counts})
    if results["database"] == "postgres":
        postgresql_rounds.report(results["summary"])
    for count in counts:
        print(f"{count['operation']}: {count['fsyncs']} fsyncs for {count['requests']} requests, under strace")
    if "long" in results:
        long_run.report(results["long"])
    if "large" in results:
        large_table.report(results["large"])


def main():
    arguments = parse_arguments()
    wrk.require()
    with disk_folder("tms-bench-") as folder:
        results = bench(arguments, Path(folder))
    print_results(results)
    return report.conclude("bench", results, arguments)


if __name__ == "__main__":
    run_command(main)
