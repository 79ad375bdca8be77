"""For 6 s pg_terminate_backend ends three of the servers' sessions at random, several times a second."""

EXPECTS = "few 503"
TURNS = 30
TERMINATE = """SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity WHERE usename = 'tms' ORDER BY random() LIMIT 3) chosen"""


def run(site):
    ended = 0
    with site.outage("sessions terminated"):
        for _ in range(TURNS):
            ended += int(site.cluster.primary.ask(TERMINATE))
            site.calm(0.2)
    site.figure("sessions ended", ended)
    site.expect(ended >= TURNS, "sessions were ended", ended)
