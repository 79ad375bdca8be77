"""A disk that can be filled: a tmpfs of some MiB."""

import errno
import os
import subprocess

from harness.failure import SoakError


class SmallDisk:
    FILLINGS_MAX = 50

    def __init__(self, path, mebibytes):
        self.path = path
        path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "tms-soak", path]
        made = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if made.returncode != 0:
            raise SoakError(f"a disk cannot be filled here, since mounting one takes root: {made.stderr.strip()}")

    def free_bytes(self):
        room = os.statvfs(self.path)
        return room.f_bavail * room.f_frsize

    def fill(self, leaving):
        """Takes all room but so many bytes, and returns the file that has it: removing that file makes room again."""
        ballast = self.path / "ballast"
        with open(ballast, "wb") as file:
            # The server writes meanwhile, so that what was free may not be any more.
            for _ in range(self.FILLINGS_MAX):
                try:
                    os.posix_fallocate(file.fileno(), 0, max(1, self.free_bytes() - leaving))
                    return ballast
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        raise SoakError("the disk could not be filled: others took its room faster")

    def close(self):
        # Lazily: whatever still has a file open there must not keep the disk on the machine's list of mounts.
        subprocess.run(["umount", "--lazy", self.path], check=True, timeout=30)
