"""How a receipt's parts become lines on paper of a given width."""

import math
import textwrap
import unicodedata
from dataclasses import dataclass
from functools import cache

from foundation.stations import Station
from printer import lettering
from printer.qr import Pixels, matrix
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, Part, QrCode, Receipt, Rule, Signature, Title

DOTS = {58: 384, 80: 576}  # printable dots of the two usual rolls at 203 dpi, 8 dots a millimetre
CELL = 12                  # dots of one character of font A

# 8 dots a module make 25 mm without the quiet zone; below 4 dots (DENSO WAVE's minimum) a crumpled slip is no longer read
QR_DOTS = 8
ROOM_TO_SIGN = 3  # empty lines above a signature


@dataclass(frozen=True)
class Paper:
    """What a printer can do with its paper.

    `native_qr`: it draws QR codes itself (most 58 mm clones print them as text). `across`: how many characters it has on a
    line where that is other than usual for the width. `accents`: it prints those of code page 437. `full_density`: it draws
    pictures at 203 dpi only, and makes coarser ones (a quarter of the bytes) too small.
    """

    width_mm: int = 80
    native_qr: bool = False
    has_cutter: bool = True
    across: int | None = None
    accents: bool = False
    full_density: bool = False

    @classmethod
    def of(cls, station: Station) -> "Paper":
        return cls(station.paper_mm, station.native_qr, station.has_cutter, station.columns, station.accents, station.full_density)

    @property
    def columns(self) -> int:
        return self.across or DOTS[self.width_mm] // CELL

    @property
    def dots(self) -> int:
        return min(self.columns * CELL, DOTS[self.width_mm])


@dataclass(frozen=True)
class Run:
    """Characters of one look; `wide` and `tall` multiply the size of a character (1 to 8)."""

    text: str
    bold: bool = False
    inverse: bool = False
    wide: int = 1
    tall: int = 1


@dataclass(frozen=True)
class TextLine:
    runs: tuple[Run, ...]
    center: bool = False


@dataclass(frozen=True)
class Picture:
    """Pixels, centred; each is `zoom` dots a side."""

    pixels: Pixels
    zoom: int = 2


LaidOut = TextLine | Picture | QrCode

# Code page 437 above ASCII, but for its last character, a space that does not break. Without `accents` these bytes stay
# unused: many clones begin in a Chinese mode where two of them are one ideograph.
ACCENTED = frozenset(bytes(range(0x80, 0xFF)).decode("cp437"))

# What compatibility decomposition leaves and paper can still say in ASCII.
_SPELLED = dict.fromkeys("‐‑‒–—―−·", "-") | dict.fromkeys("‘’‚′ʼʿʾ", "'") | dict.fromkeys("“”„″«»", '"') | {
    "•": "*", "×": "x", "÷": ":", "⁄": "/", "°": " deg", "§": "Par. ", "€": "EUR ", "©": "(c)", "®": "(R)", "ß": "ss", "ı": "i",
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d",
}


def safe(text: str, accents: bool = False) -> str:
    """`text` as printable ASCII on one line: accents dropped, punctuation spelled plainly, the unsayable as “?”.

    With `accents` the letters of code page 437 stay. Nothing that it returns can be a command to a printer: a title could
    otherwise cut the paper or open a cash drawer.
    """
    return _say(text, accents)[0]


def _say(text: str, accents: bool) -> tuple[str, bool]:
    """`text` as `safe` says it, and whether all of it can be said so."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()), True
    spelled = [_spelled(character, accents) for character in unicodedata.normalize("NFC", " ".join(text.split()))]
    said = "".join("?" if letters is None else letters for letters in spelled)
    return " ".join(said.split()), None not in spelled


def _spelled(character: str, accents: bool) -> str | None:
    """What stands for one character on paper; None where nothing does."""
    if " " <= character <= "~" or (accents and character in ACCENTED):
        return character
    parts = [_ascii(part) for part in unicodedata.normalize("NFKD", character)]
    return None if None in parts else "".join(parts)  # type: ignore[arg-type]


def _ascii(character: str) -> str | None:
    if " " <= character <= "~":
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    kind = unicodedata.category(character)
    if kind.startswith("Z"):
        return " "
    return "" if kind in ("Cc", "Cf") or kind.startswith("M") else None


def lay_out(receipt: Receipt, paper: Paper) -> list[LaidOut]:
    """The receipt as lines and pictures for `paper`; no line is wider than it."""
    return [line for part in receipt.parts for line in _part(part, paper)]


def _part(part: Part, paper: Paper) -> list[LaidOut]:
    match part:
        case Line(text, bold, center):
            return _lines(text, paper, center=center, bold=bold)
        case Title(text):
            return _lines(text, paper, center=True, bold=True)
        case Heading(text):
            return _lines(text, paper, center=True, bold=True, tall=2)
        case Big(text):
            size = max(2, min(4, paper.columns // max(1, len(safe(text, paper.accents)))))
            return _lines(text, paper, center=True, bold=True, wide=size, tall=size)
        case Inverse(text):
            banner = [f"{line:^{paper.columns}}" for line in _wrap(safe(text, paper.accents), paper.columns)]
            return [TextLine((Run(line, bold=True, inverse=True, tall=2),)) for line in banner]
        case Pair(label, value):
            return _pair(label, value, paper)
        case Emphasis(label, text):
            wide = 2 if len(safe(text, paper.accents)) <= paper.columns // 2 else 1
            edge = _bracket(paper.dots // 2)
            return [Picture(edge), *_lines(label, paper, center=True),
                    *_lines(text, paper, center=True, bold=True, wide=wide, tall=2), Picture(edge[::-1])]
        case QrCode(text):
            return [part] if paper.native_qr else [Picture(matrix(text), QR_DOTS)]
        case Band():
            return [Picture(kawung(paper.dots // 2))]
        case Rule():
            return [TextLine((Run("-" * paper.columns),))]
        case Signature(name):
            return [*[TextLine(())] * ROOM_TO_SIGN, TextLine((Run("_" * (paper.columns * 2 // 3)),), center=True),
                    *_lines(name, paper, center=True)]


def _lines(text: str, paper: Paper, *, center: bool, bold: bool = False, wide: int = 1, tall: int = 1) -> list[LaidOut]:
    said, whole = _say(text, paper.accents)
    if not whole and (drawn := _drawn(text, paper, "center" if center else "left", bold, tall)):
        return drawn
    columns = paper.columns // wide
    lines = _wrap(said, columns)
    if center and len(lines) > 1:  # lines of about equal length look chosen; a last line of one word looks forgotten
        narrowest = max(math.ceil(len(said) / len(lines)), *map(len, said.split()))  # no word is split that need not be
        lines = next(even for width in range(min(narrowest, columns), columns + 1)
                     if len(even := _wrap(said, width)) == len(lines))
    return [TextLine((Run(line, bold=bold, wide=wide, tall=tall),), center) for line in lines]


def _drawn(text: str, paper: Paper, align: lettering.Align, bold: bool, tall: int = 1) -> list[LaidOut]:
    """What no code page says (Arabic, Chinese), as pictures of lines; nothing where there is no font for it."""
    return [Picture(line, zoom=1) for line in lettering.lines(text, paper.dots, 28 * min(tall, 2), align, bold)]


def _wrap(text: str, columns: int) -> list[str]:
    """Lines of whole words; a word longer than a line is split. Hyphens stay: they belong to numbers of documents."""
    return textwrap.wrap(text, columns, break_on_hyphens=False)


def _pair(label: str, value: str, paper: Paper) -> list[LaidOut]:
    said, whole = _say(value, paper.accents)
    if not whole and (drawn := _drawn(value, paper, "right", bold=True)):
        return [*_lines(label, paper, center=False), *drawn]
    before, columns = safe(label, paper.accents), paper.columns
    gap = columns - len(before) - len(said)
    if gap >= 1:
        return [TextLine((Run(before + " " * gap), Run(said, bold=True)))]
    return [*_lines(label, paper, center=False),
            *(TextLine((Run(f"{line:>{columns}}", bold=True),)) for line in _wrap(said, columns))]


@cache
def _bracket(width: int) -> Pixels:
    """The upper edge of a frame whose sides are open, so that it can stand around text: rounded shoulders, `width` pixels."""
    def dark(x: int, y: int) -> bool:
        corner, thick = 5, 2
        x = min(x, width - 1 - x)
        if x >= corner or y >= corner:
            return y < thick if x >= corner else x < thick
        return corner - thick < math.hypot(x - corner + 0.5, y - corner + 0.5) <= corner
    return [[dark(x, y) for x in range(width)] for y in range(10)]


@cache
def kawung(width: int) -> Pixels:
    """One row of kawung, `width` pixels: in each tile four seeds of the palm fruit meet crosswise."""
    tile = 16

    def dark(x: int, y: int) -> bool:
        across, down = abs(x % tile - tile / 2 + 0.5), abs(y - tile / 2 + 0.5)
        along, aside = (across + down) / math.sqrt(2), (across - down) / math.sqrt(2)
        return ((along - 5.6) / 4.6) ** 2 + (aside / 2.6) ** 2 <= 1
    return [[dark(x, y) for x in range(width)] for y in range(tile)]
