"""The day book: one day of the guest book as a page to print and sign."""

from datetime import date, timedelta

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from kiosk import reports
from webui.routes.desk.frame import page, screens
from webui.wiring import wiring


@screens.get("/day")
@screens.get("/day/<day>")
def day_book(day: str = "") -> ResponseReturnValue:
    today = clock.today(wiring().office().time_zone)
    if "day" in request.args:  # chosen in the calendar field
        return redirect(url_for(".day_book", day=_day(request.args["day"]).isoformat()), 303)
    shown = _day(day) if day else today
    with wiring().database.reading() as db:
        return page("desk/day.html", book=reports.day_book(db, shown), today=today,
                    before=(shown - timedelta(1)).isoformat(), after=(shown + timedelta(1)).isoformat())


def _day(text: str) -> date:
    """A day of this book, whose neighbours are days too."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return day if date.min < day < date.max else abort(404)
