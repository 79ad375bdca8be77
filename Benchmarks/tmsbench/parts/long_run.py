"""Creates without a pause, long enough for checkpoints and whatever else comes seldom."""

import sys

from .. import generator
from ..disk_witness import DiskWitness
from ..programs import start_server
from ..report import target

CONNECTIONS = 100
# A create may take so many milliseconds at worst.
TARGET_MS = 250


def measure(programs, folder, seconds, settings):
    print(f"creates for {seconds} s", file=sys.stderr)
    with start_server(programs.server, folder / "long", settings) as server:
        flood = generator.stream("creates", generator.create(), CONNECTIONS, seconds)
        with DiskWitness(folder) as disk:
            report = generator.generate(programs.tool("LoadGenerator"), server, [flood])
    measured, = report["streams"]["creates"]["operations"]
    return {"seconds": seconds, "connections": CONNECTIONS, "disk": disk.longest(), **measured}


def targets(measured):
    return [
        target("long run: failed or refused creates", measured["failed"] + measured["refused"], 0),
        target(f"long run: longest create of {measured['seconds']} s", measured["success_us"]["max"] / 1000, TARGET_MS,
               " ms"),
    ]


def report(measured):
    latency = measured["success_us"]
    # The last second has only what was on its way at the end.
    whole = measured["per_second"][:measured["seconds"]]
    slowest = max(range(len(whole)), key=lambda second: whole[second].get("max_us", 0))
    fifth = max(1, len(whole) // 5)
    rates = [sum(second["succeeded"] for second in part) / fifth for part in (whole[:fifth], whole[-fifth:])]
    times = ", ".join(f"{name} {latency[name] / 1000:.1f}" for name in ("p50", "p99", "p999", "max"))
    print(f"\nCreates for {measured['seconds']} s over {measured['connections']} connections: {measured['succeeded']} "
          f"stored, {rates[0]:.0f}/s in the first fifth, {rates[1]:.0f}/s in the last;\n{times} ms (in second "
          f"{slowest}).\nBeside them the disk made a single page wait for {measured['disk']['max_ms']:.1f} ms at worst "
          f"(in second {measured['disk']['second']}).")
