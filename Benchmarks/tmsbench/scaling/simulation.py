"""Discrete events: a clock, and places that are waited for."""

import collections
import heapq


class Simulation:
    """What is to happen, in order of time; what is due at the same time, in the order in which it was asked for."""

    def __init__(self):
        self.now = 0.0
        self._events = []
        self._count = 0

    def after(self, seconds, action, *arguments):
        self._count += 1
        heapq.heappush(self._events, (self.now + seconds, self._count, action, arguments))

    def run(self):
        """Until nothing is left to happen."""
        while self._events:
            self.now, _, action, arguments = heapq.heappop(self._events)
            action(*arguments)


class Station:
    """Places for which everybody waits in one queue: processors, connections."""

    def __init__(self, simulation, places, queue_max=float("inf")):
        self.simulation = simulation
        self.places = places
        self.queue_max = queue_max
        self.taken = 0
        self.waiting = collections.deque()
        # Summed up over all places, of those that have been left again.
        self.busy_seconds = 0.0
        self.queue_longest = 0

    def take(self, then, *arguments):
        """Calls `then` as soon as there is a place for it. Returns false when too many wait already."""
        if self.taken < self.places:
            self._enter(then, arguments)
        elif len(self.waiting) < self.queue_max:
            self.waiting.append((then, arguments))
            self.queue_longest = max(self.queue_longest, len(self.waiting))
        else:
            return False
        return True

    def leave(self, seconds):
        """Gives back a place that was held for so long."""
        self.taken -= 1
        self.busy_seconds += seconds
        if self.waiting:
            self._enter(*self.waiting.popleft())

    def use(self, seconds, then, *arguments):
        """Holds a place for so long, then calls `then`."""
        self.take(self._hold, seconds, then, arguments)

    def _enter(self, then, arguments):
        self.taken += 1
        then(*arguments)

    def _hold(self, seconds, then, arguments):
        self.simulation.after(seconds, self._held, seconds, then, arguments)

    def _held(self, seconds, then, arguments):
        self.leave(seconds)
        then(*arguments)


class Log:
    """A write-ahead log: one flush at a time, which all share that came before it began."""

    def __init__(self, simulation, seconds):
        self.simulation = simulation
        self.seconds = seconds
        self.waiting = []
        self.is_flushing = False

    def flush(self, then, *arguments):
        self.waiting.append((then, arguments))
        if not self.is_flushing:
            self._begin()

    def _begin(self):
        self.is_flushing = True
        flushed, self.waiting = self.waiting, []
        self.simulation.after(self.seconds, self._end, flushed)

    def _end(self, flushed):
        self.is_flushing = False
        for then, arguments in flushed:
            then(*arguments)
        if self.waiting and not self.is_flushing:
            self._begin()
