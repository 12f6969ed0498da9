"""Stock-take at the desk: begun, gone on with on as many devices as people, looked at, closed, and taken along as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.ledger.collection import Copy, copy_code
from kiosk.ledger.stock import StockTake
from kiosk.shelves import cataloguing, stock_taking
from kiosk.shelves.stock_taking import Report, Verdict
from printer.decoding import decode
from webui import language, spreadsheets
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, page, screens
from webui.wiring import wiring

HEAD = (t("Finding"), t("Label"), t("Title"), t("Call number"), t("Belongs on shelf"), t("Seen on shelf"), t("What to do"))
FORMATS = {"csv": "text/csv", "xlsx": spreadsheets.TYPE}


@screens.get("/stock")
def stock() -> ResponseReturnValue:
    return _begin()


def _begin(refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("desk/stock.html", take=stock_taking.open_take(db), shelves=stock_taking.every_shelf(db), refusal=refusal,
                    closed=stock_taking.closed_takes(db)), refusal.status if refusal else 200


@screens.post("/stock")
def begin_stock() -> ResponseReturnValue:
    shelves = request.form.getlist("shelf") if request.form.get("which") == "chosen" else []
    try:
        if request.form.get("which") == "chosen" and not shelves:
            raise Refused(t("No shelf is chosen."), t("Tick the shelves, or choose all of them."), status=422)
        take = do(lambda db: stock_taking.begin(db, shelves, g.actor))
    except Refused as refusal:
        return _begin(refusal)
    return redirect(url_for(".stock_take", take_id=take.id, shelf=shelves[0] if len(shelves) == 1 else None), 303)


@screens.get("/stock/<int:take_id>")
def stock_take(take_id: int) -> ResponseReturnValue:
    """The shelf one stands at: what was read last, and what is missing and misplaced there. Without a shelf, which ones there are."""
    with wiring().database.reading() as db:
        take = db.get(StockTake, take_id) or abort(404)
        if take.closed_at:
            return redirect(url_for(".stock_report", take_id=take_id), 303)
        g.camera = True
        return page("desk/stock_take.html", **_look(db, take))


@screens.get("/stock/<int:take_id>/live")
def stock_live(take_id: int) -> ResponseReturnValue:
    """What renews itself: somebody else may be reading labels too."""
    session.passive = True
    with wiring().database.reading() as db:
        take = db.get(StockTake, take_id) or abort(404)
        if stock_taking.signature(db, take) == request.args.get("seen"):
            return "", 204
        return page("desk/_stock.html", **_look(db, take))


def _look(db: Session, take: StockTake) -> dict[str, Any]:
    shelf, last = request.args.get("shelf"), request.args.get("last", "")
    return {"take": take, "shelf": shelf, "counts": stock_taking.counts(db, take), "seen": stock_taking.signature(db, take),
            "last": stock_taking.line_of(db, take.id, last) if last else None, "turned_up": "turned_up" in request.args,
            "report": None if shelf is None else stock_taking.findings(db, take, shelf), "what_to_do": stock_taking.WHAT_TO_DO}


@screens.post("/stock/<int:take_id>/see")
def see_copy(take_id: int) -> ResponseReturnValue:
    """A label was read; the name of a shelf leads to that shelf."""
    shelf, label = request.form.get("shelf", ""), (request.form.get("q") or request.form.get("code", ""))[:LONGEST_CODE]
    with wiring().database.reading() as db:
        other = _shelf_called(db, db.get(StockTake, take_id) or abort(404), label)
    if other is not None:
        return redirect(url_for(".stock_take", take_id=take_id, shelf=other), 303)
    line = do(lambda db: stock_taking.see(db, take_id, label, shelf, g.actor))
    more = {"turned_up": 1} if line.verdict == Verdict.TURNED_UP else {}
    return redirect(url_for(".stock_take", take_id=take_id, shelf=shelf, last=line.code, **more), 303)


def _shelf_called(db: Session, take: StockTake, label: str) -> str | None:
    """The shelf that what was read is the name of."""
    read = copy_code(label)
    return next((each.shelf for each in stock_taking.counts(db, take) if each.shelf and copy_code(each.shelf) == read), None)


@screens.post("/stock/<int:take_id>/stands-here")
def stands_here(take_id: int) -> ResponseReturnValue:
    """A misplaced copy is where it belongs from now on."""
    shelf = request.form.get("shelf", "")

    def work(db: Session) -> None:
        copy = db.get(Copy, request.form.get("copy", 0, row_id)) or abort(404)
        cataloguing.save_copy(db, copy.id, g.actor, shelf=shelf, register_number=copy.register_number)
    do(work)
    return go(".stock_take", "saved", take_id=take_id, shelf=shelf)


@screens.post("/stock/look-closer")
def look_closer() -> ResponseReturnValue:
    """A picture from this device's camera on which its own reader found nothing: the code on it, or nothing."""
    picture = request.files.get("picture")
    return (decode(picture.stream) if picture else None) or ("", 204)


@screens.get("/stock/<int:take_id>/report")
def stock_report(take_id: int) -> ResponseReturnValue:
    """What was found so far; once it is closed, for good."""
    with wiring().database.reading() as db:
        take = db.get(StockTake, take_id) or abort(404)
        return page("desk/stock_report.html", take=take, report=stock_taking.findings(db, take), what_to_do=stock_taking.WHAT_TO_DO)


@screens.post("/stock/<int:take_id>/close")
def close_stock(take_id: int) -> ResponseReturnValue:
    do(lambda db: stock_taking.close(db, take_id, g.actor))
    return go(".stock_report", "stock closed", take_id=take_id)


@screens.get("/stock/<int:take_id>/report.<any(csv, xlsx):kind>")
def stock_file(take_id: int, kind: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        report = stock_taking.findings(db, db.get(StockTake, take_id) or abort(404))
    head, rows = [language.say(name) for name in HEAD], list(_rows(report))
    name = language.say(t("Stock-take"))
    content = spreadsheets.csv([head, *rows]) if kind == "csv" else spreadsheets.xlsx([spreadsheets.Sheet(name, head, rows)])
    return Response(content, mimetype=FORMATS[kind], headers={"Content-Disposition": f'attachment; filename="stock-take-{take_id}.{kind}"'})


def _rows(report: Report) -> Iterator[list[str]]:
    missing = language.say(t("missing")), language.say(t("Look for it; it is marked as missing once the stock-take is closed."))
    for line in report.missing:
        yield [missing[0], line.code, line.title, line.call_number, line.shelf, "", missing[1]]
    for line in (*report.misplaced, *report.unexpected):
        yield [language.say(line.verdict), line.code, line.title, line.call_number, line.shelf, line.seen_on,
               language.say(stock_taking.WHAT_TO_DO[Verdict(line.verdict)])]
