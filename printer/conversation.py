"""Talking ESC/POS with a printer that answers, over any stream of bytes: readiness, one write, and the fence behind it."""

import time
from collections.abc import Callable
from typing import Protocol

from printer.device import LOST, SILENT, NotSent, Outcome, PrinterStatus, Sending, Uncertain

FENCE = b"\x1dr\x01"  # GS r 1 is answered when all before it is done, and not while there is no paper

# Ends a picture that was cut off in the middle, which would swallow the next slip as its data; then resets.
RECOVERY = bytes(8192) + b"\x1b@"


class Stream(Protocol):
    """A connection to a printer. Its methods raise OSError when it is gone, EOFError when the printer closed it."""

    def write(self, data: bytes, within: float) -> None:
        """Send all of `data`; TimeoutError (an OSError) when that takes more than `within` seconds."""

    def read(self, within: float) -> bytes:
        """What has come in, at once; waits up to `within` seconds for something, then b""."""

    def close(self) -> None: ...


class StreamPrinter:
    """A printer behind `connect`, which opens a new connection or raises OSError.

    `answer_within` seconds are given to a question, `print_within` to the paper: from the last byte to the fence's answer.
    """

    def __init__(self, connect: Callable[[], Stream], answer_within: float = 1.0, print_within: float = 20.0):
        self.connect, self.answer_within, self.print_within = connect, answer_within, print_within

    def status(self) -> PrinterStatus:
        try:
            line = _Line(self.connect(), self.answer_within)
        except OSError:
            return PrinterStatus.OFFLINE
        try:
            return line.status()
        except (OSError, EOFError):
            return PrinterStatus.OFFLINE
        finally:
            line.close()

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        try:
            line = _Line(self.connect(), self.answer_within)
        except OSError:
            raise NotSent(PrinterStatus.OFFLINE) from None
        try:
            _must_be_ready(line, after_abort)
            tell_when_sending()
            transfer = _Transfer(line, self.print_within)
            transfer.run((RECOVERY if after_abort else b"") + payload + FENCE)
        except BaseException:
            line.close()
            raise
        return transfer


class _Line:
    """One connection: questions go out, and what comes in is told apart by its fixed bits (Epson, DLE EOT, GS r, GS a)."""

    def __init__(self, stream: Stream, answer_within: float):
        self.stream, self.answer_within = stream, answer_within
        self.close = stream.close
        self.answer: int | None = None  # of the last DLE EOT
        self.fence: int | None = None   # of a GS r 1
        self._unasked = 0               # bytes still to come of an automatic status, which we never asked for

    def hear(self, within: float) -> None:
        """Take in what the printer says; waits up to `within` seconds for it."""
        for byte in self.stream.read(within):
            if self._unasked:
                self._unasked -= 1
            elif byte & 0x93 == 0x12:
                self.answer = byte
            elif byte & 0x93 == 0x10:
                self._unasked = 3
            elif byte & 0x90 == 0:
                self.fence = byte

    def ask(self, question: int) -> int | None:
        """The answer to DLE EOT `question` (1 to 4), None when none comes; a new one may only be asked after the last."""
        self.hear(0)
        self.answer = None
        self.stream.write(bytes((0x10, 0x04, question)), self.answer_within)
        deadline = time.monotonic() + self.answer_within
        while self.answer is None and (left := deadline - time.monotonic()) > 0:
            self.hear(left)
        return self.answer

    def status(self) -> PrinterStatus:
        """By DLE EOT 1 and 4, and 2 and 3 for the cause: a printer answers these at once, also when it cannot print."""
        online, paper = self.ask(1), self.ask(4)
        if online is None or paper is None:
            return PrinterStatus.UNKNOWN
        if not online & 0x08:
            return PrinterStatus.NO_PAPER if paper & 0x60 else PrinterStatus.PAPER_LOW if paper & 0x0C else PrinterStatus.READY
        cause, error = self.ask(2) or 0, self.ask(3) or 0
        if cause & 0x04:
            return PrinterStatus.COVER_OPEN
        if cause & 0x20 or paper & 0x60:
            return PrinterStatus.NO_PAPER
        return PrinterStatus.ERROR if cause & 0x40 or error & 0x68 else PrinterStatus.OFFLINE


def _must_be_ready(line: _Line, after_abort: bool) -> None:
    try:
        status = line.status()
        if status is PrinterStatus.UNKNOWN and after_abort:  # the question may have gone into half a picture
            line.stream.write(RECOVERY, line.answer_within)
            status = line.status()
    except (OSError, EOFError):
        status = PrinterStatus.OFFLINE
    if not status.can_print:
        raise NotSent(status)


class _Transfer:
    """A payload on its way: a `Sending` that stays on its line until the fence behind it is answered."""

    def __init__(self, line: _Line, print_within: float):
        self.line, self.print_within = line, print_within
        self.outcome, self.status = Outcome.HELD, PrinterStatus.READY
        self._deadline = 0.0
        self.close = line.close

    def run(self, data: bytes) -> None:
        """Send, and watch until it is printed, or held for a reason the printer names."""
        self.line.fence = None
        try:
            self.line.stream.write(data, 5 + len(data) / 500)  # a slow serial line carries about 1,000 bytes a second
        except (OSError, EOFError):
            raise Uncertain(LOST) from None
        self._deadline = time.monotonic() + self.print_within
        self._watch(2.0)  # a slip takes a second or two: a printer that works is not asked how it is
        while self.outcome is Outcome.HELD and not self._is_waiting:
            self._watch(1.0)

    def poll(self) -> None:
        self._watch(1.0)

    @property
    def _is_waiting(self) -> bool:
        return not self.status.can_print and self.status is not PrinterStatus.UNKNOWN

    def _watch(self, within: float) -> None:
        until = time.monotonic() + within
        try:
            while self.line.fence is None and (left := min(until, self._deadline) - time.monotonic()) > 0:
                self.line.hear(left)
            if self.line.fence is None:
                self.status = self.line.status()
        except (OSError, EOFError):
            raise Uncertain(LOST) from None
        if self.line.fence is not None:
            self.outcome = Outcome.PRINTED
            self.status = PrinterStatus.PAPER_LOW if self.line.fence & 0x03 else PrinterStatus.READY
        elif self._is_waiting:
            self._deadline = time.monotonic() + self.print_within  # its time runs again from when it can print
        elif time.monotonic() >= self._deadline:
            raise Uncertain(SILENT)
