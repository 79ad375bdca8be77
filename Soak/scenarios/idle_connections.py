"""10,000 connections that ask one thing each and then only stay.

They may take 32 KiB of memory each and no more. Requests on other connections are answered as if they were not there,
and after idle_timeout_seconds all of them have been closed. With --quick they are 2,000.
"""

import concurrent.futures
import select
import time

from harness import requests
from harness.connection import Connection

SECONDS = 45
QUICK_SECONDS = 14
BYTES_MAX = 32 << 10
# One loopback address has 28,000 ports, some of them still taken by what ran before.
SOURCES = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]


def run(stage):
    count, idle_seconds = (2_000, 6) if stage.is_quick else (10_000, 25)
    server = stage.server(f"connections_max={count + 100}", f"idle_timeout_seconds={idle_seconds}")
    prober = stage.prober(server)
    time.sleep(2)
    files, resident = server.open_files(), server.resident_bytes()

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(SOURCES)) as pool:
        groups = list(pool.map(lambda source: connect(server, source, count // len(SOURCES)), SOURCES))
    connections = [connection for group in groups for connection in group]
    stage.at_end(lambda: [connection.close() for connection in connections])
    stage.figure("connected in", f"{time.monotonic() - began:.1f} s")
    established = time.monotonic()
    # From the first one's last request on, since that one may be closed soonest.
    stage.expect(established - began < idle_seconds, "they are all there before the first may be closed")
    gauge = server.metrics().sum("tms_http_connections")
    stage.expect(server.open_files() - files >= count, "they are open", f"{server.open_files() - files} more files")
    stage.expect(gauge is not None and gauge >= count, "tms_http_connections counts them", gauge)
    each = (server.resident_bytes() - resident) / count
    stage.figure("memory each", f"{each / 1024:.1f} KiB")
    stage.expect(each <= BYTES_MAX, f"each takes at most {BYTES_MAX >> 10} KiB", f"{each / 1024:.1f} KiB")

    closed = wait_until_closed(connections, idle_seconds + 15)
    stage.expect(closed == count, "all of them are closed when their time is over", f"{closed} of {count}")
    stage.figure("last closed after", f"{time.monotonic() - established:.1f} s of {idle_seconds}")
    stage.expect_within(5, lambda: server.open_files() <= files + 5, "their files are closed")
    stage.expect_lookups(prober.samples)
    stage.expect_no_blame(server)


def connect(server, source, count):
    connections = []
    for _ in range(count):
        connection = Connection(server.address, source=source)
        connection.ask(requests.version())
        connections.append(connection)
    return connections


def wait_until_closed(connections, seconds):
    """How many were closed by the other side in that time."""
    deadline = time.monotonic() + seconds
    waiting = {connection.socket.fileno(): connection for connection in connections}
    poller = select.epoll()
    for number in waiting:
        poller.register(number, select.EPOLLIN | select.EPOLLRDHUP)
    while waiting and (left := deadline - time.monotonic()) > 0:
        for number, _ in poller.poll(left):
            poller.unregister(number)
            waiting.pop(number).close()
    poller.close()
    return len(connections) - len(waiting)
