"""The primary's disk is full for 8 s.

PostgreSQL refuses what needs room, and gives up altogether when its log has none; then it is started again once there
is room, as an operator would. Needs root, for the small disk.
"""

EXPECTS = "503 for changes"
DISK_MEBIBYTES = 256
LEFT_BYTES = 128 << 10
SECONDS = 8


def run(site):
    primary = site.cluster.primary
    with site.outage("disk full"):
        ballast = site.disk.fill(leaving=LEFT_BYTES)
        site.calm(SECONDS)
        ballast.unlink()
        site.figure("gave up", "no" if primary.is_running else "yes")
        if not primary.is_running:
            primary.start()
        primary.wait_until("SELECT pg_is_in_recovery()", "f")
    site.expect_harm()
