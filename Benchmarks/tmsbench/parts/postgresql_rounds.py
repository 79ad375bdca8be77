"""Rounds of a server whose tables are in PostgreSQL, which shares the processors with it and with the generator."""

import contextlib
import os
import sys

from .. import operations, postgresql, wrk
from ..programs import Listener, start_server
from ..report import number, target
from .rounds import OPERATIONS, TARGET_CONNECTIONS

RATE_TARGETS = {"create": 6000, "retrieve": 20_000}
CREATE_CPU_TARGET_US = 110


def measure(programs, folder, loads, keys, settings):
    """All measurements. `loads` are (connections, rounds, seconds)."""
    fingerprints = folder / "fingerprints"
    measurements = []
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(postgresql.cluster(folder))
        environment = {**os.environ, "TMS_DATABASE_URL": postgresql.make_database(place, "tms")}
        bare = stack.enter_context(Listener([programs.tool("BareResponder")], folder / "bare.log"))
        server = stack.enter_context(start_server(programs.server, folder / "server", settings, environment))
        made = operations.create_keys(server, keys)
        fingerprints.write_text("\n".join(made) + "\n")
        operations.check_successes(server, made[0])
        targets = {operation: bare if operation == "bare" else server for operation in OPERATIONS}
        for operation in OPERATIONS:
            wrk.measure(targets[operation], operation, 10, 1, fingerprints)
        for connections, rounds, seconds in loads:
            for round_number in range(1, rounds + 1):
                print(f"{connections} connections, round {round_number} of {rounds}", file=sys.stderr)
                measurements += measure_round(targets, place, connections, seconds, fingerprints, round_number)
    return measurements


def measure_round(targets, place, connections, seconds, fingerprints, round_number):
    measured = []
    for operation in OPERATIONS:
        before = postgresql.cpu_of_all(place)
        measurement = wrk.measure(targets[operation], operation, connections, seconds, fingerprints)
        used = postgresql.cpu_of_all(place) - before
        measured.append({**measurement, "round": round_number,
                         "database_cpu_us": used / 1000 / measurement["requests"]})
    for measurement in measured:
        measurement["cpu_ratio"] = measurement["cpu_us"] / measured[0]["cpu_us"]
    return measured


def targets(summaries):
    at_target = {summary["operation"]: summary for summary in summaries
                 if summary["connections"] == TARGET_CONNECTIONS}
    if not at_target:
        return []
    found = [target(f"{operation}: requests per second", at_target[operation]["requests_per_second"], least,
                    at_least=True) for operation, least in RATE_TARGETS.items()]
    return found + [target("create: CPU of the server", at_target["create"]["cpu_us"], CREATE_CPU_TARGET_US, " us")]


def report(summaries):
    print("\nCPU of PostgreSQL per request, in us: "
          + ", ".join(f"{summary['operation']} at {summary['connections']} {number(summary['database_cpu_us'])}"
                      for summary in summaries if summary["operation"] not in ("bare", "version")) + ".")
