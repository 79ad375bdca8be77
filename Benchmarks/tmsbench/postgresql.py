"""A PostgreSQL server of a script's own."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time

from .programs import BenchError, cpu_nanoseconds, run

PROGRAMS = "/usr/lib/postgresql/15/bin"
START_SECONDS_MAX = 60


@contextlib.contextmanager
def cluster(folder, *settings):
    """Starts a server in a new folder beside `folder`, reachable by its socket only, and gives that folder's path.

    Everything is as PostgreSQL has it, fsync included, but for `settings` (`name=value`).
    """
    # Not in `folder`: PostgreSQL does not run as root, and another user cannot look into that.
    place = tempfile.mkdtemp(prefix="tms-postgresql-", dir=folder.parent)
    as_user = []
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    try:
        run([*as_user, f"{PROGRAMS}/initdb", "-D", f"{place}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C"])
        options = ["listen_addresses=", f"unix_socket_directories={place}", *settings]
        with open(f"{place}/log", "wb") as log:
            server = subprocess.Popen(
                [*as_user, f"{PROGRAMS}/postgres", "-D", f"{place}/data",
                 *(part for option in options for part in ("-c", option))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait(place, server)
            yield place
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def wait(place, server):
    deadline = time.monotonic() + START_SECONDS_MAX
    while subprocess.run([f"{PROGRAMS}/pg_isready", "-q", "-h", place, "-U", "postgres"]).returncode != 0:
        if time.monotonic() > deadline or server.poll() is not None:
            with open(f"{place}/log", errors="replace") as log:
                raise BenchError(f"PostgreSQL did not start:\n{log.read()[-2000:]}")
        time.sleep(0.1)


def cpu_of_all(place):
    """Nanoseconds of all its processes, as far as they are still there: sessions that a pool keeps are."""
    with open(f"{place}/data/postmaster.pid") as file:
        postmaster = int(file.readline())
    with open(f"/proc/{postmaster}/task/{postmaster}/children") as file:
        processes = [postmaster, *map(int, file.read().split())]
    total = 0
    for process in processes:
        # It may have ended since.
        with contextlib.suppress(FileNotFoundError):
            total += cpu_nanoseconds(process)
    return total


def make_database(place, name):
    """An empty database; gives its URL."""
    run([f"{PROGRAMS}/createdb", "-h", place, "-U", "postgres", name])
    return f"postgresql:///{name}?host={place}&user=postgres"
