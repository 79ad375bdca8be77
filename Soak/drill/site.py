"""What a scenario of the drill is given: a cluster, three servers on it, load, and a place to say what it saw."""

import contextlib
import json
import time

from drill.checker import RULES, check, recoveries
from drill.cluster import Cluster
from drill.history import DONE, FAILURES, KINDS, LOGIN, History, Outage
from drill.reading import read_all
from drill.workload import Workload
from harness.samples import slowest
from harness.server import Server
from harness.small_disk import SmallDisk
from harness.stage import Stage

SERVERS = 3
# Load before the first harm, and after the last one: longer than recovery may take.
CALM_SECONDS = 3
AFTER_SECONDS = 7
SHOWN_MAX = 5


class Site(Stage):
    """`begin` returns with the load in full swing; `finish` holds what happened against the rules."""

    def __init__(self, name, program, folder, temporary, settings, disk_mebibytes=None):
        super().__init__(name, program, folder, temporary, seconds=None, is_quick=False, settings=settings)
        self._disk_mebibytes = disk_mebibytes
        self.outages = []
        self.disk = None
        # By the name of their rule, once it is over.
        self.violations = {}

    def begin(self):
        self.cluster = Cluster(self.folder, self._mount if self._disk_mebibytes else None)
        self.at_end(self.cluster.close)
        # One after the other, as an operator would: the first makes the schema and the administrators.
        self.servers = [self._make_server(number) for number in range(SERVERS)]
        for server in self.servers:
            self.at_end(self._end, server)
            server.start()
        self.load = Workload(self.servers)
        self.at_end(self.load.stop)
        self.calm(CALM_SECONDS)

    def _mount(self, path):
        self.disk = SmallDisk(path, self._disk_mebibytes)
        return self.disk

    def _make_server(self, number):
        return Server(self._program, self.temporary / f"tms{number}", self.folder / f"server{number}.log",
                      self._settings, database_url=self.cluster.url)

    def _end(self, server):
        if server.is_running:
            self.expect(server.stop() == 0, "the server stops with status 0", f"status {server.process.returncode}")
        elif server.process is not None:
            self.expect(False, "the server is still there at the end", f"status {server.process.returncode}")

    # For scenarios

    def calm(self, seconds):
        time.sleep(seconds)

    @contextlib.contextmanager
    def outage(self, what, server=None):
        """What is done inside is a harm, which is over at the end of the block."""
        began = time.monotonic()
        yield
        self.outages.append(Outage(what, server, began, time.monotonic()))

    def operations_since(self, time):
        return [operation for operation in self.load.operations if operation.ended >= time]

    def expect_harm(self):
        """A harm that nobody noticed proves nothing."""
        hurt = [operation for operation in self.load.operations if operation.outcome in FAILURES]
        self.expect(hurt, "the harm was felt", tally(hurt))

    # The end

    def finish(self):
        self.calm(AFTER_SECONDS)
        ended = time.monotonic()
        self.load.stop()
        operations = self.load.operations
        with open(self.folder / "history.jsonl", "w") as file:
            for record in [*self.outages, *operations]:
                print(json.dumps(record._asdict()), file=file)
        history = History(operations, self.load.uses, self.outages, ended)
        readings = read_all(self.servers, history.keys)
        self.violations = check(history, readings)
        for name, rule in RULES.items():
            found = self.violations[name]
            shown = f"{len(found)}: " + "; ".join(found[:SHOWN_MAX]) if found else ""
            self.expect(not found, rule.what, shown)
        self._count(history)

    def _count(self, history):
        done = [operation for operation in history.operations if operation.outcome == DONE]
        self.figure("operations", len(history.operations))
        self.figure("done", len(done))
        for outcome in FAILURES:
            self.figure(outcome, sum(1 for operation in history.operations if operation.outcome == outcome))
        self.figure("keys", len(history.keys))
        slowest_login = slowest([operation for operation in history.operations if operation.kind == LOGIN])
        self.figure("slowest login", f"{slowest_login:.2f} s")
        self.figure("slowest", f"{slowest(history.operations):.2f} s")
        seconds = [seconds for *_, seconds in recoveries(history) if seconds is not None]
        self.figure("recovered in", f"{max(seconds):.2f} s" if seconds else "-")


def tally(operations):
    counts = {kind: sum(1 for operation in operations if operation.kind == kind) for kind in KINDS}
    return ", ".join(f"{kind} x {count}" for kind, count in counts.items() if count)
