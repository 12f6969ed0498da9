"""A device file or a plain file as a printer: bytes go out and nothing ever comes back, so that nothing is ever confirmed."""

import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from printer.conversation import RECOVERY
from printer.device import LOST, NotSent, Outcome, PrinterStatus, Sending, Uncertain

READY_WITHIN = 2.0  # seconds: usblp takes nothing while the printer is off or its cover is open


@dataclass
class Sent:
    """A `Sending` that ends with its last byte."""

    outcome: Outcome = Outcome.UNCONFIRMED
    status: PrinterStatus = PrinterStatus.UNKNOWN

    def poll(self) -> None:
        """There is nobody to ask."""

    def close(self) -> None:
        """It is closed already."""


class FilePrinter:
    """Appends to `path`: a device such as /dev/usb/lp0, or a plain file that collects slips."""

    def __init__(self, path: Path):
        self.path = path

    def status(self) -> PrinterStatus:
        """Unknown at best: offline when there is no such device or it may not be written to."""
        reachable = os.access(self.path if self.path.exists() or self._is_device else self.path.parent, os.W_OK)
        return PrinterStatus.UNKNOWN if reachable else PrinterStatus.OFFLINE

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        try:
            # without O_CREAT for a device: an unplugged printer must not become a plain file in /dev
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | (0 if self._is_device else os.O_CREAT), 0o600)
        except OSError:
            raise NotSent(PrinterStatus.OFFLINE) from None
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
