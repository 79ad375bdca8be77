#!/usr/bin/env python3
"""What is measured goes before the rest of the machine only where the system allows it, and is told so where not."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
NOBODY = "65534"
# The policy that a program started within it runs under, whether it was said to go first, and what is left afterwards.
# Not started as somebody else but turned into them: the interpreter may be in a folder of root's.
PROGRAM = """
import os, subprocess, sys
from tmsbench.priority import first_on_the_processors
if len(sys.argv) > 1:
    os.setuid(int(sys.argv[1]))
with first_on_the_processors() as goes_first:
    stat = subprocess.run(["cat", "/proc/self/stat"], capture_output=True, text=True, check=True).stdout
# Field 41 of proc_pid_stat(5); the name, which may have spaces, is the second.
print(stat.rpartition(")")[2].split()[41 - 3], goes_first, os.sched_getscheduler(0))
"""


def told(*user):
    """What the program prints, and what it warns of, run by that user."""
    ended = subprocess.run([sys.executable, "-B", "-c", PROGRAM, *user], cwd=BENCHMARKS, capture_output=True,
                           text=True, check=True, timeout=60)
    return ended.stdout.split(), ended.stderr


class FirstOnTheProcessorsTests(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_goes_first_and_no_longer_than_it_lasts(self):
        output, errors = told()
        self.assertEqual(output, [str(os.SCHED_FIFO), "True", str(os.SCHED_OTHER)])
        self.assertEqual(errors, "")

    def test_who_is_not_root_is_told_and_goes_on(self):
        output, errors = told(*[NOBODY] if os.geteuid() == 0 else [])
        self.assertEqual(output, [str(os.SCHED_OTHER), "False", str(os.SCHED_OTHER)])
        self.assertIn("not root", errors)


if __name__ == "__main__":
    unittest.main()
