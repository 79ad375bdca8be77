"""The requests that scenarios send, as bytes, on behalf of the test tenant's well-known client."""

import json
from urllib.parse import quote

CLIENT = {"X-TMS-TENANT": "test", "X-TMS-CLIENT-ID": "testclient1", "X-TMS-CLIENT-SECRET": "secret1"}
USER, HOST, ACCOUNT = "testuser1", "testhost1", "testhostaccount1"


def request(method, path, body=None, headers=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: soak"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    content = b""
    if body is not None:
        content = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def create(ttl_minutes=-1, uses=-1):
    body = {"client_user_id": USER, "host": HOST, "host_account": ACCOUNT, "num_uses": uses,
            "ttl_minutes": ttl_minutes, "key_type": ""}
    return request("POST", "/v1/tms/pubkeys/creds", body, CLIENT)


def lookup(fingerprint, connection=None):
    """What a login host asks. `connection` names the SSH connection: asking again for it is no further use."""
    body = {"user": ACCOUNT, "user_uid": 1000, "host": HOST, "public_key_fingerprint": fingerprint}
    if connection is not None:
        body["connection"] = connection
    return request("POST", "/v1/tms/pubkeys/creds/retrieve", body)


def delete(fingerprint):
    body = {"client_id": CLIENT["X-TMS-CLIENT-ID"], "tenant": CLIENT["X-TMS-TENANT"], "host": HOST,
            "public_key_fingerprint": fingerprint}
    return request("DELETE", "/v1/tms/pubkeys/del", body, CLIENT)


def keys(limit, after=None):
    """A page of the client's keys. `after` is the `next` of the page before."""
    page = f"limit={limit}" + (f"&after={quote(after)}" if after else "")
    return request("GET", f"/v1/tms/pubkeys/list?{page}", headers=CLIENT)


def version():
    return request("GET", "/v1/tms/version")


def get_client():
    return request("GET", f"/v1/tms/client/{CLIENT['X-TMS-CLIENT-ID']}", headers=CLIENT)
