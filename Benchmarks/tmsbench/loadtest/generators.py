"""Load generators: how each is told to send one GET after the other over connections, and what it says of it."""

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from ..operations import CLIENT_HEADERS
from ..programs import (BENCHMARKS, STOP_SECONDS_MAX, BenchError, Listener, MemoryWatch, require_program,
                        start_server)

SCRIPTS = BENCHMARKS / "loadtest"
# For a generator to start, to end and to write its report.
OVERHEAD_SECONDS_MAX = 60

CLIENT_VARIABLES = {
    "X_TMS_TENANT": CLIENT_HEADERS["X-TMS-TENANT"],
    "X_TMS_CLIENT_ID": CLIENT_HEADERS["X-TMS-CLIENT-ID"],
    "X_TMS_CLIENT_SECRET": CLIENT_HEADERS["X-TMS-CLIENT-SECRET"],
}


class MisbehavingServer(Listener):
    """The tests' server, which takes as long for an answer as it is told."""

    def __init__(self, program, log_path, *flags):
        super().__init__([program, "--exit-with-parent", *flags], log_path)
        self.url = f"http://127.0.0.1:{self.url}"

    def end(self):
        """Ends it.

        Returns: microseconds that its answers really took, by the names of measurement(). Only with --report-times.
        """
        self.process.terminate()
        self.process.wait(STOP_SECONDS_MAX)
        said = self.process.stdout.read().decode()
        times = {name: int(time) for name, time in re.findall(r"(p[\d.]+) (\d+) us", said)}
        if not times:
            raise BenchError(f"the server did not say how long its answers took: {said!r}")
        return {f"{name.replace('.', '')}_us": time for name, time in times.items()}


class Run:
    """What a generator printed, and what it cost."""

    def __init__(self, output, errors, status, cpu_seconds, memory):
        self.output, self.errors, self.status = output, errors, status
        self.cpu_seconds = cpu_seconds
        # A MemoryWatch that has ended.
        self.memory = memory


class Generators:
    """The programs, a folder for what they write, and how each is run."""

    def __init__(self, arguments, folder):
        self.folder = folder
        self._programs, self._tools = arguments.programs, arguments.tools

    def server(self):
        return start_server(self.program("tms-server"), self.folder / "server")

    def misbehaving(self, *flags):
        return MisbehavingServer(self.program("misbehaving-server"), self.folder / "misbehaving.log", *flags)

    def program(self, name):
        path = (self._programs / name).resolve()
        require_program(path)
        return path

    def tool(self, name):
        path = self._tools / name
        found = str(path) if path.exists() else shutil.which(name)
        if found is None:
            raise BenchError(f"{name} is missing: `make bench-loadtest` installs it")
        return found

    # One after the other over connections, as fast as answers come

    def wrk(self, url, connections, seconds):
        run = self.run([self.tool("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "-s", SCRIPTS / "wrk.lua", url],
                       seconds)
        load = json.loads(run.output[run.output.index("{"):])
        if load.pop("failed"):
            raise BenchError(f"wrk: failures\n{run.output}")
        return measurement("wrk", run, **load)

    def hey(self, url, connections, seconds):
        run = self.run([self.tool("hey"), "-z", f"{seconds}s", "-c", str(connections), url], seconds)
        statuses = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", run.output))
        if set(statuses) != {"200"}:
            raise BenchError(f"hey: failures\n{run.output}")
        # Of its latencies it keeps the first million.
        at = {percent: float(time) * 1e6 for percent, time in re.findall(r"(\d+)%+ in ([\d.]+) secs", run.output)}
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", run.output)[1])
        return measurement("hey", run, int(statuses["200"]), rate, at.get("50"), at.get("99"))

    def k6(self, url, connections, seconds):
        run = self.run([self.tool("k6"), "run", "--quiet", "--no-usage-report", "--vus", str(connections),
                        "--duration", f"{seconds}s", SCRIPTS / "k6.js"], seconds, {"TMS_URL": url})
        load = json.loads(run.output)
        if load.pop("failed"):
            raise BenchError(f"k6: failures\n{run.output}")
        return measurement("k6", run, **load)

    def locust(self, url, connections, seconds):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            run = self.run([self.tool("locust"), "--headless", "--only-summary", "-f", SCRIPTS / "locustfile.py", "-u",
                            str(connections), "-r", str(connections), "-t", f"{seconds}s", "--host", url, "--csv",
                            f"{folder}/run"], seconds)
            with open(f"{folder}/run_stats.csv") as file:
                total = next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")
        if int(total["Failure Count"]):
            raise BenchError(f"locust: failures\n{run.output}{run.errors}")
        # Its latencies are whole milliseconds, rounded to two digits above 100.
        return measurement("locust", run, int(total["Request Count"]), float(total["Requests/s"]),
                           float(total["50%"]) * 1000, float(total["99%"]) * 1000, float(total["99.9%"]) * 1000)

    def tms_loadtest(self, url, connections, seconds):
        run, steps = self.load_test(["--host", url, "--users", connections, "--scenarios", "getversion",
                                     "--startup-time", "0", "--warmup", "0", "-t", f"{seconds}s"], seconds)
        step, = steps
        times = [float(step[f"service_{name}_us"]) for name in ("p50", "p99", "p99.9")]
        return measurement("tms-loadtest", run, int(step["succeeded"]), float(step["per_second"]), *times)

    def load_test(self, arguments, seconds, statuses=(0,)):
        """A run of tms-loadtest, and the rows of its CSV report as dictionaries."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            run = self.run([self.program("tms-loadtest"), "run", *arguments, "--runs-dir", folder], seconds,
                           CLIENT_VARIABLES, statuses)
            reports = list(Path(folder).glob("*/report.csv"))
            if len(reports) != 1:
                raise BenchError(f"tms-loadtest kept no run\n{run.errors}")
            with open(reports[0], newline="") as file:
                return run, list(csv.DictReader(file))

    def run(self, command, seconds, environment=None, statuses=(0,)):
        """Runs a program to its end and notes what it needs."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                       env={**os.environ, **(environment or {})})
            killer = threading.Timer(seconds + OVERHEAD_SECONDS_MAX, process.kill)
            killer.start()
            try:
                with MemoryWatch(process.pid) as memory:
                    _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            finally:
                killer.cancel()
                if process.returncode is None:
                    process.kill()
                    process.wait()
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
        if process.returncode not in statuses:
            raise BenchError(f"{command[0]}: status {process.returncode}\n{texts[0][-3000:]}{texts[1][-3000:]}")
        return Run(*texts, process.returncode, usage.ru_utime + usage.ru_stime, memory)


def measurement(tool, run, requests, requests_per_second, p50_us, p99_us, p999_us=None):
    return {
        "tool": tool,
        "requests": requests,
        "requests_per_second": requests_per_second,
        "p50_us": p50_us,
        "p99_us": p99_us,
        "p999_us": p999_us,
        "cpu_us": run.cpu_seconds * 1e6 / requests,
        "rss_mib": run.memory.most(0),
    }
