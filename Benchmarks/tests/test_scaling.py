"""The simulator against what queueing theory knows, and against what must hold of every storm.

With a fixed seed each run is the same, so that none of these can fail by chance; the tolerances are a few times the
error that so many customers leave.
"""

import math
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tmsbench.scaling.inputs import Inputs
from tmsbench.scaling.simulation import Log, Simulation, Station
from tmsbench.scaling.system import Storm

CUSTOMERS = 40_000


def mean_wait(places, arrivals_per_second, service_seconds):
    """Of customers with random arrivals, and services that `service_seconds` returns."""
    simulation, waits = Simulation(), []
    station = Station(simulation, places)
    source = random.Random(7)

    def serve(began, seconds):
        waits.append(simulation.now - began)
        simulation.after(seconds, station.leave, seconds)

    def arrive(left):
        station.take(serve, simulation.now, service_seconds(source))
        if left > 1:
            simulation.after(source.expovariate(arrivals_per_second), arrive, left - 1)

    arrive(CUSTOMERS)
    simulation.run()
    return sum(waits) / len(waits)


def mean_wait_of_deterministic_services(places, arrivals_per_second, seconds):
    """M/D/c, by Crommelin: whoever is there one service later came meanwhile, or did not get a place before."""
    load, states = arrivals_per_second * seconds, 200
    arrivals = [math.exp(-load + count * math.log(load) - math.lgamma(count + 1)) for count in range(states)]
    present = [1.0] + [0.0] * (states - 1)
    for _ in range(400):
        after = [0.0] * states
        for count, probability in enumerate(present):
            left = max(count - places, 0)
            if probability > 1e-15:
                for more in range(states - left):
                    if arrivals[more] < 1e-15 and more > load:
                        break
                    after[left + more] += probability * arrivals[more]
        present = after
    mean_present = sum(count * probability for count, probability in enumerate(present))
    return (mean_present - load) / arrivals_per_second


class QueueingTheory(unittest.TestCase):
    def test_one_place_and_random_services(self):
        """M/M/1 at 70 %: Wq = rho / (mu - lambda)."""
        found = mean_wait(1, 70, lambda source: source.expovariate(100))
        self.assertAlmostEqual(found / (0.7 / (100 - 70)), 1, delta=0.1)

    def test_one_place_and_equal_services(self):
        """M/D/1 at 80 %: half of what M/M/1 has."""
        expected = 0.8 / (2 * (100 - 80))
        self.assertAlmostEqual(mean_wait_of_deterministic_services(1, 80, 0.01) / expected, 1, delta=0.001)
        self.assertAlmostEqual(mean_wait(1, 80, lambda _: 0.01) / expected, 1, delta=0.1)

    def test_several_places_and_equal_services(self):
        """M/D/4 at 80 %."""
        expected = mean_wait_of_deterministic_services(4, 320, 0.01)
        self.assertAlmostEqual(mean_wait(4, 320, lambda _: 0.01) / expected, 1, delta=0.1)


class Parts(unittest.TestCase):
    def test_a_full_queue_refuses(self):
        simulation = Simulation()
        station = Station(simulation, 1, queue_max=1)
        self.assertEqual([station.take(lambda: None) for _ in range(3)], [True, True, False])

    def test_a_flush_is_shared_by_those_before_it(self):
        simulation, ends = Simulation(), []
        log = Log(simulation, 1.0)
        for at in (0.0, 0.5, 0.9, 2.5):
            simulation.after(at, log.flush, lambda: ends.append(simulation.now))
        simulation.run()
        self.assertEqual(ends, [1.0, 2.0, 2.0, 3.5])


class Storms(unittest.TestCase):
    def storm(self, servers=3, logins=1000, lost_at=None, seed=1, **figures):
        inputs = Inputs(**figures)
        return Storm(inputs, servers, 20, logins, 2.0, lost_at, seed).run()

    def test_nobody_is_forgotten(self):
        for lost_at in (None, 1.0):
            ran = self.storm(lost_at=lost_at)
            self.assertEqual(ran["ok"] + ran["failed"] + ran["dropped"], 1000)

    def test_the_same_seed_gives_the_same_storm(self):
        self.assertEqual(self.storm(seed=3), self.storm(seed=3))
        self.assertNotEqual(self.storm(seed=3), self.storm(seed=4))

    def test_an_unloaded_login_takes_what_its_parts_take(self):
        ran = self.storm(logins=1, limited_percent=0, creates_per_second=0)
        inputs = Inputs()
        lookup = (inputs.keycmd_ms + (2.5 * inputs.host_round_trip_us + inputs.connection_cpu_us + inputs.lookup_cpu_us
                                      + inputs.read_database_us + inputs.round_trip_us) / 1000)
        self.assertAlmostEqual(ran["max_ms"], 2 * lookup, places=6)

    def test_a_counted_login_waits_for_its_commit(self):
        plain = self.storm(logins=1, limited_percent=0, creates_per_second=0)
        counted = self.storm(logins=1, limited_percent=100, creates_per_second=0)
        inputs = Inputs()
        commit = (inputs.use_round_trips + 1) * inputs.round_trip_us + inputs.use_database_us + inputs.commit_us
        self.assertAlmostEqual(counted["max_ms"] - plain["max_ms"], commit / 1000, places=6)

    def test_only_what_the_lost_server_had_in_hand_fails(self):
        self.assertEqual(self.storm()["failed"], 0)
        lost = self.storm(lost_at=1.0, notice_seconds=0, commit_us=20_000, limited_percent=100)
        self.assertGreater(lost["failed"], 0)
        self.assertLess(lost["failed"], 50)

    def test_what_is_sent_to_a_server_that_is_gone_fails(self):
        """Half a second of 500 logins a second, of which each lookup goes to one of three."""
        lost = self.storm(lost_at=1.0, notice_seconds=0.5)
        self.assertGreater(lost["failed"], 80)
        self.assertLess(lost["failed"], 250)

    def test_limits_are_reached(self):
        self.assertGreater(self.storm(servers=1, logins=3000, startups_max=2)["dropped"], 0)
        slow = self.storm(servers=1, logins=200, readers=1, read_queue_max=1, read_database_us=50_000)
        self.assertGreater(slow["refused_lookups"], 0)


if __name__ == "__main__":
    unittest.main()
