"""The server is killed under load and started again, three times.

Every key that was acknowledged before a kill is there after the next start, and the database is sound. How long a start
takes, with a write-ahead log to be read, is told.
"""

import sqlite3
import time

from harness.samples import tally

SECONDS = 20
ROUNDS = 3


def run(stage):
    server = stage.server()
    starts, logs = [], []
    acknowledged = []
    for number in range(1, ROUNDS + 1):
        creators = stage.creators(server, threads=16, per_second=1_000)
        time.sleep(3)
        server.kill()
        creators.stop()
        made = [sample for sample in creators.samples if sample.outcome == 201]
        stage.expect(made, f"keys are made before kill {number}", tally(made))
        acknowledged += creators.acknowledged
        logs.append(server.write_ahead_log_bytes() >> 20)
        starts.append(server.start())
        stage.expect_nothing_lost(server, acknowledged, f"after kill {number}")
    prober = stage.prober(server, acknowledged[0])
    time.sleep(2)
    stage.expect_lookups(prober.samples)
    stage.figure("starts", " ".join(f"{seconds:.2f}" for seconds in starts) + " s")
    stage.figure("logs to be read", " ".join(map(str, logs)) + " MiB")
    stage.figure("keys", len(acknowledged))
    database = sqlite3.connect(f"file:{server.database}?mode=ro", uri=True, timeout=5)
    sound = database.execute("PRAGMA integrity_check").fetchall()
    orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    database.close()
    stage.expect(sound == [("ok",)] and not orphans, "the database is sound", f"{sound[0][0]}, {len(orphans)} orphans")
