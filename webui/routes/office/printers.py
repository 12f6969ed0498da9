"""Setting up a station's printer and scanner: who it is, a test page and what was read off it, and how the scanner types."""

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.stations import Station
from kiosk.counter import equipping
from printer import printouts, qr, wedge
from printer.probing import probe
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring

SQUARES = "ABC"


@screens.get("/stations/<int:station_id>/printer")
def printer(station_id: int) -> ResponseReturnValue:
    return _printer(station_id)


@screens.post("/stations/<int:station_id>/printer/ask")
def ask_printer(station_id: int) -> ResponseReturnValue:
    station = _known(station_id)
    try:
        found = probe(wiring().settings.data, station.printer)
    except Refused as refusal:
        return _printer(station_id, refusal)
    do(lambda db: equipping.learn_identity(db, station_id, g.actor, found.model, found.fence))
    return go(".printer", "asked", station_id=station_id)


@screens.post("/stations/<int:station_id>/printer/test")
def test_print(station_id: int) -> ResponseReturnValue:
    do(lambda db: equipping.print_test(db, station_id, g.actor))
    return go(".printer", "printing", station_id=station_id)


@screens.post("/stations/<int:station_id>/printer/read")
def read_test(station_id: int) -> ResponseReturnValue:
    form = request.form
    try:
        do(lambda db: equipping.read_test(db, station_id, g.actor, columns=form.get("columns", 0, int), accents="accents" in form,
                                          squares="".join(form.getlist("squares")), cut="cut" in form))
    except Refused as refusal:
        return _printer(station_id, refusal)
    return go(".printer", "learnt", station_id=station_id)


@screens.post("/stations/<int:station_id>/scanner/print")
def print_scanner_test(station_id: int) -> ResponseReturnValue:
    do(lambda db: equipping.print_scanner_test(db, station_id, g.actor))
    return go(".printer", "printing", station_id=station_id)


@screens.post("/stations/<int:station_id>/scanner/typed")
def judge_scanner(station_id: int) -> ResponseReturnValue:
    ending = request.form.get("ending", "")
    return _printer(station_id, verdict=wedge.judge(request.form.get("typed", "")[:200]),
                    ending=wedge.ENDINGS.get(ending) if ending else None, typed=request.form.get("typed", "")[:60])


def _known(station_id: int) -> Station:
    with wiring().database.reading() as db:
        return db.get(Station, station_id) or abort(404)


def _printer(station_id: int, refusal: Refused | None = None, **more: object) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        station = db.get(Station, station_id) or abort(404)
        test = printouts.latest(db, equipping.TEST, f"station:{station_id}")
    return page("office/printer.html", refusal, station=station, test=test, squares=SQUARES, sample=qr.svg(wedge.SAMPLE), form=request.form,
                usual=equipping.USUAL, **more)
