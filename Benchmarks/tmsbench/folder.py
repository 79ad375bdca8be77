"""Where servers under measurement keep their files."""

import contextlib
import subprocess
import tempfile

from .programs import BenchError


@contextlib.contextmanager
def disk_folder(prefix):
    """A temporary folder on a disk. In memory nothing waits for a sync, and figures of writes would be those of no
    server that anybody runs."""
    place = tempfile.gettempdir()
    kind = subprocess.run(["stat", "-f", "-c", "%T", place], check=True, capture_output=True, text=True).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        raise BenchError(f"{place} is in memory ({kind}): name a folder on a disk with TMPDIR")
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        yield folder
