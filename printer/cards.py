"""Members' cards in the format of a bank card (ISO/IEC 7810 ID-1), as HTML to be typeset: one by itself, or ten on an A4 sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from foundation.text import clean
from printer import qr
from printer.labels import A4
from printer.layout import kawung
from printer.lettering import runs_backwards

WIDTH, HEIGHT = 85.6, 53.98     # mm, ISO/IEC 7810 ID-1
COLUMNS, ROWS = 2, 5
LEFT, TOP = (A4[0] - COLUMNS * WIDTH) / 2, (A4[1] - ROWS * HEIGHT) / 2
BAND = 384                      # pixels of kawung across the card


@dataclass(frozen=True)
class Card:
    library: str
    heading: str
    name: str
    institution: str
    number: str
    until: str
    code: str


def document(cards: Sequence[Card], font: str) -> str:
    """One card fills a page of its own size, for a card printer; several stand on A4 sheets with lines to cut along.

    `font` is the @font-face of the letters.
    """
    alone = len(cards) == 1
    size = f"{WIDTH}mm {HEIGHT}mm" if alone else "A4"
    sheets = [cards[at:at + COLUMNS * ROWS] for at in range(0, len(cards), COLUMNS * ROWS)]
    body = _card(cards[0], "") if alone else "".join(
        f'<section>{"".join(_card(card, f" at{place}") for place, card in enumerate(sheet))}</section>' for sheet in sheets)
    return (f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(cards[0].heading)}</title>'
            f"<style>{font} @page {{ size: {size}; margin: 0 }} {_STYLE}</style><body>{body}</body></html>")


def _card(card: Card, place: str) -> str:
    return (f'<div class="card{place}"><div class="head"><p class="library">{_text(card.library)}</p><p>{_text(card.heading)}</p></div>'
            f'<svg class="kawung" viewBox="0 0 {BAND} 16" preserveAspectRatio="none"><path d="{qr.path(kawung(BAND))}"/></svg>'
            f'<div class="qr-code">{qr.svg(card.code)}</div><div class="who"><p class="name">{_text(card.name)}</p>'
            f'<p class="institution">{_text(card.institution)}</p></div>'
            f'<div class="foot"><p class="number">{_text(card.number)}</p><p>{_text(card.until)}</p></div></div>')


def _text(text: str) -> str:
    text = clean(text, 200)
    return f'<span dir="rtl">{escape(text)}</span>' if runs_backwards(text) else escape(text)


_PLACES = "".join(f".at{n} {{ left: {LEFT + n % COLUMNS * WIDTH:.2f}mm; top: {TOP + n // COLUMNS * HEIGHT:.2f}mm }}"
                  for n in range(COLUMNS * ROWS))
_STYLE = f"""
body {{ margin: 0 }}
section {{ position: relative; width: {A4[0]}mm; height: {A4[1]}mm; overflow: hidden; break-after: page }}
section .card {{ position: absolute; outline: .1mm dashed #888; outline-offset: -.05mm }}
.card {{ position: relative; width: {WIDTH}mm; height: {HEIGHT}mm; overflow: hidden; background: #fff; color: #000;
  font: 500 7.5pt/3.3mm "Plus Jakarta Sans", "DejaVu Sans", "Droid Sans Fallback", sans-serif }}
.card p {{ margin: 0; overflow-wrap: anywhere }}
.head {{ position: absolute; left: 5mm; right: 5mm; top: 3.5mm; height: 8.5mm; overflow: hidden }}
.library {{ font-weight: 800; font-size: 8.5pt; line-height: 3.6mm; max-lines: 2; block-ellipsis: auto }}
.kawung {{ position: absolute; left: 5mm; top: 12.5mm; width: 75.6mm; height: 2.6mm }}
.card .qr-code {{ position: absolute; right: 3.5mm; bottom: 3.5mm; width: 32mm; height: 32mm }}
.who {{ position: absolute; left: 5mm; right: 39mm; top: 17.5mm; height: 21.4mm; overflow: hidden }}
.institution {{ max-lines: 2; block-ellipsis: auto }}
.name {{ font-weight: 800; font-size: 11pt; line-height: 4.6mm; max-lines: 3; block-ellipsis: auto; margin-bottom: .8mm !important }}
.foot {{ position: absolute; left: 5mm; right: 39mm; bottom: 4.5mm }}
.number {{ font-weight: 800; font-size: 13pt; line-height: 5.4mm; letter-spacing: .06em }}
{_PLACES}"""
