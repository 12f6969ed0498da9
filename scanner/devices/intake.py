"""Where pages arrive: a page exists when it is decoded whole, compared with what was asked for, hashed, and safe on the disk."""

import errno
import hashlib
import os
import shutil
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from foundation.text import t
from scanner.devices.port import Mode, PageFile, Progress, Settings
from scanner.devices.troubles import BadPage, Denied, NoSpace

FORMATS = {"TIFF": ".tiff", "JPEG": ".jpg", "PNG": ".png"}
LARGEST = 150_000_000  # dots: A4 with 1200 dpi has 139 million
MOST_BYTES = 500_000_000
TOLERANCE = 0.02       # of a side: scanners round to their own units
MARGIN = 4_000_000     # bytes that stay free on the disk
TELL_EVERY = 0.2       # seconds

# one limit for this process; the warning is as good as the error that comes at twice as many dots
Image.MAX_IMAGE_PIXELS = LARGEST
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

EMPTY = t("The page’s file is empty.")
CUT = t("The page’s file is cut off or damaged.")
HUGE = t("The page’s file is larger than any sheet can be.")
OTHER = t("The page’s file is no TIFF, JPEG or PNG picture.")
MANY = t("The file holds several pages.")
WRONG_SIZE = t("The page is %(width)d × %(height)d dots, and not %(wanted_width)d × %(wanted_height)d as was asked for.")
OTHER_SIZE = t("Choose the page size of the paper. Then put everything after the last page shown back into the feeder and go on.")


class Intake:
    """The folder into which one scan goes; `settings` None: pages are taken as they are. Raises Denied where it cannot be used.

    Drafts lie in the folder `incoming` inside it. What an interrupted scan left there never was a page and is removed.
    """

    def __init__(self, folder: Path, first: int, settings: Settings | None):
        self.folder, self.number, self.settings = folder, first, settings
        self.drafts = folder / "incoming"
        self._told = 0.0
        try:
            shutil.rmtree(self.drafts, ignore_errors=True)
            self.drafts.mkdir(parents=True, exist_ok=True)
        except PermissionError as problem:
            raise Denied(str(problem)) from None
        except OSError as problem:
            raise (NoSpace if problem.errno == errno.ENOSPC else Denied)(str(problem)) from None

    def close(self) -> None:
        """Drafts are no pages: they go."""
        shutil.rmtree(self.drafts, ignore_errors=True)

    def see_room(self, pages: int = 1) -> None:
        """Raises NoSpace when so many more pages would not fit: a driver may lose them without a word."""
        place = os.statvfs(self.folder)
        if place.f_bavail * place.f_frsize < MARGIN + pages * (self.settings.page_bytes if self.settings else 0):
            raise NoSpace()

    def progress(self, part: float) -> list[Progress]:
        """What to tell about the page that is coming: nothing when something was told just now."""
        if time.monotonic() - self._told < TELL_EVERY:
            return []
        self._told = time.monotonic()
        return [Progress(self.number, min(max(part, 0.0), 1.0))]

    def keep(self, draft: Path) -> PageFile:
        """Make the picture in `draft`, a file in `drafts`, the next page. Raises BadPage or NoSpace; the draft then is no page."""
        try:
            kind, (width, height), mode, dpi = _decode(draft)
            self._compare(width, height)
            digest = _hash_and_sync(draft)
            path = self.folder / f"{self.number:05d}{FORMATS[kind]}"
            if any(self.folder.glob(f"{self.number:05d}.*")):
                raise FileExistsError(f"page {self.number} is there already")
            draft.rename(path)
            _sync_folder(self.folder)
        except BadPage:
            self.see_room()  # a full disk leaves damaged pages behind, and is the better explanation
            raise
        except OSError as problem:
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpace(str(problem)) from None
            raise
        page = PageFile(self.number, path, width, height, self.settings.dpi if self.settings else dpi, mode, digest)
        self.number += 1
        self._told = 0.0
        return page

    def _compare(self, width: int, height: int) -> None:
        """With what was asked for: a page that was cancelled may look like a whole, short one, and a device may lie about its size."""
        if self.settings is None:
            return
        wanted = self.settings.pixels
        if any(abs(got - side) > max(8, side * TOLERANCE) for got, side in zip((width, height), wanted, strict=True)):
            raise BadPage(sentence=WRONG_SIZE, next_step=OTHER_SIZE, width=width, height=height, wanted_width=wanted[0],
                          wanted_height=wanted[1])


def finished(folder: Path, settings: Settings | None) -> list[PageFile]:
    """The pages that a scan into `folder` left there, by number: what has a number was safe and whole before it got it."""
    files = sorted(file for file in folder.glob("[0-9]*") if file.suffix in FORMATS.values()) if folder.is_dir() else []
    found = [(file, *_decode(file)) for file in files]
    return [PageFile(int(file.stem), file, width, height, settings.dpi if settings else dpi, mode, _hash_and_sync(file))
            for file, _, (width, height), mode, dpi in found]


def _decode(draft: Path) -> tuple[str, tuple[int, int], Mode, int | None]:
    """Format, size, colours and resolution of a picture, all of whose dots were read. Raises BadPage."""
    size = draft.stat().st_size
    if not size:
        raise BadPage(sentence=EMPTY)
    if size > MOST_BYTES:
        raise BadPage(sentence=HUGE)
    try:
        with Image.open(draft, formats=tuple(FORMATS)) as picture:
            if getattr(picture, "n_frames", 1) > 1 and picture.format == "TIFF":
                raise BadPage(sentence=MANY, next_step=t("Set the scanner to make one file of each page."))
            kind, dpi = "JPEG" if picture.format == "MPO" else str(picture.format), picture.info.get("dpi")
            picture.load()
            mode = Mode.LINEART if picture.mode == "1" else Mode.GRAY if picture.mode in ("L", "LA", "I", "I;16") else Mode.COLOR
            return kind, picture.size, mode, round(dpi[0]) if dpi else None
    except Image.UnidentifiedImageError as problem:
        raise BadPage(str(problem), sentence=OTHER) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as problem:
        raise BadPage(str(problem), sentence=HUGE) from None
    except (OSError, SyntaxError, ValueError, IndexError, TypeError, KeyError, EOFError) as problem:  # Pillow's, for damaged files
        raise BadPage(repr(problem), sentence=CUT) from None


def _hash_and_sync(path: Path) -> str:
    """Its SHA-256, once it is safe; the disk writes while we read."""
    with path.open("rb") as file, ThreadPoolExecutor(1) as beside:
        synced = beside.submit(os.fsync, file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        synced.result()
    return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
