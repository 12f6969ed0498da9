"""The sheet that stands in a document for a page that could not be put into it, and says so to whoever opens the PDF."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw

from scanner.workshop.compression import Layer, as_lines
from scanner.workshop.footer import DPI, dots, font
from scanner.workshop.texts import Box, Line, PageText, Word

A4 = (210.0, 297.0)
SIDES = (50.0, 500.0)           # mm that a sheet may be wide and high: what is less or more is no paper, and A4 stands for it
MARGIN, FRAME = 1 / 8, 1 / 16   # of its width: around the words, and around the frame
HEADING, WORDS = 1 / 22, 1 / 36  # of its width, letters are high
TOP = 0.28                      # of its height, above the heading
APART, BETWEEN = 1.5, 0.8       # of the letters' height: from one line to the next, and between two sentences


def paper(size_mm: Sequence[float] | None) -> tuple[float, float]:
    """Width and height of the sheet in mm: those of the page where they can be a sheet's."""
    return (size_mm[0], size_mm[1]) if size_mm and all(SIDES[0] <= side <= SIDES[1] for side in size_mm) else A4


def sheet(heading: str, sentences: Sequence[str], size_mm: tuple[float, float]) -> tuple[Layer, PageText]:
    """Its picture, in black and white, and the words on it; `size_mm`: its width and height."""
    page = Image.new("1", (dots(size_mm[0]), dots(size_mm[1])), 1)
    pen, edge, at = ImageDraw.Draw(page), round(FRAME * page.width), TOP * page.height
    pen.rectangle((edge, edge, page.width - edge, page.height - edge), outline=0, width=dots(0.7))
    lines: list[Line] = []
    for said, letters in ((heading, HEADING), *((sentence, WORDS) for sentence in sentences)):
        high = round(letters * page.width)
        for words in _wrapped(said, high, page.width):
            lines.append(Line(tuple(_write(pen, words, round(MARGIN * page.width), round(at), high))))
            at += APART * high
        at += BETWEEN * high
    return as_lines(~np.asarray(page)), PageText(page.width, page.height, DPI, tuple(lines))


def _wrapped(said: str, high: int, width: int) -> Iterator[list[str]]:
    """Its words, line by line."""
    line: list[str] = []
    for word in said.split():
        if line and font(high).getlength(" ".join([*line, word])) > (1 - 2 * MARGIN) * width:
            yield line
            line = []
        line.append(word)
    yield line


def _write(pen: ImageDraw.ImageDraw, words: Sequence[str], x: int, y: int, high: int) -> Iterator[Word]:
    letters = font(high)
    for word in words:
        wide = round(letters.getlength(word))
        pen.text((x, y + high), word, 0, letters, anchor="ls")
        yield Word(word, Box(x, y, wide, high), 100)
        x += wide + round(letters.getlength(" "))
