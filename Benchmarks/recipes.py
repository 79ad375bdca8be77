#!/usr/bin/env python3
"""Runs the users' own load recipes and judges them: no failure, no request over a second, no growing memory.

A user is a connection that sends its requests one after the other. Each recipe runs on a fresh server:

  creates-250   10 users x 50,000 creates, all together at 250/s
  creates-50k   10 users x 50,000 creates
  clients-20k   20 users x 20,000 get client
  creates-20k   10 users x 20,000 creates

and again with ten times the users and, where there is one, ten times the throttle.

  recipes.py                                 all eight, about half an hour after the build
  recipes.py --scale 1                       the first four, about six minutes
  recipes.py --only clients-20k --scale 1    one of them
  recipes.py --seconds-max 3000 --only creates-250
                                             the throttled ones to their end, 2,000 seconds each

No create can be faster than the disk. "disk ms" is how long the disk made a single page of somebody else's wait at worst,
meanwhile: where that is as long as the longest request, scripts/with-memory-disk shows what is the server's own.

A throttled recipe takes 2,000 s. By default it is cut after 120 s, and the report says so.

Memory is judged after a warm-up: from there to the recipe's end it may grow by 5 %. The warm-up is the first fifth of the
requests. SQLite's page caches take tens of thousands of creates to fill, so recipes of creates that are cut, or whose
fifth is less than 100,000, begin with creates without a throttle, a fifth of all but at least 100,000, which are their
warm-up.
"""

import argparse
import sys
from pathlib import Path

from tmsbench import generator, report
from tmsbench.command import run_command
from tmsbench.disk_witness import DiskWitness
from tmsbench.folder import disk_folder
from tmsbench.programs import MemoryWatch, Programs, add_program_options, start_server

# Name, operation, users, requests of each, throttle (requests per second of all together).
RECIPES = {
    "creates-250": ("create", 10, 50_000, 250),
    "creates-50k": ("create", 10, 50_000, None),
    "clients-20k": ("client", 20, 20_000, None),
    "creates-20k": ("create", 10, 20_000, None),
}
OPERATIONS = {"create": generator.create, "client": generator.client}

THROTTLED_SECONDS_MAX = 120
SECONDS_MAX = 1200
WARM_UP_SHARE = 0.2
WARM_UP_CREATES_MIN = 100_000

LONGEST_TARGET_MS = 1000
GROWTH_TARGET_PERCENT = 5.0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=RECIPES, metavar="NAME", dest="names",
                        help="only this recipe; may be repeated")
    parser.add_argument("--scale", type=int, nargs="+", default=[1, 10], metavar="N",
                        help="times the users (default: 1 10)")
    parser.add_argument("--seconds-max", type=int, metavar="S",
                        help=f"after which a recipe is cut (default: {THROTTLED_SECONDS_MAX} for throttled ones, "
                        f"{SECONDS_MAX} for others)")
    add_program_options(parser)
    report.add_report_options(parser)
    arguments = parser.parse_args()
    if min(arguments.scale) < 1 or arguments.seconds_max is not None and arguments.seconds_max < 1:
        parser.error("--scale and --seconds-max must be at least 1")
    return arguments


def run_recipe(programs, folder, name, scale, arguments):
    operation, users, each, rate = RECIPES[name]
    users *= scale
    if rate:
        rate *= scale
    seconds = arguments.seconds_max or (THROTTLED_SECONDS_MAX if rate else SECONDS_MAX)
    load_generator = programs.tool("LoadGenerator")
    stream = generator.stream(name, OPERATIONS[operation](), users, seconds, rate=rate, per_connection=each)
    title = f"{name} x {scale}" if scale > 1 else name
    print(f"{title}: {users} users x {each} {operation}s" + (f" at {rate}/s" if rate else ""), file=sys.stderr)
    with start_server(programs.server, folder / title.replace(" ", ""), arguments.settings) as server:
        will_be_cut = rate is not None and users * each / rate > seconds
        fifth = int(users * each * WARM_UP_SHARE)
        begins_warm = operation == "create" and (will_be_cut or fifth < WARM_UP_CREATES_MIN)
        warm_up = warm_up_failures = 0
        if begins_warm:
            warm_up = max(fifth, WARM_UP_CREATES_MIN)
            warm = generator.stream(name, OPERATIONS[operation](), users, SECONDS_MAX, per_connection=warm_up // users)
            warm_up_failures = failures(generator.generate(load_generator, server, [warm])["streams"][name])
        with MemoryWatch(server.pid) as memory, DiskWitness(folder) as disk:
            run = generator.generate(load_generator, server, [stream])
    ran = run["streams"][name]
    measured, = ran["operations"]
    warm_until = 0 if begins_warm else second_of(measured["per_second"], WARM_UP_SHARE)
    warm_mib = memory.at(warm_until)
    return {
        "recipe": title,
        "users": users,
        "requests_of_each": each,
        "rate": rate,
        "asked": users * each,
        "sent": measured["sent"],
        "cut": measured["sent"] < users * each,
        "warm_up_requests": warm_up,
        "seconds": run["seconds"],
        "requests_per_second": measured["succeeded"] / run["seconds"],
        "failures": failures(ran) + warm_up_failures,
        "failed_how": {**measured["failures"], **ran["losses"]},
        "latency_us": measured["success_us"],
        "disk_ms": disk.longest()["max_ms"],
        "rss_warm_mib": warm_mib,
        "rss_most_mib": memory.most(warm_until),
        "growth_percent": (memory.most(warm_until) / warm_mib - 1) * 100,
        "per_second": measured["per_second"],
        "memory": memory.samples,
    }


def failures(stream):
    """Whatever is not a success, and connections that broke between requests."""
    return sum(entry["sent"] - entry["succeeded"] for entry in stream["operations"]) + sum(stream["losses"].values())


def second_of(per_second, share):
    """The first second in which so much of all answers had come."""
    due = share * sum(second["succeeded"] for second in per_second)
    come = 0
    for number, second in enumerate(per_second, 1):
        come += second["succeeded"]
        if come >= due:
            return number
    return 0


def targets(recipe):
    name = recipe["recipe"]
    return [
        report.target(f"{name}: failures", recipe["failures"], 0),
        report.target(f"{name}: longest", (recipe["latency_us"].get("max") or 0) / 1000, LONGEST_TARGET_MS, " ms"),
        report.target(f"{name}: memory after warm-up", recipe["growth_percent"], GROWTH_TARGET_PERCENT, " %"),
    ]


def print_recipes(recipes):
    rows = [("recipe", "users", "each", "sent", "req/s", "failures", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
             "disk ms", "RSS MiB", "growth")]
    for recipe in recipes:
        latency = [milliseconds(recipe["latency_us"].get(name)) for name in ("p50", "p99", "p999", "max")]
        disk, resident = (report.number(recipe[name]) for name in ("disk_ms", "rss_most_mib"))
        rows.append((recipe["recipe"], str(recipe["users"]), str(recipe["requests_of_each"]), str(recipe["sent"]),
                     report.number(recipe["requests_per_second"]), str(recipe["failures"]), *latency,
                     disk, resident, f"{recipe['growth_percent']:+.1f} %"))
    print(report.table(rows))
    print("\ndisk ms: what the disk made a single page of somebody else's wait at worst, meanwhile.")
    for recipe in recipes:
        if recipe["failures"]:
            print(f"\n{recipe['recipe']} failed: {recipe['failed_how'] or 'refused, or during its warm-up'}")
        if recipe["cut"]:
            print(f"\n{recipe['recipe']} was CUT after {recipe['seconds']:.0f} s: {recipe['sent']} of "
                  f"{recipe['asked']} requests were sent."
                  + (f" {recipe['warm_up_requests']} before, without a throttle, were its warm-up."
                     if recipe["warm_up_requests"] else ""))


def milliseconds(microseconds):
    return "-" if microseconds is None else report.number(microseconds / 1000)


def main():
    arguments = parse_arguments()
    results = {**report.about(), "recipes": [], "targets": []}
    programs = Programs(arguments)
    for scale in arguments.scale:
        for name in arguments.names or RECIPES:
            # A folder of its own: databases of millions of keys need not wait for each other's end.
            with disk_folder("tms-recipes-") as folder:
                recipe = run_recipe(programs, Path(folder), name, scale, arguments)
            results["recipes"].append(recipe)
            results["targets"] += targets(recipe)
    print(f"{report.headline(results)}\n")
    print_recipes(results["recipes"])
    return report.conclude("recipes", results, arguments)


if __name__ == "__main__":
    run_command(main)
