"""The disk takes 2.5 s for each flush, and later hangs for 9 s.

A shim delays fsync and fdatasync. The watchdog must speak: a log line that the writer is late with its commit,
/healthz degraded, also on the diagnosis socket, /readyz 503, tms_part_late 1. Lookups must not notice. While the disk
hangs, writes that have waited for deadline_seconds (5) are refused with 503. When the disk is quick again everything is
as before, without a restart, and every acknowledged key is there.
"""

import json
import time

from harness.diagnosis import ask_diagnosis
from harness.samples import between, others, slowest, tally

SECONDS = 35
QUICK_SECONDS = 22
SLOW_MILLISECONDS = 2_500
HANGING_MILLISECONDS = 1_000_000
DEADLINE_SECONDS = 5
# How long after its deadline a refusal may come.
PATIENCE_SECONDS = 2


def run(stage):
    disk = stage.shim("slowdisk", "TMS_SOAK_DISK")
    server = stage.server("watchdog_milliseconds=1000", f"deadline_seconds={DEADLINE_SECONDS}",
                          environment=disk.environment)
    # A server is not told to stop while its disk hangs.
    stage.at_end(disk.set, 0)
    prober = stage.prober(server)
    creators = stage.creators(server, threads=16, per_second=160)
    time.sleep(2)
    stage.expect(server.get("/readyz").status == 200, "a quick disk: it is ready")

    disk.set(SLOW_MILLISECONDS)
    expect_alarm(stage, server, "slow disk")
    time.sleep(2 if stage.is_quick else 10)
    disk.set(0)
    expect_calm(stage, server, "slow disk")

    hung = time.monotonic()
    disk.set(HANGING_MILLISECONDS)
    expect_alarm(stage, server, "hanging disk")
    time.sleep(max(0, hung + 9 - time.monotonic()))
    disk.set(0)
    quick = time.monotonic()
    expect_calm(stage, server, "hanging disk")
    time.sleep(2)
    creators.stop()
    expect_creates(stage, creators.samples, hung, quick)
    stage.expect_lookups(prober.samples)
    prober.stop()
    stage.expect_nothing_lost(server, creators.acknowledged, "in the end")


def expect_alarm(stage, server, when):
    stage.expect_within(5, lambda: server.get("/readyz").status == 503, f"{when}: /readyz says 503")

    def problems():
        health = server.get("/healthz")
        return health.status == 200 and blames_writer(health.body)

    stage.expect_within(5, problems, f"{when}: /healthz is degraded, by the writer's commit")
    stage.expect_within(5, lambda: blames_writer(ask_diagnosis(server, "/healthz").body),
                        f"{when}: so it is on the diagnosis socket")
    stage.expect_within(5, lambda: server.metrics().sum("tms_part_late", part="writer") == 1,
                        f"{when}: tms_part_late is 1")
    stage.expect_within(2, lambda: server.events("part is late", part="writer", doing="commit"),
                        f"{when}: the log says that the writer is late with a commit")


def blames_writer(body):
    try:
        health = json.loads(body)
    except ValueError:
        return False
    return health.get("status") == "degraded" and any(
        problem.get("part") == "writer" and problem.get("doing") == "commit" for problem in health["problems"])


def expect_calm(stage, server, when):
    began = time.monotonic()
    stage.expect_within(10, lambda: server.get("/readyz").status == 200, f"after the {when} it is ready again")
    stage.figure(f"calm after {when}", f"{time.monotonic() - began:.1f} s")
    stage.expect(b'"ok"' in server.get("/healthz").body, f"after the {when} /healthz is ok")
    stage.expect(server.metrics().sum("tms_part_late") == 0, f"after the {when} no part is late")
    stage.expect(server.events("part is on time again", part="writer"), f"after the {when} the log says so")


def expect_creates(stage, samples, hung, quick):
    strange = others(samples, 201, 503)
    stage.expect(not strange, "creates are answered with 201 or 503 and nothing else", tally(samples))
    refusals = [sample for sample in between(samples, hung, quick) if sample.outcome == 503]
    stage.expect(refusals, "writes that wait for a hanging disk beyond their deadline are refused", tally(refusals))
    stage.expect(slowest(refusals) <= DEADLINE_SECONDS + PATIENCE_SECONDS, "soon after their deadline",
                 f"slowest {slowest(refusals):.1f} s")
    stage.expect(all(sample.has_retry_after for sample in refusals), "refusals say when to come again")
    later = between(samples, quick + 1)
    stage.expect(later and not others(later, 201), "afterwards none is refused", tally(later))
