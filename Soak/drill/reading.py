"""Reads through one server what there is in the end."""

import json

from drill.history import LOGIN, Reading
from drill.workload import Caller
from harness import requests
from harness.connection import Connection
from harness.failure import SoakError

PAGE = 1000


def read_all(servers, keys):
    """The reading of each server. Keys with a number of uses are not looked up, since that would take one."""
    lasting = [key for key, uses in keys.items() if uses is None]
    readings = []
    for number, server in enumerate(servers):
        caller = Caller(servers)
        listed = read_list(server.address)
        # A third each: all lists are complete, and all rows the same, wherever a lookup reads them.
        lookups = {key: caller.ask(LOGIN, number, requests.lookup(key), key).outcome
                   for key in lasting[number::len(servers)] if key in listed}
        caller.close()
        readings.append(Reading(number, listed, lookups))
    return readings


def read_list(address):
    listed, after = {}, None
    with Connection(address, 30) as connection:
        while True:
            answer = connection.ask(requests.keys(PAGE, after))
            if answer.status != 200:
                raise SoakError(f"the list of keys: {answer.status} {answer.body[:200]!r}")
            page = json.loads(answer.body)
            listed.update((row["public_key_fingerprint"], row["remaining_uses"]) for row in page["pubkeys"])
            after = page.get("next")
            if not after:
                return listed
