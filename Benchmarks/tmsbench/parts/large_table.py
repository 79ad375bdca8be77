"""Retrieve among millions of keys, against retrieve among a thousand."""

import statistics
import sys
import time

from .. import wrk
from ..keys import fill, key_texts
from ..programs import database, install, serve
from ..report import number, table, target

SMALL = 1_000
CONNECTIONS = 100
# CPU per request on the large table, as a multiple of that on the small one.
TARGET = 1.3
# Fingerprints that logins ask for, spread over the table: more than readers' page caches hold.
ASKED_MAX = 10_000


def measure(program, folder, keys, rounds, seconds, settings):
    measurements = []
    with prepare(program, folder, "small", SMALL, settings) as small, \
            prepare(program, folder, "large", keys, settings) as large:
        sides = [(small, SMALL, folder / "small.txt"), (large, keys, folder / "large.txt")]
        for server, _, fingerprints in sides:
            wrk.measure(server, "retrieve", 10, 1, fingerprints)
        for round_number in range(1, rounds + 1):
            print(f"tables of {SMALL} and {keys} keys, round {round_number} of {rounds}", file=sys.stderr)
            measured = [
                {**wrk.measure(server, "retrieve", CONNECTIONS, seconds, fingerprints), "keys": count,
                 "round": round_number}
                for server, count, fingerprints in sides
            ]
            measured[1]["cpu_of_small"] = measured[1]["cpu_us"] / measured[0]["cpu_us"]
            measurements += measured
    return measurements


def prepare(program, folder, name, keys, settings):
    root = folder / name
    install(program, root)
    start = time.monotonic()
    fill(database(root), keys)
    print(f"{keys} keys stored in {time.monotonic() - start:.0f} s", file=sys.stderr)
    step = max(1, keys // ASKED_MAX)
    (folder / f"{name}.txt").write_text("".join(key_texts(number)[0] + "\n" for number in range(0, keys, step)))
    return serve(program, root, settings)


def ratio(measurements):
    return statistics.median(entry["cpu_of_small"] for entry in measurements if "cpu_of_small" in entry)


def targets(measurements):
    return [target(f"retrieve: CPU among {measurements[-1]['keys']} keys x among {SMALL}", ratio(measurements), TARGET)]


def report(measurements):
    rows = [("keys", "retrieves/s", "p50 ms", "p99 ms", "CPU us", "(min-max)")]
    for keys in sorted({entry["keys"] for entry in measurements}):
        group = [entry for entry in measurements if entry["keys"] == keys]
        cpu = [entry["cpu_us"] for entry in group]
        median = {name: statistics.median(entry[name] for entry in group)
                  for name in ("requests_per_second", "p50_us", "p99_us")}
        rows.append((str(keys), number(median["requests_per_second"]), number(median["p50_us"] / 1000),
                     number(median["p99_us"] / 1000), number(statistics.median(cpu)),
                     f"{number(min(cpu))}-{number(max(cpu))}"))
    print(f"\n{table(rows, left=())}")
