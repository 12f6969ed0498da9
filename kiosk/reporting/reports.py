"""What happened in the library: a day in numbers, its day book, and the lines of the guest book one by one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.clock import start_of, today
from foundation.office import office
from foundation.text import clean
from kiosk.borrowing.lending import WHOLE
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import Loan, LoanItem, Outcome, Reading
from kiosk.ledger.visits import Category, Visit

MOST_EXPORTED = 100_000  # lines of the guest book in one file: three years of a busy library


@dataclass(frozen=True)
class Counts:
    guests: int
    people: int
    lent: int
    returned: int
    read: int


def counts(session: Session, day: date | None = None) -> Counts:
    """Today's numbers, or those of `day`; guests are lines of the guest book, people the heads they speak for."""
    zone = office(session).time_zone
    day = day or today(zone)
    first, last = start_of(day, zone), start_of(day + timedelta(1), zone)
    guests, people = session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Visit.people), 0))
                                     .where(Visit.day == day, Visit.signed_at.is_not(None))).one()

    def items(moment: sa.ColumnElement, *conditions: sa.ColumnElement) -> int:
        return session.scalar(sa.select(sa.func.count(LoanItem.id)).join(Loan).where(moment >= first, moment < last, *conditions)) or 0
    return Counts(guests, people, items(Loan.handed_over_at), items(LoanItem.closed_at, LoanItem.outcome == Outcome.RETURNED),
                  session.scalar(sa.select(sa.func.count()).where(Reading.day == day)) or 0)


@dataclass(frozen=True)
class DayBook:
    """One day of the guest book with everything lent, taken back and read on it."""

    day: date
    visits: list[Visit]
    loans: list[Loan]
    returned: list[LoanItem]
    readings: list[Reading]
    counts: Counts

    @property
    def categories(self) -> Counter:
        """How many lines of the guest book each category has."""
        return Counter(visit.category for visit in self.visits if visit.category)


def day_book(session: Session, day: date) -> DayBook:
    """The guest book of `day` (the office's calendar day) in the order people came, and what went out and came back."""
    zone = office(session).time_zone
    first, last = start_of(day, zone), start_of(day + timedelta(1), zone)
    visits = session.scalars(sa.select(Visit).where(Visit.day == day, Visit.signed_at.is_not(None)).order_by(Visit.arrived_at, Visit.id))
    loans = session.scalars(sa.select(Loan).where(Loan.handed_over_at >= first, Loan.handed_over_at < last)
                            .order_by(Loan.number).options(*WHOLE))
    returned = session.scalars(sa.select(LoanItem).where(
        LoanItem.outcome == Outcome.RETURNED, LoanItem.closed_at >= first, LoanItem.closed_at < last).order_by(LoanItem.closed_at)
        .options(joinedload(LoanItem.loan).joinedload(Loan.visit), joinedload(LoanItem.copy).joinedload(Copy.title)))
    readings = session.scalars(sa.select(Reading).where(Reading.day == day).order_by(Reading.began_at)
                               .options(joinedload(Reading.copy).joinedload(Copy.title)))
    return DayBook(day, list(visits), list(loans), list(returned), list(readings), counts(session, day))


@dataclass(frozen=True)
class Wanted:
    """Which lines of the guest book: those of the days `first` to `last`, both included, of a category, with words of an institution."""

    first: date
    last: date
    category: Category | None = None
    institution: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], today: date) -> "Wanted":
        """What an address asks for; days that are none, or in the wrong order, are those of this month."""
        def day(name: str, usual: date) -> date:
            try:
                return date.fromisoformat(asked.get(name, ""))
            except ValueError:
                return usual
        first, last = day("first", today.replace(day=1)), day("last", today)
        category = Category(asked["category"]) if asked.get("category") in list(Category) else None
        return cls(min(first, last), max(first, last), category, clean(asked.get("institution"), 120))

    def asked(self) -> dict[str, str]:
        """As an address asks for it."""
        said = {"first": self.first.isoformat(), "last": self.last.isoformat(), "category": self.category or "",
                "institution": self.institution}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Visits:
    """Some of the lines that were wanted, the earliest first; `total` is how many there are, `people` for how many they speak."""

    total: int
    people: int
    visits: list[Visit]


def visits(session: Session, wanted: Wanted, most: int, skip: int = 0) -> Visits:
    which = [Visit.day.between(wanted.first, wanted.last), Visit.signed_at.is_not(None)]
    if wanted.category:
        which.append(Visit.category == wanted.category)
    which += [Visit.institution.icontains(word, autoescape=True) for word in wanted.institution.split()]
    total, people = session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Visit.people), 0)).where(*which)).one()
    found = session.scalars(sa.select(Visit).where(*which).order_by(Visit.day, Visit.arrived_at, Visit.id).limit(most).offset(skip))
    return Visits(total, people, list(found))
