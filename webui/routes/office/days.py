"""When the office is open; loans whose due date moves with that are shown."""

from datetime import date, datetime, time

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation import auditing
from foundation.clock import today
from foundation.database import Session
from foundation.errors import Refused
from foundation.text import clean, t
from kiosk.borrowing import calendar, holidays, lending
from kiosk.counter import slips
from kiosk.ledger.loans import Loan
from webui.routes.office.frame import date_in, do, go, page, screens, wrong
from webui.wiring import wiring

MOST_MOVES_SHOWN = 50
ASK_FROM = 11  # November: by then the government has said which days of the next year are free
WEEK = [date(2024, 1, day) for day in range(1, 8)]  # any Monday to Sunday, for the names of weekdays


@screens.get("/calendar")
def days() -> ResponseReturnValue:
    return _days()


@screens.post("/calendar/week")
def save_week() -> ResponseReturnValue:
    try:
        moved = do(lambda db: calendar.set_opening(db, _week(), g.actor))
    except Refused as refusal:
        return _days(refusal, form="week")
    return _moved_to("saved", len(moved))


@screens.post("/calendar/closed")
def close_days() -> ResponseReturnValue:
    """Closed from a day to a day; to the same day where no second one is given."""
    try:
        first, last = _chosen_day(), date_in("last")
        moved = do(lambda db: calendar.close_span(db, first, last or first, request.form.get("reason", ""), g.actor))
    except Refused as refusal:
        return _days(refusal, form="closed")
    return _moved_to("added", len(moved))


@screens.post("/calendar/closed/<first>/<last>/remove")
def open_days(first: str, last: str) -> ResponseReturnValue:
    try:
        span = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        abort(404)
    return _moved_to("removed", len(do(lambda db: calendar.open_days(db, *span, g.actor))))


@screens.post("/calendar/holidays/<int:year>")
def close_holidays(year: int) -> ResponseReturnValue:
    """The proposed holidays that are ticked, each with the reason that stands beside it."""
    if year not in _years():
        abort(404)
    ticked = set(request.form.getlist("day"))
    days = {each.day: request.form.get(f"reason-{each.day}", "") for each in holidays.of(year) if each.day.isoformat() in ticked}
    try:
        moved = do(lambda db: calendar.close_days(db, days, g.actor))
    except Refused as refusal:
        return _days(refusal, form="holidays", year=year)
    return _moved_to("added", len(moved))


def _moved_to(done: str, moved: int) -> ResponseReturnValue:
    """Back to the calendar; to the loans with a new due date where there are any, or else to the form that was sent."""
    return go(".days", done, moved=moved, _anchor="moved" if moved else None)


def _years() -> tuple[int, int]:
    """This year and the next one, whose holidays can be added."""
    year = today(wiring().office().time_zone).year
    return year, year + 1


def _days(refusal: Refused | None = None, form: str = "", year: int = 0) -> ResponseReturnValue:
    day, year = today(wiring().office().time_zone), year or request.args.get("year", 0, int)
    with wiring().database.reading() as db:
        opening = calendar.load(db)
        unset = [each for each in _years() if (each == day.year or day.month >= ASK_FROM) and holidays.is_missing(each, opening.closed)]
        return page("office/calendar.html", refusal, form=form, calendar=opening, week=WEEK, values=request.form, today=day,
                    moved=_moved(db, request.args.get("moved", 0, int)), years=_years(), year=year, number=_number,
                    proposed=holidays.of(year) if year in _years() else [], unset=unset)


def _number(loan: Loan) -> str:
    return slips.slip_number(loan, wiring().keys) or loan.call_sign


def _moved(db: Session, count: int) -> list[tuple[Loan | None, dict[str, date]]]:
    """The loans that the last change moved, as far as a page shows them, each with its due date of before and now."""
    entries = auditing.latest(db, "move due date", max(0, min(count, MOST_MOVES_SHOWN)))
    return [(lending.find_loan(db, int(entry.subject.partition(":")[2])),
             {name: date.fromisoformat(day) for name, day in entry.details.items()}) for entry in entries]


def _week() -> dict[int, calendar.Hours]:
    week, unread, form = {}, {}, request.form
    for day in (day for day in range(7) if f"open-{day}" in form):
        try:
            week[day] = _time(form.get(f"opens-{day}", "")), _time(form.get(f"closes-{day}", ""))
        except ValueError:
            unread[str(day)] = t("Write both times, such as 08.00 and 16.00.")
    if unread:
        raise Refused(t("The opening hours of a day do not fit together."), t("Correct the marked day."), fields=unread)
    return week


def _time(text: str) -> time:
    """08.00, 08:00 or 8.00. Raises ValueError."""
    return datetime.strptime(clean(text, 10).replace(".", ":"), "%H:%M").time()  # noqa: DTZ007 an hour of every day, in the office


def _chosen_day() -> date:
    day = date_in("first")
    if day is None:
        raise wrong("first", t("Choose the day."))
    return day
