"""The day book: one day of the guest book as a page to print and sign, as PDF, and as tables for a spreadsheet."""

from datetime import date, timedelta

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.text import t
from kiosk.ledger import exports
from kiosk.reporting import reports
from webui import reporting
from webui.language import say
from webui.routes.desk.frame import do, number_of, page, screens
from webui.routes.desk.reports import sheet_pdf, spreadsheet
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


@screens.get("/day/<day>.<any(pdf, xlsx, csv):kind>")
def day_file(day: str, kind: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        book = reports.day_book(db, _day(day))
    do(lambda db: exports.exported(db, f"day:{day}", g.actor, kind))
    if kind == "pdf":
        return sheet_pdf("desk/_day_sheet.html", say(t("Day book")), f"buku-tamu-{day}", wide=True, book=book)
    return spreadsheet(reporting.day_sheets(book, number_of), f"buku-tamu-{day}", kind)


def _day(text: str) -> date:
    """A day of this book, whose neighbours are days too."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return day if date.min < day < date.max else abort(404)
