"""A period in numbers, each table with its total: visits, loans, what was read and lent, when people came, how they liked it; read-only."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import local, now, start_of, today
from foundation.office import office
from foundation.text import t
from kiosk.ledger.collection import Copy, Title
from kiosk.ledger.loans import Loan, LoanItem, Outcome, Reading
from kiosk.ledger.visits import Category, Purpose, Rating, Visit, unique_visitors
from kiosk.reporting.periods import MONTHS, Period

TOP = 15  # institutions and titles that are named; all others are one row
Label = date | StrEnum | int | str
Row = tuple[Label, tuple[int, ...]]


class About(StrEnum):
    """What a table counts."""

    VISITS = "visits"
    LOANS = "loans"
    PURPOSES = "purposes"
    INSTITUTIONS = "institutions"
    WEEKDAYS = "weekdays"
    HOURS = "hours"
    LENT = "lent"
    READ = "read"
    RATINGS = "ratings"


class Rest(StrEnum):
    """The row of all that are not named."""

    OTHERS = "all others"


@dataclass(frozen=True)
class Table:
    """Counts. `columns` are the words over them; a row begins with its day, its hour, its weekday (0 is Monday), its score, a word of an
    Enum, or the name of an institution or a title."""

    about: About
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def total(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(sum(counts[x] for _, counts in self.rows) for x in range(len(self.columns)))


@dataclass(frozen=True)
class Recap:
    """`overdue` are copies that were late when the period ended (or are now, where it has not); `rating` is the mean of the one-tap
    ratings, 1 to 4."""

    period: Period
    overdue: int
    rating: Fraction | None
    tables: Mapping[About, Table]


def recap(session: Session, period: Period) -> Recap:
    """Everything about `period`, in the office's time zone. Who was forgotten since is still counted: no name is looked at."""
    zone = office(session).time_zone
    ratings = _ratings(session, period)
    given = ratings.total[0]
    tables = (_visits(session, period, today(zone)), _loans(session, period, zone), _purposes(session, period),
              _institutions(session, period), _weekdays(session, period), _hours(session, period, zone),
              _titles(session, period, zone, About.LENT), _titles(session, period, zone, About.READ), ratings)
    return Recap(period, _overdue(session, period, zone),
                 Fraction(sum(score * count for score, (count,) in ratings.rows), given) if given else None,  # type: ignore[operator]
                 {table.about: table for table in tables})


# --- visits ------------------------------------------------------------------------------------------------------------------------


def _signed(period: Period) -> sa.ColumnElement[bool]:
    """The lines of the guest book in it."""
    return Visit.day.between(period.first, period.last) & Visit.signed_at.is_not(None)


def _visits(session: Session, period: Period, until: date) -> Table:
    """By category; then all of them, the people they speak for, and the different visitors, each counted once in each month."""
    categories = list(Category)
    columns = {category: place for place, category in enumerate(categories)}
    rows = _empty(period, until, len(categories) + 3)
    for day, category, visits, people, different in session.execute(
            sa.select(Visit.day, Visit.category, sa.func.count(), sa.func.sum(Visit.people), unique_visitors())
            .where(_signed(period)).group_by(Visit.day, Visit.category)):
        row = rows.setdefault(_row_of(period, day), [0] * (len(categories) + 3))
        for place, count in ((columns[category or Category.OTHER], visits), (-3, visits), (-2, people), (-1, different)):
            row[place] += count
    return _table(About.VISITS, (*categories, t("Visits"), t("People"), t("Different visitors")), rows)


def _empty(period: Period, until: date, columns: int) -> dict[date, list[int]]:
    """A row of zeros for each that has begun by now."""
    return {first: [0] * columns for first in period.rows() if first <= until}


def _row_of(period: Period, day: date) -> date:
    """The first day of the row that `day` belongs to."""
    if period.by is None:
        return day
    return day.replace(day=1) if MONTHS[period.by] == 1 else day.replace(month=1, day=1)


def _table(about: About, columns: Iterable[str], rows: Mapping[date, list[int]]) -> Table:
    return Table(about, tuple(columns), tuple((first, tuple(rows[first])) for first in sorted(rows)))


def _purposes(session: Session, period: Period) -> Table:
    counts: dict = dict(session.execute(sa.select(Visit.purpose, sa.func.count()).where(_signed(period)).group_by(Visit.purpose)).all())
    counts[Purpose.OTHER] = counts.get(Purpose.OTHER, 0) + counts.pop(None, 0)
    return Table(About.PURPOSES, (t("Visits"),), tuple((purpose, (counts.get(purpose, 0),)) for purpose in Purpose))


def _institutions(session: Session, period: Period) -> Table:
    counted = session.execute(sa.select(Visit.institution, sa.func.count(), sa.func.sum(Visit.people)).where(_signed(period))
                              .group_by(Visit.institution).order_by(sa.func.count().desc(), Visit.institution)).all()
    named: list[Row] = [(name or "–", (visits, people)) for name, visits, people in counted[:TOP]]
    rest = counted[TOP:]
    if rest:
        named.append((Rest.OTHERS, (sum(visits for _, visits, _ in rest), sum(people for *_, people in rest))))
    return Table(About.INSTITUTIONS, (t("Visits"), t("People")), tuple(named))


def _weekdays(session: Session, period: Period) -> Table:
    counts: Counter[int] = Counter()
    for day, visits in session.execute(sa.select(Visit.day, sa.func.count()).where(_signed(period)).group_by(Visit.day)):
        counts[day.weekday()] += visits
    return Table(About.WEEKDAYS, (t("Visits"),), tuple((weekday, (counts[weekday],)) for weekday in range(7)))


def _hours(session: Session, period: Period, zone: str) -> Table:
    hour = _local(session, Visit.arrived_at, zone, "hour")
    counts = {int(number): visits for number, visits in
              session.execute(sa.select(hour, sa.func.count()).where(_signed(period)).group_by(hour))}
    between = range(min(counts), max(counts) + 1) if counts else range(0)
    return Table(About.HOURS, (t("Visits"),), tuple((number, (counts.get(number, 0),)) for number in between))


def _local(session: Session, moment: sa.ColumnElement[datetime], zone: str, part: str) -> sa.ColumnElement:
    """The "day" or the "hour" of `moment` as the clock in `zone` shows it; SQLite knows no zones, and those of an office (WIB, WITA, WIT)
    know no summer time."""
    if session.get_bind().dialect.name == "postgresql":
        there = sa.func.timezone(_written_out(zone), moment)
        return sa.cast(there, sa.Date) if part == "day" else sa.extract("hour", there)
    ahead = _written_out(f"{local(now(), zone).utcoffset() // timedelta(minutes=1):+d} minutes")  # type: ignore[operator]
    return sa.func.date(moment, ahead, type_=sa.Date) if part == "day" else sa.func.strftime(_written_out("%H"), moment, ahead)


def _written_out(text: str) -> sa.ColumnElement[str]:
    """In the statement itself: what is grouped by must be the same expression as what is selected, to the last parameter."""
    return sa.bindparam(None, text, literal_execute=True)


# --- loans and readings ------------------------------------------------------------------------------------------------------------


def _loans(session: Session, period: Period, zone: str) -> Table:
    columns = (t("Slips"), t("Copies lent"), t("Copies returned"), t("Copies lost"), t("Read here"))
    rows = _empty(period, today(zone), len(columns))

    def add(column: int, day: sa.ColumnElement[date], source: sa.Select) -> None:
        for found, number in session.execute(source.add_columns(day, sa.func.count()).group_by(day)):
            rows.setdefault(_row_of(period, found), [0] * len(columns))[column] += number

    lent_on = _local(session, Loan.handed_over_at, zone, "day")
    closed_on = _local(session, LoanItem.closed_at, zone, "day")
    lent = sa.select().where(_within(Loan.handed_over_at, period, zone))
    ended = sa.select().where(_within(LoanItem.closed_at, period, zone))
    add(0, lent_on, lent.select_from(Loan))
    add(1, lent_on, lent.select_from(LoanItem).join(Loan))
    add(2, closed_on, ended.select_from(LoanItem).where(LoanItem.outcome == Outcome.RETURNED))
    add(3, closed_on, ended.select_from(LoanItem).where(LoanItem.outcome == Outcome.LOST))
    add(4, Reading.day, sa.select().where(Reading.day.between(period.first, period.last)))
    return _table(About.LOANS, columns, rows)


def _within(moment: sa.ColumnElement[datetime], period: Period, zone: str) -> sa.ColumnElement[bool]:
    return (moment >= start_of(period.first, zone)) & (moment < _end(period, zone))


def _end(period: Period, zone: str) -> datetime:
    """The first moment after it."""
    return start_of(period.last + timedelta(1), zone)


def _overdue(session: Session, period: Period, zone: str) -> int:
    """By the due dates as they are now: a renewal or a change of the calendar moves them. Of what has not begun nothing is known."""
    if now() < start_of(period.first, zone):
        return 0
    moment = min(_end(period, zone), now())
    was_out = (Loan.handed_over_at < moment) & sa.or_(LoanItem.closed_at.is_(None), LoanItem.closed_at >= moment)
    return session.scalar(sa.select(sa.func.count(LoanItem.id)).join(Loan).where(was_out, Loan.due_at < moment)) or 0


def _titles(session: Session, period: Period, zone: str, about: About) -> Table:
    """The titles that were lent or read most."""
    if about is About.LENT:
        source = sa.select(Copy.title_id, sa.func.count().label("times")).select_from(LoanItem).join(Loan).join(
            Copy, LoanItem.copy_id == Copy.id).where(_within(Loan.handed_over_at, period, zone))
    else:
        source = sa.select(Copy.title_id, sa.func.count().label("times")).select_from(Reading).join(Copy).where(
            Reading.day.between(period.first, period.last))
    counted = source.group_by(Copy.title_id).subquery()
    whole = session.scalar(sa.select(sa.func.sum(counted.c.times))) or 0
    most = session.execute(sa.select(Title.title, counted.c.times).join(counted, counted.c.title_id == Title.id)
                           .order_by(counted.c.times.desc(), Title.title, Title.id).limit(TOP)).all()
    rows: list[Row] = [(title, (times,)) for title, times in most]
    if rest := int(whole) - sum(times for _, times in most):
        rows.append((Rest.OTHERS, (rest,)))
    return Table(about, (t("Times"),), tuple(rows))


# --- satisfaction ------------------------------------------------------------------------------------------------------------------


def _ratings(session: Session, period: Period) -> Table:
    counts: dict = dict(session.execute(sa.select(Rating.score, sa.func.count()).where(Rating.day.between(period.first, period.last))
                                  .group_by(Rating.score)).all())
    return Table(About.RATINGS, (t("Ratings"),), tuple((score, (counts.get(score, 0),)) for score in (4, 3, 2, 1)))
