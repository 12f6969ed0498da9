"""Puts words on pages as an office's word processor does, and draws the same pages: what stands where is known without reading them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from scanner.workshop.texts import Box, Line, PageText, Word

DPI = 300
A4, F4 = (2480, 3508), (2539, 3898)
PAPER, BLACK = 243, 30
LABEL, COLON, MARK, TEXT, RIGHT = 300, 640, 700, 790, 2240  # the columns of a decision, in dots from the left
CLOSING = 1330                                              # where the closing block begins
TOP = 330
SURE = 94.0                                                 # what a reader says of a word that it reads well


@cache
def font(points: float = 10.5) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf", round(points * DPI / 72))


@cache
def wide(word: str) -> int:
    return round(font().getlength(word))


SPACE = wide(" ")


def broken(text: str, width: int) -> list[str]:
    """`text` in lines of at most so many dots."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if wide(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [said for said in lines if said]


@dataclass(frozen=True)
class Put:
    """A line: pieces of text, each at its place from the left in dots; `skip` lines are left empty above it."""

    pieces: tuple[tuple[int, str], ...]
    skip: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.pieces)


def centred(text: str, width: int, skip: float = 0.0, narrow: int = 1800) -> list[Put]:
    return [Put((((width - wide(said)) // 2, said),), skip if not at else 0.0) for at, said in enumerate(broken(text, narrow))]


def column(text: str, label: str = "", mark: str = "", skip: float = 0.0) -> list[Put]:
    """A clause: its label and colon in the columns at the left, its letter or number, and its text."""
    start = TEXT if mark or label in ("Menimbang", "Mengingat") else MARK
    lines = broken(text, RIGHT - start)
    before = ((LABEL, label), (COLON, ":")) if label else ()
    first = (*before, *(((MARK, mark),) if mark else ()), (start, lines[0]))
    return [Put(first, skip), *(Put(((start, said),)) for said in lines[1:])]


def closing(lines: Iterable[str], skip: float = 1.0, at: int = CLOSING) -> list[Put]:
    return [Put(((at, said),), skip if not count else 3.0 if said.isupper() and count > 3 else 0.0) for count, said in enumerate(lines)]


@dataclass
class Sheet:
    """A page that is being written, from above."""

    size: tuple[int, int]
    leading: int
    lines: list[Line] = field(default_factory=list)
    y: float = TOP

    @property
    def full(self) -> bool:
        return self.y > self.size[1] - 420

    def put(self, line: Put) -> None:
        self.y += line.skip * self.leading
        self.lines.append(written(line.pieces, round(self.y)))
        self.y += self.leading

    @property
    def text(self) -> PageText:
        return PageText(*self.size, DPI, tuple(self.lines))


def written(pieces: Iterable[tuple[int, str]], y: int) -> Line:
    words = []
    for x, text in pieces:
        for word in text.split():
            words.append(Word(word, Box(x, y, wide(word), 42), SURE))
            x += wide(word) + SPACE
    return Line(tuple(words))


def paged(puts: Sequence[Put], size: tuple[int, int], catchwords: bool, numbered: bool, leading: int = 62) -> list[PageText]:
    """Lines on as many pages as they need; from the second on each has its number, “- 2 -”, and all but the last a catchword."""
    pages: list[PageText] = []
    left = list(puts)
    while left:
        sheet, number = Sheet(size, leading), len(pages) + 1
        if numbered and number > 1:
            sheet.lines.append(written([((size[0] - wide(f"- {number} -")) // 2, f"- {number} -")], 200))
        while left and not sheet.full:
            sheet.put(left.pop(0))
        if left and catchwords:
            words = [word for word in left[0].text.split() if word.strip(":")][:2]
            said = " ".join(words).rstrip(":") + " ..."
            sheet.lines.append(written([(RIGHT - wide(said), said)], size[1] - 260))
        pages.append(sheet.text)
    return pages


def drawn(page: PageText, ink: int = BLACK) -> Image.Image:
    """The page as a picture in gray, with its words where its boxes are."""
    picture = Image.new("L", (page.width, page.height), PAPER)
    draw = ImageDraw.Draw(picture)
    for word in page.words:
        draw.text((word.box.x, word.box.y), word.text, ink, font())
    return picture
