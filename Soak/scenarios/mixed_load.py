"""Seven tenths of what the server can do, for minutes: keys are made, looked up, expire, and are deleted.

The capacity is measured first. Of the requests a fifth make keys, half of those with a life of one minute; as many as
stay are deleted later, and those that expired are purged. No request fails or takes longer than a second, memory and
write-ahead log do not grow, expired keys are refused, and the watchdog says nothing. "Disk's page" is how long the disk
made a single page of somebody else's wait at worst: no create and no purge can be faster than that. "Stolen by the
host" is processor time that a virtual machine wanted and did not get, from the measuring of the capacity on.
"""

import statistics
import time

from harness import requests
from harness.gauges import Gauges
from harness.load import make_key
from harness.mixture import Mixture
from harness.samples import others, tally
from tmsbench import stolen

SECONDS_MIN = 60
CONNECTIONS = 64
SHARE = 0.7
# Load and capacity are measured one after the other, with what else the machine does then.
SHARE_DOUBT = 0.05
REQUEST_SECONDS_MAX = 1.0
# SQLite's page caches fill to 40 MiB in all at first, so creates without a pause come first.
WARM_UP_SECONDS = 10
CAPACITY_SECONDS = 10
# The log is copied at 64 MiB (checkpoint_pages). What is written while that is done comes on top.
LOG_BYTES_MAX = 128 << 20
GROWTH_MAX = 0.05
# An allocator's rounding, which is 5 % of a small process.
GROWTH_BYTES = 4 << 20


def run(stage):
    server = stage.server()
    mixture = Mixture(server, stage.temporary)
    prober = stage.prober(server)
    mixture.run(WARM_UP_SECONDS, CONNECTIONS, only_creates=True)
    # Purging goes on while the capacity is measured, as it does later.
    purger = stage.purger(server)
    disk, disk_began = stage.disk_witness(), time.monotonic()
    before = stolen.ticks()
    capacity = mixture.run(CAPACITY_SECONDS, CONNECTIONS)
    per_second = SHARE * capacity.per_second
    stage.figure("capacity", f"{capacity.per_second:.0f}/s")

    short_lived = [make_key(server, ttl_minutes=1) for _ in range(20)]
    made = time.monotonic()
    gauges = Gauges(server)
    stage.at_end(gauges.stop)
    seconds = max(20, stage.seconds - WARM_UP_SECONDS - CAPACITY_SECONDS - 5)
    load = mixture.run(seconds, CONNECTIONS, per_second=per_second)
    gauges.stop()
    purger.stop()

    share = load.per_second / capacity.per_second
    stage.figure("load", f"{load.per_second:.0f}/s ({share:.0%}) for {seconds:.0f} s")
    if share < SHARE - SHARE_DOUBT:
        stage.doubt(f"the load was {share:.0%} of the capacity measured before, not {SHARE:.0%}")
    stage.figure("stolen by the host", f"{stolen.percent(before, stolen.ticks()):.1f} %")
    stage.figure("p99", f"{load.p99 * 1000:.0f} ms")
    stage.figure("max", f"{load.slowest * 1000:.0f} ms")
    if purger.samples:
        purge = max(purger.samples, key=lambda sample: sample.seconds)
        stage.figure("slowest purge", f"{purge.seconds * 1000:.0f} ms (in second {purge.at - disk_began:.0f})")
    page = disk.longest()
    stage.figure("disk's page", f"{page['max_ms']:.0f} ms (in second {page['second']})")
    stage.expect(load.requests and not load.failures, "no request fails", f"{load.requests}: {load.outcomes}")
    stage.expect(load.slowest <= REQUEST_SECONDS_MAX, "no request takes longer than a second",
                 f"{load.slowest * 1000:.0f} ms")
    stage.expect(load.made and load.found and load.deleted, "keys are made, found and deleted",
                 f"{load.made} made, {load.found} found, {load.deleted} deleted")
    stage.expect(purger.purged and not others(purger.samples, 200), "expired keys are purged",
                 f"{purger.purged} in {tally(purger.samples)}")
    expect_expiry(stage, server, short_lived, made)
    expect_no_growth(stage, gauges)
    stage.expect_lookups(prober.samples)
    stage.expect_no_blame(server)


def expect_expiry(stage, server, fingerprints, made):
    # They may have been purged by now: 403 while they are kept, 404 later.
    time.sleep(max(0, made + 61 - time.monotonic()))
    statuses = {server.ask(requests.lookup(fingerprint)).status for fingerprint in fingerprints}
    stage.expect(statuses <= {403, 404}, "keys of a minute are no good after it", statuses)


def expect_no_growth(stage, gauges):
    """Memory: the last fifth of the time beside the fifth before the middle. The log: at any time."""
    resident = [gauge.resident for gauge in gauges.taken]
    fifth = max(1, len(resident) // 5)
    middle = len(resident) // 2
    before = statistics.median(resident[max(0, middle - fifth):middle + 1])
    after = statistics.median(resident[-fifth:])
    stage.figure("memory", f"{before / 2**20:.0f} -> {after / 2**20:.0f} MiB")
    stage.expect(after <= before + max(GROWTH_MAX * before, GROWTH_BYTES), "memory does not grow in the second half",
                 f"{before / 2**20:.1f} -> {after / 2**20:.1f} MiB")
    longest = max(gauge.log for gauge in gauges.taken)
    stage.figure("longest log", f"{longest >> 20} MiB")
    stage.expect(longest <= LOG_BYTES_MAX, f"the write-ahead log stays within {LOG_BYTES_MAX >> 20} MiB",
                 f"{longest / 2**20:.1f} MiB")
