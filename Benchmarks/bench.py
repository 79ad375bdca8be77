#!/usr/bin/env python3
"""Measures what the server costs beyond bare SwiftNIO, operation by operation.

It builds the server and the bare responder in release, installs a server in a temporary folder, and drives both with
wrk over loopback. Measurements come in rounds - bare, version, client, retrieve, create, and again - so that whatever
else the machine does falls on all of them; the figures are medians over the rounds.

The figure to look at is CPU per request, as a multiple of the bare responder's in the same round. Requests per second
depend on the machine and on wrk, which takes its share of the same processors; CPU per request hardly does.

  bench.py                     everything, about three minutes after the build
  bench.py --quick             a first impression in half a minute: too short for figures to be quoted
  bench.py --connections 100 --rounds 9 --seconds 5
                               steadier figures for the load the targets are set for
  bench.py --server ./tms-server --bare ./BareResponder
                               measures programs that are built already

Needs Linux (it reads CPU time from /proc), wrk and python3. Any answer that is not a success ends it with status 1.
All rounds go to a JSON file in bench-results/.
"""

import argparse
import contextlib
import datetime
import http.client
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCRIPT = HERE / "wrk" / "operation.lua"

# What each operation may cost at TARGET_CONNECTIONS, as a multiple of the bare responder's CPU per request.
TARGETS = {"version": 1.2, "client": 2.5, "retrieve": 3.5, "create": 8.0}
TARGET_CONNECTIONS = 100
OPERATIONS = ["bare", "version", "client", "retrieve", "create"]

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

# A request that takes longer than this ends the benchmark.
REQUEST_SECONDS_MAX = 10
# For a program to say that it listens, or to end when asked to.
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 15


class BenchError(Exception):
    """Something that makes the figures worthless. The message is for whoever started the benchmark."""


# Programs under test


class Listener:
    """A program that prints `listening on http://HOST:PORT` and serves until it is told to stop."""

    def __init__(self, command, log_path):
        self.log_path = log_path
        self.log = open(log_path, "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL)
        # Not read by a blocking call: a program that says nothing must not hang the benchmark.
        os.set_blocking(self.process.stdout.fileno(), False)
        try:
            self.url = self._wait_for_url()
        except BenchError:
            self.stop()
            raise

    @property
    def pid(self):
        return self.process.pid

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
        return self.log_path.read_text(errors="replace")[-2000:]

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
        """CPU time of all threads so far. From schedstat: the ticks in /proc/PID/stat are 10 ms, too coarse."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            # A thread may end between being listed and being read.
            with contextlib.suppress(FileNotFoundError):
                total += int((task / "schedstat").read_text().split()[0])
        return total

    def resident_mib(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


def build(arguments):
    """Builds what was not given, and returns the paths of server and bare responder."""
    server, bare = arguments.server, arguments.bare
    if server is None:
        server = build_product(ROOT, "tms-server", arguments.swift_flag)
    if bare is None:
        bare = build_product(HERE, "BareResponder", arguments.swift_flag)
    for program in (server, bare):
        if not os.access(program, os.X_OK):
            raise BenchError(f"{program} is not a program")
    return Path(server).resolve(), Path(bare).resolve()


def build_product(package, product, flags):
    command = ["swift", "build", "-c", "release", "--package-path", str(package), *flags]
    print(f"building {product}", file=sys.stderr)
    run([*command, "--product", product])
    return Path(run([*command, "--show-bin-path"]).strip()) / product


def run(command, timeout=3600, environment=None):
    """Runs a program to its end and returns what it printed."""
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment, stdin=subprocess.DEVNULL
    )
    if result.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def start_server(program, folder, settings):
    root = folder / "server"
    run([program, "install", "--root-dir", root, "--allow-root"], timeout=60)
    # Making the stock of RSA and ECDSA keys takes seconds of CPU after a start; it is none of these requests' cost.
    defaults = ["enable_test_tenant=true", "rsa_pairs=0", "ecdsa_pairs=0"]
    sets = [part for setting in [*defaults, *settings] for part in ("--set", setting)]
    command = [program, "--root-dir", root, "--allow-root", "--http-addr", "http://127.0.0.1", "--http-port", "0"]
    return Listener([*command, *sets], folder / "server.log")


# Load


def make_fingerprints(url, count, path):
    """Makes keys for the logins to ask for, one fingerprint per line."""
    address = url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=REQUEST_SECONDS_MAX)
    body = json.dumps(NEW_KEY)
    with open(path, "w") as file:
        for _ in range(count):
            connection.request("POST", "/v1/tms/pubkeys/creds", body, CLIENT_HEADERS)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise BenchError(f"making a key: {answer.status} {text.decode(errors='replace')}")
            file.write(json.loads(text)["public_key_fingerprint"] + "\n")
    connection.close()


def measure(target, operation, connections, seconds, fingerprints):
    """Drives one operation for some seconds and returns what it took."""
    environment = {**os.environ, "TMS_OPERATION": operation, "TMS_FINGERPRINTS": str(fingerprints)}
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={REQUEST_SECONDS_MAX}s"]
    before = target.cpu_nanoseconds()
    output = run([*command, "-s", str(SCRIPT), target.url], seconds + 3 * REQUEST_SECONDS_MAX, environment)
    cpu = target.cpu_nanoseconds() - before
    result = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if result is None:
        raise BenchError(f"wrk said nothing of {operation}:\n{output}")
    load = json.loads(result.removeprefix("RESULT "))
    if load["refused"] or load["broken"] or not load["requests"]:
        raise BenchError(
            f"{operation} with {connections} connections: of {load['requests']} requests {load['refused']} were not "
            f"successes and {load['broken']} got no answer\n{output}\n{target.log_tail()}"
        )
    return {
        "operation": operation,
        "connections": connections,
        "requests": load["requests"],
        "requests_per_second": load["requests"] / (load["microseconds"] / 1e6),
        "p50_us": load["p50"],
        "p99_us": load["p99"],
        "max_us": load["max"],
        "cpu_us": cpu / 1000 / load["requests"],
        "rss_mib": target.resident_mib(),
    }


def measure_rounds(targets, plan, fingerprints):
    """All measurements, each with its round and its ratio to the bare responder of that round."""
    measurements = []
    for connections, rounds, seconds in plan:
        for number in range(1, rounds + 1):
            print(f"{connections} connections, round {number} of {rounds}", file=sys.stderr)
            bare_cpu = None
            for operation in OPERATIONS:
                target = targets["bare" if operation == "bare" else "server"]
                measurement = measure(target, operation, connections, seconds, fingerprints)
                # OPERATIONS begins with bare.
                bare_cpu = bare_cpu or measurement["cpu_us"]
                measurement.update(round=number, seconds=seconds, cpu_ratio=measurement["cpu_us"] / bare_cpu)
                measurements.append(measurement)
    return measurements


def check_successes(server, fingerprints):
    """wrk counts statuses from 400; this makes sure that nothing is redirected or answered with something else."""
    expected = {
        ("GET", "/v1/tms/version", None): 200,
        ("GET", "/v1/tms/client/testclient1", None): 200,
        ("POST", "/v1/tms/pubkeys/creds", json.dumps(NEW_KEY)): 201,
        ("POST", "/v1/tms/pubkeys/creds/retrieve", json.dumps(login(fingerprints))): 200,
    }
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=REQUEST_SECONDS_MAX)
    for (method, path, body), status in expected.items():
        connection.request(method, path, body, CLIENT_HEADERS)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != status:
            raise BenchError(f"{method} {path}: {answer.status} instead of {status}\n{text}")
    connection.close()


def login(fingerprints):
    with open(fingerprints) as file:
        fingerprint = file.readline().strip()
    return {
        "user": "testhostaccount1",
        "user_uid": 1000,
        "host": "testhost1",
        "public_key_fingerprint": fingerprint,
    }


# Report


def summarize(measurements):
    """Medians over the rounds, in the order of measuring."""
    groups = {}
    for measurement in measurements:
        groups.setdefault((measurement["connections"], measurement["operation"]), []).append(measurement)
    summaries = []
    for (connections, operation), group in groups.items():
        summary = {"connections": connections, "operation": operation, "rounds": len(group)}
        for name in ("requests_per_second", "p50_us", "p99_us", "cpu_us", "cpu_ratio", "rss_mib"):
            summary[name] = statistics.median(measurement[name] for measurement in group)
        summary["max_us"] = max(measurement["max_us"] for measurement in group)
        for name in ("requests_per_second", "cpu_us", "cpu_ratio"):
            values = [measurement[name] for measurement in group]
            summary[name + "_range"] = [min(values), max(values)]
        if connections == TARGET_CONNECTIONS and operation in TARGETS:
            summary["target"] = TARGETS[operation]
            summary["met"] = summary["cpu_ratio"] <= TARGETS[operation]
        summaries.append(summary)
    return summaries


COLUMNS = ("conns", "operation", "req/s", "(min-max)", "p50 ms", "p99 ms", "max ms", "CPU us", "(min-max)", "RSS MiB",
           "x bare", "(min-max)", "target")


def table(summaries):
    rows = [COLUMNS] + [row(summary) for summary in summaries]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = []
    for cells in rows:
        aligned = [cell.ljust(width) if column == 1 else cell.rjust(width)
                   for column, (cell, width) in enumerate(zip(cells, widths))]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def row(summary):
    def span(name, form):
        low, high = summary[name + "_range"]
        return f"{form.format(low)}-{form.format(high)}"

    verdict = ""
    if "target" in summary:
        verdict = f"<= {summary['target']:.1f} " + ("ok" if summary["met"] else "MISSED")
    return (
        str(summary["connections"]), summary["operation"],
        f"{summary['requests_per_second']:.0f}", span("requests_per_second", "{:.0f}"),
        f"{summary['p50_us'] / 1000:.2f}", f"{summary['p99_us'] / 1000:.2f}", f"{summary['max_us'] / 1000:.1f}",
        f"{summary['cpu_us']:.1f}", span("cpu_us", "{:.1f}"), f"{summary['rss_mib']:.0f}",
        f"{summary['cpu_ratio']:.2f}", span("cpu_ratio", "{:.2f}"), verdict,
    )


def machine():
    """What the figures depend on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "memory_mib": memory,
        "system": platform.platform(),
        # Above zero before anything was started: others were using the machine.
        "load_before": os.getloadavg()[0],
    }


def git_commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    return commit + ("-dirty" if git("status", "--porcelain", "--untracked-files=no") else "")


def write_results(folder, results):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (datetime.datetime.now().strftime("%Y%m%d-%H%M%S") + ".json")
    path.write_text(json.dumps(results, indent=1) + "\n")
    return path


# Command line


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds of one second, for a first impression")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 10, 100], metavar="N",
                        help="how many connections to drive at once (default: 1 10 100)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds at 100 connections (default: 5)")
    parser.add_argument("--seconds", type=int, default=3, metavar="S", help="of each measurement (default: 3)")
    parser.add_argument("--few-rounds", type=int, default=3, metavar="N",
                        help="rounds at fewer than 100 connections (default: 3)")
    parser.add_argument("--few-seconds", type=int, default=2, metavar="S",
                        help="of each measurement at fewer than 100 connections (default: 2)")
    parser.add_argument("--keys", type=int, default=1000, metavar="N",
                        help="keys that the logins go through (default: 1000)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="a setting of the server, as tms-server --set; may be repeated")
    parser.add_argument("--server", metavar="PATH", help="a tms-server that is built already")
    parser.add_argument("--bare", metavar="PATH", help="a BareResponder that is built already")
    parser.add_argument("--swift-flag", action="append", default=[], metavar="FLAG",
                        help="handed to swift build; may be repeated")
    parser.add_argument("--results", type=Path, default=ROOT / "bench-results", metavar="FOLDER",
                        help="where the JSON goes (default: bench-results/)")
    parser.add_argument("--strict", action="store_true", help="end with status 2 if a target is missed")
    return parser.parse_args()


def plan(arguments):
    """(connections, rounds, seconds) of each load."""
    if arguments.quick:
        return [(connections, 2, 1) for connections in arguments.connections]
    return [
        (connections, arguments.rounds, arguments.seconds)
        if connections >= TARGET_CONNECTIONS
        else (connections, arguments.few_rounds, arguments.few_seconds)
        for connections in arguments.connections
    ]


def bench(arguments, folder):
    """Starts everything, measures, ends everything, and returns the results."""
    about = {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"), "commit": git_commit(),
             "machine": machine()}
    server_program, bare_program = build(arguments)
    loads = plan(arguments)
    seconds = sum(rounds * seconds for _, rounds, seconds in loads) * len(OPERATIONS)
    print(f"measuring for about {seconds + 10} s", file=sys.stderr)
    fingerprints = folder / "fingerprints"
    with contextlib.ExitStack() as stack:
        bare = Listener([bare_program], folder / "bare.log")
        stack.callback(bare.stop)
        server = start_server(server_program, folder, arguments.settings)
        stack.callback(server.stop)
        make_fingerprints(server.url, arguments.keys, fingerprints)
        check_successes(server, fingerprints)
        targets = {"bare": bare, "server": server}
        # Caches fill and buffers grow; the first second of a program's life says nothing of the rest.
        for operation in OPERATIONS:
            measure(targets["bare" if operation == "bare" else "server"], operation, 10, 1, fingerprints)
        measurements = measure_rounds(targets, loads, fingerprints)
    return {**about, "summary": summarize(measurements), "measurements": measurements}


def print_report(results):
    about = results["machine"]
    print(f"{results['date']}  commit {results['commit']}")
    print(f"{about['processors']} x {about['processor']}, load {about['load_before']:.1f} before\n")
    print(table(results["summary"]))
    print("\nMedians over the rounds; max ms is the worst of all. CPU us: server's CPU time per request.")
    print(f"x bare: that against the bare responder in the same round; targets are for {TARGET_CONNECTIONS} connections.")


def main():
    arguments = parse_arguments()
    if shutil.which("wrk") is None:
        raise BenchError("wrk is missing: apt-get install wrk")
    if not Path("/proc/self/schedstat").exists():
        raise BenchError("needs Linux: CPU time is read from /proc/PID/task/*/schedstat")
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="tms-bench-") as folder:
        results = bench(arguments, Path(folder))
    print_report(results)
    print(f"\nall rounds: {write_results(arguments.results, results)}")
    missed = any(summary.get("met") is False for summary in results["summary"])
    return 2 if missed and arguments.strict else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
    except subprocess.TimeoutExpired as error:
        print(f"bench: took too long: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
