"""wrk and tms-loadtest beside the truth: a server that takes a known time for each answer, and says what it took.

All three go before the rest of the machine: four milliseconds in which a kernel thread has the processor are a tenth of
what is measured, and as late as wrk and tms-loadtest then read an answer, so late it was for them. Against the host of
a virtual machine there is no priority: what it gave to others while each ran is shown as stolen.
"""

import statistics
import sys

from .. import stolen
from ..priority import first_on_the_processors
from ..report import number, target

# On two processors that the generator needs too, the answers to fifty at once already come in queues.
CONNECTIONS = 20
# Ten thousand answers of 40 ms each, so that ten of them are beyond the 99.9th percentile and not one or two.
SECONDS_MIN = 20
SERVERS = {
    "40 ms": ["--delay-ms", "40"],
    "20 ms, and 200 ms for 2 %": ["--bimodal-ms", "20:200:0.02"],
}
TOOLS = ["wrk", "tms-loadtest"]
TIMES = ["p50_us", "p99_us", "p999_us"]
RATE_TARGET_PERCENT = 5.0
TIMES_TARGET_PERCENT = 2.0


def measure(generators, arguments):
    with first_on_the_processors() as goes_first:
        figures = measure_each(generators, arguments.rounds, max(arguments.seconds, SECONDS_MIN))
    return [{**server, "goes_first": goes_first} for server in figures]


def measure_each(generators, rounds, seconds):
    figures = []
    for title, flags in SERVERS.items():
        runs = {tool: [] for tool in TOOLS}
        for round_number in range(rounds):
            print(f"agree: {title}, round {round_number + 1} of {rounds}", file=sys.stderr)
            for tool in TOOLS:
                with generators.misbehaving("--report-times", *flags) as server:
                    load = getattr(generators, tool.replace("-", "_"))
                    before = stolen.ticks()
                    measured = load(server.url, CONNECTIONS, seconds)
                    stolen_percent = stolen.percent(before, stolen.ticks())
                    runs[tool].append({"measured": measured, "server": server.end(), "stolen_percent": stolen_percent})
        figures.append({"server": title, "runs": runs,
                        "medians": {tool: medians(of_tool) for tool, of_tool in runs.items()}})
    return figures


def medians(runs):
    """Of the rates, of the times that the tool and the server say, and of what each run has them apart, in percent."""
    def median(of):
        return statistics.median(map(of, runs))

    return {
        "requests_per_second": median(lambda run: run["measured"]["requests_per_second"]),
        "measured": {time: median(lambda run: run["measured"][time]) for time in TIMES},
        "server": {time: median(lambda run: run["server"][time]) for time in TIMES},
        "apart_percent": {time: median(lambda run: apart(run["measured"][time], run["server"][time]))
                          for time in TIMES},
        "stolen_percent": median(lambda run: run["stolen_percent"]),
    }


def apart(value, other):
    return abs(value / other - 1) * 100


def rows(figures):
    def milliseconds(times):
        return [f"{times[time] / 1000:.2f}" for time in TIMES]

    cells = [("server takes", "said by", "req/s", "p50 ms", "p99 ms", "p99.9 ms", "stolen")]
    for server in figures:
        for tool, of_tool in server["medians"].items():
            cells.append((server["server"], f"the server, to {tool}", "", *milliseconds(of_tool["server"]), ""))
            cells.append((server["server"], tool, number(of_tool["requests_per_second"]),
                          *milliseconds(of_tool["measured"]), f"{number(of_tool['stolen_percent'])} %"))
    return cells


def targets(figures):
    found = []
    for server in figures:
        ours, wrks = server["medians"]["tms-loadtest"], server["medians"]["wrk"]
        found.append(target(f"{server['server']}: req/s beside wrk",
                            apart(ours["requests_per_second"], wrks["requests_per_second"]), RATE_TARGET_PERCENT, " %"))
        found += [target(f"{server['server']}: {time.removesuffix('_us')} beside the truth",
                         ours["apart_percent"][time], TIMES_TARGET_PERCENT, " %") for time in TIMES]
    return found
