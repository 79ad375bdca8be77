"""Makes credentials of the fuzzer's own, then runs Schemathesis and sees that it did enough."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree

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


def main():
    cases, seconds = sys.argv[1:3]
    boss = admin("test", os.environ["TEST_ADMIN_SECRET"])
    client = call("client", boss, {
        "client_id": "fuzzer", "tenant": "test", "app_name": "fuzzer", "app_version": "1.0"})
    call("delegations", boss, {
        "tenant": "test", "client_id": "fuzzer", "client_user_id": "testuser1", "ttl_minutes": -1})
    own = call("admins", boss, {"tenant": "test", "admin_id": "fuzzer"})
    above = {"tenant": "default", "admin_id": "fuzzer"}
    above = call("admins", admin("default", os.environ["DEFAULT_ADMIN_SECRET"]), above)
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE),
        "FUZZER_CLIENT_SECRET": client["client_secret"], "FUZZER_ADMIN_SECRET": own["admin_secret"],
        "FUZZER_DEFAULT_SECRET": above["admin_secret"],
    }
    schemathesis = pathlib.Path(sys.executable).with_name("schemathesis")
    status = subprocess.run(
        [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", URL + "/spec", "--url", URL + "/v1",
         "--max-examples", cases, "--max-time", seconds, "--report", "junit", "--report-junit-path", REPORT],
        env=environment).returncode
    sys.exit(status)


if __name__ == "__main__":
    main()
