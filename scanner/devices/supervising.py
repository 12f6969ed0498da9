"""Driver programs, watched: in a process group of their own that ends with us, never waited for without a limit, and ended for certain."""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from scanner.devices.troubles import Stalled

LEASH = Path(__file__).with_name("leash.py")
GRACE = 3.0  # seconds that a program has to end by itself: SANE then cancels properly and the sheet is let out
LOOK = 0.1   # seconds between two looks at a wish to cancel


class Said(NamedTuple):
    """A line of a program, and whether it is an error message."""

    line: str
    is_error: bool


class Program:
    """A running program; leaving the `with` block ends it with everything that it started.

    `command` begins with the program's whole path; `environment` is put over ours; `cancelled` ends its lines. The thread that
    makes it must outlive it: the system takes the end of that thread for ours.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str], cancelled: threading.Event | None = None):
        self.silence = 60.0  # seconds that it may say nothing
        self._cancelled = cancelled or threading.Event()
        self._process = subprocess.Popen(  # noqa: S603  the words are ours, and there is no shell
            [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0, start_new_session=True, env={**os.environ, "LC_ALL": "C", **environment})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """SIGINT, not SIGTERM, which scanimage survives once and takes for success the second time; SIGKILL after `GRACE`."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if self._end(0) is None:
            os.killpg(self._process.pid, signal.SIGINT)
            self._end(GRACE)
        with contextlib.suppress(ProcessLookupError, PermissionError):  # what it started and left behind
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()

    def _end(self, within: float) -> int | None:
        """Its exit code; it stays a zombie until we are done, so that its number, which is its group's, is nobody else's."""
        until = time.monotonic() + within
        while (end := os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
            if time.monotonic() > until:
                return None
            time.sleep(0.005)
        return end.si_status if end.si_code == os.CLD_EXITED else -end.si_status

    def press_enter(self) -> None:
        """What a program waits for before it takes the next sheet."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"\n")

    def lines(self) -> Iterator[Said]:
        """What it says, until it ends or is cancelled; lines end with \\n or \\r. What the caller does meanwhile is no silence.

        Raises Stalled when it says nothing for `silence` seconds.
        """
        with selectors.DefaultSelector() as selector:
            rests = {self._process.stdout: b"", self._process.stderr: b""}
            for pipe in rests:
                selector.register(pipe, selectors.EVENT_READ)
            heard = time.monotonic()
            while selector.get_map() and not self._cancelled.is_set():
                for key, _ in selector.select(LOOK):
                    data = os.read(key.fd, 65536)
                    *whole, rests[key.fileobj] = re.split(rb"[\r\n]", rests[key.fileobj] + data)
                    if not data:
                        selector.unregister(key.fileobj)
                        whole.append(rests[key.fileobj])
                    for line in filter(None, whole):
                        yield Said(line.decode(errors="replace").strip(), key.fileobj is self._process.stderr)
                    heard = time.monotonic()
                if time.monotonic() - heard > self.silence:
                    raise Stalled(f"nothing was heard for {self.silence} seconds")

    def exit_code(self) -> int:
        """After its last line; negative: the signal that ended it."""
        code = self._end(GRACE)
        if code is None:
            raise Stalled("it said its last word and does not end")
        return code


def answer(command: list[str], environment: Mapping[str, str], within: float) -> tuple[list[str], list[str], int]:
    """What a program says (lines, and lines of errors) and its exit code. Raises Stalled after `within` seconds."""
    said: tuple[list[str], list[str]] = ([], [])
    until = time.monotonic() + within
    with Program(command, environment) as program:
        program.silence = within
        for line, is_error in program.lines():
            said[is_error].append(line)
            if time.monotonic() > until:
                raise Stalled(f"it took more than {within} seconds")
        return *said, program.exit_code()
