"""Makes credentials of the fuzzer's own, then runs Schemathesis and sees that it did enough."""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

URL = os.environ["TMS_URL"]
HERE = pathlib.Path(__file__).parent
REPORT = pathlib.Path(".build/test-output/fuzz.xml")


def admin(tenant, secret):
    return {"X-TMS-TENANT": tenant, "X-TMS-ADMIN-ID": "~~admin", "X-TMS-ADMIN-SECRET": secret}


def call(path, headers, body):
    request = urllib.request.Request(
        URL + "/v1/tms/" + path, method="POST", headers={**headers, "Content-Type": "application/json"},
        data=json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request))


def make_client(boss, name):
    """A client that may be anything; returns its secret."""
    body = {"client_id": name, "tenant": "test", "app_name": name, "app_version": "1.0"}
    return call("client", boss, body)["client_secret"]


def make_names(boss, client, name, owner):
    """A user with an account, a key and a reservation, which the client `owner` holds."""
    user, host, account = name + "-user", name + "-host", name + "-account"
    call("usermfa", boss, {"tenant": "test", "tms_user_id": user, "ttl_minutes": -1})
    link = {"tenant": "test", "tms_user_id": user, "host": host, "host_account": account, "ttl_minutes": -1}
    call("userhosts", boss, link)
    delegation = {"tenant": "test", "client_id": owner, "client_user_id": user, "ttl_minutes": -1}
    call("delegations", boss, delegation)
    key = call("pubkeys/creds", client, {
        "client_user_id": user, "host": host, "host_account": account, "num_uses": -1, "ttl_minutes": -1})
    fingerprint = key["public_key_fingerprint"]
    reservation = call("reservations", client, {
        "client_user_id": user, "host": host, "public_key_fingerprint": fingerprint, "ttl_minutes": 60})["resid"]
    return {
        "client_id": name, "admin_id": name, "tms_user_id": user, "client_user_id": user, "host": host,
        "host_account": account, "user": account, "public_key_fingerprint": fingerprint, "resid": reservation,
        "parent_resid": reservation,
    }


def main():
    seconds, cases = sys.argv[1:3]
    boss = admin("test", os.environ["TEST_ADMIN_SECRET"])
    secrets = {
        "FUZZER_CLIENT_SECRET": make_client(boss, "fuzzer"),
        "FUZZER_ADMIN_SECRET": call("admins", boss, {"tenant": "test", "admin_id": "fuzzer"})["admin_secret"],
        "FUZZER_DEFAULT_SECRET": call(
            "admins", admin("default", os.environ["DEFAULT_ADMIN_SECRET"]),
            {"tenant": "default", "admin_id": "fuzzer"})["admin_secret"],
    }
    make_client(boss, "expendable")
    client = {
        "X-TMS-TENANT": "test", "X-TMS-CLIENT-ID": "fuzzer", "X-TMS-CLIENT-SECRET": secrets["FUZZER_CLIENT_SECRET"]}
    names = [make_names(boss, client, "fuzzer", "fuzzer"), make_names(boss, client, "expendable", "fuzzer")]
    environment = {
        **os.environ, **secrets, "FUZZER_NAMES": json.dumps(names), "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
    }
    schemathesis = pathlib.Path(sys.executable).with_name("schemathesis")
    run = subprocess.Popen(
        [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", URL + "/spec", "--url", URL + "/v1",
         "--max-time", seconds, "--report", "junit", "--report-junit-path", REPORT],
        env=environment, stdout=subprocess.PIPE, text=True)
    generated = 0
    for line in run.stdout:
        print(line, end="", flush=True)
        if found := re.match(r"\s*(\d+) generated", line):
            generated = int(found[1])
    if run.wait() != 0:
        sys.exit(run.returncode)
    if generated < int(cases):
        sys.exit(f"only {generated} cases were generated in {seconds} seconds, not {cases}")


if __name__ == "__main__":
    main()
