"""wrk: as many requests of one operation as connections can carry."""

import json
import os
import shutil

from .operations import REQUEST_SECONDS_MAX
from .programs import BENCHMARKS, BenchError, run

SCRIPT = BENCHMARKS / "wrk" / "operation.lua"


def require():
    if shutil.which("wrk") is None:
        raise BenchError("wrk is missing: apt-get install wrk")


def measure(target, operation, connections, seconds, fingerprints):
    """Drives one operation for some seconds and returns what it took. `fingerprints` is a file of them."""
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
        "seconds": seconds,
        "requests": load["requests"],
        "requests_per_second": load["requests"] / (load["microseconds"] / 1e6),
        "p50_us": load["p50"],
        "p99_us": load["p99"],
        "p999_us": load["p999"],
        "max_us": load["max"],
        "cpu_us": cpu / 1000 / load["requests"],
        "rss_mib": target.resident_mib(),
    }
