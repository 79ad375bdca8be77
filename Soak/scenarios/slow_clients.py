"""Clients that send a byte a second, and clients that ask for much and never read it.

Slow senders are ended when a request's time is over, heads and bodies alike. Slow readers ask for lists of a thousand
keys, a hundred in a row, and read nothing: what the server keeps for them is bounded, and they are ended too. Others do
not notice, and nothing of it stays behind.
"""

import time

from harness import requests
from harness.connection import Connection
from harness.failure import SoakError
from harness.load import make_key

SECONDS = 30
SECONDS_MAX = 4
SENDERS = 100
READERS = 40
PIPELINED = 100
# All the answers together would be 2 GiB.
MEMORY_MAX = 256 << 20
# Beyond this the machine itself is in danger.
MEMORY_LIMIT = 1 << 30


def run(stage):
    server = stage.server(f"request_timeout_seconds={SECONDS_MAX}", f"idle_timeout_seconds={SECONDS_MAX}")
    for _ in range(1_000):
        make_key(server)
    prober = stage.prober(server)
    time.sleep(1)
    files = server.open_files()
    expect_senders_end(stage, server)
    # Whoever is still on the way out would be taken for a reader.
    stage.expect_within(5, lambda: server.open_files() <= files, f"open files are back to {files} after the senders")
    expect_readers_end(stage, server, files)
    stage.expect_within(5, lambda: server.open_files() <= files, f"open files are back to {files}")
    stage.expect_within(2, lambda: server.metrics().sum("tms_http_unsent_bytes") == 0,
                        "no answer is kept for anybody: tms_http_unsent_bytes is 0")
    stage.expect_lookups(prober.samples)
    stage.expect_no_blame(server)


def expect_senders_end(stage, server):
    """Half of them are slow with the head, half with the body."""
    whole = requests.create()
    body_at = whole.index(b"\r\n\r\n") + 4
    senders = [[Connection(server.address), body_at if number % 2 else 1] for number in range(SENDERS)]
    stage.at_end(lambda: [connection.close() for connection, _ in senders])
    for connection, sent in senders:
        connection.socket.sendall(whole[:sent])
    began = time.monotonic()
    # A refusal is waited for as long as a request.
    bound = 2 * SECONDS_MAX + 4
    while senders and time.monotonic() - began < bound:
        time.sleep(1)
        senders = [[connection, sent + 1] for connection, sent in senders
                   if takes(connection, whole[sent:sent + 1])]
    stage.expect(not senders, "who sends a byte a second is ended", f"{len(senders)} of {SENDERS} were not")
    stage.figure("slow senders ended in", f"{time.monotonic() - began:.0f} s")


def takes(connection, byte):
    try:
        connection.socket.sendall(byte)
    except OSError:
        connection.close()
        return False
    return True


def expect_readers_end(stage, server, files):
    resident = server.resident_bytes()
    request = requests.keys(1_000) * PIPELINED
    readers = []
    stage.at_end(lambda: [connection.close() for connection in readers])
    began = time.monotonic()
    for _ in range(READERS):
        connection = Connection(server.address)
        readers.append(connection)
        connection.socket.sendall(request)
    most, have_come = 0, False
    # An answer may take a request's time to be taken, and so may a refusal after it.
    while time.monotonic() - began < 2 * SECONDS_MAX + 4:
        most = max(most, server.resident_bytes() - resident)
        if most > MEMORY_LIMIT:
            raise SoakError(f"readers that do not read cost {most >> 20} MiB, and it grows")
        have_come = have_come or server.open_files() > files
        if have_come and server.open_files() <= files:
            break
        time.sleep(0.05)
    stage.expect(have_come, "those who never read have come")
    left = max(0, server.open_files() - files)
    stage.expect(left == 0, "who never reads is ended", f"{left} of {READERS} were not")
    stage.figure("slow readers ended in", f"{time.monotonic() - began:.1f} s")
    stage.figure("their memory", f"{most >> 20} MiB")
    stage.expect(most <= MEMORY_MAX, f"their answers take at most {MEMORY_MAX >> 20} MiB", f"{most >> 20} MiB")
    refused = server.metrics().sum("tms_http_refusals_total", reason="unsent_bytes")
    stage.figure("refused for it", "not said" if refused is None else f"{refused:.0f}")
