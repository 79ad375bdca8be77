"""A disk that takes longer than this machine's, so that the disk and not the processors bound what a server can do."""

import shutil
import struct

from .programs import ROOT, BenchError, run

SHIMS = ROOT / "Soak" / "shims"


def slow_disk(folder, milliseconds):
    """What to start a program with, so that each fsync of it takes so many milliseconds longer."""
    if shutil.which("gcc") is None:
        raise BenchError("gcc is missing: apt-get install gcc, or take the disk as it is with --disk-milliseconds 0")
    library, control = folder / "slowdisk.so", folder / "slowdisk.control"
    run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, SHIMS / "slowdisk.c"], timeout=60)
    control.write_bytes(struct.pack("q", milliseconds))
    return ["env", f"LD_PRELOAD={library}", f"TMS_SOAK_DISK={control}"]
