#!/usr/bin/env python3
"""Floods the server with five times the creates it can make, and judges how it refuses.

  1  Warm-up: creates without a pause until SQLite's page caches have filled. Then capacity: creates over 100
     connections, each sending the next when the last is answered.
  2  Normal load, 10 s: 200 logins a second, and a second client that makes 50 keys a second.
  3  The flood, 20 s: the first client's creates arrive at 5 x capacity, whatever becomes of those before.
     The normal load goes on beside it.
  4  Normal load again, 12 s. Of its first two nothing is asked.

Latencies count from when a request was due, so a server that stands still, or connections that are all busy, cannot
hide it. Judged:

  goodput      creates that succeed during the flood, at least 90 % of capacity
  refusals     503 within 50 ms, for 99 of 100; missed also when the excess is never refused but waits
  logins       answered within 20 ms, for 99 of 100
  fairness     the second client's creates all succeed
  recovery     from 2 s after the flood on, p99 of logins and of the second client's creates is at most twice what it
               was before
  memory       the second half of the flood needs at most 10 % more of the server's own memory than the first; pages
               of the database that lookups have mapped are the kernel's (decision 0009), and are shown beside it

The generator shares the processors with the server, and to refuse four requests for each that is served takes most of
two of them. So the server gets a disk that takes 8 ms longer to write, and commits of at most 32 writes: then the disk
bounds what can be made, as it does on larger machines, and there is room to send and refuse the rest. Where 5 x could
not be sent all the same, the report says how much was.

  overload.py                  about a minute after the build
  overload.py --disk-milliseconds 0
                               the disk as it is: processors are the limit, and the flood is what they can send of it
  overload.py --times 2        less of a flood
"""

import argparse
import statistics
import sys
from pathlib import Path

from tmsbench import generator, operations, report
from tmsbench.command import run_command
from tmsbench.folder import disk_folder
from tmsbench.programs import PRIVATE, MemoryWatch, Programs, add_program_options, install, serve
from tmsbench.slow_disk import SlowDisk

LOGINS_PER_SECOND = 200
OTHER_CREATES_PER_SECOND = 50
OTHER_CLIENT = "benchclient2"
# For each of the two, in each phase: enough for half a second that nothing is answered.
NORMAL_CONNECTIONS = 100
CAPACITY_CONNECTIONS = 100

# With a slow disk, so that its milliseconds are the limit.
SLOW_DISK_SETTING = "write_batch_max=32"

WARM_UP_SECONDS = 10
CAPACITY_SECONDS = 8
# Of the capacity run: until caches are warm.
CAPACITY_WARM_UP_SECONDS = 2
BEFORE_SECONDS = 10
FLOOD_SECONDS = 20
AFTER_SECONDS = 12
RECOVERY_SECONDS = 2
# So much of what was planned must have been sent for the flood to be called what it was planned as.
REACHED = 0.98

GOODPUT_TARGET_PERCENT = 90
REFUSAL_TARGET_MS = 50
LOGIN_TARGET_MS = 20
RECOVERY_TARGET = 2.0
MEMORY_TARGET_PERCENT = 10


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=float, default=5, metavar="N", help="capacity, for the flood (default: 5)")
    parser.add_argument("--connections", type=int, default=4000, metavar="N",
                        help="of the flood: more than the server lets wait (default: 4000)")
    parser.add_argument("--flood-seconds", type=int, default=FLOOD_SECONDS, metavar="S",
                        help=f"of the flood (default: {FLOOD_SECONDS})")
    parser.add_argument("--disk-milliseconds", type=int, default=8, metavar="N",
                        help="that each write to the disk takes longer (default: 8); 0 is the disk as it is")
    add_program_options(parser)
    report.add_report_options(parser)
    arguments = parser.parse_args()
    # Up to 30: connections of the last phase wait all that time, and the server closes idle ones after a minute.
    if arguments.times <= 0 or arguments.connections < 1 or not 6 <= arguments.flood_seconds <= 30:
        parser.error("--times and --connections must be above 0, --flood-seconds from 6 to 30")
    return arguments


def register_other_client(server, root):
    """A second client that may make keys for the same user; returns its headers."""
    with operations.Caller(server, operations.admin_headers(root)) as admin:
        made = admin.call("POST", "/v1/tms/client", 201, {
            "client_id": OTHER_CLIENT, "tenant": "test", "app_name": OTHER_CLIENT, "app_version": "1.0"})
        admin.call("POST", "/v1/tms/delegations", 201, {
            "tenant": "test", "client_id": OTHER_CLIENT, "client_user_id": "testuser1", "ttl_minutes": -1})
    headers = {**operations.CLIENT_HEADERS, "X-TMS-CLIENT-ID": OTHER_CLIENT,
               "X-TMS-CLIENT-SECRET": made["client_secret"]}
    with operations.Caller(server, headers) as caller:
        operations.create_key(caller)
    return headers


def normal_load(fingerprints, other_headers, phases):
    """Logins and the second client's creates. Each phase, (name, start, end), has streams and so figures of its own."""
    streams = []
    for phase, start, end in phases:
        for name, operation, rate in (("logins", generator.retrieve(fingerprints), LOGINS_PER_SECOND),
                                      ("other", generator.create(other_headers), OTHER_CREATES_PER_SECOND)):
            streams.append(generator.stream(f"{name} {phase}", operation, NORMAL_CONNECTIONS, end, start=start,
                                            rate=rate, is_open=True))
    return streams


def measure(programs, folder, arguments):
    root = folder / "server"
    load_generator = programs.tool("LoadGenerator")
    disk = SlowDisk(folder) if arguments.disk_milliseconds else None
    settings = [*([SLOW_DISK_SETTING] if disk else []), *arguments.settings]
    install(programs.server, root)
    with serve(programs.server, root, settings, disk.prefix if disk else []) as server:
        fingerprints = operations.create_keys(server, 1000)
        other_headers = register_other_client(server, root)
        warm_up = generator.stream("creates", generator.create(), CAPACITY_CONNECTIONS, WARM_UP_SECONDS)
        generator.generate(load_generator, server, [warm_up])
        if disk:
            disk.set(arguments.disk_milliseconds)
        capacity = measure_capacity(load_generator, server, fingerprints, other_headers)

        begin, end = BEFORE_SECONDS, BEFORE_SECONDS + arguments.flood_seconds
        phases = [("before", 0, begin), ("during", begin, end), ("recovering", end, end + RECOVERY_SECONDS),
                  ("after", end + RECOVERY_SECONDS, end + AFTER_SECONDS)]
        rate = capacity * arguments.times
        print(f"capacity {capacity:.0f} creates/s; flooding with {rate:.0f}/s for {arguments.flood_seconds} s",
              file=sys.stderr)
        flood = generator.stream("flood", generator.create(), arguments.connections, end, start=begin, rate=rate,
                                 is_open=True)
        with MemoryWatch(server.pid, PRIVATE) as private, MemoryWatch(server.pid) as resident:
            normal = normal_load(fingerprints, other_headers, phases)
            ran = generator.generate(load_generator, server, [flood, *normal])
    half = (begin + end) / 2
    return {
        "capacity": capacity,
        "times": arguments.times,
        "disk_milliseconds": arguments.disk_milliseconds,
        "rate": rate,
        "connections": arguments.connections,
        "phases": phases,
        "report": ran,
        "memory": {"private": memory(private, begin, half), "resident": memory(resident, begin, half)},
    }


def memory(watch, begin, half):
    """The most before the flood, in its first half and from then on."""
    return {
        "before_mib": watch.most(0, begin),
        "first_half_mib": watch.most(begin, half),
        "second_half_mib": watch.most(half),
        "samples": watch.samples,
    }


def measure_capacity(load_generator, server, fingerprints, other_headers):
    """Creates per second, with the normal load beside them as in the flood."""
    print("measuring capacity", file=sys.stderr)
    closed = generator.stream("creates", generator.create(), CAPACITY_CONNECTIONS, CAPACITY_SECONDS)
    normal = normal_load(fingerprints, other_headers, [("beside", 0, CAPACITY_SECONDS)])
    ran = generator.generate(load_generator, server, [closed, *normal])
    whole = operation(ran, "creates")["per_second"][CAPACITY_WARM_UP_SECONDS:CAPACITY_SECONDS]
    return statistics.mean(second["succeeded"] for second in whole)


def operation(ran, stream):
    found, = ran["streams"][stream]["operations"]
    return found


def p99_ms(ran, stream, latency="success_us"):
    """None where there was no answer of that kind."""
    p99 = operation(ran, stream)[latency].get("p99")
    return None if p99 is None else p99 / 1000


def ratio(after, before):
    return None if after is None or before is None else after / before


def lost(ran, stream):
    """What was due and did not succeed."""
    return ran["streams"][stream]["arrivals"] - operation(ran, stream)["succeeded"]


def judge(measured):
    """The figures that have targets, and those that say whether the flood was one."""
    ran = measured["report"]
    _, begin, end = measured["phases"][1]
    # Neither the second in which it begins nor the one in which it ends is a whole one.
    whole = operation(ran, "flood")["per_second"][begin + 1:end - 1]
    goodput = statistics.mean(second["succeeded"] for second in whole)
    phases = [phase for phase, _, _ in measured["phases"]]
    private = measured["memory"]["private"]
    return {
        "sent_per_second": statistics.mean(second["sent"] for second in whole),
        "goodput": goodput,
        "goodput_percent": goodput / measured["capacity"] * 100,
        "refusal_p99_ms": p99_ms(ran, "flood", "refusal_us"),
        "login_p99_ms": p99_ms(ran, "logins during"),
        "logins_lost": sum(lost(ran, f"logins {phase}") for phase in phases),
        "other_lost": sum(lost(ran, f"other {phase}") for phase in phases),
        "logins_after_x_before": ratio(p99_ms(ran, "logins after"), p99_ms(ran, "logins before")),
        "other_after_x_before": ratio(p99_ms(ran, "other after"), p99_ms(ran, "other before")),
        "memory_growth_percent": (private["second_half_mib"] / private["first_half_mib"] - 1) * 100,
    }


def targets(judged):
    target = report.target
    return [
        target("goodput in the flood", judged["goodput_percent"], GOODPUT_TARGET_PERCENT, " %", at_least=True),
        target("refusals: p99", judged["refusal_p99_ms"], REFUSAL_TARGET_MS, " ms"),
        target("logins in the flood: p99", judged["login_p99_ms"], LOGIN_TARGET_MS, " ms"),
        target("logins that did not succeed", judged["logins_lost"], 0),
        target("the second client's creates that did not succeed", judged["other_lost"], 0),
        target("logins' p99 after x before", judged["logins_after_x_before"], RECOVERY_TARGET),
        target("the second client's p99 after x before", judged["other_after_x_before"], RECOVERY_TARGET),
        target("own memory, second half of the flood", judged["memory_growth_percent"], MEMORY_TARGET_PERCENT, " %"),
    ]


def print_overload(measured, judged):
    ran = measured["report"]
    stream = ran["streams"]["flood"]
    print(f"Capacity {measured['capacity']:.0f} creates/s over {CAPACITY_CONNECTIONS} connections. The flood, over "
          f"{measured['connections']}: {measured['rate']:.0f}/s due, {judged['sent_per_second']:.0f}/s sent, "
          f"{judged['goodput']:.0f}/s succeeded.\n")
    rows = [("", "due", "sent", "2xx", "503", "failed", "p50 ms", "p99 ms", "max ms", "503 p99 ms")]
    for name in sorted(ran["streams"], key=lambda name: (name != "flood", name.split()[0])):
        entry = operation(ran, name)
        success, refusal = entry["success_us"], entry["refusal_us"]
        rows.append((name, str(ran["streams"][name]["arrivals"]), *(str(entry[part]) for part in
                                                                    ("sent", "succeeded", "refused", "failed")),
                     *(milliseconds(success.get(part)) for part in ("p50", "p99", "max")),
                     milliseconds(refusal.get("p99"))))
    print(report.table(rows))
    print()
    for kind, most in measured["memory"].items():
        print(f"Memory, {kind}: {most['before_mib']:.0f} MiB before, {most['first_half_mib']:.0f} at most in the first "
              f"half of the flood, {most['second_half_mib']:.0f} from then on.")
    print(f"The generator took {ran['cpu_seconds']:.1f} s of processor in {ran['seconds']:.0f} s, and was "
          f"{milliseconds(stream['lag_us'].get('p99'))} ms late at p99.")
    if judged["sent_per_second"] < REACHED * measured["rate"]:
        times = judged["sent_per_second"] / measured["capacity"]
        print(f"\nNOT the flood that was planned: this machine, generator and server together, reached {times:.1f} x "
              f"capacity instead of {measured['times']:.1f} x ({stream['unsent']} requests found no connection).")
    for name in ran["streams"]:
        broken = {**operation(ran, name)["failures"], **ran["streams"][name]["losses"]}
        if broken:
            print(f"\n{name}, failures: {broken}")


def milliseconds(microseconds):
    return "-" if microseconds is None else report.number(microseconds / 1000)


def main():
    arguments = parse_arguments()
    results = report.about()
    with disk_folder("tms-overload-") as folder:
        measured = measure(Programs(arguments), Path(folder), arguments)
    judged = judge(measured)
    results |= {"judged": judged, "targets": targets(judged), **measured}
    print(f"{report.headline(results)}\n")
    print_overload(measured, judged)
    return report.conclude("overload", results, arguments)


if __name__ == "__main__":
    run_command(main)
