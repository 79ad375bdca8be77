"""Has the server delete expired keys, as an operator's timer would."""

import json

from harness import requests
from harness.load import PacedThread
from harness.samples import Caller


class Purger:
    """Twice a second, a thousand keys at most: more than the mixed load lets expire."""

    def __init__(self, server):
        self.purged = 0
        self._caller = Caller(lambda: server.address)
        headers = {"X-TMS-TENANT": "test", "X-TMS-ADMIN-ID": "~~admin",
                   "X-TMS-ADMIN-SECRET": server.admin_secret("test")}
        self._request = requests.request("DELETE", "/v1/tms/tenants/expired/test?days=0&dry_run=false", headers=headers)
        self._thread = PacedThread(self._purge, 2)
        self._thread.start()

    def _purge(self):
        answer = self._caller.ask(self._request)
        if answer is not None and answer.status == 200:
            self.purged += json.loads(answer.body)["num_pubkeys"]

    @property
    def samples(self):
        return list(self._caller.samples)

    def stop(self):
        self._thread.end()
        self._thread.join_or_fail()
        self._caller.close()
