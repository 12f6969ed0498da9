"""A device file or a plain file as a printer: bytes go out and nothing ever comes back, so that nothing is ever confirmed."""

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from printer.conversation import RECOVERY
from printer.device import LOST, Identity, NotSent, PrinterStatus, Sending, Sent, Uncertain, status_of

READY_WITHIN = 2.0  # seconds: usblp takes nothing while the printer is off or its cover is open


class FilePrinter:
    """Appends to `path`: a device such as /dev/usb/lp0, or a plain file that collects slips."""

    def __init__(self, path: Path):
        self.path = path

    def status(self) -> PrinterStatus:
        """Unknown at best: offline when there is no such device, not allowed when it may not be written to."""
        place = self.path if self._is_device or os.path.exists(self.path) else self.path.parent
        if not os.path.exists(place):
            return PrinterStatus.OFFLINE
        return PrinterStatus.UNKNOWN if os.access(place, os.W_OK) else PrinterStatus.NOT_ALLOWED

    def identify(self) -> Identity | None:
        """Nobody answers."""
        return None

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        try:
            # without O_CREAT for a device: an unplugged printer must not become a plain file in /dev
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | (0 if self._is_device else os.O_CREAT), 0o600)
        except OSError as problem:
            raise NotSent(status_of(problem)) from None
        try:
            if not _takes_more(file, READY_WITHIN):
                raise NotSent(PrinterStatus.OFFLINE)
            tell_when_sending()
            _write((RECOVERY if after_abort else b"") + payload, file)
        finally:
            os.close(file)
        return Sent()

    @property
    def _is_device(self) -> bool:
        return self.path.is_relative_to("/dev")


def _takes_more(file: int, within: float) -> bool:
    return bool(select.select([], [file], [], max(0, within))[1])


def _write(data: bytes, file: int) -> None:
    deadline = time.monotonic() + 5 + len(data) / 500
    while data:
        try:
            data = data[os.write(file, data):]
        except BlockingIOError:
            if not _takes_more(file, deadline - time.monotonic()):
                raise Uncertain(LOST) from None
        except OSError:
            raise Uncertain(LOST) from None
