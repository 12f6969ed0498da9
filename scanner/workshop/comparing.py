"""Compares a page as it will be seen with its master: how much ink was lost, or came from nowhere."""

import cv2
import numpy as np

from scanner.workshop.compression import INK, flattened, paper

DPI = 150              # of the comparison: a full stop is 3 dots wide
TOLERANCE = 2          # dots, .34 mm: a letter may be that much thinner or thicker, or moved
SURE, MAYBE = 0.5, 0.8   # of the way from the ink to the paper: darker is ink for sure; brighter is none
LARGEST_MM2 = 0.05     # a blob of ink that may be missing: less than two dots; the dot on an i in 6 pt has .1


def difference_mm2(master: np.ndarray, shown: np.ndarray) -> float:
    """The largest blob of ink that is on one of the two and not on the other, in mm²; both upright, of the same size at `DPI`, uint8.

    Ink of one is looked for on the other within `TOLERANCE`. What is dark in any colour is ink: a stamp counts as letters do.
    """
    first, second = _darkest(master), _darkest(shown)
    ink = _ink(first)
    sure, maybe = (min(ink + part * (255 - ink), most) for part, most in ((SURE, INK * 255), (MAYBE, 255)))
    near = np.ones((2 * TOLERANCE + 1,) * 2, np.uint8)
    return max(_largest((a < sure) & (cv2.dilate((b < maybe).astype(np.uint8), near) == 0))
               for a, b in ((first, second), (second, first))) * (25.4 / DPI) ** 2


def _darkest(dots: np.ndarray) -> np.ndarray:
    """On white paper, each dot as dark as the darkest of its colours."""
    dark = dots if dots.ndim == 2 else np.ascontiguousarray(dots.min(axis=2))
    return flattened(dark, paper(dark, DPI))


def _ink(flat: np.ndarray) -> float:
    """How bright the ink is: a third of it is darker. On a page without any, as bright as ink can be."""
    dark = flat[flat < INK * 255]
    return float(np.percentile(dark, 30)) if dark.size else INK * 255


def _largest(found: np.ndarray) -> int:
    """The dots of the largest part that hangs together."""
    _, _, measures, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    return int(measures[1:, 4].max(initial=0))
