"""Talking ESC/POS with a printer that answers, over any stream of bytes: readiness, one write, and the fence behind it."""

import re
import secrets
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from printer.device import LOST, SILENT, Identity, NotSent, Outcome, PrinterStatus, Sending, Uncertain, status_of

# Ends a picture that was cut off in the middle, which would swallow the next slip as its data; then resets.
RECOVERY = bytes(8192) + b"\x1b@"

# For process ids: no byte of a status and no head of a block looks like these (bits 0 and 4 set, bit 7 not; not 7 or _)
_LETTERS = b"1359QSUWYqsuwy"
_TEXT = re.compile(rb"_([\x20-\x7e]*)\0")  # the answer to GS I 66 and 67


class Fence(StrEnum):
    """What a slip ends with, to learn that it is out; which one a printer knows is found out when it is set up."""

    PROCESS_ID = "process id"  # Epson's GS ( H, function 48: answered with the slip's own letters when its printing is complete
    STATUS = "status"          # GS r 1: answered when all before it is done, and not while there is no paper
    NONE = "none"              # for a printer that never answers: it is asked nothing, and nothing is ever confirmed


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

    def __init__(self, connect: Callable[[], Stream], fence: Fence = Fence.STATUS, answer_within: float = 1.0,
                 print_within: float = 20.0):
        self.connect, self.fence, self.answer_within, self.print_within = connect, fence, answer_within, print_within

    def status(self) -> PrinterStatus:
        try:
            line = _Line(self.connect(), self.answer_within)
        except OSError as problem:
            return status_of(problem)
        try:
            return PrinterStatus.UNKNOWN if self.fence is Fence.NONE else line.status()
        except (OSError, EOFError):
            return PrinterStatus.OFFLINE
        finally:
            line.close()

    def identify(self) -> Identity | None:
        try:
            line = _Line(self.connect(), self.answer_within)
        except OSError:
            return None
        try:
            identity = Identity(line.ask_text(66), line.ask_text(67))
        except (OSError, EOFError):
            return None
        finally:
            line.close()
        return identity if identity.maker or identity.model else None

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        try:
            line = _Line(self.connect(), self.answer_within)
        except OSError as problem:
            raise NotSent(status_of(problem)) from None
        try:
            if self.fence is not Fence.NONE:
                _must_be_ready(line, after_abort)
            tell_when_sending()
            transfer = _Transfer(line, self.fence, self.print_within)
            transfer.run(payload, after_abort)
        except BaseException:
            line.close()
            raise
        return transfer


class _Line:
    """One connection: questions go out, and what comes in is told apart by its fixed bits (Epson, DLE EOT, GS r, GS a, GS ( H)."""

    def __init__(self, stream: Stream, answer_within: float):
        self.stream, self.answer_within = stream, answer_within
        self.close = stream.close
        self.answer: int | None = None    # of the last DLE EOT
        self.done: list[int] = []         # the answers to GS r 1
        self.processes: set[bytes] = set()  # the ids of slips whose printing is complete
        self._id = b""                    # one that comes in: its head, 7, and its letters
        self._unasked = 0                 # bytes still to come that look like an answer to GS r 1, and are of something else

    def hear(self, within: float) -> None:
        """Take in what the printer says; waits up to `within` seconds for it."""
        for byte in self.stream.read(within):
            if byte & 0x93 == 0x12:
                self.answer = byte
            elif byte & 0x93 == 0x10:  # an automatic status, of four bytes
                self._unasked += 3
            elif byte & 0x91 == 0x11:
                self._hear_process(byte)
            elif byte & 0x90 == 0 and self._unasked:
                self._unasked -= 1
            elif byte & 0x90 == 0:
                self.done.append(byte)

    def _hear_process(self, byte: int) -> None:
        """7 " d1 d2 d3 d4 NUL (Epson's reference, GS ( H), where any status may come between two bytes."""
        if byte == ord("7"):
            self._id, self._unasked = b"", self._unasked + 2
        self._id += bytes((byte,))
        if len(self._id) == 5:
            self.processes.add(self._id[1:])

    def ask(self, question: int) -> int | None:
        """The answer to DLE EOT `question` (1 to 4), None when none comes; a new one may only be asked after the last."""
        self.hear(0)
        self.answer = None
        self.stream.write(bytes((0x10, 0x04, question)), self.answer_within)
        deadline = time.monotonic() + self.answer_within
        while self.answer is None and (left := deadline - time.monotonic()) > 0:
            self.hear(left)
        return self.answer

    def ask_text(self, question: int) -> str:
        """The answer to GS I `question` (66 the maker, 67 the model), "" when none comes."""
        self.hear(0)
        self.stream.write(bytes((0x1D, 0x49, question)), self.answer_within)
        heard, deadline = b"", time.monotonic() + self.answer_within
        while not (found := _TEXT.search(heard)) and (left := deadline - time.monotonic()) > 0:
            heard += self.stream.read(left)
        return found[1].decode("ascii").strip() if found else ""

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

    def __init__(self, line: _Line, fence: Fence, print_within: float):
        self.line, self.fence, self.print_within = line, fence, print_within
        self.outcome, self.status = Outcome.HELD, PrinterStatus.READY
        self.process = bytes(secrets.choice(_LETTERS) for _ in range(4))
        self._answers_wanted = 1
        self._deadline = 0.0
        self.close = line.close

    def run(self, payload: bytes, after_abort: bool) -> None:
        """Send, and watch until it is printed, or held for a reason the printer names."""
        if after_abort:  # the aborted slip's fence may still be answered now: one answer more is needed than that one
            payload, self._answers_wanted = RECOVERY + payload, 2
        data = payload + self._fence()
        self.line.done.clear()
        try:
            self.line.stream.write(data, 5 + len(data) / 500)
        except (OSError, EOFError):
            raise Uncertain(LOST) from None
        if self.fence is Fence.NONE:
            self.outcome, self.status = Outcome.UNCONFIRMED, PrinterStatus.UNKNOWN
            return
        self._deadline = time.monotonic() + self.print_within
        self._watch(2.0)  # a slip takes a second or two: a printer that works is not asked how it is
        while self.outcome is Outcome.HELD and not self._is_waiting:
            self._watch(1.0)

    def _fence(self) -> bytes:
        match self.fence:
            case Fence.PROCESS_ID:
                return b"\x1d(H\x06\0" + b"00" + self.process
            case Fence.STATUS:
                return b"\x1dr\x01" * self._answers_wanted
        return b""

    def poll(self) -> None:
        if self.outcome is Outcome.HELD:
            self._watch(1.0)

    @property
    def _is_waiting(self) -> bool:
        return not self.status.can_print and self.status is not PrinterStatus.UNKNOWN

    @property
    def _is_done(self) -> bool:
        if self.fence is Fence.PROCESS_ID:
            return self.process in self.line.processes
        return len(self.line.done) >= self._answers_wanted

    def _watch(self, within: float) -> None:
        until = time.monotonic() + within
        try:
            while not self._is_done and (left := min(until, self._deadline) - time.monotonic()) > 0:
                self.line.hear(left)
            if not self._is_done or self.fence is Fence.PROCESS_ID:
                self.status = self.line.status()
        except (OSError, EOFError):
            if not self._is_done:
                raise Uncertain(LOST) from None
        if self._is_done:
            self.outcome = Outcome.PRINTED
            if self.fence is Fence.STATUS:
                self.status = PrinterStatus.PAPER_LOW if self.line.done[-1] & 0x03 else PrinterStatus.READY
        elif self._is_waiting:
            self._deadline = time.monotonic() + self.print_within  # its time runs again from when it can print
        elif time.monotonic() >= self._deadline:
            raise Uncertain(SILENT)
