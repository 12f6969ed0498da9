"""Machines that save their scans to a shared folder, folder:///path: each whole picture there becomes a page and leaves the folder."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from foundation.text import t
from scanner.devices.intake import HUGE, MOST_BYTES, Intake
from scanner.devices.port import Event, Identity, Mode, Options, Patience, Settings, Source
from scanner.devices.troubles import BadPage, Denied, FeederEmpty, Offline

SUFFIXES = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".pdf", ".bmp"}  # the last two are refused in words; all else is not looked at
SETTLED = 2.0  # seconds without a change: the machine writes no more to this file
QUIET = 5.0    # seconds without a new file: that was the stack
LOOK = 0.1

NOTHING_NEW = t("There is no new scan in the folder.")
SCAN_THERE = t("Scan at the machine, have it save to this folder, and take the pages over then.")
NO_PDF = t("“%(name)s” is a PDF, and pages are pictures.")
SAVE_PICTURES = t("Set the machine to save JPEG or TIFF, one file for each page. Move “%(name)s” out of the folder.")
TAKE_IT_OUT = t("Move “%(name)s” out of the folder, scan its sheet again, and go on.")


class FolderScanner:
    """`path` is the folder; `settled` and `quiet` are in seconds. Settings but for the number of sheets are the machine's own."""

    def __init__(self, path: Path, patience: Patience = Patience(), settled: float = SETTLED, quiet: float = QUIET):  # noqa: B008
        self.path, self.patience, self.settled, self.quiet = path, patience, settled, quiet
        self._cancelled = threading.Event()

    def options(self) -> Options:
        self._waiting()
        return Options(dict.fromkeys(Source, ""), dict.fromkeys(Mode, ""))

    def identify(self) -> Identity:
        return Identity(model=self.path.name)

    def cancel(self) -> None:
        self._cancelled.set()

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        with closing(Intake(folder, first, None)) as intake:
            last = first + settings.pages if settings.pages and settings.source is not Source.FLATBED else None
            while intake.number != last and (file := self._next(intake.number == first)):
                draft = intake.drafts / file.name
                try:
                    intake.see_room()
                    shutil.copyfile(file, draft)
                    page = intake.keep(draft)
                except BadPage as bad:
                    raise BadPage(bad.said, sentence=bad.sentence, next_step=TAKE_IT_OUT, name=file.name) from None
                except PermissionError as problem:
                    raise Denied(str(problem)) from None
                file.unlink(missing_ok=True)  # not before the page is safe
                yield page

    def _waiting(self) -> list[Path]:
        """The files that may be pages, in the order in which people count: scan2 before scan10."""
        try:
            found = [file for file in self.path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~"))]
        except PermissionError as problem:
            raise Denied(str(problem)) from None
        except OSError as problem:
            raise Offline(str(problem)) from None
        return sorted(found, key=lambda file: [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", file.name.lower())])

    def _next(self, is_first: bool) -> Path | None:
        """The next file, when it is whole; None: that was all, or the scan is cancelled."""
        until = time.monotonic() + (0 if is_first else self.quiet)
        while not (found := self._waiting()):
            if time.monotonic() >= until or self._cancelled.wait(LOOK):
                if is_first and not self._cancelled.is_set():
                    raise FeederEmpty(sentence=NOTHING_NEW, next_step=SCAN_THERE)
                return None
        return found[0] if self._settles(found[0]) else None

    def _settles(self, file: Path) -> bool:
        """Wait until nobody writes to `file` any more; False when cancelled. Raises BadPage for what cannot become a page."""
        seen, since = None, time.monotonic()
        while not self._cancelled.is_set():
            try:
                state = file.stat()
            except OSError as problem:
                raise Offline(str(problem)) from None
            if (now := (state.st_size, state.st_mtime_ns)) != seen:
                seen, since = now, time.monotonic()
            if state.st_size > MOST_BYTES:
                raise BadPage(sentence=HUGE, next_step=TAKE_IT_OUT, name=file.name)
            if time.monotonic() - since >= self.settled:
                if file.suffix.lower() == ".pdf":
                    raise BadPage(sentence=NO_PDF, next_step=SAVE_PICTURES, name=file.name)
                return True
            self._cancelled.wait(LOOK)
        return False
