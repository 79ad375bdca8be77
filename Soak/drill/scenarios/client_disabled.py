"""An administrator disables clients on one server, some while nothing tells the others: each refuses them within a second."""

import json
import threading
import time

from harness import requests
from harness.connection import Connection
from harness.failure import SoakError

EXPECTS = "no failure"
TURNS = 20
# From the answer that says so to the last answer that any server gives the client.
SECONDS_MAX = 1.0
WAIT_SECONDS_MAX = 10.0
# Every other turn begins with those who listen cut off: they must not count as told.
# Listeners begin with LISTEN, and ask for the number 1 to see that they are heard.
SILENCE = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE usename = 'tms' AND (query LIKE '%LISTEN%' OR query = 'SELECT 1')"""


class Client:
    """A client of the test tenant, and the administrator who made it."""

    def __init__(self, site, number):
        self._servers = site.servers
        self._admin = {"X-TMS-TENANT": "test", "X-TMS-ADMIN-ID": "~~admin",
                       # The first server's folder has the secrets.
                       "X-TMS-ADMIN-SECRET": site.servers[0].admin_secret("test")}
        self._name = f"disabled{number}"
        body = {"client_id": self._name, "tenant": "test", "app_name": self._name, "app_version": "1.0"}
        made = self._ask(0, requests.request("POST", "/v1/tms/client", body, self._admin), 201)
        self._request = requests.request("GET", f"/v1/tms/client/{self._name}", headers={
            "X-TMS-TENANT": "test", "X-TMS-CLIENT-ID": self._name,
            "X-TMS-CLIENT-SECRET": json.loads(made.body)["client_secret"]})

    def _ask(self, server, request, status):
        answer = self._servers[server].ask(request)
        if answer.status != status:
            raise SoakError(f"{self._name}: {answer.status}: {answer.body[:200]!r}")
        return answer

    def use_everywhere(self):
        """So that every server remembers that its secret is right."""
        for server in range(len(self._servers)):
            self._ask(server, self._request, 200)

    def disable(self, server):
        path = f"/v1/tms/client/upd/{self._name}?enabled=false"
        self._ask(server, requests.request("PATCH", path, headers=self._admin), 200)

    def ask_until_refused(self, server, answered):
        """Notes when the last request was sent that was not refused: infinity until one is."""
        last = float("-inf")
        with Connection(self._servers[server].address) as connection:
            deadline = time.monotonic() + WAIT_SECONDS_MAX
            while (sent := time.monotonic()) < deadline:
                if connection.ask(self._request).status == 401:
                    answered[server] = last
                    return
                last = sent


def run(site):
    kept = {"told": [], "not told": []}
    silenced = 0
    for turn in range(TURNS):
        client = Client(site, turn)
        client.use_everywhere()
        how = "told" if turn % 2 == 0 else "not told"
        if how == "not told":
            silenced += int(site.cluster.primary.ask(SILENCE))
        # Who could not ask, because its connection broke, has not seen a refusal.
        answered = dict.fromkeys(range(len(site.servers)), float("inf"))
        askers = [threading.Thread(target=client.ask_until_refused, args=(server, answered), daemon=True)
                  for server in range(len(site.servers))]
        for asker in askers:
            asker.start()
        client.disable(turn % len(site.servers))
        disabled = time.monotonic()
        for asker in askers:
            asker.join(2 * WAIT_SECONDS_MAX)
        kept[how].append(max([0.0, *(last - disabled for last in answered.values())]))
    site.figure("listeners cut off", silenced)
    site.expect(silenced >= TURNS // 2, "those who listen were cut off", silenced)
    for how, seconds in kept.items():
        site.figure(f"a disabled client went on for at most, others {how}", f"{max(seconds):.3f} s")
        site.expect(max(seconds) < SECONDS_MAX, f"a disabled client is refused within {SECONDS_MAX:g} s, others {how}",
                    f"{max(seconds):.3f} s")
