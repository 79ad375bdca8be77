"""A server of the run's own: installed in a folder, started, watched from outside, ended."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from harness import logfmt, requests
from harness.connection import Connection
from harness.failure import SoakError
from harness.metrics import Metrics

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
# One line per request would be most of what the disk does. What matters here is logged as a notice or above.
# Making the stock of RSA and ECDSA keys takes seconds of CPU after a start, and no scenario needs them.
DEFAULTS = ["enable_test_tenant=true", "rsa_pairs=0", "ecdsa_pairs=0", "log_level=notice"]


class Server:
    def __init__(self, program, root, log_path, settings=(), environment=None, database_url=None):
        self.root = Path(root)
        self.log_path = Path(log_path)
        sets = [part for setting in [*DEFAULTS, *settings] for part in ("--set", setting)]
        self._command = [program, "serve", "--root-dir", self.root, "--allow-root",
                         "--http-addr", "http://127.0.0.1", "--http-port", "0", *sets]
        installing = {**os.environ, **({"TMS_DATABASE_URL": database_url} if database_url else {})}
        # Only the server itself is to meet the shims, not what installs it.
        self._environment = {**installing, **(environment or {})}
        self.process = None
        self.address = None
        install = [program, "install", "--root-dir", self.root, "--allow-root"]
        made = subprocess.run(
            install, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=installing)
        if made.returncode != 0:
            raise SoakError(f"install: status {made.returncode}\n{made.stderr}")

    # Life

    def start(self):
        """Starts it, and returns the seconds until it listened."""
        began = time.monotonic()
        said_path = self.log_path.with_suffix(".out")
        with open(self.log_path, "ab") as log, open(said_path, "wb") as said:
            self.process = subprocess.Popen(
                self._command, stdout=said, stderr=log, stdin=subprocess.DEVNULL, env=self._environment)
        while time.monotonic() - began < START_SECONDS_MAX:
            for line in said_path.read_text().splitlines(keepends=True):
                if line.startswith("listening on http://") and line.endswith("\n"):
                    host, port = line.strip().removeprefix("listening on http://").rsplit(":", 1)
                    self.address = (host, int(port))
                    return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        self.kill()
        raise SoakError(f"the server did not start:\n{self.log_path.read_text(errors='replace')[-2000:]}")

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def send_signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As a power cut would end it, as far as a process can be."""
        if self.is_running:
            self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def stop(self):
        """Ends it as an operator does, and returns its exit status."""
        if self.is_running:
            # A stopped process would never see the other signal.
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    # What can be seen of it from outside

    def resident_bytes(self):
        """Without the pages of the database that lookups have mapped: those are the kernel's (decision 0009)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
        raise SoakError("the server has ended")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def write_ahead_log_bytes(self):
        with contextlib.suppress(FileNotFoundError):
            return self.database.with_name(self.database.name + "-wal").stat().st_size
        return 0

    @property
    def database(self):
        return self.root / "database" / "tms.db"

    def admin_secret(self, tenant):
        """Of the administrator `~~admin`, as the installer wrote it down."""
        lines = (self.root / "tms-install.out").read_text().splitlines()
        after = lines[lines.index(f"Tenant: {tenant}"):]
        return next(line for line in after if line.startswith("Administrator Password: ")).split(": ", 1)[1]

    def events(self, event, **fields):
        """Its log lines of that event, each a dictionary."""
        return logfmt.events(self.log_path, event, fields)

    # What it says of itself

    def ask(self, request, seconds=20.0):
        """One request over a connection of its own."""
        with Connection(self.address, seconds) as connection:
            return connection.ask(request)

    def get(self, path):
        return self.ask(requests.request("GET", path))

    def metrics(self):
        answer = self.get("/metrics")
        return Metrics(answer.body.decode() if answer.status == 200 else "")
