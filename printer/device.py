"""The port to a printer: what every printer can be asked, what becomes of bytes sent to it, and how it fails."""

from collections.abc import Callable
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
}


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


class Printer(Protocol):
    """A printer at an address. One owner at a time: a second connection can cut a slip in half."""

    def status(self) -> PrinterStatus:
        """How it is now; never raises, takes at most some seconds. Not to be asked while a payload is on its way."""

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        """See that the printer is ready, call `tell_when_sending`, send all of `payload` at once, and await its end.

        `after_abort`: an earlier payload was cut off, so the printer is first brought back to its senses.
        Raises NotSent before `tell_when_sending` was called, Uncertain after; what `tell_when_sending` raises, and then
        nothing was sent.
        """
