"""What the picture of a page tells about the page: the only module that knows OpenCV and Tesseract, for processes of their own.

Calibrated on drawn pages, 18 of decisions and 60 blank or nearly blank ones, gray and colour, 300 dpi: a threshold says between which
values it lies there.
"""

import math
import os
import zlib
from functools import cache, cached_property
from pathlib import Path

import cv2
import numpy as np
import tesserocr
import zxingcpp
from PIL import Image

from scanner.devices.intake import FORMATS
from scanner.devices.port import PAPERS
from scanner.workshop.findings import Examination, Finding, Flag

cv2.setNumThreads(1)  # a process for each core is what is quick; threads in each only get in each other's way

LOW = 100              # dpi at which most is looked at: a full stop is 2 dots wide
READING = 150          # dpi for Tesseract to see which way up a page is: 16 of 16; with 300 it takes half as long again, and sees no more
ENOUGH = 300           # dpi: what is finer is made coarser before it is looked at, and takes a quarter of the memory
FINEST = 1300          # dpi that a scanner means; a file that says more, or next to nothing, was not told
INK = 0.72             # of the paper's brightness around it: darker is ink. Pencil is .6, what shows through from the back .85
EDGE_MM = 6            # of a page that may be a shadow, or the scanner's own lid
BLANK = 1.5e-5         # share of dots that are ink: 0 on a blank page, 1.7e-5 with one small figure on it, 4.4e-5 with a page number
ALMOST_BLANK = 1e-3    # initials or a word in pencil have less; a stamp has 1.4e-3, a line of text 2.3e-3
SKEWED = 2.0           # degrees: 7 mm on the width of A4. Feeders do less; up to there nobody sees it in a page put straight
STEEPEST = 10.0        # degrees that are looked for
GOLDEN = 0.618034      # of the golden section: its multiples spread evenly
LINES = 2.5            # times as much change at the right slope as elsewhere: text has 4 and more, a stamp, initials or a figure 1.9
SOFT, BLURRED = 45, 60  # 1/100 mm of an edge: sharp 20, at 150 dpi 33; at 53 Tesseract misses 1 letter of 100, at 70 9, at 86 59
NARROW_MM = 5.0        # text nearer to the edge than that: 2 on a page with its margin cut away, 16 and more on others
COARSE = 200           # dpi
PALE = 0.35            # of the way from white to black: below it eyes have trouble, though Tesseract reads on down to .12
SURE = 3.0             # of Tesseract, of which way is up: 4 and more with one line of text, 20 on a full page; wrong ones go up to 2.4
TILE_MM, TILES = 20, 24
TESSERACT = Path("/usr/share/tesseract-ocr")  # where Debian has its data; in a folder of its version
FINGERPRINT = (160, 224)  # dots, the shape of A4


class Picture:
    """A page's `dots`, gray (height × width) or RGB (height × width × 3), uint8, so many to an inch, and what several looks at it share."""

    def __init__(self, dots: np.ndarray, dpi: float):
        self.dots, self.dpi = dots, dpi

    @cached_property
    def gray(self) -> np.ndarray:
        return self.dots if self.dots.ndim == 2 else cv2.cvtColor(self.dots, cv2.COLOR_RGB2GRAY)

    @cached_property
    def paper(self) -> np.ndarray:
        """At `LOW` dpi, every dot as bright as the darkest of its colours (a red stamp is as dark as a black one) over the paper around
        it: paper 255, whatever its tint and the light."""
        low = _resized(self.dots, LOW / self.dpi)
        darkest = low if low.ndim == 2 else np.ascontiguousarray(low.min(axis=2))
        background = cv2.morphologyEx(_resized(darkest, 0.5), cv2.MORPH_CLOSE, np.ones((17, 17), np.uint8))  # 9 mm: wider than strokes
        background = cv2.resize(cv2.GaussianBlur(background, (0, 0), 8), darkest.shape[::-1])
        return cv2.divide(darkest, np.maximum(background, 1), scale=255)

    @cached_property
    def ink(self) -> np.ndarray:
        """1 where there is ink, at `LOW` dpi; without the edges, specks of less than 3 dots, and the lines that dust on the glass draws
        along the whole page."""
        ink = (self.paper < INK * 255).astype(np.uint8)
        edge = min(round(EDGE_MM / 25.4 * LOW), *(side // 4 for side in ink.shape))
        ink[:edge] = ink[-edge:] = 0
        ink[:, :edge] = ink[:, -edge:] = 0
        _, labels, (_, _, width, height, area) = _parts(ink)
        keep = (area >= 3) & ~((height > 0.5 * ink.shape[0]) & (width <= 4))
        keep[0] = False
        return keep[labels].astype(np.uint8)

    @cached_property
    def strokes(self) -> np.ndarray:
        """How dark the ink is, 72 to 255; 0 where there is none."""
        return (255 - self.paper) * self.ink


def examine(path: Path, dpi: int | None) -> Examination:
    """Everything that the picture at `path` tells; `dpi` as the scanner says it, None where nobody does.

    Raises OSError, ValueError or what else Pillow has for a file that is no whole picture.
    """
    picture, true_dpi = opened(path, dpi)
    codes = qr_codes(picture)
    coarse = [Finding(Flag.COARSE, {"dpi": round(true_dpi)})] if true_dpi < COARSE else []
    share = float(picture.ink.mean())
    if share < BLANK:
        return Examination((Finding(Flag.BLANK),), codes=codes)
    if share < ALMOST_BLANK:
        return Examination((Finding(Flag.ALMOST_BLANK), *coarse), codes=codes)
    turn = turn_to_upright(picture)
    upright = np.ascontiguousarray(np.rot90(picture.strokes, -(turn or 0) // 90))
    degrees = skew(upright)
    findings = [Finding(Flag.TURNED, {"turn": turn})] if turn else []
    if abs(degrees) >= SKEWED:
        findings.append(Finding(Flag.SKEWED, {"degrees": round(abs(degrees))}))
    findings += [*coarse, *_legible(picture)]
    if (distance := text_to_edge(picture)) is not None and distance < NARROW_MM:
        findings.append(Finding(Flag.CUT_OFF, {"distance": round(distance)}))
    return Examination(tuple(findings), degrees, turn or 0, fingerprint(upright, degrees), codes)


def _legible(picture: Picture) -> list[Finding]:
    edge, contrast = edges(picture)
    found = [Finding(Flag.PALE)] if contrast < PALE else []
    if edge is not None and edge > SOFT:
        found.append(Finding(Flag.BLURRED if edge > BLURRED else Flag.SOFT))
    return found


def opened(path: Path, dpi: int | None) -> tuple[Picture, float]:
    """The picture at `path`, made coarser where it is finer than is `ENOUGH`, and the resolution that it was scanned with."""
    page, wide, true_dpi = _decoded(path, dpi)
    return Picture(np.asarray(page), true_dpi * page.width / wide), true_dpi


def _decoded(path: Path, dpi: int | None) -> tuple[Image.Image, int, float]:
    """Decoded once: of a JPEG no more than is needed, of others one whole copy, which is gone when this is done."""
    with Image.open(path, formats=tuple(FORMATS)) as image:
        wide, true_dpi = image.width, likely_dpi(image.width, image.height, dpi)
        if (coarser := int(true_dpi / ENOUGH)) > 1:
            image.draft(None, (image.width // coarser, image.height // coarser))
        page = _eight_bits(image)
        coarser = int(true_dpi * page.width / wide / ENOUGH)
        return page.reduce(coarser) if coarser > 1 else page, wide, true_dpi


def _eight_bits(image: Image.Image) -> Image.Image:
    """As gray or RGB; `image` itself where it is so."""
    if image.mode.startswith("I"):
        return image.point(lambda dot: dot / 256).convert("L")
    if image.mode in ("L", "RGB"):
        image.load()
        return image
    return image.convert("L" if image.mode in ("1", "LA") else "RGB")


def likely_dpi(width: int, height: int, dpi: int | None) -> float:
    """`dpi` when a sheet of that many dots could be one; else what it would be were it the paper of the nearest shape.

    Cameras and some copiers write 72 or 96 into every file: A4 with 300 dpi would then be a metre long.
    """
    short, long = sorted((width, height))
    if dpi and dpi <= FINEST and long / dpi * 25.4 <= max(PAPERS["A3"]) * 1.1:
        return float(dpi)
    paper = min((PAPERS[name] for name in ("A4", "Letter", "F4", "Legal")), key=lambda sides: abs(sides[1] / sides[0] - long / short))
    return short / paper[0] * 25.4


def qr_codes(picture: Picture) -> tuple[str, ...]:
    """The texts of the QR codes on it, from top to bottom. At half the resolution most are read, in a fifth of the time."""
    for scale in (0.5, 1):
        found = zxingcpp.read_barcodes(_resized(picture.gray, scale), zxingcpp.BarcodeFormat.QRCode)
        if found:
            return tuple(code.text for code in sorted(found, key=lambda code: code.position.top_left.y))
    return ()


def turn_to_upright(picture: Picture) -> int | None:
    """Degrees clockwise, 0, 90, 180 or 270, that make it upright; None when Tesseract cannot tell, as on pages with little text, or
    where its data for that (tesseract-ocr-osd) are missing.

    Sharpened before, or it cannot tell of a page that is a little blurred.
    """
    if (reader := _orientation()) is None:
        return None
    gray = _resized(picture.gray, min(1, READING / picture.dpi))
    gray = cv2.addWeighted(gray, 2.5, cv2.GaussianBlur(gray, (0, 0), 3), -1.5, 0)
    reader.SetImageBytes(gray.tobytes(), gray.shape[1], gray.shape[0], 1, gray.shape[1])
    reader.SetSourceResolution(READING)
    told = reader.DetectOrientationScript()
    return -told["orient_deg"] % 360 if told and told["orient_conf"] >= SURE else None  # it says how far it was turned clockwise


@cache
def _orientation() -> tesserocr.PyTessBaseAPI | None:
    data = max(TESSERACT.glob("*/tessdata/osd.traineddata"), default=None)
    if data is None:
        return None
    reader = tesserocr.PyTessBaseAPI(path=f"{data.parent}/", lang="osd", psm=tesserocr.PSM.OSD_ONLY)
    reader.SetVariable("debug_file", os.devnull)  # it would complain about every page with little text
    return reader


def skew(strokes: np.ndarray) -> float:
    """By how many degrees the lines of an upright page climb to the right; 0 when it has no lines. `strokes` as of a Picture.

    Where the dots are counted along lines of the right slope, the counts change most from one line to the next. Off by .02 degrees at
    most, on 16 pages of decisions and 36 of plain text. What that takes: each dot counts in part for the two lines that it lies
    between, columns are moved up and down a little, or the grid of the dots would favour 0 degrees, and the best lies on a parabola.
    """
    rows, columns = (found.astype(np.float32) for found in np.nonzero(strokes))
    rows += 2 * (columns * GOLDEN % 1)
    coarse, fine = (slice(None, None, max(1, len(rows) // most)) for most in (15_000, 60_000))

    def change(degrees: float, which: slice) -> float:
        heights = rows[which] + columns[which] * math.tan(math.radians(degrees)) + strokes.shape[1]
        lines = heights.astype(np.int32)
        part = heights - lines
        counts = np.bincount(lines + 1, part, lines.max() + 2) + np.bincount(lines, 1 - part, lines.max() + 2)
        return float((np.diff(counts[lines.min():]) ** 2).sum())

    changes = {degrees: change(degrees, coarse) for degrees in np.arange(-STEEPEST, STEEPEST + 0.1, 0.5)}
    best = max(changes, key=changes.get)
    if changes[best] < LINES * np.median(list(changes.values())):
        return 0.0
    best = max(best + 0.1 * np.arange(-6, 7), key=lambda degrees: change(degrees, fine))
    near = 0.03 * np.arange(-5, 6)
    curved, rising, _ = np.polyfit(near, [change(best + degrees, fine) for degrees in near], 2)
    return round(float(best - rising / (2 * curved) if curved < 0 else best), 2)


def edges(picture: Picture) -> tuple[float | None, float]:
    """How wide the edges of letters are, as the median of where they rise from 10 to 90 %, in 1/100 mm (None: too few to say), and how
    far the darkest are from the paper around them, 0 to 1.

    Looked at on tiles with ink, spread over the page: a whole page would take ten times as long and 300 MB.
    """
    window = np.ones((round(picture.dpi / 300 * 21) | 1,) * 2)  # 1.8 mm: a letter and what is around it
    near, steep = zip(*(_edges(tile, window) for tile in _tiles(picture)), strict=True)
    swing = np.concatenate([found.ravel() for found in near])
    contrast = float(np.percentile(swing, 99) / 255)
    strong = (swing > max(30, np.percentile(swing, 98) * 0.6)) & ((slope := np.concatenate([found.ravel() for found in steep])) > 4)
    if strong.sum() < 150:
        return None, contrast
    return float(np.median(0.8 * swing[strong] / slope[strong]) * 2540 / picture.dpi), contrast


def _edges(tile: np.ndarray, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each dot, how far brightest and darkest around it are apart, and how steep it is there: 0 but where it is steepest."""
    smooth = cv2.GaussianBlur(tile.astype(np.float32), (0, 0), 0.6)
    slope = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3) / 8)
    slope[slope < cv2.dilate(slope, np.ones((5, 5)))] = 0
    return cv2.dilate(smooth, window) - cv2.erode(smooth, window), slope


def _tiles(picture: Picture) -> list[np.ndarray]:
    """Up to `TILES` squares of the gray page that have ink on them, spread over those that have."""
    side = round(TILE_MM / 25.4 * LOW)
    across, down = (length // side for length in reversed(picture.ink.shape))
    ink = _resized_to(picture.ink[:down * side, :across * side].astype(np.float32), (across, down))
    found = np.argwhere(ink >= min(0.02, ink.max()))  # the inkiest, where none has more
    found = found[:: max(1, math.ceil(len(found) / TILES))]
    scale = side * picture.dpi / LOW
    return [picture.gray[int(row * scale):int((row + 1) * scale), int(column * scale):int((column + 1) * scale)] for row, column in found]


def text_to_edge(picture: Picture) -> float | None:
    """How far letters are from the nearest edge, in mm, but for the nearest four, which may be specks; None with too few letters.

    Long parts at an edge are shadows, large ones pictures.
    """
    high, wide = picture.paper.shape
    _, _, (left, top, width, height, area) = _parts((picture.paper < INK * 255).astype(np.uint8))
    letter = (area >= 6) & (height >= 4) & (height < 0.12 * high) & (width < 0.3 * wide)
    letter[0] = False
    if letter.sum() < 20:
        return None
    distances = (left, top, wide - left - width, high - top - height)
    return min(float(np.sort(found[letter])[4]) for found in distances) * 25.4 / LOW


def fingerprint(strokes: np.ndarray, degrees: float) -> bytes:
    """What `findings.alike` compares: the strokes of an upright page, put straight, without its margins, so that it does not matter
    where on the glass the sheet lay."""
    high, wide = strokes.shape
    straight = cv2.warpAffine(strokes, cv2.getRotationMatrix2D((wide / 2, high / 2), -degrees, 1), (wide, high))
    box = tuple(slice(*_middle(straight.sum(axis=axis, dtype=np.float64))) for axis in (1, 0))
    return zlib.compress(_resized_to(straight[box], FINGERPRINT).tobytes())


def _middle(sums: np.ndarray) -> tuple[int, int]:
    """From where to where all but 1/500 at either end lies: a speck of dust does not move the margin."""
    reached = np.cumsum(sums) / sums.sum()
    return int(np.searchsorted(reached, 0.002)), int(np.searchsorted(reached, 0.998)) + 1


def _parts(ink: np.ndarray) -> tuple[int, np.ndarray, tuple[np.ndarray, ...]]:
    """How many parts hang together, the number of each dot's, and each one's left, top, width, height, area; 0 is the paper."""
    number, labels, measures, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return number, labels, tuple(measures.T)


def _resized(dots: np.ndarray, scale: float) -> np.ndarray:
    return dots if scale == 1 else cv2.resize(dots, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _resized_to(dots: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`size`: width, height."""
    return cv2.resize(dots, size, interpolation=cv2.INTER_AREA)
