"""Reports: a period in numbers and the list of visits, as a page to print, as PDF, and as tables for a spreadsheet."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.text import t
from kiosk.ledger import exports
from kiosk.ledger.visits import Category
from kiosk.reporting import periods, recaps, reports
from kiosk.reporting.periods import Period, Span
from kiosk.reporting.reports import Wanted
from webui import assets, downloads, reporting, spreadsheets
from webui.routes.desk.frame import do, page, screens
from webui.wiring import wiring

SPANS = {Span.MONTH: t("Month"), Span.QUARTER: t("Quarter"), Span.HALF: t("Half-year"), Span.YEAR: t("Year"), Span.YEARS: t("Ten years")}
VISITS_ON_A_PAGE = 100


def today() -> Any:
    return clock.today(wiring().office().time_zone)


def sheet_pdf(sheet: str, title: str, name: str, wide: bool = False, **values: Any) -> ResponseReturnValue:
    """A sheet of the desk (its template) as a PDF of that name."""
    return downloads.pdf(page("desk/sheet_pdf.html", sheet=sheet, title=title, wide=wide, letters=assets.letters, plain=assets.plain,
                              today=today(), **values), name)


def spreadsheet(sheets: list[spreadsheets.Sheet], name: str, kind: str) -> ResponseReturnValue:
    """The sheets as a workbook, or one after the other as CSV."""
    content = spreadsheets.xlsx(sheets) if kind == "xlsx" else spreadsheets.csv(reporting.lines(sheets))
    return downloads.file(content, f"{name}.{kind}")


@screens.get("/reports")
@screens.get("/reports/<key>")
def report(key: str = "") -> ResponseReturnValue:
    if "year" in request.args:  # the same part of another year
        period = _period(request.args.get("of", ""))
        other = periods.around(period.first.replace(year=_year()), period.span)
        return redirect(url_for(".report", key=other.key), 303)
    period = _period(key) if key else periods.around(today(), Span.MONTH)
    day = min(period.last, today())
    return page("desk/report.html", **_look(period), spans=SPANS, years=range(today().year, 2000, -1),
                near=lambda span: periods.around(day, span).key)


def _year() -> int:
    year = request.args.get("year", 0, int)
    return year if 1990 <= year <= 2200 else abort(404)


def _period(key: str) -> Period:
    return periods.read(key) or abort(404)


def _look(period: Period) -> dict[str, Any]:
    with wiring().database.reading() as db:
        made = recaps.recap(db, period)
    return {"recap": made, "period": period, "period_name": reporting.period_name(period), "figures": reporting.figures(made),
            "tables": [reporting.shown(table, period) for table in made.tables.values()], "today": today()}


@screens.get("/reports/<key>.<any(pdf, xlsx, csv):kind>")
def report_file(key: str, kind: str) -> ResponseReturnValue:
    look = _look(_period(key))
    do(lambda db: exports.exported(db, f"recap:{key}", g.actor, kind))
    if kind == "pdf":
        del look["today"]
        return sheet_pdf("desk/_report_sheet.html", look["period_name"], f"laporan-{key}", **look)
    return spreadsheet(reporting.sheets(look["recap"]), f"laporan-{key}", kind)


@screens.get("/visits")
def visits() -> ResponseReturnValue:
    """The lines of the guest book, filtered; a page of them."""
    wanted, number = Wanted.read(request.args, today()), min(max(1, request.args.get("page", 1, int)), 10**6)
    with wiring().database.reading() as db:
        found = reports.visits(db, wanted, VISITS_ON_A_PAGE, VISITS_ON_A_PAGE * (number - 1))
        last = max(1, -(-found.total // VISITS_ON_A_PAGE))
        if number > last:
            return redirect(_again(wanted, ".visits", page=last), 303)
        return page("desk/visits.html", wanted=wanted, found=found, at=number, of=last, categories=Category, again=partial(_again, wanted))


def _again(wanted: Wanted, endpoint: str, **more: Any) -> str:
    return url_for(endpoint, **wanted.asked(), **more)


@screens.get("/visits.<any(xlsx, csv):kind>")
def visits_file(kind: str) -> ResponseReturnValue:
    """All that is wanted, with names: who took it stands in the trail."""
    wanted = Wanted.read(request.args, today())
    with wiring().database.reading() as db:
        found = reports.visits(db, wanted, reports.MOST_EXPORTED)
    do(lambda db: exports.exported(db, "visits", g.actor, kind, rows=len(found.visits), **replace(wanted).asked()))
    return spreadsheet([reporting.visit_list(found.visits)], f"kunjungan-{wanted.first}-{wanted.last}", kind)
