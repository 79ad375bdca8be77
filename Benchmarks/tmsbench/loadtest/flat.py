"""Memory of the generator over minutes at full speed: what it keeps must not grow with what it sends."""

from ..report import number, target

CONNECTIONS = 100
WARM_UP_SHARE = 0.1
ROWS = 10
GROWTH_TARGET_PERCENT = 5.0


def measure(generators, arguments):
    seconds = max(20, round(arguments.minutes * 60))
    with generators.server() as server:
        run, steps = generators.load_test(
            ["--host", server.url, "--users", CONNECTIONS, "-t", f"{seconds}s", "--warmup", "0", "--scenarios",
             "getversion"], seconds)
    step, = steps
    # The last two seconds may be those of the report.
    warm, end = seconds * WARM_UP_SHARE, seconds - 2
    warm_mib = run.memory.at(warm)
    return {
        "seconds": seconds,
        "requests": int(step["succeeded"]),
        "requests_per_second": float(step["per_second"]),
        "memory": run.memory.samples,
        "at": [(time, run.memory.at(time)) for time in (warm + (end - warm) * part / ROWS for part in range(ROWS + 1))],
        "growth_percent": (run.memory.most(warm, end) / warm_mib - 1) * 100,
    }


def rows(figures):
    return [("s", "RSS MiB")] + [(f"{time:.0f}", number(mib)) for time, mib in figures["at"]] + [
        (f"{figures['requests']} requests", f"{figures['growth_percent']:+.1f} %")]


def targets(figures):
    return [target("memory after warm-up, at full speed", figures["growth_percent"], GROWTH_TARGET_PERCENT, " %")]
