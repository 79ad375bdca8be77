"""What things cost: the figures that the simulation starts from, each with its source.

Where the source is "assumed", nobody has measured it yet: it is to be replaced, here or by --set NAME=VALUE.
"""

import dataclasses


def figure(value, meaning, source):
    return dataclasses.field(default=value, metadata={"meaning": meaning, "source": source})


@dataclasses.dataclass
class Inputs:
    # A server
    server_cores: int = figure(2, "processors of a server", "deploy/: event_loops")
    lookup_cpu_us: float = figure(
        30, "of a server, for a lookup beside others; about 70 for one that is read by itself",
        "make bench DB=postgres (docs/performance.md)")
    create_cpu_us: float = figure(
        81, "of a server, for a key's creation", "make bench DB=postgres (docs/performance.md)")
    connection_cpu_us: float = figure(
        490, "of a server, for a connection with its TLS handshake, which each call of tms-keycmd has",
        "docs/SCALING.md: openssl s_time -new")
    readers: int = figure(2, "connections that read, of a server", "database_readers")
    writers: int = figure(2, "connections that write, of a server", "database_writers")
    read_queue_max: int = figure(1024, "lookups that wait for one", "database_read_queue_max")
    login_queue_max: int = figure(1024, "uses that wait to be counted", "login_queue_max")
    batch_max: int = figure(128, "writes in a commit", "write_batch_max")

    # The database
    database_cores: int = figure(4, "processors of PostgreSQL", "assumed")
    read_database_us: float = figure(
        32, "of PostgreSQL, for a lookup beside others", "make bench DB=postgres (docs/performance.md)")
    use_database_us: float = figure(
        250, "of PostgreSQL, to count a use", "assumed: two reads, a conditional update, a ticket")
    create_database_us: float = figure(
        116, "of PostgreSQL, for a key's creation", "make bench DB=postgres (docs/performance.md)")
    commit_us: float = figure(1000, "of the log, for a flush; to a standby as well perhaps 2,000", "assumed")
    round_trip_us: float = figure(200, "between a server and PostgreSQL", "assumed: one network")
    use_round_trips: int = figure(
        3, "that the counting of a use waits for", "PubkeyRules.takeUse: judge, ticket, update")
    create_round_trips: int = figure(1, "that a creation waits for", "decision 0010")

    # A login host
    keycmd_ms: float = figure(9, "of a login host's processor, for a call of tms-keycmd", "design section 9")
    host_cores: int = figure(8, "processors of a login host", "assumed")
    startups_max: int = figure(100, "logins under way on a host, beyond which sshd drops connections", "MaxStartups")
    host_round_trip_us: float = figure(
        500, "between a login host and a server; a new TLS connection takes two", "assumed")
    lookups_per_login: int = figure(
        2, "calls by sshd: for the key that is offered, and for the one that signs", "design section 7")
    patience_ms: float = figure(2000, "after which tms-keycmd gives up", "timeout_seconds")

    # What else is going on
    notice_seconds: float = figure(
        2, "until the balancer has noticed that a machine is gone; 0: it tries another one at once",
        "deploy/compose/haproxy.cfg: inter 1s fall 2")
    limited_percent: float = figure(10, "of the logins with a key whose uses are counted", "assumed")
    creates_per_second: float = figure(200, "keys that clients make meanwhile", "assumed")

    def set(self, name, text):
        """Raises ValueError for what is no figure here, or no number that it can have."""
        kinds = {field.name: field.type for field in dataclasses.fields(self)}
        if name not in kinds:
            raise ValueError(f"there is no figure {name}; there are {', '.join(kinds)}")
        is_whole = kinds[name] is int
        try:
            value = kinds[name](text)
        except ValueError:
            raise ValueError(f"{name} must be a {'whole ' * is_whole}number") from None
        if not value >= is_whole:
            raise ValueError(f"{name} must be at least {is_whole:d}")
        setattr(self, name, value)

    def rows(self):
        return [(field.name, f"{getattr(self, field.name):g}", f"{field.metadata['meaning']}", field.metadata["source"])
                for field in dataclasses.fields(self)]
