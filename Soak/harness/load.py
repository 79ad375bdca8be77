"""Load at a steady rate, from threads that are told to stop and are waited for no longer than a request may take."""

import json
import threading
import time

from harness import requests
from harness.failure import SoakError
from harness.samples import Caller


class PacedThread(threading.Thread):
    """Calls `turn` so many times a second; a turn that takes longer than its time makes the next ones come later."""

    def __init__(self, turn, per_second):
        super().__init__(daemon=True)
        self._turn = turn
        self._interval = 1 / per_second
        self._ending = threading.Event()

    def run(self):
        due = time.monotonic()
        while not self._ending.wait(max(0, due - time.monotonic())):
            self._turn()
            due = max(due + self._interval, time.monotonic() - self._interval)

    def end(self):
        self._ending.set()

    def join_or_fail(self, seconds=60):
        self.join(seconds)
        if self.is_alive():
            raise SoakError("a thread of the load did not come to its end")


class Prober:
    """Looks one key up 20 times a second, all the while: what a login host would see."""

    PER_SECOND = 20

    def __init__(self, server, fingerprint):
        self._caller = Caller(lambda: server.address)
        request = requests.lookup(fingerprint)
        self._thread = PacedThread(lambda: self._caller.ask(request), self.PER_SECOND)
        self._thread.start()

    @property
    def samples(self):
        return list(self._caller.samples)

    def stop(self):
        self._thread.end()
        self._thread.join_or_fail()
        self._caller.close()


class Creators:
    """Make keys, and write down the fingerprint of each that was acknowledged."""

    def __init__(self, server, threads=8, per_second=400):
        self.acknowledged = []
        self._callers = [Caller(lambda: server.address) for _ in range(threads)]
        self._threads = [PacedThread(lambda caller=caller: self._create(caller), per_second / threads)
                         for caller in self._callers]
        for thread in self._threads:
            thread.start()

    def _create(self, caller):
        answer = caller.ask(requests.create())
        if answer is not None and answer.status == 201:
            self.acknowledged.append(json.loads(answer.body)["public_key_fingerprint"])

    @property
    def samples(self):
        samples = [sample for caller in self._callers for sample in list(caller.samples)]
        return sorted(samples, key=lambda sample: sample.at)

    def stop(self):
        for thread in self._threads:
            thread.end()
        for thread in self._threads:
            thread.join_or_fail()
        for caller in self._callers:
            caller.close()


def make_key(server, **limits):
    """The fingerprint of a new key."""
    answer = server.ask(requests.create(**limits))
    if answer.status != 201:
        raise SoakError(f"making a key: {answer.status} {answer.body.decode(errors='replace')}")
    return json.loads(answer.body)["public_key_fingerprint"]


def lost(server, fingerprints):
    """Those of the keys that cannot be looked up now, each with what came instead."""
    caller = Caller(lambda: server.address)
    missing = []
    for fingerprint in fingerprints:
        answer = caller.ask(requests.lookup(fingerprint))
        if answer is None or answer.status != 200:
            missing.append((fingerprint, caller.samples[-1].outcome))
    caller.close()
    return missing
