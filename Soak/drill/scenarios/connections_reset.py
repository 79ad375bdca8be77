"""For 6 s connections to the database are reset: two of them ten times a second, and all of them twice.

Most requests are answered all the same, since whatever was not yet committing is done again on a new connection.
"""

EXPECTS = "few 503"
SECONDS = 6
PER_SECOND = 10


def run(site):
    door = site.cluster.doors[0]
    with site.outage("connections reset"):
        for turn in range(SECONDS * PER_SECOND):
            door.reset(None if turn % (SECONDS * PER_SECOND // 2) == 0 else 2)
            site.calm(1 / PER_SECOND)
    site.expect_harm()
