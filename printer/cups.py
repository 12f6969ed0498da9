"""A print queue of this computer (CUPS): bytes go out, and what the queue says of them is not known to be true."""

import os
import subprocess
from collections.abc import Callable

from printer.conversation import RECOVERY
from printer.device import NOT_TAKEN, Identity, NotSent, PrinterStatus, Sending, Sent, Uncertain

ANSWER_WITHIN = 10.0  # seconds


class CupsPrinter:
    """The raw queue `queue`, through CUPS' own programs. It says "completed" also while the paper is out, so nothing is confirmed."""

    def __init__(self, queue: str):
        self.queue = queue

    def status(self) -> PrinterStatus:
        """Unknown at best: offline where there is no such queue, paused where it takes slips and keeps them."""
        try:
            answer = _run("lpstat", "-p", self.queue, "-a", self.queue)
        except FileNotFoundError:
            return PrinterStatus.NO_DRIVER
        except subprocess.TimeoutExpired:
            return PrinterStatus.OFFLINE
        if answer.returncode:
            return PrinterStatus.OFFLINE
        said = answer.stdout.decode(errors="replace")
        stopped = f"printer {self.queue} disabled" in said or f"{self.queue} not accepting" in said
        return PrinterStatus.PAUSED if stopped else PrinterStatus.UNKNOWN

    def identify(self) -> Identity | None:
        """Nobody answers."""
        return None

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        status = self.status()
        if status is not PrinterStatus.UNKNOWN:
            raise NotSent(status)
        tell_when_sending()
        try:
            answer = _run("lp", "-s", "-d", self.queue, "-o", "raw", data=(RECOVERY if after_abort else b"") + payload)
        except (OSError, subprocess.TimeoutExpired):
            raise Uncertain(NOT_TAKEN) from None
        if answer.returncode:
            raise Uncertain(NOT_TAKEN)
        return Sent()


def _run(program: str, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program, *words], input=data, capture_output=True, timeout=ANSWER_WITHIN, check=False,  # noqa: S603 CUPS itself; the name of a queue was checked
                          env={**os.environ, "LC_ALL": "C"})
