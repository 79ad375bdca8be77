"""A PostgreSQL primary with a standby that confirms each commit, in a folder of their own, for an unprivileged user."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from drill.proxy import Proxy
from harness.failure import SoakError

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
# PostgreSQL does not run as root.
AS_USER = (["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else [])
SECONDS_MAX = 60
PORT = 5432


def program(name, *arguments, seconds=SECONDS_MAX):
    """Runs one of PostgreSQL's programs to its end, and returns what it printed."""
    command = [*AS_USER, PROGRAMS / name, *arguments]
    made = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd="/", stdin=subprocess.DEVNULL)
    if made.returncode != 0:
        raise SoakError(f"{name}: status {made.returncode}\n{made.stdout}{made.stderr}")
    return made.stdout.strip()


class Node:
    """One PostgreSQL server. It listens on a socket in its folder only."""

    def __init__(self, folder, data, log_path):
        self.folder = folder
        self.data = data
        self._log_path = log_path
        self._process = None

    @property
    def socket(self):
        return self.folder / f".s.PGSQL.{PORT}"

    def start(self):
        # Ends with the drill, however that ends.
        launcher = [*(AS_USER or ["setpriv"]), "--pdeathsig=KILL"]
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", f"port={PORT}",
                    "shared_buffers=64MB", "max_connections=100"]
        command = [*launcher, PROGRAMS / "postgres", "-D", self.data,
                   *(part for setting in settings for part in ("-c", setting))]
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")
        self.wait_until("SELECT true", "t")

    def wait_until(self, query, answer):
        deadline = time.monotonic() + SECONDS_MAX
        seen = None
        while time.monotonic() < deadline and self.is_running:
            with contextlib.suppress(SoakError, subprocess.TimeoutExpired):
                seen = self.ask(query)
                if seen == answer:
                    return
            time.sleep(0.02)
        raise SoakError(f"PostgreSQL: {query}: {seen!r}, not {answer!r}; {self._log_path}")

    def ask(self, query, database="postgres", user="postgres"):
        return program("psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(PORT),
                       "-U", user, "-d", database, "-c", query, seconds=10)

    def promote(self):
        """Returns when it takes writes."""
        program("pg_ctl", "promote", "-D", self.data, "-w", "-t", str(SECONDS_MAX))

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    # The whole server, with the processes of its sessions, as a machine that dies or hangs takes all of them

    def kill(self):
        if self.is_running:
            # Stopped first, so that it starts no more of them meanwhile.
            sessions = self._signal_all(signal.SIGSTOP)
            self._process.kill()
            for pid in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(SECONDS_MAX)

    def stop(self):
        """For the time being, as a machine that hangs."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        """Returns the processes of the sessions, which init inherits when the server is killed."""
        pid = self._process.pid
        self._process.send_signal(number)
        sessions = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for child in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)
        return sessions


class Cluster:
    """Primary and standby, each behind a proxy, with another on the way from one to the other."""

    def __init__(self, results, mount=None):
        """`mount`, called with the path of the primary's data, may put a disk there."""
        self._ending = contextlib.ExitStack()
        self._results = results
        self._folder = Path(tempfile.mkdtemp(prefix="tms-drill-"))
        self._ending.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._own(self._folder)
        try:
            self._start(mount)
        except BaseException:
            self.close()
            raise

    def _start(self, mount):
        self.primary = self._node("primary")
        if mount is not None:
            self._ending.callback(mount(self.primary.data).close)
            self._own(self.primary.data)
        program("initdb", "-D", self.primary.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self._begin(self.primary)
        self.primary.ask("CREATE ROLE tms LOGIN")
        self.primary.ask("CREATE DATABASE tms OWNER tms")
        self.replication = self._proxy(self.primary)
        self.standby = self._node("standby")
        program("pg_basebackup", "-D", self.standby.data, "-R", "-c", "fast", "--no-sync", "-d",
                f"host=127.0.0.1 port={self.replication.port} user=postgres application_name=standby")
        self._begin(self.standby)
        # On the primary only: the standby, once promoted, has nobody to wait for.
        self.primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self.primary.ask("SELECT pg_reload_conf()")
        self.primary.wait_until("SELECT sync_state FROM pg_stat_replication", "sync")
        self.doors = [self._proxy(self.primary), self._proxy(self.standby)]

    def _own(self, path):
        if AS_USER:
            shutil.chown(path, "postgres", "postgres")

    def _node(self, name):
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        self._own(folder)
        return Node(folder, folder / "data", self._results / f"{name}.log")

    def _begin(self, node):
        self._ending.callback(node.kill)
        node.start()

    def _proxy(self, node):
        proxy = Proxy(node.socket)
        self._ending.callback(proxy.close)
        return proxy

    @property
    def url(self):
        """As an operator writes it."""
        hosts = ",".join(f"127.0.0.1:{door.port}" for door in self.doors)
        return f"postgresql://tms@{hosts}/tms?target_session_attrs=read-write"

    def close(self):
        self._ending.close()
