#!/usr/bin/env python3
"""The share of the processors' time that a host gave to others, from what Linux counts."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tmsbench import stolen

# The second processor's line must not be added, nor the time of guests, which user and nice have already.
BEFORE = "cpu  100 0 50 800 20 5 5 20 90 9\ncpu0 50 0 25 400 10 2 2 10 45 4\n"
AFTER = "cpu  150 0 70 900 20 5 5 50 140 9\ncpu0 75 0 35 450 10 2 2 25 70 4\n"


class StolenTests(unittest.TestCase):
    def test_all_that_passed_is_counted_once(self):
        before, after = stolen.ticks(BEFORE), stolen.ticks(AFTER)
        self.assertEqual(before, {"stolen": 20, "all": 1000})
        self.assertEqual(stolen.percent(before, after), 15.0)

    def test_two_looks_in_the_same_moment_are_no_division_by_zero(self):
        now = stolen.ticks(BEFORE)
        self.assertEqual(stolen.percent(now, now), 0.0)

    def test_this_machine_is_understood(self):
        now = stolen.ticks()
        self.assertGreater(now["all"], 0)
        self.assertGreaterEqual(now["all"], now["stolen"])


if __name__ == "__main__":
    unittest.main()
