"""When the office is open; loans whose due date moves with that are shown."""

from datetime import date, datetime, time

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation import auditing
from foundation.clock import today
from foundation.database import Session
from foundation.errors import Refused
from foundation.text import clean, t
from kiosk import calendar, lending
from kiosk.loans import Loan
from webui.routes.office.frame import date_in, do, go, page, screens, wrong
from webui.wiring import wiring

MOST_MOVES_SHOWN = 50
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
    return go(".days", moved=len(moved))


@screens.post("/calendar/closed")
def close_day() -> ResponseReturnValue:
    try:
        day = _chosen_day()
        moved = do(lambda db: calendar.add_closed_day(db, day, request.form.get("reason", ""), g.actor))
    except Refused as refusal:
        return _days(refusal, form="closed")
    return go(".days", "added", moved=len(moved))


@screens.post("/calendar/closed/<day>/remove")
def open_day(day: str) -> ResponseReturnValue:
    try:
        closed = date.fromisoformat(day)
    except ValueError:
        abort(404)
    return go(".days", "removed", moved=len(do(lambda db: calendar.remove_closed_day(db, closed, g.actor))))


def _days(refusal: Refused | None = None, form: str = "") -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("office/calendar.html", refusal, form=form, calendar=calendar.load(db), week=WEEK, values=request.form,
                    moved=_moved(db, request.args.get("moved", 0, int)), today=today(wiring().office().time_zone))


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
    day = date_in("day")
    if day is None:
        raise wrong("day", t("Choose the day."))
    return day
