"""Memory of the generator with many users who mostly wait."""

import sys

from ..report import number, target

USERS = [100, 10_000]
# So that each has its turn, and with it a connection, before memory is looked at.
REQUESTS_PER_SECOND = 1000
SECONDS = 15
START_SECONDS = 5
TARGET_KIB = 32


def measure(generators, arguments):
    figures = []
    # A server whose threads are small, so that as many connections fit beside the generator.
    with generators.misbehaving("--delay-ms", "1") as server:
        for users in USERS:
            print(f"idle: {users} users", file=sys.stderr)
            run, steps = generators.load_test(
                ["--host", server.url, "--users", users, "--startup-time", START_SECONDS, "--throttle-requests",
                 REQUESTS_PER_SECOND, "-t", SECONDS, "--warmup", "0", "--scenarios", "getversion"],
                START_SECONDS + SECONDS)
            step, = steps
            figures.append({
                "users": users,
                "connections": int(step["connections"]),
                "failed": int(step["failed"]),
                # Before the end: the report needs memory of its own.
                "rss_mib": run.memory.at(START_SECONDS + SECONDS - 1),
            })
    few, many = figures
    many["kib_per_user"] = (many["rss_mib"] - few["rss_mib"]) * 1024 / (many["users"] - few["users"])
    return figures


def rows(figures):
    return [("users", "connections", "failed", "RSS MiB", "KiB per user")] + [
        (str(one["users"]), str(one["connections"]), str(one["failed"]), number(one["rss_mib"]),
         number(one.get("kib_per_user"))) for one in figures
    ]


def targets(figures):
    return [target("memory per idle user", figures[-1]["kib_per_user"], TARGET_KIB, " KiB"),
            target("idle users without a connection", USERS[-1] - figures[-1]["connections"], 0)]
