"""How often the server waits for the disk, by the kernel's account and not by its own."""

import shutil
import sys

from .. import operations, wrk
from ..programs import BenchError, install, serve

SECONDS = 2


def measure(program, folder, connections, settings):
    """Counts the server's fsync and fdatasync calls in an interval of each operation, under strace.

    With seccomp filters only these calls stop for strace, but they do: times of this interval are not used.
    """
    if shutil.which("strace") is None:
        raise BenchError("strace is missing: apt-get install strace, or leave out the part fsyncs")
    print("counting fsyncs", file=sys.stderr)
    root, trace, fingerprints = folder / "traced", folder / "fsyncs", folder / "traced-fingerprints"
    install(program, root)
    # -D: strace watches from aside, so that the server is our child as ever.
    prefix = ["strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", trace]
    counts = []
    with serve(program, root, settings, prefix) as server:
        fingerprints.write_text("\n".join(operations.create_keys(server, 100)) + "\n")
        # A create each of the hundred: were none seen, strace would see nothing at all.
        if calls(trace) < 100:
            raise BenchError(f"strace saw {calls(trace)} fsyncs of 100 creates, one after the other")
        for operation in ("version", "client", "retrieve", "create"):
            before = calls(trace)
            load = wrk.measure(server, operation, connections, SECONDS, fingerprints)
            count = calls(trace) - before
            counts.append({"operation": operation, "connections": connections, "requests": load["requests"],
                           "fsyncs": count, "per_request": count / load["requests"]})
    return counts


def calls(trace):
    """Finished calls: one whose line was cut in two by another thread's counts when it resumes."""
    with open(trace) as file:
        return sum(("fsync" in line or "fdatasync" in line) and "unfinished" not in line for line in file)
