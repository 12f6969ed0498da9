"""Sheets of labels for copies (QR code, Code 128, call number, shelf, title) on A4, as HTML for the preview and for the PDF alike."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from html import escape

from foundation.errors import Refused
from foundation.text import clean, t
from printer import qr
from printer.lettering import runs_backwards

A4 = (210.0, 297.0)             # mm
SMALLEST = (50.0, 30.0)         # mm: below it the codes get too small to be read
PADDING = 2.5                   # mm that stay white at each edge: label sheets are never drawn in quite straight
BARS, CODE_LINE = 8.0, 4.0      # mm, heights of the bars and of the code under them
THINNEST, WIDEST = 0.19, 0.33   # mm of one module of Code 128 (GS1 General Specifications 5.12: X-dimension 0.25 to 0.5; laser prints less)
BARS_QUIET = 10                 # modules of white on each side (ISO/IEC 15417)
PIXEL = 25.4 / 96               # mm of one CSS pixel


@dataclass(frozen=True)
class Sheet:
    """Where labels stand on an A4 sheet: `width`, `height` of one, `left`, `top` margins, gaps between; all in mm."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_x: float = 0.0
    gap_y: float = 0.0

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """The upper left corner, in mm, of label `number` (from 0) of a sheet, row after row."""
        row, column = divmod(number, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)


# by the name under which they are sold: Tom & Jerry 121 (centred), Avery L7160 and its like, 70 × 37 without margins
LAYOUTS = {"2x5": Sheet(2, 5, 99, 57, 4.5, 6, 3), "3x7": Sheet(3, 7, 63.5, 38.1, 7.25, 15.15, 2.5), "3x8": Sheet(3, 8, 70, 37, 0, 0.5)}


@dataclass(frozen=True)
class Label:
    code: str
    title: str
    call_number: str = ""
    shelf: str = ""


def check(sheet: Sheet) -> Sheet:
    """The sheet, when such labels fit on A4 and their codes on them. Raises Refused with a sentence for each number that is wrong."""
    wrong = {field.name: t("This cannot be less than nothing.") for field in fields(sheet) if getattr(sheet, field.name) < 0}
    for name in ("columns", "rows"):
        if not 1 <= getattr(sheet, name) <= 20:
            wrong[name] = t("Write a number from 1 to 20.")
    for name, smallest in zip(("width", "height"), SMALLEST, strict=True):
        if getattr(sheet, name) < smallest:
            wrong[name] = t("A label is at least 50 mm wide and 30 mm high: its codes need the room.")
    if not wrong:
        right, bottom = (corner + size for corner, size in zip(sheet.place(sheet.count - 1), (sheet.width, sheet.height), strict=True))
        for name, end, edge in (("width", right, A4[0]), ("height", bottom, A4[1])):
            if end > edge + 0.05:
                wrong[name] = t("These labels do not fit on an A4 sheet (210 × 297 mm): margins, sizes and gaps are too large together.")
    if wrong:
        raise Refused(t("Such a sheet of labels cannot be printed."), t("Correct the marked fields."), fields=wrong)
    return sheet


def has_bars(code: str, sheet: Sheet) -> bool:
    """Whether the code's bars fit on such a label; a longer one, or one beyond ASCII, has its QR code only."""
    modules = _modules(code)
    return bool(modules) and _module(modules, sheet) >= THINNEST


def sheets(labels: Sequence[Label], sheet: Sheet, first: int = 1) -> list[str]:
    """Each sheet as an element `<section class="labels">`; the first label stands at place `first` (from 1) of the first sheet."""
    places = [None] * (first - 1) + list(labels)
    return ['<section class="labels">' + "".join(_label(label, number, sheet) for number, label in enumerate(places[at:at + sheet.count])
                                                 if label) + "</section>"
            for at in range(0, len(places), sheet.count)]


def style(sheet: Sheet) -> str:
    """How the sheets look: places in mm. For a page's style element; the PDF adds nothing but its letters."""
    side, larger = _qr_side(sheet), min(1.5, max(1.0, sheet.height / 38))  # letters grow with the label
    line = 3.1 * larger
    lines = max(1, int((side - 2.7 * line) / line))
    quiet = max(0.0, PADDING - 0.1 * side)  # the white around the code is part of the label's own
    places = "".join(f".at{n} {{ left: {x:.2f}mm; top: {y:.2f}mm }}" for n, (x, y) in enumerate(map(sheet.place, range(sheet.count))))
    return f"""
.labels {{ position: relative; width: {A4[0]}mm; height: {A4[1]}mm; overflow: hidden; break-after: page; background: #fff; color: #000;
  font: 600 {7.5 * larger:.2f}pt/{line:.2f}mm "Plus Jakarta Sans", "DejaVu Sans", "Droid Sans Fallback", sans-serif; }}
.label {{ position: absolute; width: {sheet.width}mm; height: {sheet.height}mm; overflow: hidden; }}
.label p {{ margin: 0; }}
.label .qr-code {{ position: absolute; left: {quiet:.2f}mm; top: {quiet:.2f}mm; width: {side:.2f}mm; height: {side:.2f}mm; }}
.label .words {{ position: absolute; left: {quiet + side:.2f}mm; right: {PADDING}mm; top: {PADDING}mm; height: {side:.2f}mm;
  overflow: hidden; }}
.label .call, .label .shelf, .label .code {{ font-weight: 800; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.label .call {{ font-size: 1.45em; line-height: {1.5 * line:.2f}mm; }}
.label .shelf {{ line-height: {1.2 * line:.2f}mm; }}
.label .title {{ overflow: hidden; overflow-wrap: anywhere; max-lines: {lines}; block-ellipsis: auto;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: {lines}; }}
.label .bars {{ position: absolute; left: 0; bottom: {PADDING + CODE_LINE}mm; height: {BARS}mm; }}
.label .code {{ position: absolute; left: {PADDING}mm; right: {PADDING}mm; bottom: {PADDING}mm; font-size: 9pt; line-height: {CODE_LINE}mm;
  letter-spacing: .04em; }}
{places}"""


def document(labels: Sequence[Label], sheet: Sheet, first: int, font: str) -> str:
    """Everything as one HTML document to be typeset; `font` is the @font-face of the letters."""
    return (f'<!doctype html><html lang="id"><meta charset="utf-8"><title>Label</title><style>{font} @page {{ size: A4; margin: 0 }} '
            f"body {{ margin: 0 }} {style(sheet)}</style><body>{''.join(sheets(labels, sheet, first))}</body></html>")


def _label(label: Label, number: int, sheet: Sheet) -> str:
    return (f'<div class="label at{number}"><div class="qr-code">{qr.svg(label.code)}</div><div class="words">'
            f'{_words("call", label.call_number)}{_words("shelf", label.shelf)}{_words("title", label.title)}</div>'
            f'{_bars(label.code, sheet)}{_words("code", label.code)}</div>')


def _words(name: str, text: str) -> str:
    text = clean(text, 300)
    direction = ' dir="rtl"' if runs_backwards(text) else ""
    return f'<p class="{name}"{direction}>{escape(text)}</p>' if text else ""


def _qr_side(sheet: Sheet) -> float:
    """mm: what height the bars and the code leave, and not more than four tenths of the width."""
    return min(sheet.height - 2 * PADDING - BARS - CODE_LINE - 0.5, 0.4 * sheet.width, 34)


def _bars(code: str, sheet: Sheet) -> str:
    modules = _modules(code)
    if not has_bars(code, sheet):
        return ""
    wide, row = len(modules) + 2 * BARS_QUIET, [False] * BARS_QUIET + [bar == "1" for bar in modules]
    return (f'<svg class="bars" viewBox="0 0 {wide} 1" width="{wide * _module(modules, sheet):.2f}mm" height="{BARS}mm" '
            f'preserveAspectRatio="none" shape-rendering="crispEdges"><path d="{qr.path([row])}"/></svg>')


def _module(modules: str, sheet: Sheet) -> float:
    return min(WIDEST, (sheet.width - PADDING) / (len(modules) + 2 * BARS_QUIET))


def _modules(code: str) -> str:
    """The Code 128 symbol, 1 for a dark module; empty where it has no such characters."""
    from barcode.codex import Code128
    from barcode.errors import BarcodeError

    try:
        return Code128(code).build()[0]
    except BarcodeError:
        return ""
