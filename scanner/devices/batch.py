"""Driver programs that speak like `scanimage --batch`: a page's file on a line, progress and errors beside it, Enter for the next sheet."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scanner.devices.intake import Intake
from scanner.devices.port import Event, Patience, Settings
from scanner.devices.supervising import GRACE, Program, Said
from scanner.devices.troubles import (
    BadPage,
    Busy,
    CoverOpen,
    Crashed,
    Denied,
    DriverMissing,
    FeederEmpty,
    Offline,
    PaperJam,
    Stalled,
    Trouble,
    WrongSettings,
)

# SANE's statuses (sane.h): what sane_strstatus says, and the number, which is also scanimage's exit code
STATUSES: tuple[tuple[str, type[Trouble] | None], ...] = (
    ("Success", None), ("Operation not supported", WrongSettings), ("Operation was canceled", Stalled), ("Device busy", Busy),
    ("Invalid argument", WrongSettings), ("End of file reached", BadPage), ("Document feeder jammed", PaperJam),
    ("Document feeder out of documents", FeederEmpty), ("Scanner cover is open", CoverOpen), ("Error during device I/O", Offline),
    ("Out of memory", Crashed), ("Access to resource has been denied", Denied))
NO_DRIVER = 127  # exit code, as of a shell that finds no such program
_PROGRESS = re.compile(r"Progress: (\d+(?:\.\d+)?)%")
_FAILED = re.compile(r"\w+: (sane_\w+|open of device .* failed|setting of option .* failed)[: ]+\(?(.+?)\)?$")


def trouble(said: Sequence[str], code: int) -> Trouble | None:
    """Why a program ended that said `said` on its error output and left with `code`; None: it ended well.

    Its words count more than its code: scanimage leaves with 1 whenever a device does not open, and with 0 when its feeder was empty.
    """
    tail = " | ".join(said[-3:])
    for line in reversed(said):
        if (found := _FAILED.search(line)) and (kind := dict(STATUSES).get(found[2])):
            return (Offline if found[1].startswith("open") and kind is WrongSettings else kind)(tail)
    if code == NO_DRIVER:
        return DriverMissing(tail)
    if code == 0:
        return None
    if 0 < code < len(STATUSES) and code != 1 and (kind := STATUSES[code][1]):
        return kind(tail)
    return (WrongSettings if code == 1 and "option" in tail else Crashed)(tail or f"exit code {code}")


def scan(command: list[str], environment: Mapping[str, str], intake: Intake, settings: Settings, patience: Patience,
         cancelled: threading.Event) -> Iterator[Event]:
    """Run `command`, which puts its pages into `intake.drafts`, and give pages and progress until it ends. Raises Trouble."""
    with Program(command, environment, cancelled) as program:
        yield from pages(program, program.lines(), intake, settings, patience, cancelled)


def pages(program: Program, lines: Iterator[Said], intake: Intake, settings: Settings, patience: Patience,
          cancelled: threading.Event) -> Iterator[Event]:
    """As `scan`, from a program that runs already, says `lines`, and waits for the first Enter.

    While a page is made sure of, the next sheet is on its way, and no further one.
    """
    said: list[str] = []
    first = intake.number
    intake.see_room(2)
    program.silence = patience.first
    program.press_enter()
    try:
        for line, is_error in lines:
            if not is_error:
                if intake.number - first + 1 != settings.pages:
                    intake.see_room(2)
                program.press_enter()
                yield intake.keep(Path(line))
                program.silence = patience.next
            elif found := _PROGRESS.match(line):
                yield from intake.progress(float(found[1]) / 100)
            else:
                said = [*said[-20:], line]
                if trouble(said, 0):
                    program.silence = min(program.silence, GRACE)
        if cancelled.is_set():
            return
        problem = trouble(said, program.exit_code())
    except Stalled:
        if not (problem := trouble(said, 0)):
            raise  # else it said what is wrong, and hung while it let go of the scanner
    if isinstance(problem, FeederEmpty) and intake.number > first:
        return  # the end of every stack
    if problem:
        raise problem
    if intake.number == first:
        raise FeederEmpty(" | ".join(said[-3:]))
