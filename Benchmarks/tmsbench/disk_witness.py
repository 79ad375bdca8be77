"""What the disk makes others wait, while a server is measured on it."""

import os
import threading
import time

PAGE = b"\0" * 4096
PAUSE_SECONDS = 0.05


class DiskWitness:
    """While it is entered, writes one page to a file of its own and waits until the disk has it, twenty times a second.

    A commit cannot be faster than that. When the disk itself stands still (a virtual one because of its host), the page
    waits as long as the server's commits do, and nobody need look for the fault in the server.
    """

    def __init__(self, folder):
        self._path = folder / "disk-witness"
        # Seconds since it was entered, and how long the page took then.
        self.waits = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._start = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self._path.unlink()

    def _run(self):
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while not self._ended.wait(PAUSE_SECONDS):
                before = time.monotonic()
                os.pwrite(file, PAGE, 0)
                os.fdatasync(file)
                self.waits.append((before - self._start, time.monotonic() - before))
        finally:
            os.close(file)

    def longest(self):
        """Milliseconds of the longest wait, and the second in which it began."""
        second, seconds = max(self.waits, key=lambda wait: wait[1], default=(0, 0))
        return {"max_ms": seconds * 1000, "second": int(second)}
