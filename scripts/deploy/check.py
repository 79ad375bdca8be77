"""Checks deploy/: first the files, then the life that they describe. Exit status 1 if anything is wrong."""

import os
import signal
import sys
import tempfile
from pathlib import Path

import files
import life


def main():
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="tms-deploy-") as folder:
        # What runs in it is another user, when this is root.
        os.chmod(folder, 0o755)
        faults = files.faults(program, Path(folder))
        for fault in faults:
            print(fault)
        if faults:
            sys.exit(1)
        life.live(program, Path(folder))
    print("check-deploy: the files fit together, and three servers lived by them")


main()
