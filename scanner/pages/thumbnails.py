"""Smaller pictures of scanned pages for screens: made when somebody first looks, kept by what they show, made again when lost."""

import tempfile
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, Any

from foundation.files import FileStore
from foundation.text import t
from scanner.workshop.processes import Failed

QUALITY = 82
STRAIGHT, ROOMY = 0.03, 4.5  # degrees, as in geometry.py
AGAIN = 600.0   # seconds until a page that could not be drawn is tried again
_two_at_once = threading.Semaphore(2)  # a page of 600 dpi takes 100 MB while it is decoded
_one_drawn = threading.Semaphore(1)    # pages of PDFs may be made to take long: they are not in the way of others


class Size(StrEnum):
    SMALL = "small"    # for a strip of pages
    SCREEN = "screen"  # to read by
    LARGE = "large"    # to read small print by
    FULL = "full"      # every dot of the scan


LONG_SIDE: dict[Size, int | None] = {Size.SMALL: 300, Size.SCREEN: 1600, Size.LARGE: 2400, Size.FULL: None}  # dots


def picture(files: FileStore, folder: Path, name: str, size: Size, turned: int, skew_degrees: float = 0.0) -> Path:
    """A JPEG in `folder` of the picture `name` in the store, `turned` by 0, 90, 180 or 270 degrees clockwise; its lines, which climb by
    `skew_degrees`, made level.

    Raises OSError when the picture is not there or cannot be read, or the disk is full.
    """
    made = folder / name[:2] / f"{name[2:]}-{size}-{turned}{f'-{skew_degrees:.2f}' if skew_degrees else ''}.jpg"
    return _kept(made, partial(_make, files.path(name), long_side=LONG_SIDE[size], turned=turned, skew_degrees=skew_degrees))


def pdf_page(files: FileStore, folder: Path, name: str, size: Size, number: int, draw: Callable[[Path, int, int, Path], None]) -> Path:
    """A JPEG in `folder` of page `number` of the PDF `name` in the store, drawn by `draw` (of the workshop).

    Raises Failed when the page cannot be drawn, or could not a while ago, OSError as above.
    """
    made = folder / name[:2] / f"{name[2:]}-{size}-page-{number}.jpg"
    failed = made.with_name(f"{name[2:]}-page-{number}.failed")
    if failed.exists() and time.time() - failed.stat().st_mtime < AGAIN:
        raise Failed(t("The picture of this page cannot be drawn."), t("Open the PDF itself."))
    try:
        return _kept(made, lambda draft: draw(files.path(name), number, LONG_SIDE[size], Path(draft.name)), _one_drawn)
    except Failed:
        failed.touch()
        raise


def _kept(made: Path, make: Callable[[Any], None], turn: threading.Semaphore = _two_at_once) -> Path:
    """`made`, made by `make` into a file of another name where it is not there, when it is its `turn`."""
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with turn, tempfile.NamedTemporaryFile(dir=made.parent, prefix="new-", delete=False) as draft:
            try:
                make(draft)
                draft.flush()
                Path(draft.name).rename(made)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    return made


def forget(folder: Path, name: str) -> None:
    """Remove what is in `folder` of a picture that is no longer in the store."""
    for made in (folder / name[:2]).glob(f"{name[2:]}-*"):
        made.unlink(missing_ok=True)


def _make(source: Path, target: IO[bytes], *, long_side: int | None, turned: int, skew_degrees: float) -> None:
    from PIL import Image

    with Image.open(source) as original:
        if long_side:
            original.draft(None, (long_side, long_side))  # of a JPEG, no more is decoded than is needed
        image = original.convert("RGB" if original.mode in ("RGB", "RGBA", "P", "CMYK", "YCbCr") else "L")
    if long_side:
        image.thumbnail((long_side, long_side), reducing_gap=2)
    if turned:
        image = image.rotate(-turned, expand=True)
    if abs(skew_degrees) >= STRAIGHT:  # as geometry.upright does it, which is for processes of their own
        image = image.rotate(-skew_degrees, Image.Resampling.BICUBIC, expand=abs(skew_degrees) > ROOMY, fillcolor="white")
    image.save(target, "JPEG", quality=QUALITY)
