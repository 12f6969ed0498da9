"""Starts a program that dies with the process that wanted it, also when that is killed.

To be run as `python leash.py PID COMMAND…`. In a process of its own, because what Python runs between fork and exec can lock up a
program with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); the signal survives exec

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):  # it died before the line above
        sys.exit(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell that started us in the background had it ignored, and it is how we cancel
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  no shell is wanted
