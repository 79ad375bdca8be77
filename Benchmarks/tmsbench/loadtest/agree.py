"""wrk and tms-loadtest beside the truth: a server that takes a known time for each answer."""

import statistics
import sys

from ..report import number, target

CONNECTIONS = 50
# Flags, mean milliseconds of an answer, and p50, p99 and p99.9 in milliseconds.
SERVERS = {
    "40 ms": (["--delay-ms", "40"], 40, (40, 40, 40)),
    "20 ms, and 200 ms for 2 %": (["--bimodal-ms", "20:200:0.02"], 23.6, (20, 200, 200)),
}
TIMES = ["p50_us", "p99_us", "p999_us"]
RATE_TARGET_PERCENT = 5.0
TIMES_TARGET_PERCENT = 2.0


def measure(generators, arguments):
    figures = []
    for title, (flags, mean, times) in SERVERS.items():
        truth = dict(zip(TIMES, (time * 1000 for time in times)), requests_per_second=CONNECTIONS / mean * 1000)
        measured = {"wrk": [], "tms-loadtest": []}
        with generators.misbehaving(*flags) as server:
            for round_number in range(arguments.rounds):
                print(f"agree: {title}, round {round_number + 1} of {arguments.rounds}", file=sys.stderr)
                measured["wrk"].append(generators.wrk(server.url, CONNECTIONS, arguments.seconds))
                measured["tms-loadtest"].append(generators.tms_loadtest(server.url, CONNECTIONS, arguments.seconds))
        medians = {
            tool: {name: statistics.median(one[name] for one in all_of_it) for name in truth}
            for tool, all_of_it in measured.items()
        }
        figures.append({"server": title, "truth": truth, "measured": measured, "medians": medians})
    return figures


def rows(figures):
    cells = [("server takes", "said by", "req/s", "p50 ms", "p99 ms", "p99.9 ms")]
    for server in figures:
        for name, values in {"(truth)": server["truth"], **server["medians"]}.items():
            cells.append((server["server"], name, number(values["requests_per_second"]),
                          *(f"{values[time] / 1000:.2f}" for time in TIMES)))
    return cells


def targets(figures):
    def apart(value, other):
        return abs(value / other - 1) * 100

    found = []
    for server in figures:
        ours, wrks, truth = server["medians"]["tms-loadtest"], server["medians"]["wrk"], server["truth"]
        found.append(target(f"{server['server']}: req/s beside wrk",
                            apart(ours["requests_per_second"], wrks["requests_per_second"]), RATE_TARGET_PERCENT, " %"))
        found += [target(f"{server['server']}: {time.removesuffix('_us')} beside the truth",
                         apart(ours[time], truth[time]), TIMES_TARGET_PERCENT, " %") for time in TIMES]
    return found
