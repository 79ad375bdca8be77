"""Programs that go before whatever else runs on the machine."""

import contextlib
import os
import sys


@contextlib.contextmanager
def first_on_the_processors():
    """What is started within it gets a processor at once (SCHED_FIFO), where the system allows it: to root.

    A kernel thread gives a processor back when it likes to. Here kdamond keeps one for two to four milliseconds, about
    once a second; whoever was about to read an answer there reads it so much later. Who is not root is told of it, and
    goes on without: False is given then.
    """
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        goes_first = True
    except PermissionError:
        print("not root: whatever else the machine does shows in these times", file=sys.stderr)
        goes_first = False
    try:
        yield goes_first
    finally:
        os.sched_setscheduler(0, *before)
