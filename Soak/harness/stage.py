"""What a scenario is given: a folder, a server, load, and a place to say what it saw."""

import contextlib
import json
import time

from harness import logfmt
from harness.load import Creators, Prober, lost, make_key
from harness.purger import Purger
from harness.samples import others, slowest, tally
from harness.server import Server
from harness.shim import Shim
from harness.small_disk import SmallDisk
from tmsbench.disk_witness import DiskWitness

# Nobody who logs in should wait longer, whatever else happens. A lookup that waits for a disk or a queue takes several
# times this; a machine that is busy otherwise does not.
PROMPT_SECONDS = 1.0


class Stage:
    """Ends everything that was started on it, in reverse order, however the scenario ended."""

    def __init__(self, name, program, folder, temporary, seconds, is_quick, settings):
        self.name = name
        self.folder = folder
        self.temporary = temporary
        self.seconds = seconds
        self.is_quick = is_quick
        self.figures = {}
        self.failures = []
        self.doubts = []
        self.held = 0
        self.slowest_lookup = None
        self._program = program
        self._settings = settings
        self._ending = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return self._ending.__exit__(*exception)

    # Saying what was seen

    def expect(self, holds, what, seen=""):
        """Notes whether something that must be seen was. The scenario goes on, since the rest may tell why."""
        line = f"{what}" + (f" ({seen})" if seen != "" else "")
        self._note(f"{'ok    ' if holds else 'FAILED'} {line}")
        if holds:
            self.held += 1
        else:
            self.failures.append(line)
        return bool(holds)

    def expect_within(self, seconds, condition, what):
        """The same for what may take a while; `condition` is asked until it holds or the time is over."""
        began = time.monotonic()
        while not (holds := condition()) and time.monotonic() - began < seconds:
            time.sleep(0.05)
        return self.expect(holds, what, f"after {time.monotonic() - began:.1f} s")

    def doubt(self, what):
        """Says that the server was not put to the test as it should have been, through no fault of its own."""
        self._note(f"DOUBT  {what}")
        self.doubts.append(what)

    def figure(self, name, value):
        self.figures[name] = value
        self._note(f"figure {name}: {value}")

    def _note(self, line):
        with open(self.folder / "scenario.log", "a") as log:
            print(time.strftime("%H:%M:%S"), line, file=log)

    # Starting things

    def server(self, *settings, environment=None, root=None):
        """A server that is listening. At the end it must stop when it is told to, with status 0."""
        server = Server(self._program, root or self.temporary / "tms", self.folder / "server.log",
                        [*settings, *self._settings], environment)
        self._ending.callback(self._finish, server)
        server.start()
        return server

    def _finish(self, server):
        if not server.is_running:
            self.expect(False, "the server is still there at the end", f"status {server.process.returncode}")
            return
        # A server that does not answer any more is ended all the same.
        with contextlib.suppress(OSError):
            (self.folder / "metrics.txt").write_bytes(server.get("/metrics").body)
        self.expect(server.stop() == 0, "the server stops with status 0", f"status {server.process.returncode}")
        strange = logfmt.strange_lines(server.log_path)
        self.expect(not strange, "its log has nothing but log lines", strange[0][:200] if strange else "")

    def prober(self, server, fingerprint=None):
        """Lookups all the while; `expect_lookups` says how they must have been."""
        prober = Prober(server, fingerprint or make_key(server))
        self._ending.callback(self._keep, "lookups", prober)
        return prober

    def creators(self, server, **rate):
        creators = Creators(server, **rate)
        self._ending.callback(self._keep, "creates", creators)
        return creators

    def purger(self, server):
        purger = Purger(server)
        self._ending.callback(self._keep, "purges", purger)
        return purger

    def _keep(self, name, load):
        load.stop()
        with open(self.folder / f"{name}.jsonl", "a") as file:
            for sample in load.samples:
                print(json.dumps([round(sample.at, 4), round(sample.seconds, 5), sample.outcome]), file=file)

    def shim(self, name, variable):
        shim = Shim(name, variable, self.temporary)
        self._ending.callback(shim.close)
        return shim

    def small_disk(self, mebibytes):
        disk = SmallDisk(self.temporary / "disk", mebibytes)
        self._ending.callback(disk.close)
        return disk

    def disk_witness(self):
        """What the disk of the server makes others wait, from now on."""
        return self._ending.enter_context(DiskWitness(self.temporary))

    def at_end(self, call, *arguments):
        self._ending.callback(call, *arguments)

    # What nearly every scenario expects

    def expect_lookups(self, samples, what="lookups go on, promptly"):
        """All answered with the key, none late; and that there were any."""
        worst = slowest(samples)
        self.slowest_lookup = max(worst, self.slowest_lookup or 0)
        failures = others(samples, 200)
        self.expect(samples and not failures and worst <= PROMPT_SECONDS, what,
                    f"{tally(samples)}, slowest {worst * 1000:.0f} ms")

    def expect_nothing_lost(self, server, fingerprints, when):
        missing = lost(server, fingerprints)
        self.expect(fingerprints and not missing, f"every acknowledged key is there {when}",
                    f"{len(fingerprints)} keys, {len(missing)} lost{', as ' + str(missing[0]) if missing else ''}")

    def expect_no_blame(self, server):
        late = server.events("part is late")
        self.expect(not late, "the watchdog blames nobody", ", ".join(sorted({line["part"] for line in late})))
