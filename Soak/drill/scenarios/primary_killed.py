"""The primary's machine dies, and the standby is promoted 8 s later.

Half a second before, the network between primary and standby goes, so that commits are under way that the standby will
never hear of. The servers find the new primary by themselves.
"""

EXPECTS = "503, then the standby"
SECONDS = 8


def run(site):
    with site.outage("primary killed"):
        site.cluster.replication.hold()
        site.calm(0.5)
        site.cluster.primary.kill()
        # libpq goes on to the next host when this one refuses, but not when a proxy takes the connection and drops it.
        site.cluster.doors[0].close()
        site.calm(SECONDS)
        site.cluster.standby.promote()
    site.expect_harm()
