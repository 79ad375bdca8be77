#!/usr/bin/env python3
"""Moves a million keys from SQLite to PostgreSQL and back, and finds out whether anything has changed.

It installs a server in a temporary folder, puts the keys and their audit trail into its database, and then exports,
imports into a PostgreSQL server of its own, exports that, imports into a new file, and exports that. The three exports
must be equal from the second line on. Each step's time and the most memory it had are figures; that the exports are equal
is what is tested.

  move.py                         builds the server in release and moves
  move.py --server ./tms-server   measures a program that is built already
  move.py --keys 100000           a first impression

Needs PostgreSQL 15 and python3. Exports that differ end it with status 1.
"""

import argparse
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tmsbench import keys, postgresql, report
from tmsbench.command import run_command
from tmsbench.folder import disk_folder
from tmsbench.programs import BenchError, Programs, add_program_options, database, install

AUDIT = """
    INSERT INTO audit (at, tenant, caller, request_id, action, subject, new_value)
    SELECT created, tenant, 'client testclient1', printf('%016x', id), 'pubkey created',
        public_key_fingerprint || ' on ' || host, 'user ' || client_user_id || ' as ' || host_account
    FROM pubkeys
"""


def fill(path, count):
    """Keys, and a row of the audit trail for each of them as the server would have written it."""
    keys.fill(path, count)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(AUDIT)
    connection.commit()
    connection.close()


def timed(command, environment):
    """Runs a step; gives its seconds and the most resident memory it had, in MiB."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        # Not from what the kernel says of it in the end: that counts the script's own memory before the program began.
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, peak_mib(process.pid))
            time.sleep(0.02)
        if process.returncode != 0:
            output.seek(0)
            raise BenchError(f"{command[1]}: status {process.returncode}\n{output.read().decode()}")
    return time.monotonic() - start, peak


def peak_mib(pid):
    """The most resident memory it had so far; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def body_digest(path):
    """SHA-256 of all lines but the first, which has the time."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        file.readline()
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


class Move:
    """The steps of one move, in order."""

    def __init__(self, server, folder):
        self.server = server
        self.folder = folder
        self.root = folder / "server"
        self.steps = []
        self.digests = []

    def step(self, what, command, name, url=None):
        environment = {**os.environ, **({"TMS_DATABASE_URL": url} if url else {})}
        file = self.folder / name
        seconds, mib = timed([self.server, command, file, "--root-dir", self.root, "--allow-root"], environment)
        self.steps.append({"step": what, "seconds": seconds, "peak_mib": mib, "file_mib": file.stat().st_size / 2**20})
        print(f"{what}: {seconds:.1f} s", file=sys.stderr)
        if command == "export":
            self.digests.append(body_digest(file))

    def run(self, url):
        self.step("export from SQLite", "export", "one")
        self.step("import into PostgreSQL", "import", "one", url)
        self.step("export from PostgreSQL", "export", "two", url)
        for file in self.root.glob("database/*"):
            file.unlink()
        self.step("import into SQLite", "import", "two")
        self.step("export from SQLite again", "export", "three")
        if len(set(self.digests)) != 1:
            raise BenchError(f"the exports differ: {self.digests}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=1_000_000, metavar="N", help="to move (default: a million)")
    add_program_options(parser)
    report.add_report_options(parser)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    results = {**report.about(), "keys": arguments.keys, "targets": []}
    with disk_folder("tms-bench-") as name:
        folder = Path(name)
        move = Move(Programs(arguments).server, folder)
        install(move.server, move.root)
        fill(database(move.root), arguments.keys)
        with postgresql.cluster(folder) as place:
            move.run(postgresql.make_database(place, "tms"))
    results["steps"], results["body_sha256"] = move.steps, move.digests[0]
    rows = [("step", "seconds", "keys/s", "peak MiB", "file MiB")]
    rows += [(step["step"], report.number(step["seconds"]), f"{arguments.keys / step['seconds']:.0f}",
              report.number(step["peak_mib"]), report.number(step["file_mib"])) for step in move.steps]
    print(f"{report.headline(results)}\n\n{arguments.keys} keys, each with a row of the audit trail; the three exports are "
          f"equal: {move.digests[0][:16]}…\n\n{report.table(rows)}")
    return report.conclude("move", results, arguments)


if __name__ == "__main__":
    run_command(main)
