"""Comparisons whose outcome is known, again and again: how often the right word is said."""

import contextlib
import re
import sys
import tempfile

from ..programs import BenchError
from ..report import target
from .generators import CLIENT_VARIABLES

PAIRS = 5
USERS = 10
SECONDS = 2
# Of twenty, one may be wrong.
RIGHT_PART = 0.95
# Of compare: 0, and 6 when B is slower.
STATUSES = (0, 6)
WORDS = ("faster:", "slower:", "same:", "inconclusive:", "not comparable:")
METRICS = ("rate", "p50", "p99")
# "  rate  A 2,938/s  B 2,507/s  -14.6 % (95 %: -15.9 % to -11.7 %)  slower"
CHANGE = re.compile(r"  (\S+)  A .*  B .*  (\S+ %) \(95 %: (.*)\)")
# A server of the tests that computes and waits, both a fifth longer with the handicap.
SERVICE = ["--delay-ms", "3", "--work-us", "100"]
HANDICAP = ["--handicap", "20"]


class Trials:
    """A part of the benchmark: which words are right, which servers are compared, and by what requests."""

    def __init__(self, title, right, scenario, start):
        self.title, self.right, self.scenario = title, right, scenario
        # Gives the URLs of A and B while it is entered.
        self.start = start

    def measure(self, generators, arguments):
        figures = []
        with self.start(generators) as (a, b):
            for number in range(1, arguments.trials + 1):
                figures.append(self.compare(generators, a, b))
                print(f"{self.title}: trial {number} of {arguments.trials}: {figures[-1]['word']}", file=sys.stderr)
        return figures

    def compare(self, generators, a, b):
        with tempfile.TemporaryDirectory(dir=generators.folder) as folder:
            run = generators.run(
                [generators.program("tms-loadtest"), "compare", "--pairs", PAIRS, "--a", a, "--b", b, "--users", USERS,
                 "-t", f"{SECONDS}s", "--startup-time", "0", "--warmup", "500ms", "--scenarios", self.scenario,
                 "--quiet", "--runs-dir", folder], 8 * PAIRS * SECONDS, CLIENT_VARIABLES, STATUSES)
        # After a line for each run comes the comparison: its word, and a line for each metric.
        lines = run.output.splitlines()
        begin = next((index for index, line in enumerate(lines) if line.startswith(WORDS)), None)
        if begin is None:
            raise BenchError(f"compare said nothing\n{run.output}{run.errors}")
        found = [CHANGE.match(line) for line in lines[begin + 1:]]
        return {"word": lines[begin].split(":")[0], "metrics": {m[1]: f"{m[2]} ({m[3]})" for m in found if m}}

    def rows(self, figures):
        return [("word", *METRICS)] + [
            (one["word"], *(one["metrics"].get(name, "-") for name in METRICS)) for one in figures
        ]

    def targets(self, figures):
        count = sum(one["word"] in self.right for one in figures)
        return [target(f"{self.title}: of {len(figures)} trials {' or '.join(self.right)}", count,
                       int(len(figures) * RIGHT_PART), at_least=True)]


@contextlib.contextmanager
def one_server(generators):
    with generators.server() as server:
        yield server.url, server.url


@contextlib.contextmanager
def with_handicap(generators):
    with generators.misbehaving(*SERVICE) as a, generators.misbehaving(*SERVICE, *HANDICAP) as b:
        yield a.url, b.url


SAME = Trials("same", ("same", "inconclusive"), "getkey", one_server)
SLOWER = Trials("slower", ("slower",), "getclient", with_handicap)
