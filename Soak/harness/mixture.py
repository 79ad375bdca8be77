"""The mixed load: wrk with Soak/load/mixed.lua, since Python could not come near what the server can do."""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from harness import requests
from harness.failure import SoakError

SCRIPT = Path(__file__).resolve().parent.parent / "load" / "mixed.lua"


class Load(NamedTuple):
    requests: int
    seconds: float
    p99: float
    slowest: float
    made: int
    found: int
    deleted: int
    failures: int
    outcomes: str

    @property
    def per_second(self):
        return self.requests / self.seconds


class Mixture:
    def __init__(self, server, folder):
        self._server = server
        # The script reads these, with a word where a fingerprint comes: so they are written down in one place.
        texts = {"lasting": requests.create(), "short": requests.create(ttl_minutes=1),
                 "lookup": requests.lookup("FINGERPRINT"), "delete": requests.delete("FINGERPRINT"),
                 "client": requests.get_client()}
        self._folder = folder
        for name, text in texts.items():
            (folder / f"{name}.request").write_bytes(text)

    def run(self, seconds, connections, per_second=0, only_creates=False):
        """`per_second` 0: as fast as it goes."""
        environment = {**os.environ, "TMS_REQUESTS": str(self._folder), "TMS_PER_SECOND": str(per_second),
                       "TMS_ONLY_CREATES": "1" if only_creates else ""}
        host, port = self._server.address
        command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout=20s",
                   "-s", SCRIPT, f"http://{host}:{port}"]
        made = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, env=environment)
        line = next((line for line in made.stdout.splitlines() if line.startswith("RESULT ")), None)
        if made.returncode != 0 or line is None:
            raise SoakError(f"wrk said nothing:\n{made.stdout}{made.stderr}")
        result = json.loads(line.removeprefix("RESULT "))
        broken = {name: result[name] for name in ("connect", "read", "write", "timeout") if result[name]}
        outcomes = {**json.loads(result["statuses"]), **broken}
        failures = sum(count for outcome, count in outcomes.items() if outcome not in ("200", "201"))
        return Load(result["requests"], result["microseconds"] / 1e6, result["p99"] / 1e6, result["max"] / 1e6,
                    result["made"], result["found"], result["deleted"], failures,
                    ", ".join(f"{outcome} x {count}" for outcome, count in sorted(outcomes.items())))
