"""Login hosts, a balancer, servers and PostgreSQL, as far as they make each other wait.

    host:     sshd takes the connection, or drops it; tms-keycmd runs, once per lookup
    server:   connection and lookup, processor; a read connection, held for a round trip and the database's work
    counting: a writer's connection takes what waits as one batch: for each use its round trips, one commit for all
"""

import collections
import random

from .simulation import Log, Simulation, Station

US = 1e-6
MS = 1e-3


class Database:
    def __init__(self, simulation, inputs):
        self.cores = Station(simulation, inputs.database_cores)
        self.log = Log(simulation, inputs.commit_us * US)


class Server:
    def __init__(self, simulation, inputs, database):
        self.simulation = simulation
        self.inputs = inputs
        self.database = database
        self.cores = Station(simulation, inputs.server_cores)
        self.readers = Station(simulation, inputs.readers, inputs.read_queue_max)
        self.is_lost = False
        self.uses = collections.deque()
        self.creates = collections.deque()
        self.idle_writers = inputs.writers
        # Lookups that were refused with 503 because a queue was full.
        self.refused = 0

    # Reading

    def look_up(self, counts_use, answer):
        """`answer` is told whether it succeeded."""
        if self.is_lost:
            # A machine that is gone does not even refuse.
            self.simulation.after(self.inputs.patience_ms * MS, answer, False)
            return
        seconds = (self.inputs.connection_cpu_us + self.inputs.lookup_cpu_us) * US
        self.cores.use(seconds, self._read, counts_use, answer)

    def _read(self, counts_use, answer):
        if self.is_lost:
            answer(False)
        elif not self.readers.take(self._ask, counts_use, answer):
            self._refuse(answer)

    def _ask(self, counts_use, answer):
        began = self.simulation.now
        self.database.cores.use(self.inputs.read_database_us * US, self._asked, began, counts_use, answer)

    def _asked(self, began, counts_use, answer):
        self.simulation.after(self.inputs.round_trip_us * US, self._have_read, began, counts_use, answer)

    def _have_read(self, began, counts_use, answer):
        self.readers.leave(self.simulation.now - began)
        if not counts_use:
            answer(not self.is_lost)
        elif len(self.uses) >= self.inputs.login_queue_max:
            self._refuse(answer)
        else:
            self.uses.append(answer)
            self._write()

    def _refuse(self, answer):
        self.refused += 1
        answer(False)

    # Writing

    def create(self):
        self.cores.use(self.inputs.create_cpu_us * US, self._store)

    def _store(self):
        self.creates.append(None)
        self._write()

    def _write(self):
        """Lets a writer that has nothing to do take what waits, logins first."""
        if self.idle_writers == 0 or not (self.uses or self.creates):
            return
        self.idle_writers -= 1
        uses = [self.uses.popleft() for _ in range(min(len(self.uses), self.inputs.batch_max))]
        creates = min(len(self.creates), self.inputs.batch_max - len(uses))
        for _ in range(creates):
            self.creates.popleft()
        self._work(len(uses), creates, uses)

    def _work(self, uses, creates, answers):
        """One write of the batch after the other."""
        inputs = self.inputs
        if uses > 0:
            work, trips, uses = inputs.use_database_us, inputs.use_round_trips, uses - 1
        elif creates > 0:
            work, trips, creates = inputs.create_database_us, inputs.create_round_trips, creates - 1
        else:
            self.simulation.after(inputs.round_trip_us * US, self.database.log.flush, self._committed, answers)
            return
        self.simulation.after(
            trips * inputs.round_trip_us * US, self.database.cores.use, work * US, self._work, uses, creates, answers)

    def _committed(self, answers):
        self.idle_writers += 1
        for answer in answers:
            answer(not self.is_lost)
        self._write()


class Host:
    def __init__(self, simulation, inputs, choose):
        self.simulation = simulation
        self.inputs = inputs
        self.choose = choose
        self.cores = Station(simulation, inputs.host_cores)
        self.under_way = 0

    def log_in(self, counts_use, finish):
        """`finish` is told what became of it: `ok`, `dropped` by sshd, or `failed`."""
        if self.under_way >= self.inputs.startups_max:
            return finish("dropped")
        self.under_way += 1
        self._look_up(self.inputs.lookups_per_login, counts_use, finish)

    def _look_up(self, left, counts_use, finish):
        self.cores.use(self.inputs.keycmd_ms * MS, self._call, left, counts_use, finish)

    def _call(self, left, counts_use, finish):
        began = self.simulation.now

        def answered(is_good):
            is_late = self.simulation.now - began > self.inputs.patience_ms * MS
            if not is_good or is_late:
                self._end("failed", finish)
            elif left > 1:
                # The connection has its ticket now.
                self._look_up(left - 1, False, finish)
            else:
                self._end("ok", finish)

        # Two round trips until the request is there, and half of one back.
        self.simulation.after(2.5 * self.inputs.host_round_trip_us * US, self.choose().look_up, counts_use, answered)

    def _end(self, outcome, finish):
        self.under_way -= 1
        finish(outcome)


class Storm:
    """So many logins, at random moments of so many seconds, on so many hosts; at `lost_at` a server is lost.

    `run` returns what became of them. With the same seed it is the same.
    """

    def __init__(self, inputs, servers, hosts, logins, seconds, lost_at=None, seed=1):
        self.inputs = inputs
        self.simulation = Simulation()
        self.random = random.Random(seed)
        self.seconds = seconds
        self.database = Database(self.simulation, inputs)
        self.servers = [Server(self.simulation, inputs, self.database) for _ in range(servers)]
        self.hosts = [Host(self.simulation, inputs, self._choose) for _ in range(hosts)]
        self.outcomes = collections.Counter()
        self.latencies = []
        self._turn = 0
        self._there = list(self.servers)
        for _ in range(logins):
            self.simulation.after(self.random.uniform(0, seconds), self._log_in)
        for _ in range(round(inputs.creates_per_second * seconds)):
            self.simulation.after(self.random.uniform(0, seconds), self._create)
        if lost_at is not None:
            self.simulation.after(lost_at, self._lose)

    def run(self):
        self.simulation.run()
        ended = self.simulation.now
        self.latencies.sort()
        return {
            "ok": self.outcomes["ok"], "failed": self.outcomes["failed"], "dropped": self.outcomes["dropped"],
            "refused_lookups": sum(server.refused for server in self.servers),
            "p50_ms": percentile(self.latencies, 0.5), "p99_ms": percentile(self.latencies, 0.99),
            "max_ms": percentile(self.latencies, 1), "drained_seconds": ended,
            "server_busy": self._busiest("cores") / ended,
            "readers_busy": self._busiest("readers") / ended,
            "database_busy": self.database.cores.busy_seconds / (ended * self.inputs.database_cores),
        }

    def _busiest(self, station):
        """Of all servers, in seconds of all places."""
        stations = [getattr(server, station) for server in self.servers]
        return max(station.busy_seconds / station.places for station in stations)

    def _choose(self):
        """The balancer: one after the other of those that it believes to be there."""
        self._turn += 1
        return self._there[self._turn % len(self._there)]

    def _log_in(self):
        began = self.simulation.now
        counts_use = self.random.random() * 100 < self.inputs.limited_percent

        def finish(outcome):
            self.outcomes[outcome] += 1
            if outcome == "ok":
                self.latencies.append((self.simulation.now - began) * 1000)

        self.random.choice(self.hosts).log_in(counts_use, finish)

    def _create(self):
        self._choose().create()

    def _lose(self):
        """What it has in hand fails, and what the balancer sends to it until that has noticed."""
        self.servers[0].is_lost = True
        self.simulation.after(self.inputs.notice_seconds, self._there.remove, self.servers[0])


def percentile(ordered, part):
    """None of nothing."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
