"""A scanner that is a folder of pictures: they are the stack in its feeder, and it fails by name."""

import io
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from scanner.devices.intake import Intake
from scanner.devices.port import Event, Identity, Mode, Options, Patience, Settings, Source
from scanner.devices.sheets import draw_sheets
from scanner.devices.troubles import (
    Busy,
    CoverOpen,
    Crashed,
    Denied,
    FeederEmpty,
    Multifeed,
    Offline,
    PaperJam,
    Stalled,
    Trouble,
)

PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
OWN_SHEETS = 10     # that it draws when the folder has none
SLOWLY = 1.0        # seconds for a page
STEPS = 5           # in which the progress of a page is told
RESOLUTIONS = (75, 100, 150, 200, 300, 600)
LARGEST = {Source.FLATBED: (216.0, 297.0), Source.FEEDER: (216.0, 356.0), Source.DUPLEX: (216.0, 356.0)}
MODES = {Mode.LINEART: "Black & White", Mode.GRAY: "Grayscale", Mode.COLOR: "24bit Color"}
SOURCES = {Source.FLATBED: "Flatbed", Source.FEEDER: "ADF", Source.DUPLEX: "ADF Duplex"}
IDENTITY = Identity("Loket", "Simulated", "0001")


class FaultKind(StrEnum):
    EMPTY = "empty"
    OFFLINE = "offline"
    BUSY = "busy"
    DENIED = "denied"
    SLOW = "slow"
    JAM = "jam"                # these and the following: on a page, once; then it is mended
    COVER_OPEN = "cover open"
    MULTIFEED = "multifeed"
    CUT = "cut"                # the cable, in the middle of the page
    HANG = "hang"
    CRASH = "crash"


@dataclass(frozen=True)
class Fault:
    """It strikes on page `page`."""

    kind: FaultKind
    page: int = 1


ALWAYS: dict[FaultKind, type[Trouble]] = {FaultKind.EMPTY: FeederEmpty, FaultKind.OFFLINE: Offline, FaultKind.BUSY: Busy,
                                          FaultKind.DENIED: Denied}
ON_A_PAGE: dict[FaultKind, type[Trouble]] = {
    FaultKind.JAM: PaperJam, FaultKind.COVER_OPEN: CoverOpen, FaultKind.MULTIFEED: Multifeed, FaultKind.CUT: Offline,
    FaultKind.HANG: Stalled, FaultKind.CRASH: Crashed}


def set_fault(folder: Path, fault: str = "") -> None:
    """Break the scanner in `folder`: a fault's name and, if wanted, on which page ("jam 17"); "" mends it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "fault.new"
    draft.write_text(fault)
    draft.rename(folder / "fault")


def fault_in(folder: Path) -> Fault | None:
    """The fault that the file `fault` in `folder` names; a name nobody knows is a crash, not no fault."""
    try:
        words = (folder / "fault").read_text().split()
    except FileNotFoundError:
        return None
    if not words:
        return None
    page = int(words.pop()) if words[-1].isdecimal() else 1
    name = " ".join(words)
    return Fault(FaultKind(name) if name in list(FaultKind) else FaultKind.CRASH, page)


class Stack:
    """The sheets of the scanner in `folder`: its pictures in the order of their names; with two sides, a sheet is two of them."""

    def __init__(self, folder: Path):
        self.folder = folder
        if not self.pictures():
            draw_sheets(folder, OWN_SHEETS)

    def pictures(self) -> list[Path]:
        return sorted(file for file in self.folder.iterdir() if file.suffix.lower() in PICTURES) if self.folder.is_dir() else []

    def fault(self) -> Fault | None:
        return fault_in(self.folder)

    def strikes(self, page: int) -> FaultKind | None:
        """What happens on `page`; it is mended by that."""
        fault = self.fault()
        if fault is None or fault.kind not in ON_A_PAGE or fault.page != page:
            return None
        set_fault(self.folder)
        return fault.kind

    def image(self, page: int, settings: Settings) -> bytes | None:
        """`page` as a file of this scanner, of the size that was asked for: a JPEG, or a TIFF in black and white. None: no such page."""
        pictures = self.pictures()
        if settings.source is Source.FLATBED:
            page = (page - 1) % len(pictures) + 1
        if page > len(pictures):
            return None
        with Image.open(pictures[page - 1]) as picture:
            sheet = picture.convert("RGB" if settings.mode is Mode.COLOR else "L").resize(settings.pixels, Image.Resampling.BILINEAR)
        file = io.BytesIO()
        if settings.mode is Mode.LINEART:
            sheet.point(lambda light: 255 * (light > 128), "1").save(file, "TIFF", compression="group4", dpi=(settings.dpi, settings.dpi))
        else:
            sheet.save(file, "JPEG", quality=85, dpi=(settings.dpi, settings.dpi))
        return file.getvalue()


class SimulatedScanner:
    """The stack in `folder` has as many pages as pictures; page n is picture n, so that a scan from page n on needs nobody to reload.

    After its last page the same stack lies in the feeder once more, for the next scan.
    """

    def __init__(self, folder: Path, patience: Patience = Patience()):  # noqa: B008  it is frozen
        self.folder, self.patience = folder, patience
        self._cancelled = threading.Event()

    def options(self) -> Options:
        if (fault := fault_in(self.folder)) and fault.kind in (FaultKind.OFFLINE, FaultKind.DENIED):
            raise ALWAYS[fault.kind](f"simulated: {fault.kind}")
        return Options(SOURCES, MODES, RESOLUTIONS, LARGEST)

    def identify(self) -> Identity:
        self.options()
        return IDENTITY

    def cancel(self) -> None:
        self._cancelled.set()

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        self.options().check(settings)
        with closing(Intake(folder, first, settings)) as intake:
            stack = Stack(self.folder)
            while not self._cancelled.is_set() and intake.number - first != settings.pages:
                if (fault := stack.fault()) and fault.kind in ALWAYS:
                    raise ALWAYS[fault.kind](f"simulated: {fault.kind}")
                intake.see_room()
                page = (intake.number - 1) % len(stack.pictures()) + 1
                if page == 1 and intake.number != first and settings.source is not Source.FLATBED:
                    return
                image = stack.image(page, settings)
                yield from self._feed(stack, intake)
                if not self._cancelled.is_set():
                    draft = intake.drafts / "page"
                    draft.write_bytes(image)
                    yield intake.keep(draft)

    def _feed(self, stack: Stack, intake: Intake) -> Iterator[Event]:
        """Draw the sheet in."""
        fault = stack.fault()
        strikes = stack.strikes(intake.number)
        for step in range(1, STEPS + 1):
            if strikes and step > STEPS // 2:
                if strikes is FaultKind.HANG and self._cancelled.wait(self.patience.next):
                    return
                raise ON_A_PAGE[strikes](f"simulated: {strikes}")
            if fault and fault.kind is FaultKind.SLOW and self._cancelled.wait(SLOWLY / STEPS):
                return
            yield from intake.progress(step / STEPS)
