"""How a script starts and ends."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from .programs import BenchError


def run_command(main):
    """Runs `main` and exits with its status; with 1 and a line for people when the figures would be worthless."""
    # So that everything is ended and removed on SIGTERM as it is on an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    name = Path(sys.argv[0]).stem
    try:
        if not Path("/proc/self/schedstat").exists():
            raise BenchError("needs Linux: CPU time is read from /proc/PID/task/*/schedstat")
        sys.exit(main())
    except subprocess.TimeoutExpired as error:
        print(f"{name}: took too long: {error.cmd[0]}, {error.timeout:.0f} s", file=sys.stderr)
        sys.exit(1)
    except (BenchError, OSError, sqlite3.Error) as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
