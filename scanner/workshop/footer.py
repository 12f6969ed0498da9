"""The strip below the pages of a copy: a line that says what it is, and a code that leads to where it can be compared."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from printer import qr
from scanner.workshop.compression import Layer, as_lines
from scanner.workshop.texts import Box, Line, PageText, Word

DPI = 300
LINE_MM, CODE_MM, MARGIN_MM = 7, 26, 8  # height of the strip without and with a code, and what is free on its left and right
LETTERS_MM, SMALLEST_MM = 2.6, 1.6


def strip(line: str, address: str, width_mm: float) -> tuple[float, Layer, PageText]:
    """How many mm high it is, its picture, and its words; `line` gets smaller, then is cut, where it does not fit."""
    high_mm = CODE_MM if address else LINE_MM
    page = Image.new("1", (dots(width_mm), dots(high_mm)), 1)
    right = page.width - dots(MARGIN_MM)
    if address:
        code = ~np.array(qr.matrix(address))
        side = page.height // len(code) * len(code)
        right -= side
        page.paste(Image.fromarray(code).resize((side, side), Image.Resampling.NEAREST), (right, (page.height - side) // 2))
    words = _write(page, line, right)
    return high_mm, as_lines(~np.asarray(page)), PageText(page.width, page.height, DPI, (Line(tuple(words)),) if words else ())


def _write(page: Image.Image, line: str, right: int) -> list[Word]:
    """Draw the words; where they are."""
    left = dots(MARGIN_MM)
    size = next((size for size in range(dots(LETTERS_MM), dots(SMALLEST_MM), -1) if font(size).getlength(line) <= right - left),
                dots(SMALLEST_MM))
    letters, pen, x, words = font(size), ImageDraw.Draw(page), left, []
    for text in line.split():
        wide = round(letters.getlength(text))
        if x + wide > right:
            break
        y = (page.height - size) // 2
        pen.text((x, y + size), text, 0, letters, anchor="ls")
        words.append(Word(text, Box(x, y, wide, size), 100))
        x += wide + round(letters.getlength(" "))
    return words


def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu where it is installed; else what Pillow has with it, for Latin letters."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def dots(mm: float) -> int:
    """Of `DPI`."""
    return round(mm / 25.4 * DPI)
