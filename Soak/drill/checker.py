"""Holds a history against what must be true of it, whatever was killed meanwhile.

Each rule is a function of the history and the final readings, and returns its violations as texts. Where an outcome is
unknown, both of what may have happened is allowed; where it is known, nothing else is.
"""

from collections import defaultdict
from typing import NamedTuple

from drill.history import (
    ABSENT, CLIENT, CREATE, DELETE, DONE, EXHAUSTED, FAILURES, KINDS, LOGIN, LOST, REFUSED, UNKNOWN, UNREACHED)

# From the database being back, or a server listening again, to the first success of each kind.
RECOVERY_SECONDS = 5.0
# The servers' deadline_seconds.
ANSWER_SECONDS = 10.0
# Their login_deadline_seconds.
LOGIN_SECONDS = 2.0
# How often they look at it; Python's threads, and the machine's other work.
SLACK_SECONDS = 1.0


class Rule(NamedTuple):
    what: str
    violations: object


class Deletions:
    """When each key may have been deleted at the earliest, and when it certainly was."""

    def __init__(self, history):
        self.may_begin, self.certain_from = {}, {}
        for operation in history.operations:
            if operation.kind != DELETE or operation.outcome in (REFUSED, UNREACHED):
                continue
            key = operation.key
            self.may_begin[key] = min(operation.began, self.may_begin.get(key, operation.began))
            if operation.outcome == DONE:
                self.certain_from[key] = min(operation.ended, self.certain_from.get(key, operation.ended))


def missed_keys(history, readings):
    """Acknowledged keys that a server did not find at a lookup, which may be of another server's making."""
    deletions = Deletions(history)
    created_at = {operation.key: operation.ended for operation in history.operations
                  if operation.kind == CREATE and operation.outcome == DONE}
    for operation in history.operations:
        if operation.kind != LOGIN or operation.outcome != ABSENT or operation.key not in created_at:
            continue
        if operation.began < created_at[operation.key]:
            continue
        if operation.ended < deletions.may_begin.get(operation.key, float("inf")):
            yield f"{operation.key}: not there on server {operation.server} {at(operation, history)}"


def lost_keys(history, readings):
    """Acknowledged keys that are not there in the end."""
    deletions = Deletions(history)
    for reading in readings:
        for key in history.keys:
            if key in deletions.may_begin:
                continue
            if key not in reading.listed:
                yield f"{key}: not listed by server {reading.server} in the end"
            elif reading.lookups.get(key, DONE) not in (DONE, EXHAUSTED):
                yield f"{key}: {reading.lookups[key]} when looked up on server {reading.server} in the end"


def returned_keys(history, readings):
    """Keys that were found after their deletion had been acknowledged."""
    deletions = Deletions(history)
    for operation in history.operations:
        gone = deletions.certain_from.get(operation.key, float("inf"))
        if operation.kind == LOGIN and operation.outcome in (DONE, EXHAUSTED) and operation.began > gone:
            yield f"{operation.key}: found by server {operation.server} {at(operation, history)}, deleted before"
    for reading in readings:
        for key in deletions.certain_from:
            if key in reading.listed:
                yield f"{key}: listed by server {reading.server} in the end, deleted before"


def stray_keys(history, readings):
    """More keys than were acknowledged and may have been made: one was made though it was refused, or made twice."""
    possible = sum(1 for operation in history.operations
                   if operation.kind == CREATE and operation.outcome in (UNKNOWN, LOST))
    for reading in readings:
        strays = [key for key in reading.listed if key not in history.keys]
        if len(strays) > possible:
            yield f"server {reading.server} lists {len(strays)} keys nobody was told of; {possible} may have been made"


class Uses:
    """Which connections took a use of a key, and which may have."""

    def __init__(self, operations):
        outcomes = defaultdict(set)
        began = {}
        for operation in operations:
            outcomes[operation.connection].add(operation.outcome)
            began[operation.connection] = min(operation.began, began.get(operation.connection, operation.began))
        self.taken = {connection for connection, seen in outcomes.items() if DONE in seen}
        self.possible = {connection for connection, seen in outcomes.items()
                         if seen & {UNKNOWN, LOST} and connection not in self.taken}
        self._began = began

    def may_be_taken_before(self, time):
        return sum(1 for connection in self.taken | self.possible if self._began[connection] < time)


def wrong_uses(history, readings):
    """Uses that were lost, taken twice, or refused while there were some."""
    by_key = defaultdict(list)
    for operation in history.operations:
        if operation.kind == LOGIN and history.keys.get(operation.key) is not None:
            by_key[operation.key].append(operation)
    for key, uses_max in history.keys.items():
        if uses_max is None:
            continue
        operations = by_key[key]
        uses = Uses(operations)
        if len(uses.taken) > uses_max:
            yield f"{key}: {len(uses.taken)} connections were let in, of {uses_max}"
        yield from early_refusals(key, uses_max, uses, operations)
        yield from later_successes(key, operations)
        least = uses_max - len(uses.taken) - len(uses.possible)
        most = uses_max - len(uses.taken)
        for reading in readings:
            remaining = reading.listed.get(key)
            if remaining is not None and not max(0, least) <= remaining <= most:
                yield (f"{key}: {remaining} uses are left, says server {reading.server}; must be"
                       f" {max(0, least)} to {most}: {len(uses.taken)} taken, {len(uses.possible)} unknown,"
                       f" of {uses_max}")


def early_refusals(key, uses_max, uses, operations):
    for operation in operations:
        if operation.outcome == EXHAUSTED and uses.may_be_taken_before(operation.ended) < uses_max:
            yield f"{key}: refused as used up by server {operation.server} while uses were left"


def later_successes(key, operations):
    """A use given after a refusal for want of uses had ended: no order of the operations explains both."""
    refusals = [operation.ended for operation in operations if operation.outcome == EXHAUSTED]
    if not refusals:
        return
    first_use = {}
    for operation in sorted(operations, key=lambda operation: operation.began):
        if operation.outcome in (DONE, UNKNOWN, LOST):
            first_use.setdefault(operation.connection, operation)
    for operation in first_use.values():
        if operation.outcome == DONE and operation.began > min(refusals):
            yield f"{key}: a use was taken on server {operation.server} after it had been used up"


def strange_answers(history, readings):
    """Whatever is neither success, nor 503, nor the rules' own refusal of a key: 401, 403, 404, 500."""
    expected = {CREATE: {DONE}, DELETE: {DONE}, CLIENT: {DONE}, LOGIN: {DONE, ABSENT, EXHAUSTED}}
    for operation in history.operations:
        if operation.outcome not in expected[operation.kind] | set(FAILURES):
            yield (f"{operation.kind} on server {operation.server} {at(operation, history)}:"
                   f" {operation.outcome} {operation.detail}")


def causeless_failures(history, readings):
    """Connections lost to a server that was not killed; 503 while, and after, the database was well."""
    for operation in history.operations:
        if operation.outcome in (LOST, UNREACHED):
            causes = [outage for outage in history.outages if outage.server == operation.server]
            patience = 0.0
        elif operation.outcome in (REFUSED, UNKNOWN):
            causes = [outage for outage in history.outages if outage.server is None]
            patience = RECOVERY_SECONDS
        else:
            continue
        if not any(operation.ended >= outage.began and operation.began <= outage.ended + patience
                   for outage in causes):
            yield (f"{operation.kind} on server {operation.server} {at(operation, history)}:"
                   f" {operation.outcome} {operation.detail}")


def slow_answers(history, readings):
    """Whoever waits longer than the server's own limits allow."""
    for operation in history.operations:
        limit = LOGIN_SECONDS if operation.kind == LOGIN else ANSWER_SECONDS
        if operation.seconds > limit + SLACK_SECONDS:
            yield (f"{operation.kind} on server {operation.server} {at(operation, history)}:"
                   f" {operation.outcome} after {operation.seconds:.1f} s")


def recoveries(history):
    """(outage, server, kind, seconds until the first success that began after it; None: never)."""
    for outage in history.outages:
        harmed = [outage.server] if outage.server is not None else sorted({
            operation.server for operation in history.operations})
        for server in harmed:
            for kind in KINDS:
                ends = [operation.ended for operation in history.operations
                        if operation.kind == kind and operation.server == server and operation.began >= outage.ended
                        and operation.outcome == DONE]
                yield outage, server, kind, min(ends) - outage.ended if ends else None


def late_recoveries(history, readings):
    for outage, server, kind, seconds in recoveries(history):
        if seconds is None:
            yield f"{outage.what}: no {kind} succeeded on server {server} any more"
        elif seconds > RECOVERY_SECONDS:
            yield f"{outage.what}: the first {kind} on server {server} succeeded after {seconds:.1f} s"


def at(operation, history):
    """When, in seconds since the beginning of the load."""
    return f"at {operation.began - min(other.began for other in history.operations):.2f} s"


RULES = {
    "lost": Rule("every acknowledged key is there in the end", lost_keys),
    "missed": Rule("every acknowledged key is found at once, on every server", missed_keys),
    "returned": Rule("no deleted key comes back", returned_keys),
    "stray": Rule("nothing that was refused was made", stray_keys),
    "uses": Rule("no use is lost, taken twice, or given after the last one", wrong_uses),
    "strange": Rule("nobody gets 401, 403, 404 or 500 for the harm", strange_answers),
    "causeless": Rule("503 only while the database is away, lost connections only to killed servers",
                      causeless_failures),
    "slow": Rule(f"no login waits longer than {LOGIN_SECONDS:.0f} s and nothing else longer than {ANSWER_SECONDS:.0f} s"
                 " (login_deadline_seconds, deadline_seconds)", slow_answers),
    "recovery": Rule(f"each kind of request succeeds on each server within {RECOVERY_SECONDS:.0f} s after the harm",
                     late_recoveries),
}


def check(history, readings):
    """The violations of each rule, by its name."""
    return {name: list(rule.violations(history, readings)) for name, rule in RULES.items()}
