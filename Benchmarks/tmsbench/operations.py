"""The operations that are measured, as requests of the test tenant's client."""

import http.client
import json

from .programs import BenchError

CLIENT_HEADERS = {
    "X-TMS-TENANT": "test",
    "X-TMS-CLIENT-ID": "testclient1",
    "X-TMS-CLIENT-SECRET": "secret1",
    "Content-Type": "application/json",
}
NEW_KEY = {
    "client_user_id": "testuser1",
    "host": "testhost1",
    "host_account": "testhostaccount1",
    "num_uses": -1,
    "ttl_minutes": -1,
    "key_type": "",
}

# A request that takes longer than this ends the measurement.
REQUEST_SECONDS_MAX = 10


def login(fingerprint):
    return {
        "user": "testhostaccount1",
        "user_uid": 1000,
        "host": "testhost1",
        "public_key_fingerprint": fingerprint,
    }


class Caller:
    """A kept connection to a server; any answer but the expected one is an error."""

    def __init__(self, server, headers=CLIENT_HEADERS):
        self.headers = {"Content-Type": "application/json", **headers}
        self.connection = http.client.HTTPConnection(server.address, timeout=REQUEST_SECONDS_MAX)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def call(self, method, path, status, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != status:
            raise BenchError(f"{method} {path}: {answer.status} instead of {status}\n{text[:500]}")
        return json.loads(text)


def create_key(caller):
    """Makes a key and returns its fingerprint."""
    return caller.call("POST", "/v1/tms/pubkeys/creds", 201, NEW_KEY)["public_key_fingerprint"]


def create_keys(server, count):
    with Caller(server) as caller:
        return [create_key(caller) for _ in range(count)]


def check_successes(server, fingerprint):
    """wrk counts statuses from 400; this makes sure that nothing is redirected or answered with something else."""
    with Caller(server) as caller:
        caller.call("GET", "/v1/tms/version", 200)
        caller.call("GET", "/v1/tms/client/testclient1", 200)
        caller.call("POST", "/v1/tms/pubkeys/creds/retrieve", 200, login(fingerprint))
        create_key(caller)


def admin_headers(root):
    """The test tenant's administrator, as the installation printed it."""
    values = {}
    for line in (root / "tms-install.out").read_text().splitlines():
        label, colon, value = line.partition(": ")
        if colon:
            values[label] = value
        if label == "Administrator Password" and values.get("Tenant") == "test":
            return {"X-TMS-TENANT": "test", "X-TMS-ADMIN-ID": values["Administrator ID"], "X-TMS-ADMIN-SECRET": value}
    raise BenchError(f"no administrator of the tenant test in {root}/tms-install.out")
