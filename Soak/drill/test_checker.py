"""Histories written by hand, each with one thing wrong, or with something that only looks wrong."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from drill.checker import ANSWER_SECONDS, LOGIN_SECONDS, RECOVERY_SECONDS, check  # noqa: E402
from drill.history import (  # noqa: E402
    ABSENT, CLIENT, CREATE, DELETE, DONE, EXHAUSTED, KINDS, LOGIN, LOST, REFUSED, UNKNOWN, UNREACHED, History,
    Operation, Outage, Reading)


class Story:
    """A history with one key `k`, to which tests add. Operations take a tenth of a second."""

    def __init__(self, uses=None, created=DONE):
        self.keys = {"k": uses} if created == DONE else {}
        self.operations = []
        self.outages = []
        self.readings = [Reading(number, {key: -1 if uses is None else uses for key in self.keys}, {})
                         for number in range(2)]
        self.add(CREATE, 0, created, key="k" if created == DONE else None)

    def add(self, kind, at, outcome, server=0, key="k", connection=None, seconds=0.1):
        self.operations.append(Operation(kind, server, at, at + seconds, outcome, key, connection))
        return self

    def login(self, at, outcome, **more):
        return self.add(LOGIN, at, outcome, **more)

    def outage(self, began, ended, server=None):
        self.outages.append(Outage("harm", server, began, ended))
        return self

    def recover(self, at, server=0):
        for kind in KINDS:
            self.add(kind, at, DONE, server=server, key="gone" if kind == DELETE else None)
        return self

    def left(self, uses):
        for reading in self.readings:
            reading.listed["k"] = uses
        return self

    def broken_rules(self):
        operations = sorted(self.operations, key=lambda operation: operation.began)
        found = check(History(operations, self.keys, self.outages, 100), self.readings)
        return {name for name, violations in found.items() if violations}


class CheckerTests(unittest.TestCase):
    def expect(self, story, *names):
        self.assertEqual(story.broken_rules(), set(names))

    def test_quiet_history_breaks_nothing(self):
        self.expect(Story().login(1, DONE).add(CLIENT, 2, DONE))

    # Creates

    def test_key_that_no_server_lists_is_lost(self):
        story = Story()
        story.readings[1].listed.clear()
        self.expect(story, "lost")

    def test_key_that_another_server_does_not_find_at_once_is_missed(self):
        self.expect(Story().login(0.2, ABSENT, server=1), "missed")

    def test_key_that_is_listed_and_not_found_is_lost(self):
        story = Story()
        story.readings[0].lookups["k"] = ABSENT
        self.expect(story, "lost")

    def test_key_asked_for_before_its_creation_was_answered_may_be_missing(self):
        self.expect(Story().login(0.05, ABSENT))

    def test_key_that_may_have_been_made_may_be_there_or_not(self):
        for outcome in (UNKNOWN, LOST):
            for is_there in (True, False):
                story = Story(created=outcome).outage(0, 1).outage(0, 1, server=0).recover(2)
                if is_there:
                    story.readings[0].listed["k"] = -1
                self.expect(story)

    def test_key_whose_creation_was_refused_must_not_be_there(self):
        for outcome in (REFUSED, UNREACHED):
            story = Story(created=outcome).outage(0, 1).outage(0, 1, server=0).recover(2)
            self.expect(story)
            story.readings[0].listed["k"] = -1
            self.expect(story, "stray")

    # Deletions

    def test_deleted_key_may_not_be_found_again(self):
        story = Story().add(DELETE, 1, DONE).login(2, DONE, server=1)
        for reading in story.readings:
            reading.listed.clear()
        self.expect(story, "returned")

    def test_deleted_key_may_not_be_listed(self):
        self.expect(Story().add(DELETE, 1, DONE), "returned")

    def test_key_may_be_found_while_it_is_deleted(self):
        story = Story().add(DELETE, 1, DONE).login(1.05, DONE).login(1.06, ABSENT)
        for reading in story.readings:
            reading.listed.clear()
        self.expect(story)

    def test_key_that_may_have_been_deleted_may_be_missing_and_found(self):
        story = Story().outage(1, 2).recover(3).add(DELETE, 1, UNKNOWN).login(4, ABSENT).login(5, DONE)
        story.readings[0].listed.clear()
        self.expect(story)

    def test_refused_deletion_deletes_nothing(self):
        for outcome in (REFUSED, UNREACHED):
            story = Story().outage(1, 2).outage(1, 2, server=0).recover(3).add(DELETE, 1, outcome).login(4, ABSENT)
            self.expect(story, "missed")

    # Uses

    def test_uses_that_were_taken_are_not_left(self):
        story = Story(uses=3).login(1, DONE, connection="a").login(2, DONE, connection="b")
        self.expect(story.left(1))
        for wrong in (0, 2, 3):
            self.expect(story.left(wrong), "uses")

    def test_connection_that_asks_twice_takes_one_use(self):
        story = Story(uses=3).login(1, DONE, connection="a").login(2, DONE, connection="a", server=1)
        self.expect(story.left(2))

    def test_unknown_use_counts_either_way(self):
        story = Story(uses=3).outage(1, 2).recover(3).login(1, UNKNOWN, connection="a")
        for left in (2, 3):
            self.expect(story.left(left))
        self.expect(story.left(1), "uses")

    def test_refused_use_takes_none(self):
        story = Story(uses=3).outage(1, 2).recover(3).login(1, REFUSED, connection="a")
        self.expect(story.left(3))
        self.expect(story.left(2), "uses")

    def test_more_uses_than_there_are_break_the_rule(self):
        story = Story(uses=1).login(1, DONE, connection="a").login(1, DONE, connection="b", server=1)
        self.expect(story.left(0), "uses")

    def test_key_is_not_used_up_before_its_uses_are(self):
        self.expect(Story(uses=2).login(1, DONE, connection="a").login(2, EXHAUSTED, connection="b").left(1), "uses")
        story = Story(uses=2).outage(1, 2).recover(3).login(1, DONE, connection="a").login(1, UNKNOWN, connection="b")
        self.expect(story.login(4, EXHAUSTED, connection="c").left(0))

    def test_no_use_is_given_after_the_last_one(self):
        story = Story(uses=2).login(1, DONE, connection="a").login(1, EXHAUSTED, connection="b", seconds=0.2)
        self.expect(story.login(1.1, DONE, connection="c").left(0))
        self.expect(story.login(1.5, DONE, connection="c2"), "uses")

    def test_connection_that_had_its_use_keeps_it_after_the_last_one(self):
        story = Story(uses=1).login(1, DONE, connection="a").login(2, EXHAUSTED, connection="b")
        self.expect(story.login(3, DONE, connection="a", server=1).left(0))

    # Answers

    def test_answers_that_blame_the_caller_are_strange(self):
        for status in ("401", "403", "404", "409", "500"):
            self.expect(Story().outage(0, 2).recover(3).add(CLIENT, 1, status), "strange")
        self.expect(Story().add(CLIENT, 1, ABSENT), "strange")

    def test_refusal_needs_a_database_that_is_away(self):
        self.expect(Story().add(CLIENT, 1, REFUSED), "causeless")
        self.expect(Story().outage(0.5, 2, server=0).recover(2).add(CLIENT, 1, REFUSED), "causeless")
        self.expect(Story().outage(0.5, 2).recover(3).add(CLIENT, 1, REFUSED))
        self.expect(Story().outage(0.5, 2).recover(3).add(CLIENT, 2.1 + RECOVERY_SECONDS, REFUSED), "causeless")

    def test_lost_connection_needs_a_killed_server(self):
        self.expect(Story().outage(0.5, 2).recover(3).add(CLIENT, 1, LOST), "causeless")
        self.expect(Story().outage(0.5, 2, server=1).recover(3, server=1).add(CLIENT, 1, LOST), "causeless")
        self.expect(Story().outage(0.5, 2, server=0).recover(3).add(CLIENT, 1, LOST))

    def test_answer_beyond_the_limits_is_slow(self):
        for seconds, names in ((ANSWER_SECONDS, ()), (ANSWER_SECONDS + 2, ("slow",))):
            self.expect(Story().outage(0.5, 20).recover(21).add(CLIENT, 1, REFUSED, seconds=seconds), *names)

    def test_login_has_less_time_than_others(self):
        for seconds, names in ((LOGIN_SECONDS, ()), (LOGIN_SECONDS + 2, ("slow",))):
            self.expect(Story().outage(0.5, 20).recover(21).login(1, REFUSED, seconds=seconds), *names)

    # Recovery

    def test_each_kind_must_succeed_soon_after_the_harm(self):
        self.expect(Story().outage(1, 2).recover(2 + RECOVERY_SECONDS - 0.2))
        self.expect(Story().outage(1, 2).recover(2 + RECOVERY_SECONDS), "recovery")
        self.expect(Story().outage(1, 2), "recovery")

    def test_each_server_must_recover(self):
        story = Story().outage(1, 2).recover(3).add(CLIENT, 1, REFUSED, server=1)
        self.expect(story, "recovery")
        self.expect(story.recover(3, server=1))


if __name__ == "__main__":
    unittest.main()
