#!/usr/bin/env python3
"""Simulates login storms on N servers and one PostgreSQL: how long logins take, and what the limit is.

A discrete-event simulation: nothing is measured here. It starts from the figures of tmsbench/scaling/inputs.py, each
with its source; those that nobody has measured yet are marked as assumed. A storm is a number of logins at random
moments of a few seconds, as when a job starts on a cluster. Each login is two lookups by a new process of tms-keycmd,
over a connection of its own. Where there is "- 1" a server's machine is gone in the middle: what it had in hand fails,
and what the balancer sends there until it has noticed.

  scaling.py                       the storms of docs/SCALING.md, half a minute
  scaling.py --storm 20000/10      20,000 logins in ten seconds; may be repeated
  scaling.py --servers 3 6         with so many servers
  scaling.py --set readers=8       another figure; may be repeated
  scaling.py --figures             the figures, their meaning and their source

Columns: "failed" are logins whose lookup was refused, came too late, or went to the server that is gone; "dropped" are
those that sshd did not take (MaxStartups); "busy" is the share of the time that the server's and the database's
processors, and the server's reading connections, were in use.
"""

import argparse
import sys

from tmsbench import report
from tmsbench.command import run_command
from tmsbench.scaling.inputs import Inputs
from tmsbench.scaling.system import Storm

STORMS = ["2000/10", "20000/10", "40000/10"]
SERVERS = [1, 2, 3, 5]
HOSTS = 40


def storm(text):
    """Logins and seconds, of `20000/10`."""
    logins, _, seconds = text.partition("/")
    found = int(logins), float(seconds)
    if found[0] < 1 or found[1] <= 0:
        raise ValueError
    return found


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storm", type=storm, action="append", dest="storms", metavar="LOGINS/SECONDS")
    parser.add_argument("--servers", type=int, nargs="+", default=SERVERS, metavar="N")
    parser.add_argument("--hosts", type=int, default=HOSTS, metavar="M", help=f"login hosts (default: {HOSTS})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], dest="figures_set", metavar="NAME=VALUE")
    parser.add_argument("--figures", action="store_true", help="print the figures it starts from, and end")
    report.add_report_options(parser)
    arguments = parser.parse_args()
    if min(arguments.servers) < 1 or arguments.hosts < 1:
        parser.error("--servers and --hosts must be above 0")
    arguments.storms = arguments.storms or [storm(text) for text in STORMS]
    arguments.inputs = Inputs()
    for text in arguments.figures_set:
        try:
            name, _, value = text.partition("=")
            arguments.inputs.set(name, value)
        except ValueError as error:
            parser.error(f"--set {text}: {error}")
    return arguments


def simulate(arguments):
    for logins, seconds in arguments.storms:
        for count in arguments.servers:
            for is_one_lost in (False, True) if count > 1 else (False,):
                print(f"{logins} logins in {seconds:g} s, servers: {count}{', one lost' * is_one_lost}", file=sys.stderr)
                ran = Storm(arguments.inputs, count, arguments.hosts, logins, seconds,
                            seconds / 2 if is_one_lost else None, arguments.seed).run()
                yield {"logins": logins, "seconds": seconds, "servers": count, "one_lost": is_one_lost, **ran}


def row(ran):
    percent = [f"{ran[part] * 100:.0f} %" for part in ("server_busy", "readers_busy", "database_busy")]
    return (f"{ran['logins']} in {ran['seconds']:g} s", f"{ran['servers']}{' - 1' * ran['one_lost']}",
            *(report.number(ran[part]) for part in ("p50_ms", "p99_ms", "max_ms")),
            str(ran["failed"]), str(ran["dropped"]), *percent)


def main():
    arguments = parse_arguments()
    rows = [("figure", "value", "meaning", "source"), *arguments.inputs.rows()]
    if arguments.figures:
        print(report.table(rows, left=(0, 2, 3)))
        return 0
    results = {**report.about(), "inputs": vars(arguments.inputs), "hosts": arguments.hosts, "seed": arguments.seed,
               "storms": list(simulate(arguments)), "targets": []}
    table = [("storm", "servers", "p50 ms", "p99 ms", "max ms", "failed", "dropped", "server busy", "readers busy",
              "database busy"), *map(row, results["storms"])]
    assumed = [name for name, _, _, source in arguments.inputs.rows() if source.startswith("assumed")]
    print(f"{arguments.hosts} login hosts, seed {arguments.seed}\n\n{report.table(table)}\n\nassumed, not measured: "
          f"{', '.join(assumed)}")
    return report.conclude("scaling", results, arguments)


if __name__ == "__main__":
    run_command(main)
