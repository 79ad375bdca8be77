"""The primary hangs for 10 s: it takes connections and answers nothing.

Whoever waits is refused once the server's limits are reached, and the next ones at once.
"""

EXPECTS = "503 within the limits, soon at once"
SECONDS = 10


def run(site):
    with site.outage("primary stopped"):
        site.cluster.primary.stop()
        site.calm(SECONDS)
        site.cluster.primary.go_on()
    site.expect_harm()
