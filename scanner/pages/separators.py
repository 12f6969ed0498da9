"""Separator sheets: printed between the documents of a stack, each with a code that says where the next one begins."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from printer import qr

_CODE = re.compile(r"loket:separator:([0-9]{1,9})")


@dataclass(frozen=True)
class Separator:
    """The pages after it are of this product; 0: of none in particular."""

    product_id: int


@dataclass(frozen=True)
class Sheet:
    """What is printed large on a separator sheet, in the reader's language; `product_id` as in Separator."""

    product_id: int
    heading: str
    title: str
    hint: str


def code(product_id: int) -> str:
    """The text of the code on a separator sheet."""
    return f"loket:separator:{product_id}"


def read(codes: Iterable[str]) -> Separator | None:
    """The separator among the texts of the codes on a page; None when there is none."""
    found = (_CODE.fullmatch(text) for text in codes)
    return next((Separator(int(match[1])) for match in found if match), None)


STYLE = """
.separator { box-sizing: border-box; width: 210mm; height: 296mm; padding: 22mm 20mm; break-after: page; position: relative;
  overflow: hidden;
  background: #fff; color: #000; font: 600 14pt/1.4 "Plus Jakarta Sans", "DejaVu Sans", sans-serif; text-align: center; }
.separator p, .separator h2 { margin: 0 0 6mm; overflow-wrap: anywhere; }
.separator h2 { font-size: 30pt; line-height: 1.15; }
.separator .title { font-size: 15pt; max-height: 42mm; overflow: hidden; }
.separator .qr-code { width: 70mm; height: 70mm; margin: 12mm auto; }
.separator .hint { position: absolute; left: 20mm; right: 20mm; bottom: 18mm; font-size: 11pt; font-weight: 500; }
.separator .bar { position: absolute; left: 0; right: 0; height: 9mm; background: #000; } .separator .bar:first-child { top: 6mm; }
.separator .bar:last-child { bottom: 6mm; }
"""


def sheets(wanted: Sequence[Sheet]) -> list[str]:
    """Each separator sheet as an element `<section class="separator">` of A4, whose look is STYLE."""
    return [f'<section class="separator"><div class="bar"></div><h2>{escape(sheet.heading)}</h2>'
            f'<p class="title">{escape(sheet.title)}</p><div class="qr-code">{qr.svg(code(sheet.product_id))}</div>'
            f'<p class="hint">{escape(sheet.hint)}</p><div class="bar"></div></section>'
            for sheet in wanted]


def document(wanted: Sequence[Sheet], language: str, font: str) -> str:
    """Everything as one HTML document to be typeset; `font` is the @font-face of the letters."""
    return (f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8"><title>{escape(wanted[0].heading)}</title>'
            f"<style>{font} @page {{ size: A4; margin: 0 }} body {{ margin: 0 }} {STYLE}</style>"
            f"<body>{''.join(sheets(wanted))}</body></html>")
