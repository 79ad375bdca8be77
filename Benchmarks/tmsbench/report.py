"""What every script says in the end: the machine, tables, targets, and a JSON file."""

import datetime
import json
import os
import platform
import subprocess
from pathlib import Path

from . import stolen
from .programs import ROOT

RESULTS = ROOT / "bench-results"


def about():
    """What the figures depend on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": git_commit(),
        "machine": {
            "processor": model,
            "processors": os.cpu_count(),
            "memory_mib": int(Path("/proc/meminfo").read_text().split()[1]) // 1024,
            "system": platform.platform(),
            # Above zero before anything was started: others were using the machine.
            "load_before": os.getloadavg()[0],
            "ticks_before": stolen.ticks(),
        },
    }


def headline(results):
    machine = results["machine"]
    return (f"{results['date']}  commit {results['commit']}\n{machine['processors']} x {machine['processor']}, "
            f"{machine['memory_mib'] // 1024} GiB, load {machine['load_before']:.1f} before")


def git_commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    return commit + ("-dirty" if git("status", "--porcelain", "--untracked-files=no") else "")


def target(name, value, limit, unit="", at_least=False):
    """A target and whether it was met: not by None, which is a value that could not be measured."""
    met = value is not None and (value >= limit if at_least else value <= limit)
    return {"target": name, "value": value, "limit": limit, "unit": unit, "at_least": at_least, "met": met}


def targets_table(targets):
    rows = [("target", "limit", "measured", "")]
    for entry in targets:
        sign = ">=" if entry["at_least"] else "<="
        rows.append((entry["target"], f"{sign} {number(entry['limit'])}{entry['unit']}",
                     "-" if entry["value"] is None else f"{number(entry['value'])}{entry['unit']}",
                     "ok" if entry["met"] else "MISSED"))
    return table(rows, left=(0, 3))


def number(value):
    """As many digits as mean something."""
    if value is None:
        return "-"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows, left=(0,)):
    """Columns as wide as their widest cell; those named in `left` begin, the others end, under each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column in left else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def add_report_options(parser):
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER",
                        help="where the JSON goes (default: bench-results/)")
    parser.add_argument("--strict", action="store_true", help="end with status 2 if a target is missed")


def conclude(kind, results, arguments):
    """Writes the JSON, prints the targets and where the rest is, and returns the exit status."""
    machine = results["machine"]
    machine["stolen_percent"] = stolen.percent(machine["ticks_before"], stolen.ticks())
    arguments.results.mkdir(parents=True, exist_ok=True)
    path = arguments.results / (kind + datetime.datetime.now().strftime("-%Y%m%d-%H%M%S") + ".json")
    path.write_text(json.dumps(results, indent=1) + "\n")
    if results["targets"]:
        print(f"\n{targets_table(results['targets'])}")
    print(f"\nOf the processors' time the host of this machine gave {number(machine['stolen_percent'])} % to others "
          f"meanwhile.\nall figures: {path}")
    missed = any(not entry["met"] for entry in results["targets"])
    return 2 if missed and arguments.strict else 0
