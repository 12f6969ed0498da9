"""Draws the bytes a printer received as the paper that would have come out, so that a slip can be looked at without one."""

from dataclasses import dataclass, field, replace
from html import escape

from printer import qr
from printer.commands import Command, split
from printer.layout import CELL, DOTS

CELL_HEIGHT, LINE_SPACING = 24, 30  # dots, font A and the line after it
PIXELS_OF = {byte: [bool(byte >> bit & 1) for bit in range(7, -1, -1)] for byte in range(256)}


@dataclass(frozen=True)
class Look:
    bold: bool = False
    inverse: bool = False
    underline: bool = False
    wide: int = 1
    tall: int = 1


@dataclass(frozen=True)
class Text:
    """Characters of one look; `x`, `y` is the upper left dot of the first one's cell."""

    x: int
    y: int
    text: str
    look: Look

    @property
    def width(self) -> int:
        return len(self.text) * CELL * self.look.wide


@dataclass(frozen=True)
class Picture:
    """Pixels of `wide` by `tall` dots each."""

    x: int
    y: int
    pixels: qr.Pixels
    wide: int
    tall: int


@dataclass(frozen=True)
class Slip:
    """A length of paper; sizes and places in dots (203 to the inch), `cut` or to be torn off."""

    width_mm: int
    height: int
    marks: tuple[Text | Picture, ...]
    cut: bool

    @property
    def text(self) -> str:
        """What can be read on it, line by line."""
        lines: dict[int, list[str]] = {}
        for mark in self.marks:
            if isinstance(mark, Text):
                lines.setdefault(mark.y + CELL_HEIGHT * mark.look.tall, []).append(mark.text)
        return "\n".join("".join(parts) for parts in lines.values())


def pages(data: bytes, width_mm: int) -> list[Slip]:
    """The slips that `data` prints on a roll of 58 or 80 mm: one for each cut, and what hangs out at the end."""
    head = _Head(width_mm)
    for command in split(data)[0]:
        head.do(command)
    head.end(cut=False)
    return head.slips


@dataclass
class _Head:
    """The print head: where it stands, how it writes, and what has come out."""

    width_mm: int
    slips: list[Slip] = field(default_factory=list)
    marks: list[Text | Picture] = field(default_factory=list)
    line: list[tuple[str, Look]] = field(default_factory=list)
    look: Look = Look()
    align: int = 0
    spacing: int = LINE_SPACING
    y: int = 0
    code: str = ""
    module: int = 3

    def do(self, command: Command) -> None:
        first = command.data[0] if command.data else 0
        match command.name:
            case b"":
                self.write(command.data.decode("cp437"))
            case b"\n":
                self.end_line()
            case b"\x1b@":
                self.look, self.align, self.spacing = Look(), 0, LINE_SPACING
            case b"\x1ba":
                self.align = first % 48
            case b"\x1bE" | b"\x1bG":
                self.look = replace(self.look, bold=bool(first & 1))
            case b"\x1dB":
                self.look = replace(self.look, inverse=bool(first & 1))
            case b"\x1b-":
                self.look = replace(self.look, underline=bool(first % 48))
            case b"\x1d!":
                self.look = replace(self.look, wide=1 + (first >> 4 & 7), tall=1 + (first & 7))
            case b"\x1b!":
                self.look = replace(self.look, bold=bool(first & 8), wide=1 + (first >> 5 & 1), tall=1 + (first >> 4 & 1),
                                    underline=bool(first & 128))
            case b"\x1b3":
                self.spacing = first
            case b"\x1b2":
                self.spacing = LINE_SPACING
            case b"\x1bd":
                self.feed(first * self.spacing)
            case b"\x1bJ":
                self.feed(first)
            case b"\x1dv":
                self.raster(command.data)
            case b"\x1d(" if command.data[:1] == b"k":
                self.symbol(command.data[4], command.data[5:])
            case b"\x1dV":
                self.feed(command.data[1] if len(command.data) > 1 else 0)
                self.end(cut=True)

    def write(self, text: str) -> None:
        """Add `text` to the line; what does not fit begins the next one, as on a real head."""
        while text:
            used = sum(len(part) * CELL * look.wide for part, look in self.line)
            room = max(0, (DOTS[self.width_mm] - used) // (CELL * self.look.wide))
            if room == 0:
                self.end_line()
                continue
            self.line.append((text[:room], self.look))
            text = text[room:]

    def end_line(self) -> None:
        width = sum(len(text) * CELL * look.wide for text, look in self.line)
        height = CELL_HEIGHT * max((look.tall for _, look in self.line), default=1)
        x = self.left(width)
        for text, look in self.line:  # characters of different size stand on the same foot
            mark = Text(x, self.y + height - CELL_HEIGHT * look.tall, text, look)
            self.marks.append(mark)
            x += mark.width
        self.line.clear()
        self.y += max(height, self.spacing)

    def left(self, width: int) -> int:
        return (DOTS[self.width_mm] - width) * self.align // 2

    def feed(self, dots: int) -> None:
        if self.line:
            self.end_line()
        self.y += dots

    def raster(self, data: bytes) -> None:
        density, row, height = data[1], int.from_bytes(data[2:4], "little"), int.from_bytes(data[4:6], "little")
        pixels = [[dot for byte in data[6 + y * row:6 + (y + 1) * row] for dot in PIXELS_OF[byte]] for y in range(height)]
        self.picture(pixels, 1 + (density & 1), 1 + (density >> 1 & 1))

    def symbol(self, function: int, data: bytes) -> None:
        """GS ( k: a QR code that the printer itself makes; it adds no quiet zone."""
        if function == 67:
            self.module = data[0]
        elif function == 80:
            self.code = data[1:].decode("cp437")
        elif function == 81 and self.code:
            self.picture([row[qr.QUIET:-qr.QUIET] for row in qr.matrix(self.code)[qr.QUIET:-qr.QUIET]], self.module, self.module)

    def picture(self, pixels: qr.Pixels, wide: int, tall: int) -> None:
        if pixels and pixels[0]:
            self.marks.append(Picture(self.left(len(pixels[0]) * wide), self.y, pixels, wide, tall))
            self.y += len(pixels) * tall

    def end(self, *, cut: bool) -> None:
        if self.line:
            self.end_line()
        if self.marks:
            self.slips.append(Slip(self.width_mm, self.y, tuple(self.marks), cut))
        self.marks, self.y = [], 0


MARGIN = 24  # dots of paper above and below


def svg(slip: Slip) -> str:
    """The slip as an SVG element, one unit a dot, drawn by attributes alone (a strict CSP forbids inline style).

    Every run of characters is stretched to its cells, so that any monospaced font gives the columns of the real printer.
    """
    width, height = slip.width_mm * 8, slip.height + 2 * MARGIN
    left = (width - DOTS[slip.width_mm]) // 2
    drawn = "".join(_text(mark) if isinstance(mark, Text) else _picture(mark) for mark in slip.marks)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'fill="#111" font-family="monospace" font-size="20">'
            f'<path fill="#fff" d="{_outline(width, height, slip.cut)}"/>'
            f'<g transform="translate({left} {MARGIN})">{drawn}</g>{_scissors(width, height) if slip.cut else ""}</svg>')


def _text(mark: Text) -> str:
    look, cells = mark.look, len(mark.text) * CELL
    if not mark.text.strip() and not look.inverse:
        return ""
    text = escape(mark.text.replace(" ", "\N{NO-BREAK SPACE}"))
    return (f'<g transform="translate({mark.x} {mark.y}) scale({look.wide} {look.tall})">'
            + (f'<rect width="{cells}" height="{CELL_HEIGHT}"/>' if look.inverse else "")
            + f'<text y="18" textLength="{cells}" lengthAdjust="spacingAndGlyphs"'
            + (' font-weight="700"' if look.bold else "") + (' fill="#fff"' if look.inverse else "")
            + (' text-decoration="underline"' if look.underline else "") + f">{text}</text></g>")


def _picture(mark: Picture) -> str:
    return (f'<path shape-rendering="crispEdges" transform="translate({mark.x} {mark.y}) scale({mark.wide} {mark.tall})" '
            f'd="{qr.path(mark.pixels)}"/>')


def _outline(width: int, height: int, cut: bool) -> str:
    """The edge of the paper: straight where it was cut, with the teeth of the tear bar where not."""
    teeth = "" if cut else "l-4 -6l-4 6" * (width // 8)
    return f"M0 0h{width}v{height}{teeth or f'h-{width}'}z"


def _scissors(width: int, height: int) -> str:
    """A dashed line where the cutter went, and a pair of scissors on it."""
    y = height - 10
    return (f'<g fill="none" stroke="#777" stroke-width="2"><path stroke-dasharray="8 6" d="M44 {y}H{width}"/>'
            f'<circle cx="12" cy="{y - 6}" r="4"/><circle cx="12" cy="{y + 6}" r="4"/>'
            f'<path d="M15 {y - 4}L38 {y + 6}M15 {y + 4}L38 {y - 6}"/></g>')
