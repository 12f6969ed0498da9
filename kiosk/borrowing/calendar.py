"""When the office is open: opening hours, closed days, and the due dates that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from foundation.audit import record
from foundation.clock import end_of, local
from foundation.database import Model
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import clean, t
from kiosk.borrowing import notifying
from kiosk.ledger.loans import OUT, Loan

Hours = tuple[time, time]
LONGEST_CLOSURE = 366  # days; an office closed for longer has no due dates to give
LONGEST_REASON = 120  # characters
REASON_MISSING = t("Write why the office is closed, such as “Cuti bersama”.")


class OpeningDay(Model):
    """The hours of one weekday, 0 Monday to 6 Sunday, in the office's zone; a weekday without a row is closed."""

    __tablename__ = "opening_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(unique=True)
    opens: Mapped[time]
    closes: Mapped[time]


class ClosedDay(Model):
    """A day on which the office stays closed although its weekday is open: a holiday, cuti bersama, stock-taking."""

    __tablename__ = "closed_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON))


@dataclass(frozen=True)
class Span:
    """Closed days, one after the other, for one reason."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True)
class Calendar:
    """`opening` holds the hours of each open weekday, `closed` the reason of each closed day, `zone` an IANA name."""

    opening: Mapping[int, Hours]
    closed: Mapping[date, str]
    zone: str

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.opening and day not in self.closed

    def due_day(self, start: date, days: int) -> date:
        """The day to bring back what is lent on `start` for `days` days: a closed day moves it on to the next open one.

        Raises Refused when the office does not open for a year after that.
        """
        wanted = start + timedelta(days)
        for later in range(LONGEST_CLOSURE):
            if self.is_open(wanted + timedelta(later)):
                return wanted + timedelta(later)
        raise Refused(t("The office has no open day on which this could be due."), t("Set the opening days first."))

    def late_days(self, due: date, returned: date) -> int:
        """How many open days lie after `due`, up to and with `returned`; 0 when it came back in time."""
        return sum(self.is_open(due + timedelta(n)) for n in range(1, (returned - due).days + 1))

    def next_opening(self, moment: datetime) -> datetime | None:
        """When the doors open next after `moment`, in the office's zone; None when they stay closed for a year."""
        today = local(moment, self.zone).date()
        for day in (today + timedelta(n) for n in range(LONGEST_CLOSURE)):
            if self.is_open(day) and (opens := self._at(day, self.opening[day.weekday()][0])) > moment:
                return opens
        return None

    def closes_at(self, day: date) -> datetime | None:
        """Closing time of `day`, in the office's zone; None on a closed day."""
        return self._at(day, self.opening[day.weekday()][1]) if self.is_open(day) else None

    def spans(self) -> list[Span]:
        """The closed days in their order, those that follow each other for one reason as one."""
        spans: list[Span] = []
        for day, reason in sorted(self.closed.items()):
            before = spans[-1] if spans else None
            if before and before.reason == reason and day - before.last == timedelta(1):
                spans[-1] = Span(before.first, day, reason)
            else:
                spans.append(Span(day, day, reason))
        return spans

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.zone))


@dataclass(frozen=True)
class Moved:
    """A loan whose due date followed a change of the calendar."""

    loan_id: int
    was: date
    due: date


_WEEK, _CLOSED = sa.select(OpeningDay.weekday, OpeningDay.opens, OpeningDay.closes), sa.select(ClosedDay.day, ClosedDay.reason)


def load(session: Session) -> Calendar:
    week = session.execute(_WEEK)
    opening = {weekday: (opens, closes) for weekday, opens, closes in week}
    closed = dict(session.execute(_CLOSED).all())
    return Calendar(opening, closed, office(session).time_zone)


def seed_week(session: Session) -> None:
    """Monday to Friday, 08:00 to 16:00, where no opening hours are set yet."""
    if session.scalar(sa.select(sa.func.count(OpeningDay.id))) == 0:
        session.add_all(OpeningDay(weekday=weekday, opens=time(8), closes=time(16)) for weekday in range(5))
        session.flush()


def set_opening(session: Session, week: Mapping[int, Hours], by: Actor) -> list[Moved]:
    """Make `week` (weekday 0-6 -> opens, closes; the others are closed) the opening hours, and move open loans with them.

    Raises Refused when no day is open or a day closes before it opens; `fields` then names the weekday's number.
    """
    by.must_be(Role.ADMIN, Role.OFFICER)
    if not week or not set(week) <= set(range(7)):
        raise Refused(t("The office must be open on at least one weekday."), t("Choose the days on which it is open."),
                      status=422)
    wrong = {str(day): t("It closes before it opens.") for day, (opens, closes) in week.items() if opens >= closes}
    if wrong:
        raise Refused(t("The opening hours of a day do not fit together."), t("Correct the marked day."), fields=wrong)
    session.execute(sa.delete(OpeningDay))
    session.add_all(OpeningDay(weekday=day, opens=opens, closes=closes) for day, (opens, closes) in sorted(week.items()))
    record(session, by, "set opening hours", "calendar", week={str(day): f"{o:%H:%M}-{c:%H:%M}" for day, (o, c) in week.items()})
    return move_due_dates(session, by)


def close_days(session: Session, days: Mapping[date, str], by: Actor) -> list[Moved]:
    """Close the office on `days` (day -> reason), and move the loans due then; a day closed already keeps its reason.

    Raises Refused without any new day, or where a day has no reason; `fields` then names the day as YYYY-MM-DD.
    """
    by.must_be(Role.ADMIN, Role.OFFICER)
    closed = load(session).closed
    new = {day: clean(reason, LONGEST_REASON) for day, reason in sorted(days.items()) if day not in closed}
    if not new:
        raise Refused(t("There is no day to add: all of these are in the list of closed days already."), t("Choose another day."),
                      status=422)
    if unsaid := [day for day, reason in new.items() if not reason]:
        raise Refused(t("The reason is missing."), t("Correct the marked fields."),
                      fields={day.isoformat(): REASON_MISSING for day in unsaid})
    session.add_all(ClosedDay(day=day, reason=reason) for day, reason in new.items())
    record(session, by, "add closed day", "calendar", days={day.isoformat(): reason for day, reason in new.items()})
    return move_due_dates(session, by)


def close_span(session: Session, first: date, last: date, reason: str, by: Actor) -> list[Moved]:
    """Close the office from `first` to `last`, both included, for one reason; otherwise as `close_days`.

    Raises Refused, with the fields `first`, `last` and `reason`, also for a span that ends before it begins or never ends.
    """
    wrong = {}
    if last < first:
        wrong["last"] = t("It ends before it begins.")
    elif (last - first).days >= LONGEST_CLOSURE:
        wrong["last"] = t("Close the office for at most 366 days at once.")
    if not clean(reason, LONGEST_REASON):
        wrong["reason"] = REASON_MISSING
    if wrong:
        raise Refused(t("These days cannot be closed like this."), t("Correct the marked fields."), fields=wrong)
    return close_days(session, {first + timedelta(n): reason for n in range((last - first).days + 1)}, by)


def open_days(session: Session, first: date, last: date, by: Actor) -> list[Moved]:
    """Take the days from `first` to `last`, both included, off the list, and move loans with them; what is not in it changes nothing."""
    by.must_be(Role.ADMIN, Role.OFFICER)
    if not session.execute(sa.delete(ClosedDay).where(ClosedDay.day.between(first, last))).rowcount:
        return []
    record(session, by, "remove closed day", "calendar", first=first.isoformat(), last=last.isoformat())
    return move_due_dates(session, by)


def move_due_dates(session: Session, by: Actor) -> list[Moved]:
    """Give every loan that is out the due date which today's calendar, the rule it was lent under and its renewals ask for; its
    borrower is told."""
    calendar = load(session)
    moved = []
    for loan in session.scalars(sa.select(Loan).where(Loan.state.in_(OUT)).order_by(Loan.id).options(selectinload(Loan.renewals))):
        was, due = loan.due_on, calendar.due_day(local(loan.handed_over_at, calendar.zone).date(), loan.rules["days"])
        for renewal in loan.renewals:
            renewal.was, renewal.due = due, calendar.due_day(due, renewal.days)
            due = renewal.due
        if due != was:
            loan.due_on, loan.due_at = due, end_of(due, calendar.zone)
            record(session, by, "move due date", loan, was=was.isoformat(), due=due.isoformat())
            moved.append(Moved(loan.id, was, due))
    notifying.tell_they_moved(session, {it.loan_id: it.was for it in moved}, by)
    return moved
