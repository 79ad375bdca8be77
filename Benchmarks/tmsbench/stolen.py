"""Processor time that this virtual machine wanted and its host gave to others: it makes every figure worse."""

from pathlib import Path


def ticks(text=None):
    """Of all processors since the machine started, from /proc/stat: those stolen, and all."""
    text = Path("/proc/stat").read_text() if text is None else text
    # user nice system idle iowait irq softirq steal; what guests used behind it is in user and nice already.
    counted = [int(field) for field in text.splitlines()[0].split()[1:9]]
    return {"stolen": counted[7], "all": sum(counted)}


def percent(before, after):
    """The share of the processors' time that was stolen between two looks."""
    passed = after["all"] - before["all"]
    return (after["stolen"] - before["stolen"]) / passed * 100 if passed else 0.0
