#!/usr/bin/env python3
"""Measures whether the last page of a long list costs what the first one does.

It installs a server in a temporary folder, puts a million keys into its database, walks the whole list once (so that
the cursor of the last page is the server's own), and then asks for the first and the last page in turn. Half of the
keys have the same user, host and account, as a load test leaves them; the others belong to ten thousand users.

The figure to look at is the ratio of the medians, last to first.

  lists.py                         builds the server in release and measures, about two minutes after the build
  lists.py --server ./tms-server   measures a program that is built already
  lists.py --keys 100000           a first impression

Needs python3 only. Any answer that is not a success ends it with status 1.
"""

import argparse
import base64
import contextlib
import hashlib
import http.client
import itertools
import json
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import bench

# How much longer than the first page the last one may take.
TARGET = 2.0
LIMITS = [100, 1000]
# Of the walk through the list: the largest page there is.
WALK_LIMIT = 1000
USERS = 10_000
ROWS_PER_TRANSACTION = 10_000

INSERT = """
    INSERT INTO pubkeys
        (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type, key_bits,
         max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated, user_mfa_id, user_host_id,
         delegation_id)
    SELECT 'test', 'testclient1', ?, 'testhost1', 'testhostaccount1', ?, ?, 'ed25519', 256, 2147483647, 2147483647,
        2147483647, 253402300799000000, ?4, ?4, m.id, h.id, d.id
    FROM user_mfa m JOIN user_hosts h ON h.user_mfa_id = m.id JOIN delegations d ON d.user_mfa_id = m.id
    WHERE m.tenant = 'test'
"""


def keys(count):
    """User, fingerprint, public key and time of each key."""
    now = int(time.time() * 1_000_000)
    header = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
    for number in range(count):
        user = "testuser1" if number % 2 == 0 else f"user{number * 7919 % USERS:05}"
        blob = header + hashlib.sha256(number.to_bytes(8, "big")).digest()
        fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
        yield user, f"SHA256:{fingerprint}", f"ssh-ed25519 {base64.b64encode(blob).decode()}", now + number


def fill(path, count):
    """Puts keys into the database beside the running server, as another process may."""
    database = sqlite3.connect(path, isolation_level=None, timeout=60)
    # Only this connection's durability; the figures are about reading.
    database.execute("PRAGMA synchronous = OFF")
    rows = keys(count)
    for _ in range(0, count, ROWS_PER_TRANSACTION):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(INSERT, itertools.islice(rows, ROWS_PER_TRANSACTION))
        database.execute("COMMIT")
    stored, = database.execute("SELECT COUNT(*) FROM pubkeys WHERE tenant = 'test'").fetchone()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    if stored != count:
        raise bench.BenchError(f"{stored} keys instead of {count} are in the database")


def admin_headers(root):
    """The test tenant's administrator, as the installation printed it."""
    values = {}
    for line in (root / "tms-install.out").read_text().splitlines():
        label, colon, value = line.partition(": ")
        if colon:
            values[label] = value
        if label == "Administrator Password" and values.get("Tenant") == "test":
            return {"X-TMS-TENANT": "test", "X-TMS-ADMIN-ID": values["Administrator ID"], "X-TMS-ADMIN-SECRET": value}
    raise bench.BenchError(f"no administrator of the tenant test in {root}/tms-install.out")


class Lister:
    """A caller with a kept connection."""

    def __init__(self, name, url, headers):
        self.name = name
        self.headers = headers
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=bench.REQUEST_SECONDS_MAX)

    def page(self, limit, after=None):
        """A page, and how many milliseconds it took."""
        path = f"/v1/tms/pubkeys/list?limit={limit}" + (f"&after={after}" if after else "")
        start = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        milliseconds = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise bench.BenchError(f"{path}: {answer.status} {text.decode(errors='replace')[:500]}")
        return json.loads(text), milliseconds


def walk(lister, limit, after=None):
    """Every page from a cursor on: rows, the cursor of the last page, and the milliseconds of each."""
    rows, times = 0, []
    while True:
        page, milliseconds = lister.page(limit, after)
        rows += len(page["pubkeys"])
        times.append(milliseconds)
        if page["next"] is None:
            return rows, after, times
        after = page["next"]


def last_pages(lister, count):
    """The cursor of each limit's last page, found by going there."""
    start = time.perf_counter()
    rows, last, times = walk(lister, WALK_LIMIT)
    if rows != count:
        raise bench.BenchError(f"the {lister.name} was shown {rows} keys of {count}")
    print(f"{lister.name}: {rows} keys in {len(times)} pages, {time.perf_counter() - start:.0f} s, slowest page "
          f"{max(times):.0f} ms", file=sys.stderr)
    return {limit: last if limit == WALK_LIMIT else walk(lister, limit, last)[1] for limit in LIMITS}


def measure(lister, cursors, rounds):
    """Medians of the first and the last page for each limit, asked for in turn."""
    times = {(limit, which): [] for limit in LIMITS for which in ("first", "last")}
    for _ in range(rounds):
        for limit in LIMITS:
            times[limit, "first"].append(lister.page(limit)[1])
            times[limit, "last"].append(lister.page(limit, cursors[limit])[1])
    return [
        {"caller": lister.name, "limit": limit, "first_ms": statistics.median(times[limit, "first"]),
         "last_ms": statistics.median(times[limit, "last"])}
        for limit in LIMITS
    ]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=1_000_000, metavar="N", help="in the list (default: a million)")
    parser.add_argument("--rounds", type=int, default=51, metavar="N", help="of each measurement (default: 51)")
    parser.add_argument("--server", metavar="PATH", help="a tms-server that is built already")
    parser.add_argument("--strict", action="store_true", help="end with status 2 if the target is missed")
    arguments = parser.parse_args()
    if arguments.keys < max(LIMITS) or arguments.keys % max(LIMITS) != 0:
        parser.error(f"--keys must be a multiple of {max(LIMITS)}, so that last pages are full")
    return arguments


def main():
    arguments = parse_arguments()
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    program = Path(arguments.server or bench.build_product(bench.ROOT, "tms-server", [])).resolve()
    with tempfile.TemporaryDirectory(prefix="tms-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        server = bench.start_server(program, folder, [])
        stack.callback(server.stop)
        root = folder / "server"
        start = time.perf_counter()
        fill(root / "database" / "tms.db", arguments.keys)
        print(f"{arguments.keys} keys stored in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        summaries = []
        for lister in (Lister("client", server.url, bench.CLIENT_HEADERS),
                       Lister("administrator", server.url, admin_headers(root))):
            summaries += measure(lister, last_pages(lister, arguments.keys), arguments.rounds)
    about = bench.machine()
    print(f"{program}\n{arguments.keys} keys, medians of {arguments.rounds}; {about['processors']} x "
          f"{about['processor']}, load {about['load_before']:.1f} afterwards\n")
    print(f"{'caller':15}{'limit':>6}{'first ms':>10}{'last ms':>10}{'ratio':>7}  target")
    missed = False
    for summary in summaries:
        ratio = summary["last_ms"] / summary["first_ms"]
        missed |= ratio > TARGET
        print(f"{summary['caller']:15}{summary['limit']:6}{summary['first_ms']:10.2f}{summary['last_ms']:10.2f}"
              f"{ratio:7.2f}  <= {TARGET:.1f} {'ok' if ratio <= TARGET else 'MISSED'}")
    return 2 if missed and arguments.strict else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (bench.BenchError, OSError, sqlite3.Error) as error:
        print(f"lists: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
