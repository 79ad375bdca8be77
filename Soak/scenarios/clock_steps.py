"""The wall clock is set an hour ahead, back, an hour behind, and back, under load.

A shim steps the clock. Nothing crashes or stalls, no time-out and no idle limit fires by it, and no request fails. What
is about the time of day follows the clock: a key of 30 minutes is refused an hour later, and works again when the clock
is right; uses and the tickets of SSH connections are counted as the clock then says; a credential that another process
has revoked is not remembered for the hour that the clock went back.
"""

import json
import sqlite3
import time

from harness import requests
from harness.connection import Connection
from harness.load import make_key
from harness.samples import between, others, slowest, tally

SECONDS = 25
QUICK_SECONDS = 10
HOUR = 3600
DISABLE = "UPDATE clients SET enabled = ? WHERE tenant = 'test' AND client_id = 'testclient1'"


def run(stage):
    clock = stage.shim("clock", "TMS_SOAK_CLOCK")
    server = stage.server(environment=clock.environment)
    short = make_key(server, ttl_minutes=30)
    counted = make_key(server, uses=4)
    prober = stage.prober(server)
    creators = stage.creators(server, threads=4, per_second=100)
    idle = Connection(server.address)
    stage.at_end(idle.close)
    pause = 1 if stage.is_quick else 4

    def expect_login(status, what, fingerprint, connection=None):
        answer = server.ask(requests.lookup(fingerprint, connection))
        stage.expect(answer.status == status, what, f"status {answer.status}")

    def step_to(hours, what):
        clock.set(hours * HOUR)
        time.sleep(pause)
        # Open and without a request since before the step.
        stage.expect(idle.ask(requests.version()).status == 200, f"{what}: an idle connection is still there")

    expect_login(200, "in time: a key of 30 minutes works", short)
    expect_login(200, "in time: the first connection takes a use of four", counted, "one")
    expect_login(200, "in time: the same connection asks again", counted, "one")
    expect_uses(stage, server, counted, 3, "in time: one use is gone")

    step_to(1, "an hour ahead")
    expect_login(403, "an hour ahead: the key of 30 minutes is refused", short)
    expect_login(200, "an hour ahead: the connection's ticket is over, it takes another use", counted, "one")
    expect_uses(stage, server, counted, 2, "an hour ahead: two uses are gone")

    step_to(0, "back in time")
    expect_login(200, "back in time: the key of 30 minutes works", short)
    expect_login(200, "back in time: a ticket made later counts", counted, "one")
    expect_uses(stage, server, counted, 2, "back in time: no further use is gone")

    stage.expect(server.ask(requests.get_client()).status == 200, "a credential is remembered")
    step_to(-1, "an hour behind")
    early = make_key(server, ttl_minutes=30)
    expect_login(200, "an hour behind: the key of 30 minutes works", short)
    expect_login(200, "an hour behind: a new key works", early)
    expect_login(200, "an hour behind: another connection takes a use", counted, "two")
    expect_uses(stage, server, counted, 1, "an hour behind: three uses are gone")

    creators.stop()
    revoked = time.monotonic()
    expect_revocation(stage, server)
    restored = time.monotonic()

    step_to(0, "in time again")
    expect_login(403, "in time again: the key made an hour behind is over", early)
    expect_login(200, "in time again: the key of 30 minutes works", short)
    expect_login(200, "in time again: the last use", counted, "three")
    expect_login(403, "in time again: no use is left", counted, "four")

    failures = others(creators.samples, 201)
    stage.expect(creators.samples and not failures, "no create fails", tally(creators.samples))
    stage.figure("slowest create", f"{slowest(creators.samples) * 1000:.0f} ms")
    # A key of a client that is disabled is refused, as it must be.
    stage.expect_lookups(between(prober.samples, 0, revoked) + between(prober.samples, restored))
    stage.expect_no_blame(server)
    stage.expect(not server.events("the process stood still"), "a step is not taken for a standstill")
    stage.expect_nothing_lost(server, creators.acknowledged, "in the end")


def expect_uses(stage, server, fingerprint, left, what):
    rows = json.loads(server.ask(requests.keys(1_000)).body)["pubkeys"]
    found = [row["remaining_uses"] for row in rows if row["public_key_fingerprint"] == fingerprint]
    stage.expect(found == [left], what, f"{found} left")


def expect_revocation(stage, server):
    """By another process, of which the server learns only when it asks again: credential_cache_seconds is 1."""

    def set_enabled(enabled):
        with sqlite3.connect(server.database, timeout=5) as database:
            database.execute(DISABLE, (enabled,))
        database.close()

    set_enabled(0)
    stage.expect_within(3, lambda: server.ask(requests.get_client()).status == 401,
                        "an hour behind: a client that another process has disabled is refused")
    set_enabled(1)
    stage.expect_within(3, lambda: server.ask(requests.get_client()).status == 200,
                        "an hour behind: and let in again when it is enabled")
