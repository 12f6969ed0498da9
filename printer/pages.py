"""A receipt as HTML, for offices without a receipt printer: the same parts, in the reader's own letters."""

import re
from html import escape
from itertools import groupby

from foundation.text import clean
from printer import qr
from printer.layout import kawung
from printer.lettering import runs_backwards
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, Part, QrCode, Receipt, Rule, Signature, Title

BAND = 192      # pixels of kawung across the page
LONGEST = 1000  # characters of one part
_NUMBER = re.compile(r"(?<!\S)(?=\S{2,24}(?!\S))\S+-\S+")  # a code or number of a document is not broken at its hyphens


def markup(receipt: Receipt, language: str, width_mm: int) -> str:
    """The receipt as one element `<article class="receipt">`, in `language`, for paper 58 or 80 mm wide; its look is receipt.css.

    What people wrote is escaped, without what cannot be seen (a bidi override), and runs in the direction of its letters.
    """
    parts = "".join("<dl>" + "".join(map(_html, run)) + "</dl>" if pairs else "".join(map(_html, run))
                    for pairs, run in groupby(receipt.parts, lambda part: isinstance(part, Pair)))
    return f'<article class="receipt receipt--{width_mm}" lang="{escape(language)}">{parts}</article>'


def _html(part: Part) -> str:
    match part:
        case Band():
            row = qr.path(kawung(BAND))
            return f'<svg class="kawung" viewBox="0 0 {BAND} 16" aria-hidden="true"><path d="{row}"/></svg>'
        case Heading(text):
            return _element("h2", "", text)
        case Title(text):
            return _element("h3", "", text)
        case Big(text):
            return _element("p", "big" if len(text) <= 8 else "big is-long", text)
        case Line(text, bold, center):
            return _element("p", " ".join(name for name, on in (("bold", bold), ("center", center)) if on), text)
        case Inverse(text):
            return _element("p", "inverse", text)
        case Pair(label, value):
            return f"<div>{_element('dt', '', label)}{_element('dd', '', value)}</div>"
        case Emphasis(label, text):
            return f"<div class=\"due\">{_element('p', 'center', label)}{_element('p', 'center bold', text)}</div>"
        case QrCode(text):
            return f'<div class="qr-code" aria-hidden="true">{qr.svg(text)}</div>'
        case Rule():
            return "<hr>"
        case Signature(name):
            return f'<div class="signature">{_element("p", "", name)}</div>'


def _element(name: str, classes: str, text: str) -> str:
    text = clean(text, LONGEST)
    direction = ' dir="rtl"' if runs_backwards(text) else ""
    words = _NUMBER.sub(r'<span class="whole">\g<0></span>', escape(text))
    look = f' class="{classes}"' if classes else ""
    return f"<{name}{look}{direction}>{words}</{name}>"
