"""A disk that takes longer than this machine's, so that the disk and not the processors bound what a server can do."""

import shutil
import struct

from .programs import ROOT, BenchError, run

SHIMS = ROOT / "Soak" / "shims"


class SlowDisk:
    """`prefix` is what to start a program with; it is as quick as ever until it is told otherwise."""

    def __init__(self, folder):
        if shutil.which("gcc") is None:
            raise BenchError("gcc is missing: apt-get install gcc, or take the disk as it is: --disk-milliseconds 0")
        library, self._control = folder / "slowdisk.so", folder / "slowdisk.control"
        run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, SHIMS / "slowdisk.c"], timeout=60)
        self._control.write_bytes(bytes(8))
        self.prefix = ["env", f"LD_PRELOAD={library}", f"TMS_SOAK_DISK={self._control}"]

    def set(self, milliseconds):
        """Each fsync of the program takes so many milliseconds longer from now on."""
        # In place: the program has the file mapped.
        with open(self._control, "r+b") as file:
            file.write(struct.pack("q", milliseconds))
