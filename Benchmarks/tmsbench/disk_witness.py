"""What the disk makes others wait, while a server is measured on it."""

import os

from .beside import Beside

PAGE = b"\0" * 4096
PAUSE_SECONDS = 0.05


class DiskWitness(Beside):
    """While it is entered, writes one page to a file of its own and waits until the disk has it, twenty times a second.

    A commit cannot be faster than that. When the disk itself stands still (a virtual one because of its host), the page
    waits as long as the server's commits do, and nobody need look for the fault in the server.
    """

    def __init__(self, folder):
        super().__init__()
        self._path = folder / "disk-witness"
        # Seconds since it was entered, and how long the page took then.
        self.waits = []

    def watch(self):
        with open(self._path, "wb", buffering=0) as file:
            while not self.ended.wait(PAUSE_SECONDS):
                before = self.seconds()
                os.pwrite(file.fileno(), PAGE, 0)
                os.fdatasync(file.fileno())
                self.waits.append((before, self.seconds() - before))
        self._path.unlink()

    def longest(self):
        """Milliseconds of the longest wait, and the second in which it began."""
        second, seconds = max(self.waits, key=lambda wait: wait[1], default=(0, 0))
        return {"max_ms": seconds * 1000, "second": int(second)}
