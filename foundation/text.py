"""Marks sentences for translation, translates them for paper and screen alike, and cleans what people type."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

CATALOGUES = Path(__file__).with_name("translations")
LANGUAGES = ("id", "en")

# control characters, zero-width and direction marks: they do nothing for a name and harm a list, a log or a printer
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def t(sentence: str) -> str:
    """Mark `sentence` for translation; it is translated where it is shown."""
    return sentence


@cache
def _catalogue(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    sentences: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            sentences |= {m.id: m.string for m in read_po(file) if m.id and m.string and not m.fuzzy}
    return sentences


@cache
def translator(language: str) -> Callable[[str], str]:
    """The function that says a marked sentence in `language`; an unknown sentence is said as it is written (English)."""
    sentences = _catalogue(language)
    return lambda sentence: sentences.get(sentence, sentence)


LONG, PLAIN, SHORT, WEEKDAY = "EEEE, d MMMM y", "d MMMM y", "d MMM y", "EEEE"  # Rabu, 23 Juni 2027 · 23 Juni 2027 · 23 Jun 2027 · Rabu


@lru_cache(4096)
def written(day: date, language: str, pattern: str = LONG) -> str:
    """`day` as people write it in `language`, by one of the patterns above."""
    from babel.dates import format_date

    return format_date(day, pattern, language)


def clean(text: str | None, longest: int) -> str:
    """`text` as one line without invisible characters, spaces folded, at most `longest` characters."""
    if not text:
        return ""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text[: longest * 8]))
    return " ".join(plain.split())[:longest].rstrip()
