"""Draws the letters that a printer does not have (Arabic, Chinese and others) as dots, shaped and in their own direction."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from printer.qr import Pixels

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Align = Literal["left", "center", "right"]

FONTS = Path("/usr/share/fonts/truetype")  # where Debian puts them: fonts-dejavu-core, fonts-droid-fallback
_FILES = {False: ("dejavu/DejaVuSans.ttf", "droid/DroidSansFallbackFull.ttf"),
          True: ("dejavu/DejaVuSans-Bold.ttf", "droid/DroidSansFallbackFull.ttf")}
RIGHT_TO_LEFT = ("R", "AL")  # Unicode Standard Annex 9: Hebrew, Arabic
LEADING = 1.3                # height of a line over the size of its letters


def lines(text: str, width: int, size: int, align: Align, bold: bool) -> list[Pixels]:
    """`text` as lines of pixels, each exactly `width` wide (in dots, as `size` is), wrapped at words, shaped.

    A letter of no font is drawn as “?”. Empty when no installed font has any of the letters beyond ASCII: there is nothing to
    gain then.
    """
    plain = "".join(c for c in unicodedata.normalize("NFC", " ".join(text.split())) if not _does_nothing(c))
    any_backwards = any(unicodedata.bidirectional(c) in RIGHT_TO_LEFT for c in plain)
    pen = _Pen(_fonts(size, bold)[:1] if any_backwards else _fonts(size, bold), size)
    if not any(pen.has(c) for c in plain if not c.isascii() and not unicodedata.combining(c)):
        return []
    plain = "".join(c if pen.has(c) else "?" for c in plain)
    backwards = runs_backwards(plain)
    if backwards and align == "left":
        align = "right"  # where such a line begins
    return [pen.draw(line, width, align, backwards) for line in pen.wrap(plain, width, even=align == "center")]


def runs_backwards(text: str) -> bool:
    """Whether `text` as a paragraph runs from right to left: as its first letter that has a direction does (UAX 9, P2)."""
    ways = (unicodedata.bidirectional(c) for c in text)
    return next((way in RIGHT_TO_LEFT for way in ways if way in ("L", *RIGHT_TO_LEFT)), False)


def _does_nothing(character: str) -> bool:
    """Control, bidi override and the like. A joiner between letters is part of how they are written, and stays in the picture."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in "\u200c\u200d"


@cache
def _fonts(size: int, bold: bool) -> "tuple[FreeTypeFont, ...]":
    from PIL import ImageFont

    found = [FONTS / name for name in _FILES[bold] if (FONTS / name).exists()]
    return tuple(ImageFont.truetype(path, size) for path in found)


@lru_cache(4096)
def _has(font: "FreeTypeFont", character: str) -> bool:
    return bytes(font.getmask(character)) != bytes(font.getmask("\U0010ffff"))


@dataclass(frozen=True)
class _Pen:
    """Writes with the first of its fonts that has a letter; a line with letters from the right has one font, for its order is
    that of the whole line."""

    fonts: "tuple[FreeTypeFont, ...]"
    size: int

    def has(self, character: str) -> bool:
        return self._font(character) is not None

    def _font(self, character: str) -> "FreeTypeFont | None":
        neutral = character == " " or unicodedata.combining(character) or character in "\u200c\u200d"
        return next((font for font in self.fonts if neutral or _has(font, character)), None)

    def _runs(self, text: str) -> "list[tuple[FreeTypeFont, str]]":
        """Pieces of one font each."""
        runs: list[tuple[FreeTypeFont, str]] = []
        for c in text:
            font = self._font(c) or self.fonts[0]
            if runs and (runs[-1][0] is font or c == " " or unicodedata.combining(c)):
                runs[-1] = (runs[-1][0], runs[-1][1] + c)
            else:
                runs.append((font, c))
        return runs

    @lru_cache(2048)  # noqa: B019 the same beginnings of lines are measured for each width that is tried
    def _length(self, text: str) -> float:
        return sum(font.getlength(piece) for font, piece in self._runs(text))

    def wrap(self, text: str, width: int, even: bool) -> list[str]:
        """Lines no longer than `width`; `even`: of about equal length, which looks chosen."""
        lines = self._wrap(text, width)
        for narrower in range(width, 0, -max(1, width // 24)) if even else ():
            tried = self._wrap(text, narrower)
            if len(tried) > len(lines):
                break
            lines = tried
        return lines

    def _wrap(self, text: str, width: int) -> list[str]:
        found, line = [], ""
        for word in _words(text):
            if self._length((line + word).rstrip()) <= width:
                line += word
                continue
            if line.strip():
                found.append(line.strip())
            line = word
            while len(line) > 1 and self._length(line.rstrip()) > width:  # a word that is longer than a line
                fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or self._length(line[:n]) <= width)
                found.append(line[:fits])
                line = line[fits:]
        return [*found, line.strip()] if line.strip() else found

    def draw(self, text: str, width: int, align: Align, backwards: bool) -> Pixels:
        from PIL import Image, ImageDraw

        image = Image.new("1", (width, round(self.size * LEADING)))
        canvas, gap = ImageDraw.Draw(image), width - self._length(text)
        x = {"left": 0.0, "center": gap / 2, "right": gap}[align]
        for font, piece in self._runs(text):
            canvas.text((x, self.size), piece, 1, font, anchor="ls", direction="rtl" if backwards else "ltr")
            x += font.getlength(piece)
        dots = image.convert("L").tobytes()
        return [[dot > 0 for dot in dots[y * width:(y + 1) * width]] for y in range(image.height)]


def _words(text: str) -> list[str]:
    """What may begin a line: each word with the space after it, and each wide character (UAX 11) by itself."""
    words = [""]
    for before, c in zip(" " + text, text, strict=False):
        if before == " " or _is_wide(c) or (_is_wide(before) and c != " " and not unicodedata.combining(c)):
            words.append("")
        words[-1] += c
    return [word for word in words if word]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
