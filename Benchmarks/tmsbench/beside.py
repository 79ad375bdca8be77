"""Watching something while something else is done."""

import threading
import time


class Beside:
    """Runs `watch()` on a thread of its own while it is entered. What went wrong there is raised when it is left."""

    def __init__(self):
        self.ended = threading.Event()
        self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._start = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self.ended.set()
        self._thread.join()
        if self._error and kind is None:
            raise self._error

    def seconds(self):
        """Since it was entered."""
        return time.monotonic() - self._start

    def watch(self):
        """Until `ended` is set."""
        raise NotImplementedError

    def _run(self):
        try:
            self.watch()
        except Exception as error:
            self._error = error
