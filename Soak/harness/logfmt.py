"""Reads the server's log lines: `time=… level=error event="part is late" part=writer`."""

import json
import re

FIELD = re.compile(r'([A-Za-z_.]+)=("(?:[^"\\]|\\.)*"|\S*)')


def parse(line):
    return {name: json.loads(value) if value.startswith('"') else value for name, value in FIELD.findall(line)}


def events(path, event, fields):
    """The lines of a log with that event and those fields."""
    quoted = event if " " not in event else f'"{event}"'
    found = []
    with open(path, errors="replace") as log:
        for line in log:
            if f"event={quoted}" not in line:
                continue
            entry = parse(line)
            if entry.get("event") == event and all(entry.get(name) == value for name, value in fields.items()):
                found.append(entry)
    return found


def strange_lines(path):
    """What is not a line of the server's own log: crashes and warnings of what it is built on."""
    with open(path, errors="replace") as log:
        return [line.rstrip() for line in log if not line.startswith("time=")]
