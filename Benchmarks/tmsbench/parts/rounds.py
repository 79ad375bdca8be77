"""Rounds: every operation in turn, beside a bare responder and beside bare inserts."""

import contextlib
import statistics
import sys

from .. import operations, wrk
from ..inserts import BareInserts, database_with_key
from ..programs import Listener, start_server
from ..report import number, table, target

# What each operation may cost at TARGET_CONNECTIONS: CPU as a multiple of the bare responder's in the same round, and
# the milliseconds in which 99 of 100 are answered.
CPU_TARGETS = {"version": 1.15, "client": 2.0, "retrieve": 2.6, "create": 6.5}
P99_TARGETS = {"version": 8, "client": 8, "retrieve": 8, "create": 25}
# Creates per second, as a part of the keys that bare inserts store per second in transactions of INSERT_ROWS. With 100
# connections the server has about as many in a commit: the others are on their way to it or from it.
INSERT_TARGET = 0.55
INSERT_ROWS = 32
TARGET_CONNECTIONS = 100
OPERATIONS = ["bare", "version", "client", "retrieve", "create"]

# Of these the summary has medians over the rounds, and the least and the most.
METRICS = ["requests_per_second", "p50_us", "p99_us", "p999_us", "max_us", "cpu_us", "cpu_ratio", "rss_mib",
           "database_cpu_us", "of_inserts", "of_inserts_audit", "of_inserts_large"]


def measure(programs, folder, loads, keys, settings):
    """All measurements. `loads` are (connections, rounds, seconds)."""
    fingerprints = folder / "fingerprints"
    measurements = []
    with contextlib.ExitStack() as stack:
        template = database_with_key(programs.server, folder / "template")
        bare = stack.enter_context(Listener([programs.tool("BareResponder")], folder / "bare.log"))
        server = stack.enter_context(start_server(programs.server, folder / "server", settings))
        made = operations.create_keys(server, keys)
        fingerprints.write_text("\n".join(made) + "\n")
        operations.check_successes(server, made[0])
        targets = {operation: bare if operation == "bare" else server for operation in OPERATIONS}
        # Caches fill and buffers grow; the first second of a program's life says nothing of the rest.
        for operation in OPERATIONS:
            warm_up = wrk.measure(targets[operation], operation, 10, 1, fingerprints)
        # OPERATIONS ends with create.
        stored = keys + warm_up["requests"]
        for connections, rounds, seconds in loads:
            inserts = {
                name: stack.enter_context(BareInserts(
                    programs.tool("BareInserts"), template, folder / f"{name}-{connections}.db", audit, rows))
                for name, audit, rows in (("of_inserts", False, INSERT_ROWS), ("of_inserts_audit", True, INSERT_ROWS),
                                          ("of_inserts_large", False, connections))
            }
            # So that their tables are as long as the server's is by now, and their caches as warm.
            for program in inserts.values():
                program.measure(stored, connections)
            for round_number in range(1, rounds + 1):
                print(f"{connections} connections, round {round_number} of {rounds}", file=sys.stderr)
                measured = measure_round(targets, inserts, connections, seconds, fingerprints)
                stored += measured["create"]["requests"]
                measurements += [{**measurement, "round": round_number} for measurement in measured.values()]
    return measurements


def measure_round(targets, inserts, connections, seconds, fingerprints):
    measured = {
        operation: wrk.measure(targets[operation], operation, connections, seconds, fingerprints)
        for operation in OPERATIONS
    }
    for measurement in measured.values():
        measurement["cpu_ratio"] = measurement["cpu_us"] / measured["bare"]["cpu_us"]
    create = measured["create"]
    # As many rows as the server stored in this round, so that its table and theirs grow alike.
    for name, program in inserts.items():
        measured[name] = inserted = program.measure(create["requests"], connections)
        create[name] = create["requests_per_second"] / inserted["requests_per_second"]
    return measured


def summarize(measurements):
    """Medians over the rounds, in the order of measuring."""
    groups = {}
    for measurement in measurements:
        groups.setdefault((measurement["connections"], measurement["operation"]), []).append(measurement)
    summaries = []
    for (connections, operation), group in groups.items():
        summary = {"connections": connections, "operation": operation, "rounds": len(group)}
        for name in METRICS:
            values = [measurement[name] for measurement in group if name in measurement]
            if values:
                summary[name] = statistics.median(values)
                summary[name + "_range"] = [min(values), max(values)]
        summaries.append(summary)
    return summaries


def targets(summaries):
    found = []
    at_target = {summary["operation"]: summary for summary in summaries
                 if summary["connections"] == TARGET_CONNECTIONS}
    for operation in (operation for operation in OPERATIONS if operation in at_target and operation != "bare"):
        summary = at_target[operation]
        found.append(target(f"{operation}: CPU x bare", summary["cpu_ratio"], CPU_TARGETS[operation]))
        found.append(target(f"{operation}: p99", summary["p99_us"] / 1000, P99_TARGETS[operation], " ms"))
    if "create" in at_target:
        found.append(target("creates: part of bare inserts", at_target["create"]["of_inserts"], INSERT_TARGET,
                            at_least=True))
    return found


def report(summaries, fsyncs):
    """`fsyncs` per request, by operation and connections, where they were counted."""
    rows = [("operation", "conns", "req/s", "(min-max)", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "CPU us", "x bare",
             "(min-max)", "RSS MiB", "fsyncs")]
    for summary in summaries:
        key = (summary["operation"], summary["connections"])
        per_request = f"{fsyncs[key]:.4f}" if key in fsyncs else "-"
        rows.append((
            summary["operation"], str(summary["connections"]), number(summary["requests_per_second"]),
            span(summary, "requests_per_second"), *(milliseconds(summary.get(name))
                                                    for name in ("p50_us", "p99_us", "p999_us")),
            milliseconds(summary["max_us_range"][1]), number(summary["cpu_us"]), number(summary.get("cpu_ratio")),
            span(summary, "cpu_ratio"), number(summary.get("rss_mib")), per_request,
        ))
    print(table(rows))
    print("\nMedians over the rounds; max ms is the worst of all. CPU us: of the server's process, per request. x "
          "bare: that,\nagainst the bare responder in the same round. inserts: SQLite alone, in one thread, by so "
          "many rows to a\ntransaction.")
    for summary in summaries:
        if "of_inserts" in summary:
            print(f"Creates at {summary['connections']} connections: {summary['of_inserts']:.2f} "
                  f"({span(summary, 'of_inserts')}) of bare inserts of the key's row by {INSERT_ROWS},\n"
                  f"{summary['of_inserts_large']:.2f} ({span(summary, 'of_inserts_large')}) of those by "
                  f"{summary['connections']}; {summary['of_inserts_audit']:.2f} "
                  f"({span(summary, 'of_inserts_audit')}) of the key's row and the audit trail's by {INSERT_ROWS}, "
                  "which is\nwhat a create stores.")


def span(summary, name):
    if name + "_range" not in summary:
        return ""
    return "-".join(map(number, summary[name + "_range"]))


def milliseconds(microseconds):
    return "-" if microseconds is None else number(microseconds / 1000)
