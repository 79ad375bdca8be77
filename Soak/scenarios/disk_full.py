"""The disk fills up under load, and has room again later.

The server's folder is on a small disk, which is filled with ballast while keys are made and looked up. Creates must
be refused with 503 or 507 and Retry-After, with a log line that says why, while lookups go on. When the ballast is
removed, creates succeed again without a restart. Every key that was acknowledged before, while and after is there in the
end, and again after a restart.
"""

import time

from harness import requests
from harness.samples import between, others, tally

SECONDS = 20
QUICK_SECONDS = 12
REFUSALS = (503, 507)


def run(stage):
    disk = stage.small_disk(96)
    server = stage.server(root=disk.path / "tms")
    prober = stage.prober(server)
    creators = stage.creators(server)
    time.sleep(2)
    ballast = disk.fill(leaving=256 << 10)
    filled = time.monotonic()
    refused = stage.expect_within(
        20, lambda: any(sample.outcome in REFUSALS for sample in creators.samples), "creates are refused")
    time.sleep(3 if stage.is_quick else 8)
    if refused:
        expect_refusals(stage, server, creators, filled)
    ballast.unlink()
    roomy = time.monotonic()
    stage.expect_within(10, lambda: server.ask(requests.create()).status == 201, "creates succeed without a restart")
    recovered = time.monotonic()
    stage.figure("recovered in", f"{recovered - roomy:.1f} s")
    time.sleep(2)
    creators.stop()
    later = between(creators.samples, recovered)
    stage.expect(later and not others(later, 201), "and none is refused any more", tally(later))
    stage.expect_lookups(prober.samples)
    stage.expect(server.get("/readyz").status == 200, "it is ready again")
    prober.stop()
    stage.expect_nothing_lost(server, creators.acknowledged, "after the recovery")
    stage.expect(server.stop() == 0, "the server stops with status 0")
    server.start()
    stage.expect_nothing_lost(server, creators.acknowledged, "after a restart")


def expect_refusals(stage, server, creators, filled):
    during = between(creators.samples, filled)
    strange = others(during, 201, *REFUSALS)
    stage.expect(not strange, "creates are answered with 201, 503 or 507 and nothing else", tally(during))
    refusals = [sample for sample in during if sample.outcome in REFUSALS]
    stage.expect(all(sample.has_retry_after for sample in refusals), "refusals say when to come again")
    last_second = between(during, time.monotonic() - 1)
    stage.expect(last_second and not others(last_second, *REFUSALS), "and all of them are refused in the end",
                 tally(last_second))
    failures = [line for line in server.events("commit failed") if line.get("error", "").startswith("full")]
    stage.expect(failures, "the log says that the disk is full", failures[0]["error"] if failures else "no such line")
    stage.figure("refused", len(refusals))
    stage.figure("log lines of it", len(failures))
    stage.expect((server.metrics().sum("tms_commit_failures_total") or 0) > 0, "tms_commit_failures_total counts it")
