"""The whole process stands still for five seconds, under load.

SIGSTOP and SIGCONT, as a paused virtual machine would be. The log says that the process stood still, and blames no part
for it. Requests go on; those that met the standstill take as long as it, or are refused at their deadline.
"""

import signal
import time

from harness.samples import between, others, tally

SECONDS = 15
QUICK_SECONDS = 12


def run(stage):
    pause = 3 if stage.is_quick else 5
    server = stage.server()
    prober = stage.prober(server)
    creators = stage.creators(server)
    time.sleep(2)
    server.send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    time.sleep(pause)
    server.send_signal(signal.SIGCONT)
    resumed = time.monotonic()
    stage.expect_within(5, lambda: server.events("the process stood still"), "the log says that it stood still")
    time.sleep(4)
    prober.stop()
    creators.stop()
    for line in server.events("the process stood still")[:1]:
        stage.figure("log says", f"{line.get('seconds')} s of {resumed - stopped:.1f}")
    stage.expect(server.metrics().sum("tms_standstills_total") == 1, "tms_standstills_total is 1")
    stage.expect_no_blame(server)
    ready = server.get("/readyz").status
    stage.expect(ready == 200, "it is ready", f"status {ready}")

    met = between(creators.samples, stopped - 1, resumed + 1)
    stage.expect(not others(met, 201, 503), "creates that met the standstill succeed or are refused", tally(met))
    rest = between(creators.samples, 0, stopped - 1) + between(creators.samples, resumed + 1)
    stage.expect(rest and not others(rest, 201), "all others succeed", tally(rest))
    stage.expect_lookups(between(prober.samples, resumed + 1), "lookups go on, promptly, a second later")
    stage.expect_nothing_lost(server, creators.acknowledged, "in the end")
