"""Programs under test: building, starting, watching and stopping them."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from .beside import Beside

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent

# For a program to say that it listens, or to end when asked to.
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 15

# All that a program has in memory; and of it what is its own, without the pages of files that it has mapped.
RESIDENT = "VmRSS"
PRIVATE = "RssAnon"


class BenchError(Exception):
    """Something that makes the figures worthless. The message is for whoever started the script."""


class Listener:
    """A program that prints `listening on http://HOST:PORT` and serves until it is told to stop."""

    def __init__(self, command, log_path, environment=None):
        self.log_path = log_path
        self.log = open(log_path, "wb")
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL)
        # Not read by a blocking call: a program that says nothing must not hang the script.
        os.set_blocking(self.process.stdout.fileno(), False)
        try:
            self.url = self._wait_for_url()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        return self.url.removeprefix("http://")

    def _wait_for_url(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        said = b""
        while time.monotonic() < deadline:
            said += self.process.stdout.read() or b""
            for line in said.decode(errors="replace").splitlines(keepends=True):
                if line.startswith("listening on ") and line.endswith("\n"):
                    return line.removeprefix("listening on ").strip()
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise BenchError(f"{self.process.args[0]} did not start:\n{self.log_tail()}")

    def log_tail(self):
        with open(self.log_path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2000))
            return file.read().decode(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def cpu_nanoseconds(self):
        return cpu_nanoseconds(self.pid)

    def resident_mib(self):
        try:
            return memory_mib(self.pid, RESIDENT)
        except BenchError as error:
            raise BenchError(f"{self.process.args[0]} has ended:\n{self.log_tail()}") from error


def cpu_nanoseconds(pid):
    """CPU time of all threads so far. From schedstat: the ticks in /proc/PID/stat are 10 ms, too coarse."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end between being listed and being read.
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total


def memory_mib(pid, kind):
    """What a program has of a kind of memory, as its /proc/PID/status names it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise BenchError("it has ended")


class MemoryWatch(Beside):
    """Notes a program's memory, twice a second, while it is entered."""

    def __init__(self, pid, kind=RESIDENT):
        super().__init__()
        self.pid = pid
        self.kind = kind
        # Seconds since it was entered, and MiB.
        self.samples = []

    def watch(self):
        # A program that has ended has no memory; whoever sends it requests will say so.
        with contextlib.suppress(BenchError, OSError):
            while True:
                self.samples.append((self.seconds(), memory_mib(self.pid, self.kind)))
                if self.ended.wait(0.5):
                    return

    def most(self, start, end=float("inf")):
        """The most it had between two times."""
        return max((mib for seconds, mib in self.samples if start <= seconds <= end), default=0.0)

    def at(self, time):
        """What it had at a time: the sample next to it."""
        return min(self.samples, key=lambda sample: abs(sample[0] - time))[1]


def run(command, timeout=3600, environment=None, stdin=None):
    """Runs a program to its end and returns what it printed."""
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment, input=stdin or "")
    if result.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


# Finding and building


def add_program_options(parser):
    parser.add_argument("--server", type=Path, metavar="PATH", help="a tms-server that is built already")
    parser.add_argument("--tools", type=Path, metavar="FOLDER",
                        help="with BareResponder, BareInserts and LoadGenerator, built already")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="a setting of the server, as tms-server --set; may be repeated")


class Programs:
    """Where the server and the measuring tools are; builds what the command line did not name."""

    def __init__(self, arguments):
        self.server = (arguments.server or build(ROOT, "tms-server")).resolve()
        self._tools = arguments.tools
        require_program(self.server)

    def tool(self, name):
        path = self._tools / name if self._tools else build(BENCHMARKS, name)
        require_program(path)
        return path.resolve()


def build(package, product):
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", str(package)]
    print(f"building {product}", file=sys.stderr)
    run([*command, "--product", product])
    return Path(run([*command, "--show-bin-path"]).strip()) / product


def require_program(path):
    if not os.access(path, os.X_OK) or path.is_dir():
        raise BenchError(f"{path} is not a program")


# The server


def install(program, root, environment=None):
    run([program, "install", "--root-dir", root, "--allow-root"], timeout=60, environment=environment)


def serve(program, root, settings=(), prefix=(), environment=None):
    """Starts an installed server. `prefix` is a command to start it with, such as strace."""
    # Making the stock of RSA and ECDSA keys takes seconds of CPU after a start; it is none of these requests' cost.
    defaults = ["enable_test_tenant=true", "rsa_pairs=0", "ecdsa_pairs=0"]
    sets = [part for setting in [*defaults, *settings] for part in ("--set", setting)]
    command = [program, "--root-dir", root, "--allow-root", "--http-addr", "http://127.0.0.1", "--http-port", "0"]
    return Listener([*prefix, *command, *sets], root.parent / f"{root.name}.log", environment)


def start_server(program, root, settings=(), environment=None):
    install(program, root, environment)
    return serve(program, root, settings, environment=environment)


def database(root):
    return root / "database" / "tms.db"
