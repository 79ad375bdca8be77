"""What became of requests: when each was sent, how long it took, and how it ended."""

import time
from typing import NamedTuple

from harness.connection import Connection


class Sample(NamedTuple):
    at: float
    seconds: float
    # A status, or what went wrong instead.
    outcome: object
    # Of a refusal: whether it said when to come again.
    has_retry_after: bool = False


class Caller:
    """Sends requests over one kept connection, makes a new one when that broke, and writes down what became of each.

    `address` is a function, since a server that was started anew has a new one.
    """

    def __init__(self, address, seconds=20.0):
        self._address = address
        self._seconds = seconds
        self._connection = None
        self.samples = []

    def ask(self, request):
        """The answer, or None when there was none."""
        began = time.monotonic()
        answer = None
        try:
            if self._connection is None:
                self._connection = Connection(self._address(), self._seconds)
            answer = self._connection.ask(request)
            outcome = answer.status
            if answer.headers.get("connection") == "close":
                self.close()
        except OSError as error:
            outcome = f"{type(error).__name__}: {error}"
            self.close()
        has_retry_after = answer is not None and "retry-after" in answer.headers
        self.samples.append(Sample(began, time.monotonic() - began, outcome, has_retry_after))
        return answer

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def between(samples, since, until=float("inf")):
    """Those sent in that time, of time.monotonic()."""
    return [sample for sample in samples if since <= sample.at < until]


def others(samples, *expected):
    return [sample for sample in samples if sample.outcome not in expected]


def slowest(samples):
    return max((sample.seconds for sample in samples), default=0.0)


def tally(samples):
    """How often each outcome: `201 x 812, 503 x 4`."""
    counts = {}
    for sample in samples:
        counts[sample.outcome] = counts.get(sample.outcome, 0) + 1
    return ", ".join(f"{outcome} x {count}" for outcome, count in sorted(counts.items(), key=str)) or "none"
