"""Takes out of a PDF that somebody made elsewhere what stands on its pages, and draws them for the screen; for processes of their own."""

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from foundation.errors import Refused
from foundation.text import t
from scanner.workshop.recognising import in_rows
from scanner.workshop.texts import Box, PageText, Word, around

DPI = 300               # of the boxes of words, as of scanned pages
POINTS = 72             # an inch
CERTAIN = 100.0         # nothing was read: it is written there
MOST_SIGNS = 100_000    # on a page; a large table in small print has 15,000
MOST_PICTURES = 500     # looked at on a page; scanners that cut a page into strips make some dozens
A_PICTURE = 0.7         # of the page, covered by pictures: it came from a scanner or a camera
QUALITY = 82            # of the JPEG for the screen
BROKEN = {"\x02", "\ufffe"}  # PDFium's signs for a hyphen at the end of a line

DAMAGED = t("Page %(number)d of the PDF cannot be opened.")


@contextmanager
def _page(path: Path, number: int) -> Iterator[pypdfium2.PdfPage]:
    """Raises Refused for one that cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as problem:
        raise Refused(DAMAGED, number=number) from problem
    try:
        document.init_forms()  # what was filled in and signed is drawn too
        yield document[number - 1]
    except (pypdfium2.PdfiumError, IndexError) as problem:
        raise Refused(DAMAGED, number=number) from problem
    finally:
        document.close()


# --- what stands on it ------------------------------------------------------------------------------------------------------------


def extract(order: dict[str, Any]) -> dict[str, Any]:
    """Page `number` of the PDF at `path`, its first being 1: `text`, a PageText as JSON; `drawn`: whether anything is drawn on it at all;
    `picture`: whether pictures cover it, as a scanner's do. Raises Refused for a page that cannot be opened.
    """
    with _page(Path(order["path"]), order["number"]) as page:
        width, height = (max(1, round(side / POINTS * DPI)) for side in page.get_size())
        lines = in_rows(_lines(page, width, height))
        return {"text": PageText(width, height, DPI, tuple(lines)).to_json(), "drawn": any(True for _ in page.get_objects(max_depth=1)),
                "picture": _covered(page) >= A_PICTURE}


def _lines(page: pypdfium2.PdfPage, width: int, height: int) -> Iterator[list[Word]]:
    """The words of each line as the PDF has them; a line that begins anew, or jumps back, is another one."""
    line: list[Word] = []
    for signs, sides in _words(page.get_textpage()):
        text = unicodedata.normalize("NFKC", signs).strip()  # ligatures are letters again
        box = _box(page, sides, width, height)
        if line and (box.x < line[-1].box.x or _apart(line[-1].box, box)):
            yield line
            line = []
        if text and box.width and box.height:
            line.append(Word(text, box, CERTAIN))
    yield line


def _apart(one: Box, other: Box) -> bool:
    """Whether one stands over the other."""
    return min(one.bottom, other.bottom) - max(one.y, other.y) < min(one.height, other.height) / 3


def _words(text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each word, and its left, bottom, right and top in points of the PDF's own page."""
    signs: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    for index in range(min(text.count_chars(), MOST_SIGNS)):
        code = raw.FPDFText_GetUnicode(text, index)
        sign = chr(code) if code < 0x110000 else " "
        if sign in BROKEN:
            sign = "-"
        if sign.isspace() or unicodedata.category(sign) in ("Cc", "Cs"):
            if boxes:
                yield "".join(signs), _hull(boxes)
            signs, boxes = [], []
            continue
        signs.append(sign)
        boxes.append(text.get_charbox(index))
    if boxes:
        yield "".join(signs), _hull(boxes)


def _hull(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _box(page: pypdfium2.PdfPage, sides: tuple[float, float, float, float], width: int, height: int) -> Box:
    """In dots of the page as it is shown: turned as it says, and cut to what it shows."""
    corners = [_dot(page, x, y, width, height) for x, y in (sides[:2], sides[2:])]
    return around([Box(x, y, 0, 0) for x, y in corners])


def _dot(page: pypdfium2.PdfPage, x: float, y: float, width: int, height: int) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
    return across.value, down.value


def _covered(page: pypdfium2.PdfPage) -> float:
    """The part of the page that pictures cover; of those that lie over each other, each counts."""
    left, bottom, right, top = page.get_bbox()
    whole, covered = (right - left) * (top - bottom), 0.0
    for picture in islice(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), MOST_PICTURES):
        sides = picture.get_bounds()
        covered += max(0.0, min(right, sides[2]) - max(left, sides[0])) * max(0.0, min(top, sides[3]) - max(bottom, sides[1]))
    return covered / whole if whole else 0.0


# --- what it looks like -----------------------------------------------------------------------------------------------------------


def draw(order: dict[str, Any]) -> dict[str, Any]:
    """Write a JPEG of page `number` of the PDF at `path` to `out`, its longer side `long_side` dots. Raises Refused for a page that cannot
    be opened, OSError where `out` cannot be written.
    """
    with _page(Path(order["path"]), order["number"]) as page:
        picture = page.render(scale=order["long_side"] / max(page.get_size()), rev_byteorder=True).to_pil().convert("RGB")
        picture.save(order["out"], "JPEG", quality=QUALITY)
        return {"width": picture.width, "height": picture.height}
