"""The standby hangs for 10 s, so that no commit is confirmed.

Creates cannot be acknowledged, and are not. Logins with keys that have no number of uses go on: they write nothing.
"""

import time

from drill.history import ABSENT, DONE, LOGIN

EXPECTS = "503 for changes, logins go on"
SECONDS = 10


def run(site):
    with site.outage("standby stopped"):
        site.cluster.standby.stop()
        stopped = time.monotonic()
        site.calm(SECONDS)
        during = site.operations_since(stopped)
        site.cluster.standby.go_on()
    logins = [operation for operation in during if operation.kind == LOGIN and operation.connection is None]
    others = [operation for operation in logins if operation.outcome not in (DONE, ABSENT)]
    site.expect(logins and not others, "logins that write nothing go on",
                f"{len(logins)}, {len(others)} others, such as {others[:1]}")
    site.expect_harm()
