"""How a page becomes small without losing ink: letters as lossless dots, colour and pictures as tiles, the paper as a coarse picture.

The thresholds are from 16 drawn pages of decisions, gray and colour, 150 and 300 dpi, sharp, pale and blurred.
"""

import io
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

PAPER_DPI = 50         # of the paper's own brightness: it changes slowly
COARSE_DPI = 100       # of what is neither letter nor tile: shadows, the marks of folds, what shows through from the back
COARSE_QUALITY = 40
TILE_QUALITY = 70
NEAR_MM = 1.1          # no paper within that: not a letter, however heavy
CLEAN = 0.96           # of the paper's brightness and brighter is white: its grain would take most of the space
PICTURE = 0.75         # of the page's paper: where even the brightest dots around are darker, it is no paper but a picture
INK = 0.72             # of the paper's brightness: darker is ink, as for imaging
EDGE = 0.62            # of the way from the ink to the paper lies a letter's edge; half of it would break hairlines
PALEST = 205           # of 255: brighter is no letter, but may show through from the back
PICTURE_FROM = 225     # of 255: so dark is the brightest dot within `NEAR_MM` in a picture or a shaded field
WHITE_FROM = 240       # of 255: brighter need not be kept
SPECK_MM2 = 0.029      # 4 dots of 300 dpi: less is grain, which stays in the coarse picture
COLOURED = 45          # between the brightest and the darkest of a dot's colours: the fringes of black letters have 20 to 40
COLOURED_MM = 2.0      # smaller spots are fringes,
BESIDE_MM = 4.0        # but for those so near to larger ones, and half as coloured: a stamp has thin letters too
AROUND_MM = 0.75       # of coloured ink that is its own, soft, edge
LETTER_MM = 6.0        # what touches a tile and is not larger is in it as a whole; of a table's frame, a part is
FRINGE_MM = 0.25       # that a letter's soft edge is wide



class Layer(NamedTuple):
    """A picture that lies on a page, in parts of its width and height from its upper left corner.

    `gray` None: `data` is a JPEG. Else CCITT Group 4 of `width` × `height` dots, its ink to be painted so bright (0 to 1), the rest not.
    """

    data: bytes
    width: int
    height: int
    place: tuple[float, float, float, float]  # left, top, width, height
    coloured: bool = False
    gray: float | None = None


WHOLE = (0.0, 0.0, 1.0, 1.0)


def as_jpeg(dots: np.ndarray, quality: int, place: tuple[float, float, float, float] = WHOLE) -> Layer:
    """One layer: `dots` (height × width, or × 3) as they are."""
    return Layer(_jpeg(dots, quality), dots.shape[1], dots.shape[0], place, coloured=dots.ndim == 3)


def as_lines(ink: np.ndarray, gray: float = 0.0) -> Layer:
    """One layer, lossless: True where there is ink. JBIG2 would be smaller, and is known for taking one figure for another."""
    buffer = io.BytesIO()
    page = Image.fromarray(ink)
    page.save(buffer, "TIFF", compression="group4", tiffinfo={278: page.height})  # in one strip, to be taken out of its TIFF
    with Image.open(buffer) as written:
        at, size = written.tag_v2[273][0], written.tag_v2[279][0]
    return Layer(buffer.getvalue()[at:at + size], page.width, page.height, WHOLE, gray=gray)


def as_layers(dots: np.ndarray, dpi: float) -> list[Layer]:
    """`dots` (height × width, or × 3), uint8, upright: what is coarse, tiles, letters, in the order in which they are painted."""
    return _Page(dots, dpi).layers()


def paper(dots: np.ndarray, dpi: float) -> np.ndarray:
    """How bright the paper is, for each of its colours, at `PAPER_DPI`; under pictures, as bright as elsewhere on the page."""
    low = _scaled(dots, PAPER_DPI / dpi)
    window = np.ones((17, 17), np.uint8)  # 9 mm: wider than strokes
    light = cv2.morphologyEx(low, cv2.MORPH_CLOSE, window)
    level = np.percentile(light.reshape(-1, *light.shape[2:]), 80, axis=0)
    return cv2.GaussianBlur(np.where(light < PICTURE * level, level, light).astype(np.uint8), (0, 0), 8)


def flattened(dots: np.ndarray, light: np.ndarray) -> np.ndarray:
    """`dots` on white paper: divided by how bright their paper is."""
    return cv2.divide(dots, np.maximum(cv2.resize(light, dots.shape[1::-1]), 1), scale=255 / CLEAN)


class _Page:
    """A page while it is taken apart: `letters` is 1 for the dots of letters that no tile has taken yet, `coarse` what neither has."""

    def __init__(self, dots: np.ndarray, dpi: float):
        self.dpi = dpi
        light = paper(dots, dpi)
        self.coarse = flattened(_scaled(dots, COARSE_DPI / dpi), light)
        self.flat = flattened(dots, light)
        self.letters, self.ink = self._letters()

    def layers(self) -> list[Layer]:
        tiles = [self._tile(*box) for box in _boxes(self._zones(), round(LETTER_MM / 25.4 * COARSE_DPI))]
        lines = [as_lines(self.letters.astype(bool), self.ink / 255)] if self.letters.any() else []
        return [*self._rest(), *tiles, *lines]

    def _letters(self) -> tuple[np.ndarray, float]:
        """1 for the dots of letters, and how bright they are, 0 to 255."""
        gray = self.flat if self.flat.ndim == 2 else cv2.cvtColor(self.flat, cv2.COLOR_RGB2GRAY)
        counts = np.cumsum(np.bincount(gray[::2, ::2].ravel(), minlength=256)[:round(INK * 255)])
        ink = float(np.searchsorted(counts, 0.3 * counts[-1])) if counts[-1] else 0
        _, found = cv2.threshold(gray, min(ink + EDGE * (255 - ink), PALEST), 1, cv2.THRESH_BINARY_INV)
        return _kept(found, lambda wide, high, area: area >= SPECK_MM2 * (self.dpi / 25.4) ** 2), ink

    def _zones(self) -> np.ndarray:
        """1 where letters alone would not do, at `COARSE_DPI`: around coloured ink, and where no paper is near, as in pictures."""
        brightest = self.coarse if self.coarse.ndim == 2 else self.coarse.max(axis=2)
        near = _window(NEAR_MM, COARSE_DPI)
        wanted = cv2.dilate((cv2.dilate(brightest, near) < PICTURE_FROM).astype(np.uint8), near)
        if self.coarse.ndim == 3:
            spread, least = brightest - self.coarse.min(axis=2), COLOURED_MM / 25.4 * COARSE_DPI
            coloured = _kept((spread > COLOURED).astype(np.uint8), lambda wide, high, area: np.maximum(wide, high) >= least)
            wanted |= (spread > COLOURED / 2).astype(np.uint8) & cv2.dilate(coloured, _window(BESIDE_MM, COARSE_DPI))
        return cv2.dilate(wanted, _window(AROUND_MM, COARSE_DPI))

    def _tile(self, top: int, left: int, zone: np.ndarray) -> Layer:
        """What lies in `zone`, at `COARSE_DPI`, and the letters that touch it, whole: a seam through a letter would be seen."""
        (high, wide), scale = self.letters.shape, self.dpi / COARSE_DPI
        bottom, right = (min(round(end * scale), length) for end, length in ((top + zone.shape[0], high), (left + zone.shape[1], wide)))
        rows, columns = slice(round(top * scale), bottom), slice(round(left * scale), right)
        letters = self.letters[rows, columns]
        fine = cv2.resize(zone, letters.shape[::-1], interpolation=cv2.INTER_NEAREST)
        taken = fine | _touching(letters, fine, LETTER_MM / 25.4 * self.dpi)
        letters[taken > 0] = 0
        fringe = _window(FRINGE_MM, self.dpi)
        seen = fine | cv2.dilate(taken, fringe) & (1 - cv2.dilate(letters, fringe))
        self.coarse[top:top + zone.shape[0], left:left + zone.shape[1]][_scaled_to(seen * 255, zone.shape[::-1]) > 0] = 255
        tile = self.flat[rows, columns].copy()
        tile[seen == 0] = 255
        return as_jpeg(tile, TILE_QUALITY, (columns.start / wide, rows.start / high, tile.shape[1] / wide, tile.shape[0] / high))

    def _rest(self) -> list[Layer]:
        """The coarse picture, gray, without the letters and their soft edges; nothing where that is white."""
        gray = self.coarse if self.coarse.ndim == 2 else cv2.cvtColor(self.coarse, cv2.COLOR_RGB2GRAY)
        letters = _scaled_to(self.letters * 255, gray.shape[::-1]) > 0
        gray[cv2.dilate(letters.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
        return [as_jpeg(gray, COARSE_QUALITY)] if (gray < WHITE_FROM).any() else []


def _boxes(zones: np.ndarray, margin: int) -> list[tuple[int, int, np.ndarray]]:
    """Top, left and content of the boxes around what hangs together, each with a margin; none overlaps another."""
    boxes = np.zeros_like(zones)
    found, more = zones, True
    while more:
        _, _, measures, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
        before, boxes = boxes, np.zeros_like(zones)
        for left, top, wide, high, _ in measures[1:]:
            extra = margin if found is zones else 0
            boxes[max(top - extra, 0):top + high + extra, max(left - extra, 0):left + wide + extra] = 1
        found, more = boxes, not np.array_equal(before, boxes)
    return [(top, left, zones[top:top + high, left:left + wide]) for left, top, wide, high, _ in measures[1:]]


def _kept(ink: np.ndarray, wanted: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """The parts of `ink` that hang together and are `wanted` for their width, height and area."""
    _, labels, measures, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = wanted(measures[:, 2], measures[:, 3], measures[:, 4]).astype(np.uint8)
    keep[0] = 0
    return keep[labels]


def _touching(letters: np.ndarray, zone: np.ndarray, most: float) -> np.ndarray:
    """The parts of `letters` that reach into `zone` and are not wider or higher than `most` dots."""
    _, labels, measures, _ = cv2.connectedComponentsWithStats(letters, connectivity=8)
    keep = np.zeros(len(measures), np.uint8)
    keep[np.unique(labels[zone > 0])] = 1
    keep &= (measures[:, 2:4].max(axis=1) <= most).astype(np.uint8)
    keep[0] = 0
    return keep[labels]


def _window(mm: float, dpi: float) -> np.ndarray:
    """What reaches so far to every side."""
    return np.ones((2 * max(1, round(mm / 25.4 * dpi)) + 1,) * 2, np.uint8)


def _scaled(dots: np.ndarray, scale: float) -> np.ndarray:
    return cv2.resize(dots, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _scaled_to(dots: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`size`: width, height."""
    return cv2.resize(dots, size, interpolation=cv2.INTER_AREA)


def _jpeg(dots: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(dots).save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
