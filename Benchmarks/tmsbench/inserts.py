"""BareInserts: what SQLite alone makes of the rows of a created key."""

import json
import os
import select
import shutil
import subprocess

from . import operations
from .programs import STOP_SECONDS_MAX, BenchError, database, start_server

# For one answer; rows are inserted at thousands per second.
ANSWER_SECONDS_MAX = 120


def database_with_key(program, root):
    """Has a server store one key, for others to copy, and returns the database when the server has closed it."""
    with start_server(program, root) as server:
        operations.create_keys(server, 1)
    return database(root)


class BareInserts:
    """The program, on its own copy of a database."""

    def __init__(self, program, source, copy, audit, rows_per_transaction):
        shutil.copyfile(source, copy)
        self.operation = ("inserts+audit" if audit else "inserts") + f" by {rows_per_transaction}"
        options = ["--audit"] if audit else []
        self.process = subprocess.Popen(
            [program, copy, *options, "--rows-per-transaction", str(rows_per_transaction)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def measure(self, rows, connections):
        """Inserts so many keys and returns what that took, in the words of the other measurements.

        `connections` are those of the measurements that it belongs to.
        """
        self.process.stdin.write(f"{rows}\n".encode())
        self.process.stdin.flush()
        output = self.process.stdout.fileno()
        answer = b""
        while not answer.endswith(b"\n"):
            # A program that says nothing must not hang the benchmark.
            readable, _, _ = select.select([output], [], [], ANSWER_SECONDS_MAX)
            piece = os.read(output, 4096) if readable else b""
            if not piece:
                self.process.kill()
                raise BenchError(f"BareInserts ended or hung:\n{self.process.stderr.read().decode(errors='replace')}")
            answer += piece
        said = json.loads(answer)
        return {
            "operation": self.operation,
            "connections": connections,
            "requests": said["rows"],
            "requests_per_second": said["rows_per_second"],
            "max_us": said["max_us"],
            "cpu_us": said["cpu_us"],
        }
