"""Days, as people write them in a form."""

import re
from datetime import date

from foundation.text import t
from scanner.legal.anatomy import MONTHS
from scanner.legal.products import FIRST_YEAR, LAST_YEAR

A_DATE = t("Write day, month and year, such as 17-8-2026 or 17 August 2026.")
_ENGLISH = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_DAY_FIRST = re.compile(r"(?:\w+, *)?(\d{1,2})[ ./-]+(\d{1,2}|[a-z]{3,})[ ./-]+(\d{4})")  # a day of the week may stand before it
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")


def read_day(written: str) -> date | None:
    """The day in `written`: 2026-08-17, 17-8-2026 (also with dots, strokes or spaces), 17 Agustus 2026; None where nothing is written.

    Raises ValueError for what is no day.
    """
    written = written.strip().casefold()
    if not written:
        return None
    if told := _YEAR_FIRST.fullmatch(written):
        found = date(*map(int, told.groups()))
    elif told := _DAY_FIRST.fullmatch(written):
        found = date(int(told[3]), int(told[2]) if told[2].isdecimal() else _month(told[2]), int(told[1]))
    else:
        found = date.fromisoformat(written)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(found)
    return found


def _month(said: str) -> int:
    """From 1 to 12, by its name or the beginning of it; 0 for another word."""
    return next((at for names in (MONTHS, _ENGLISH) for at, name in enumerate(names, start=1) if name.startswith(said)), 0)
