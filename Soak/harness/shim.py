"""Libraries that stand between the server and the system, built from Soak/shims and told by a file what to do."""

import mmap
import struct
import subprocess
from pathlib import Path

from harness.failure import SoakError

SOURCES = Path(__file__).resolve().parent.parent / "shims"


class Shim:
    """`environment` makes a program meet it; `set` changes what it does from then on."""

    def __init__(self, name, variable, folder):
        library = folder / f"{name}.so"
        build = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCES / f"{name}.c"]
        made = subprocess.run(build, capture_output=True, text=True, timeout=60)
        if made.returncode != 0:
            raise SoakError(f"gcc: {made.stderr}")
        path = folder / f"{name}.control"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self._control = mmap.mmap(file.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(library), variable: str(path)}

    def set(self, number):
        struct.pack_into("q", self._control, 0, number)

    def close(self):
        self._control.close()
