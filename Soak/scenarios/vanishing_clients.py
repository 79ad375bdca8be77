"""Clients that vanish in the middle of something.

They send half a head, half a body, or a whole request whose answer they never read, and then reset, close, or just stay
silent. Afterwards open files, connections and requests in hand are what they were, and others have not noticed.
"""

import itertools
import time

from harness import requests
from harness.connection import Connection

SECONDS = 15
QUICK_SECONDS = 12
SECONDS_MAX = 3


def run(stage):
    server = stage.server(f"request_timeout_seconds={SECONDS_MAX}", f"idle_timeout_seconds={SECONDS_MAX}")
    prober = stage.prober(server)
    time.sleep(1)
    # Besides these, only the question itself is open or in hand.
    files = server.open_files()
    rounds = 20 if stage.is_quick else 100
    vanished = 0
    silent = []
    stage.at_end(lambda: [connection.close() for connection in silent])
    for _, what, how in itertools.product(range(rounds), unfinished(), (Connection.reset, Connection.close, None)):
        connection = Connection(server.address)
        connection.socket.sendall(what)
        vanished += 1
        if how:
            how(connection)
        else:
            silent.append(connection)
    stage.figure("vanished", vanished)
    stage.figure("open at most", f"{server.open_files() - files} more files")
    # A refusal is waited for as long as a request, and a look is taken every half second.
    bound = 2 * SECONDS_MAX + 4
    stage.expect_within(bound, lambda: server.open_files() <= files, f"open files are back to {files}")
    stage.expect_within(2, lambda: server.metrics().sum("tms_http_connections") == 2,
                        "connections are the prober's and the question's own")
    stage.expect_within(2, lambda: (server.metrics().sum("tms_http_requests_in_flight") or 99) <= 2,
                        "no request is in hand but those two's")
    late = sum(not connection.is_closed_within(0.5) for connection in silent)
    stage.expect(late == 0, "who is silent has been told to go", f"{late} of {len(silent)} still open")
    gone = server.metrics().sum("tms_http_requests_total", status="499")
    stage.figure("answers nobody took", "not said" if gone is None else f"{gone:.0f}")
    stage.expect_lookups(prober.samples)
    stage.expect_no_blame(server)


def unfinished():
    create, lookup = requests.create(), requests.lookup("SHA256:nobody")
    return [create[:40], create[:-20], create, lookup, lookup * 3]
