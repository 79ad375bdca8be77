"""The mixed load through all servers: makes keys, looks them up on another server, uses them up, deletes them."""

import json
import random
import threading
import time

from drill.history import (
    ABSENT, CLIENT, CREATE, DELETE, DONE, EXHAUSTED, LOGIN, LOST, REFUSED, UNKNOWN, UNREACHED, Operation)
from harness import requests
from harness.connection import Connection
from harness.failure import SoakError
from harness.load import PacedThread

SUCCESSES = {CREATE: 201, LOGIN: 200, DELETE: 200, CLIENT: 200}
# Longer than any answer may take, so that a wait without end shows as one.
SECONDS_MAX = 60
# How a server says that it does not know itself.
DOUBTS = (b"look whether it was made", b"a use of the key may have been counted")


class Caller:
    """One user's kept connections, one to each server, and what became of each request."""

    def __init__(self, servers):
        self._servers = servers
        self._connections = {}
        self.operations = []

    def ask(self, kind, server, request, key=None, connection=None):
        """Returns the operation and its answer's body; the body is empty when there was no answer."""
        began = time.monotonic()
        body, detail = b"", ""
        outcome = UNREACHED
        try:
            connected = self._connection(server)
            outcome = LOST
            answer = connected.ask(request)
            body = answer.body
            outcome = self._outcome(kind, answer)
            if outcome not in (DONE, ABSENT, EXHAUSTED):
                detail = body.decode(errors="replace").strip()[:200]
            if answer.headers.get("connection") == "close":
                self._close(server)
        except OSError as error:
            detail = f"{type(error).__name__}: {error}"
            self._close(server)
        if kind == CREATE and outcome == DONE:
            key = json.loads(body)["public_key_fingerprint"]
        operation = Operation(kind, server, began, time.monotonic(), outcome, key, connection, detail)
        self.operations.append(operation)
        return operation

    def _connection(self, number):
        address = self._servers[number].address
        known = self._connections.get(number)
        # A server that was started anew listens elsewhere.
        if known is None or known[0] != address:
            self._close(number)
            known = (address, Connection(address, SECONDS_MAX))
            self._connections[number] = known
        return known[1]

    def _close(self, number):
        if known := self._connections.pop(number, None):
            known[1].close()

    def close(self):
        for number in list(self._connections):
            self._close(number)

    @staticmethod
    def _outcome(kind, answer):
        if answer.status == SUCCESSES[kind]:
            return DONE
        if answer.status == 503:
            return UNKNOWN if any(doubt in answer.body for doubt in DOUBTS) else REFUSED
        if kind == LOGIN and answer.status == 404:
            return ABSENT
        if kind == LOGIN and answer.status == 403 and b"no uses left" in answer.body:
            return EXHAUSTED
        return str(answer.status)


class Keys:
    """The keys that users know of."""

    LIMITED_MAX = 8

    def __init__(self):
        self._lock = threading.Lock()
        self._lasting = []
        self._limited = []
        # Uses of every acknowledged key, by fingerprint.
        self.uses = {}

    def add(self, fingerprint, uses):
        with self._lock:
            self.uses[fingerprint] = uses
            (self._lasting if uses is None else self._limited).append(fingerprint)

    def any(self, chance):
        with self._lock:
            return chance.choice(self._lasting) if self._lasting else None

    def any_limited(self, chance):
        with self._lock:
            return chance.choice(self._limited) if self._limited else None

    def wants_limited(self):
        with self._lock:
            return len(self._limited) < self.LIMITED_MAX

    def used_up(self, fingerprint):
        with self._lock:
            if fingerprint in self._limited:
                self._limited.remove(fingerprint)

    def take(self, chance):
        """A key that nobody else will ask for any more, though somebody may be asking."""
        with self._lock:
            return self._lasting.pop(chance.randrange(len(self._lasting))) if len(self._lasting) > 100 else None


class User:
    """One thread of the load. Each turn does one of several things, at random."""

    # How often each, of a hundred turns.
    MIXED = {"create": 35, "look_up": 10, "use": 30, "delete": 10, "get_client": 15}
    # Whoever makes changes waits while they cannot be made. These are there all the while.
    LOGINS = {"look_up": 100}

    def __init__(self, number, servers, keys, per_second, turns):
        self.caller = Caller(servers)
        self._name = f"user{number}"
        self._count = len(servers)
        self._keys = keys
        self._chance = random.Random(number)
        self._connections = 0
        self._acts = [getattr(self, f"_{name}") for name in turns]
        self._weights = list(turns.values())
        self.thread = PacedThread(self._turn, per_second)
        self.thread.start()

    def _turn(self):
        act = self._chance.choices(self._acts, self._weights)[0]
        # One server makes the change, another one is asked about it.
        first, second = self._chance.sample(range(self._count), 2)
        act(first, second)

    def _create(self, first, second):
        # Few uses, so that the last one is fought for often; more than one server can give before others hear of it.
        uses = self._chance.choice([1, 3, 20, 60]) if self._keys.wants_limited() else None
        made = self.caller.ask(CREATE, first, requests.create(uses=-1 if uses is None else uses))
        if made.outcome == DONE:
            if uses is None:
                self._ask(second, made.key)
            self._keys.add(made.key, uses)

    def _ask(self, server, key, connection=None):
        return self.caller.ask(LOGIN, server, requests.lookup(key, connection), key, connection)

    def _look_up(self, first, second):
        if key := self._keys.any(self._chance):
            self._ask(first, key)

    def _use(self, first, second):
        if (key := self._keys.any_limited(self._chance)) is None:
            return
        self._connections += 1
        connection = f"{self._name}-{self._connections}"
        use = self._ask(first, key, connection)
        if use.outcome == EXHAUSTED:
            # A few more are refused, by other users, until all have heard of it.
            self._keys.used_up(key)
        elif self._chance.random() < 0.5:
            # sshd asks twice, and whoever got no answer asks again: it is one use.
            self._ask(second, key, connection)

    def _delete(self, first, second):
        if key := self._keys.take(self._chance):
            if self.caller.ask(DELETE, first, requests.delete(key), key).outcome == DONE:
                self._ask(second, key)

    def _get_client(self, first, second):
        self.caller.ask(CLIENT, first, requests.get_client())


class Workload:
    TURNS = [User.MIXED] * 16 + [User.LOGINS] * 4
    # Of each user.
    PER_SECOND = 20

    def __init__(self, servers):
        self._keys = Keys()
        self._users = [User(number, servers, self._keys, self.PER_SECOND, turns)
                       for number, turns in enumerate(self.TURNS)]

    @property
    def operations(self):
        """So far, in the order of their beginning."""
        return sorted((operation for user in self._users for operation in list(user.caller.operations)),
                      key=lambda operation: operation.began)

    @property
    def uses(self):
        return dict(self._keys.uses)

    def stop(self):
        for user in self._users:
            user.thread.end()
        for user in self._users:
            user.thread.join_or_fail(2 * SECONDS_MAX)
            user.caller.close()
        if not self.uses:
            raise SoakError("the load made no key")
