"""Fills a server's database with keys, by SQL, faster than any request can."""

import base64
import hashlib
import itertools
import sqlite3
import time

from .programs import BenchError

USERS = 10_000
ROWS_PER_TRANSACTION = 10_000

INSERT = """
    INSERT INTO pubkeys
        (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type, key_bits,
         max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated, user_mfa_id, user_host_id,
         delegation_id)
    SELECT 'test', 'testclient1', ?, 'testhost1', 'testhostaccount1', ?, ?, 'ed25519', 256, 2147483647, 2147483647,
        2147483647, 253402300799000000, ?4, ?4, m.id, h.id, d.id
    FROM user_mfa m JOIN user_hosts h ON h.user_mfa_id = m.id JOIN delegations d ON d.user_mfa_id = m.id
    WHERE m.tenant = 'test'
"""


def key_texts(number):
    """Fingerprint and public key of the key of that number; fingerprints are spread over the whole index."""
    header = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
    blob = header + hashlib.sha256(number.to_bytes(8, "big")).digest()
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{fingerprint}", f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def rows(count):
    """User, fingerprint, public key and time of each key.

    Half of the keys have the same user, as a load test leaves them; the others belong to ten thousand.
    """
    now = int(time.time() * 1_000_000)
    for number in range(count):
        user = "testuser1" if number % 2 == 0 else f"user{number * 7919 % USERS:05}"
        yield user, *key_texts(number), now + number


def fill(path, count):
    """Puts keys into a database, which a server may be using: this is another process's transaction."""
    database = sqlite3.connect(path, isolation_level=None, timeout=60)
    # Only this connection's durability; the figures are about reading. The cache holds the indexes of millions.
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -1048576")
    keys = rows(count)
    for _ in range(0, count, ROWS_PER_TRANSACTION):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(INSERT, itertools.islice(keys, ROWS_PER_TRANSACTION))
        database.execute("COMMIT")
    stored, = database.execute("SELECT COUNT(*) FROM pubkeys WHERE tenant = 'test'").fetchone()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    if stored != count:
        raise BenchError(f"{stored} keys instead of {count} are in the database")
