"""What the drill wrote down: every operation with its outcome, every harm, and what could be read in the end."""

from typing import NamedTuple

# Outcomes of an operation beside statuses that nobody should have got, such as "401".
DONE = "done"
# 503: the server says that nothing was changed.
REFUSED = "refused"
# 503 that says itself that the change may have been made.
UNKNOWN = "unknown"
# The connection broke, so that the change may have been made too.
LOST = "lost"
# Nobody took the connection.
UNREACHED = "unreached"
FAILURES = (REFUSED, UNKNOWN, LOST, UNREACHED)
# Of a lookup only. 404: no such key. 403: no use left.
ABSENT = "absent"
EXHAUSTED = "exhausted"

CREATE, LOGIN, DELETE, CLIENT = "create", "login", "delete", "client"
KINDS = (CREATE, LOGIN, DELETE, CLIENT)


class Operation(NamedTuple):
    """Times are of time.monotonic()."""

    kind: str
    server: int
    began: float
    ended: float
    outcome: str
    # The key's fingerprint; None where it never became known.
    key: object = None
    # Names the SSH connection of a login.
    connection: object = None
    # What came, where the outcome does not say all.
    detail: str = ""

    @property
    def seconds(self):
        return self.ended - self.began


class Outage(NamedTuple):
    """A harm, from its beginning to the moment it was over. `server` is None when the database was harmed."""

    what: str
    server: object
    began: float
    ended: float


class Reading(NamedTuple):
    """All that one server says in the end."""

    server: int
    # Remaining uses of every key it lists, by fingerprint.
    listed: dict
    # Outcome of looking a key up, by fingerprint.
    lookups: dict


class History(NamedTuple):
    operations: list
    # Uses of every key whose creation was acknowledged, by fingerprint; None: any number.
    keys: dict
    outages: list
    # When the load ended.
    ended: float
