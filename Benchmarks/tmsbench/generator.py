"""LoadGenerator: plans for it, and what it reports. Its --help explains both."""

import json

from .operations import CLIENT_HEADERS, NEW_KEY, login
from .programs import run

# A request that is not answered within this has failed.
TIMEOUT_SECONDS = 10


def generate(program, server, streams):
    """Runs streams against a server and returns the report, its streams by name."""
    plan = {"address": server.address, "timeout_seconds": TIMEOUT_SECONDS, "streams": streams}
    # For connections to open, and for the last answers.
    bound = max(stream["until"] for stream in streams) + 3 * TIMEOUT_SECONDS + 30
    report = json.loads(run([program, "-"], timeout=bound, stdin=json.dumps(plan)))
    report["streams"] = {stream["name"]: stream for stream in report["streams"]}
    return report


def stream(name, operation, connections, until, start=0.0, rate=None, per_connection=None, is_open=False):
    return {
        "name": name,
        "mode": "open" if is_open else "closed",
        "connections": connections,
        "rate": rate,
        "requests_per_connection": per_connection,
        "from": start,
        "until": until,
        "operations": [operation],
    }


def create(headers=CLIENT_HEADERS):
    return operation("create", "POST", "/v1/tms/pubkeys/creds", headers, [NEW_KEY])


def client():
    return operation("client", "GET", "/v1/tms/client/testclient1", CLIENT_HEADERS, [])


def retrieve(fingerprints):
    headers = {"Content-Type": "application/json"}
    return operation("retrieve", "POST", "/v1/tms/pubkeys/creds/retrieve", headers, map(login, fingerprints))


def operation(name, method, path, headers, bodies):
    return {"name": name, "weight": 1, "method": method, "path": path, "headers": headers,
            "bodies": [json.dumps(body, separators=(",", ":")) for body in bodies]}
