"""Memory and write-ahead log of a server, once a second, as the system sees them."""

import time
from typing import NamedTuple

from harness.load import PacedThread


class Gauge(NamedTuple):
    at: float
    resident: int
    log: int
    files: int


class Gauges:
    def __init__(self, server):
        self.taken = []
        self._server = server
        self._thread = PacedThread(self._take, 1)
        self._thread.start()

    def _take(self):
        server = self._server
        self.taken.append(Gauge(time.monotonic(), server.resident_bytes(), server.write_ahead_log_bytes(),
                                server.open_files()))

    def stop(self):
        self._thread.end()
        self._thread.join_or_fail()
