"""How a receipt's parts become lines on paper of a given width."""

import math
import textwrap
import unicodedata
from dataclasses import dataclass
from functools import cache

from foundation.stations import Station
from printer.qr import Pixels, matrix
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, Part, QrCode, Receipt, Rule, Title

DOTS = {58: 384, 80: 576}  # printable dots of the two usual rolls at 203 dpi, 8 dots a millimetre
CELL = 12                  # dots of one character of font A

# 8 dots a module make 25 mm without the quiet zone; below 4 dots (DENSO WAVE's minimum) a crumpled slip is no longer read
QR_DOTS = 8


@dataclass(frozen=True)
class Paper:
    """What a printer can do with its paper; `native_qr`: it draws QR codes itself (most 58 mm clones print them as text)."""

    width_mm: int = 80
    native_qr: bool = False
    has_cutter: bool = True

    @classmethod
    def of(cls, station: Station) -> "Paper":
        return cls(station.paper_mm, station.native_qr, station.has_cutter)

    @property
    def dots(self) -> int:
        return DOTS[self.width_mm]

    @property
    def columns(self) -> int:
        return self.dots // CELL


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
    """Pixels, centred; each is `zoom` dots a side, an even number."""

    pixels: Pixels
    zoom: int = 2


LaidOut = TextLine | Picture | QrCode

# What compatibility decomposition leaves and paper can still say in ASCII. Bytes above 126 stay unused: many clones begin
# in a Chinese mode where two of them are one ideograph.
_SPELLED = dict.fromkeys("‐‑‒–—―−·", "-") | dict.fromkeys("‘’‚′ʼʿʾ", "'") | dict.fromkeys("“”„″«»", '"') | {
    "•": "*", "×": "x", "÷": ":", "⁄": "/", "°": " deg", "§": "Par. ", "€": "EUR ", "©": "(c)", "®": "(R)", "ß": "ss", "ı": "i",
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d",
}


def safe(text: str) -> str:
    """`text` as printable ASCII on one line: accents dropped, punctuation spelled plainly, the unsayable as “?”.

    Nothing that it returns can be a command to a printer: a title could otherwise cut the paper or open a cash drawer.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_ascii, unicodedata.normalize("NFKD", " ".join(text.split()))))
    return " ".join(text.split())


def _ascii(character: str) -> str:
    if " " <= character <= "~":
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    kind = unicodedata.category(character)
    if kind.startswith("Z"):
        return " "
    return "" if kind in ("Cc", "Cf") or kind.startswith("M") else "?"


def lay_out(receipt: Receipt, paper: Paper) -> list[LaidOut]:
    """The receipt as lines and pictures for `paper`; no line is wider than it."""
    return [line for part in receipt.parts for line in _part(part, paper)]


def _part(part: Part, paper: Paper) -> list[LaidOut]:
    match part:
        case Line(text, bold, center):
            return _lines(text, paper.columns, center=center, bold=bold)
        case Title(text):
            return _lines(text, paper.columns, center=True, bold=True)
        case Heading(text):
            return _lines(text, paper.columns, center=True, bold=True, tall=2)
        case Big(text):
            size = max(2, min(4, paper.columns // max(1, len(safe(text)))))
            return _lines(text, paper.columns // size, center=True, bold=True, wide=size, tall=size)
        case Inverse(text):
            banner = [f"{line:^{paper.columns}}" for line in textwrap.wrap(safe(text), paper.columns)]
            return [TextLine((Run(line, bold=True, inverse=True, tall=2),)) for line in banner]
        case Pair(label, value):
            return _pair(safe(label), safe(value), paper.columns)
        case Emphasis(label, text):
            wide = 2 if len(safe(text)) <= paper.columns // 2 else 1
            edge = _bracket(paper.dots // 2)
            return [Picture(edge), *_lines(label, paper.columns, center=True),
                    *_lines(text, paper.columns // wide, center=True, bold=True, wide=wide, tall=2), Picture(edge[::-1])]
        case QrCode(text):
            return [part] if paper.native_qr else [Picture(matrix(text), QR_DOTS)]
        case Band():
            return [Picture(_kawung(paper.dots // 2))]
        case Rule():
            return [TextLine((Run("-" * paper.columns),))]


def _lines(text: str, columns: int, *, center: bool, bold: bool = False, wide: int = 1, tall: int = 1) -> list[LaidOut]:
    text = safe(text)
    lines = _wrap(text, columns)
    if center and len(lines) > 1:  # lines of about equal length look chosen; a last line of one word looks forgotten
        narrowest = max(math.ceil(len(text) / len(lines)), *map(len, text.split()))  # no word is split that need not be
        lines = next(even for width in range(min(narrowest, columns), columns + 1)
                     if len(even := _wrap(text, width)) == len(lines))
    return [TextLine((Run(line, bold=bold, wide=wide, tall=tall),), center) for line in lines]


def _wrap(text: str, columns: int) -> list[str]:
    """Lines of whole words; a word longer than a line is split. Hyphens stay: they belong to numbers of documents."""
    return textwrap.wrap(text, columns, break_on_hyphens=False)


def _pair(label: str, value: str, columns: int) -> list[LaidOut]:
    gap = columns - len(label) - len(value)
    if gap >= 1:
        return [TextLine((Run(label + " " * gap), Run(value, bold=True)))]
    return [*_lines(label, columns, center=False),
            *(TextLine((Run(f"{line:>{columns}}", bold=True),)) for line in _wrap(value, columns))]


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
def _kawung(width: int) -> Pixels:
    """One row of kawung, `width` pixels: in each tile four seeds of the palm fruit meet crosswise."""
    tile = 16

    def dark(x: int, y: int) -> bool:
        across, down = abs(x % tile - tile / 2 + 0.5), abs(y - tile / 2 + 0.5)
        along, aside = (across + down) / math.sqrt(2), (across - down) / math.sqrt(2)
        return ((along - 5.6) / 4.6) ** 2 + (aside / 2.6) ** 2 <= 1
    return [[dark(x, y) for x in range(width)] for y in range(tile)]
