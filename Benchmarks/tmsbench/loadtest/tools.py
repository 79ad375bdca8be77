"""Load generators in turn on the same tms-server, each as fast as it can."""

import statistics
import sys

from ..report import number, target

CONNECTIONS = 100
TOOLS = ["wrk", "hey", "k6", "locust", "tms_loadtest"]
METRICS = ["requests_per_second", "p50_us", "p99_us", "p999_us", "cpu_us", "rss_mib"]
CPU_TARGET_US = 60


def measure(generators, arguments):
    measured = {}
    with generators.server() as server:
        # The server's first second says nothing of the rest.
        generators.wrk(server.url, CONNECTIONS, 1)
        for round_number in range(arguments.rounds):
            for tool in TOOLS:
                print(f"tools: {tool}, round {round_number + 1} of {arguments.rounds}", file=sys.stderr)
                found = getattr(generators, tool)(server.url, CONNECTIONS, arguments.seconds)
                measured.setdefault(found["tool"], []).append(found)
    return {"measured": measured, "medians": {tool: medians(found) for tool, found in measured.items()}}


def medians(found):
    return {name: None if found[0][name] is None else statistics.median(one[name] for one in found)
            for name in METRICS}


def rows(figures):
    cells = [("GET version, 100 connections", "req/s", "p50 ms", "p99 ms", "p99.9 ms", "own CPU µs/request", "RSS MiB")]
    for tool, values in figures["medians"].items():
        times = [values[name] for name in ("p50_us", "p99_us", "p999_us")]
        cells.append((tool, number(values["requests_per_second"]),
                      *("-" if time is None else number(time / 1000) for time in times), number(values["cpu_us"]),
                      number(values["rss_mib"])))
    return cells


def targets(figures):
    return [target("tms-loadtest: own CPU per request", figures["medians"]["tms-loadtest"]["cpu_us"], CPU_TARGET_US,
                   " µs")]
