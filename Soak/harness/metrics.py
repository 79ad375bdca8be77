"""Reads Prometheus text."""

import re

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """One answer of /metrics. An answer without them has no samples: every sum is then None."""

    def __init__(self, text):
        self.samples = []
        for line in text.splitlines():
            if match := SAMPLE.match(line):
                name, labels, value = match.groups()
                self.samples.append((name, dict(LABEL.findall(labels or "")), float(value)))

    def sum(self, name, **labels):
        """Of all samples of that name with those labels; None when there is none."""
        values = [value for sample, having, value in self.samples
                  if sample == name and all(having.get(label) == text for label, text in labels.items())]
        return sum(values) if values else None
