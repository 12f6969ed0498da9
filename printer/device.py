"""The port to a printer: what every printer can be asked, what becomes of bytes sent to it, and how it fails."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from foundation.text import t


class PrinterStatus(StrEnum):
    READY = "ready"
    PAPER_LOW = "paper near end"
    NO_PAPER = "out of paper"
    COVER_OPEN = "cover open"
    ERROR = "error"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    NOT_ALLOWED = "not allowed"  # this and the next three: this computer's own trouble, found before anything is sent
    IN_USE = "in use"
    NO_DRIVER = "no driver"
    PAUSED = "paused"

    @property
    def can_print(self) -> bool:
        return self in (PrinterStatus.READY, PrinterStatus.PAPER_LOW)

    @property
    def sentence(self) -> str:
        """What it means to the officer, and what to do."""
        return _SENTENCES[self]


_SENTENCES = {
    PrinterStatus.READY: t("The printer is ready."),
    PrinterStatus.PAPER_LOW: t("The paper is nearly used up. Have a new roll at hand."),
    PrinterStatus.NO_PAPER: t("The printer is out of paper. Put in a new roll; waiting slips then print by themselves."),
    PrinterStatus.COVER_OPEN: t("The printer’s cover is open. Close it; waiting slips then print by themselves."),
    PrinterStatus.ERROR: t("The printer reports an error. Take out jammed paper, then switch it off and on."),
    PrinterStatus.OFFLINE: t("The printer cannot be reached. See that it is switched on and its cable is in."),
    PrinterStatus.UNKNOWN: t("The printer does not say how it is. Look at the printer itself."),
    PrinterStatus.NOT_ALLOWED: t("Loket may not use the printer on this computer. Ask the administrator to allow it (docs/printers.md)."),
    PrinterStatus.IN_USE: t("Another program on this computer is using the printer. Close that program."),
    PrinterStatus.NO_DRIVER: t("This computer has no driver for such a printer. Ask the administrator to install it (docs/printers.md)."),
    PrinterStatus.PAUSED: t("The printer’s queue on this computer is stopped. Ask the administrator to start it (docs/printers.md)."),
}

_STATUS_OF = {errno.EACCES: PrinterStatus.NOT_ALLOWED, errno.EPERM: PrinterStatus.NOT_ALLOWED, errno.EBUSY: PrinterStatus.IN_USE,
              errno.EAGAIN: PrinterStatus.IN_USE, errno.ENOPKG: PrinterStatus.NO_DRIVER}


def status_of(problem: OSError) -> PrinterStatus:
    """What it means that a printer could not be opened: this computer's own trouble by its errno, else the printer is offline."""
    return _STATUS_OF.get(problem.errno or 0, PrinterStatus.OFFLINE)


@dataclass(frozen=True)
class Identity:
    """What a printer calls itself, such as EPSON and TM-T82X; either may be empty."""

    maker: str
    model: str


class NotSent(Exception):
    """Nothing has left for the printer: the same bytes may safely be sent again later. `status` is why."""

    def __init__(self, status: PrinterStatus):
        super().__init__(status.sentence)
        self.status = status
        self.sentence = status.sentence


class Uncertain(Exception):
    """A byte may have left and no answer came back: only a person can see whether the paper came out."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


LOST = t("The connection to the printer broke while it was printing. Look whether the slip came out whole.")
SILENT = t("The printer took the slip and never said that it was done. Look whether it came out whole.")
NOT_TAKEN = t("This computer’s printer queue did not say that it took the slip. Look whether it came out.")


class Outcome(StrEnum):
    PRINTED = "printed"          # the printer answered from behind the last byte
    UNCONFIRMED = "unconfirmed"  # all bytes are out, and this kind of printer never answers
    HELD = "held"                # the bytes sit in the printer, which waits for paper or for its cover to close


class Sending(Protocol):
    """What became of a payload. While it is held, `poll` brings `outcome` and `status` up to date."""

    outcome: Outcome
    status: PrinterStatus

    def poll(self) -> None:
        """Ask once more, on the connection the bytes went over, for about a second. Raises Uncertain when that is lost."""

    def close(self) -> None:
        """Let go of the connection; what the printer holds then, it may still print, and nobody will know."""


@dataclass
class Sent:
    """A `Sending` that ends with its last byte."""

    outcome: Outcome = Outcome.UNCONFIRMED
    status: PrinterStatus = PrinterStatus.UNKNOWN

    def poll(self) -> None:
        """There is nobody to ask."""

    def close(self) -> None:
        """It is closed already."""


class Printer(Protocol):
    """A printer at an address. One owner at a time: a second connection can cut a slip in half."""

    def status(self) -> PrinterStatus:
        """How it is now; never raises, takes at most some seconds. Not to be asked while a payload is on its way."""

    def identify(self) -> Identity | None:
        """Its maker and model, None where it cannot be asked or does not say; for setting up, never while a payload is on its way."""

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        """See that the printer is ready, call `tell_when_sending`, send all of `payload` at once, and await its end.

        `after_abort`: an earlier payload was cut off, so the printer is first brought back to its senses.
        Raises NotSent before `tell_when_sending` was called, Uncertain after; what `tell_when_sending` raises, and then
        nothing was sent.
        """
