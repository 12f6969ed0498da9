"""What people write into a cell or a field, as values: a line, a year, a day, one of several words."""

import re
from datetime import date, datetime

from foundation.text import clean, t

MONTHS = ("januari", "februari", "maret", "april", "mei", "juni",
          "juli", "agustus", "september", "oktober", "november", "desember")


class Unusable(Exception):
    """A cell cannot be used; the reason is a sentence marked with t()."""

    def __init__(self, reason: str, **details: object):
        super().__init__(reason)
        self.reason, self.details = reason, details


def read_line(raw: str, longest: int) -> str:
    """Raises Unusable, as all here, for what it is not."""
    cleaned = clean(raw, longest + 1)
    if len(cleaned) > longest:
        raise Unusable(t("This is too long: at most %(most)s characters."), most=longest)
    return cleaned


def read_year(raw: str, until: date) -> int | None:
    """None for nothing or a dash; not later than `until`."""
    text = clean(raw, 20)
    if text in ("", "-"):
        return None
    if not re.fullmatch("[0-9]{4}", text) or not 1700 <= int(text) <= until.year:
        raise Unusable(t("This is not a year, or it has not come yet."))
    return int(text)


def read_day(raw: str, until: date) -> date | None:
    """A day in one of the forms people write; None for nothing or a dash; not later than `until`."""
    text = clean(raw, 40).casefold()
    if text in ("", "-"):
        return None
    for number, month in enumerate(MONTHS, 1):
        text = text.replace(f" {month} ", f"/{number}/")
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
        if day.year < 1700 or day > until:
            raise Unusable(t("This day has not come yet, or lies too far back."))
        return day
    raise Unusable(t("This is not a date such as 21/05/2019, 2019-05-21 or 21 Mei 2019."))


def read_one_of(raw: str, words: dict[str, bool | None], otherwise: str) -> bool | None:
    """What `words` says of the word; `otherwise` is the sentence for another one."""
    word = clean(raw, 40).casefold()
    if word not in words:
        raise Unusable(otherwise)
    return words[word]
