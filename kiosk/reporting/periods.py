"""The time that a report is about: a month, a quarter, half a year, a year, or several years (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_YEARS = 30
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_FORMS = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d\d)|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<until>\d{4})))?")


class Span(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half-year"
    YEAR = "year"
    YEARS = "years"


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """From the day `first` to the day `last`, both included."""

    span: Span
    first: date
    last: date

    @property
    def key(self) -> str:
        """How addresses call it: 2026-03, 2026-Q1, 2026-H1, 2026, 2017-2026."""
        year, month = self.first.year, self.first.month
        return {Span.MONTH: f"{year:04}-{month:02}", Span.QUARTER: f"{year:04}-Q{(month + 2) // 3}",
                Span.HALF: f"{year:04}-H{(month + 5) // 6}", Span.YEAR: f"{year:04}",
                Span.YEARS: f"{year:04}-{self.last.year:04}"}[self.span]

    @property
    def number(self) -> int:
        """Which quarter or half of its year it is."""
        return (self.first.month - 1) // MONTHS.get(self.span, 12) + 1

    @property
    def by(self) -> Span | None:
        """What its rows are: months, or years where it has several; None: its days."""
        return {Span.MONTH: None, Span.YEARS: Span.YEAR}.get(self.span, Span.MONTH)

    def rows(self) -> Iterator[date]:
        """The first day of each of its rows."""
        day = self.first
        while day <= self.last:
            yield day
            day = day + timedelta(1) if self.by is None else _months_on(day, MONTHS[self.by])

    def moved(self, by: int) -> "Period":
        """The period as long as this one that lies so many of them later, or earlier."""
        months = MONTHS.get(self.span, 12 * (self.last.year - self.first.year + 1))
        return _of(self.span, _months_on(self.first, by * months), months)


def read(key: str) -> Period | None:
    """The period that an address calls so; None where it is none."""
    found = _FORMS.fullmatch(key)
    if not found or not _FIRST_YEAR <= (year := int(found["year"])) <= _LAST_YEAR:
        return None
    if found["month"]:
        return _of(Span.MONTH, date(year, int(found["month"]), 1), 1) if 1 <= int(found["month"]) <= 12 else None
    if found["quarter"]:
        return _of(Span.QUARTER, date(year, int(found["quarter"]) * 3 - 2, 1), 3)
    if found["half"]:
        return _of(Span.HALF, date(year, int(found["half"]) * 6 - 5, 1), 6)
    if found["until"]:
        years = int(found["until"]) - year + 1
        return _of(Span.YEARS, date(year, 1, 1), 12 * years) if 2 <= years <= MOST_YEARS else None
    return _of(Span.YEAR, date(year, 1, 1), 12)


def around(day: date, span: Span, years: int = 10) -> Period:
    """The period of that span which `day` lies in; of several years the one that ends with its year."""
    if span is Span.YEARS:
        return _of(span, date(day.year - years + 1, 1, 1), 12 * years)
    months = MONTHS[span]
    return _of(span, date(day.year, (day.month - 1) // months * months + 1, 1), months)


def _of(span: Span, first: date, months: int) -> Period:
    return Period(span, first, _months_on(first, months) - timedelta(1))


def _months_on(first: date, months: int) -> date:
    """The first day of the month so many months after that of `first`."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
