"""Stations: what stands where, how its printer and scanner are reached, and which screen may be it."""

from typing import Any

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation import stationing
from foundation.database import Session
from foundation.errors import Refused
from foundation.stations import Station, StationKind
from foundation.text import clean
from printer import qr
from printer.connect import check_address as check_printer
from scanner.devices import knowing
from scanner.devices.connect import check_address as check_scanner
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring


@screens.get("/stations")
def stations() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("office/stations.html", stations=stationing.every_station(db))


@screens.get("/stations/new")
def new_station() -> ResponseReturnValue:
    return _station(None, {"kind": "kiosk", "paper_mm": 80, "active": True})


@screens.get("/stations/<int:station_id>")
def station(station_id: int) -> ResponseReturnValue:
    found = _known_station(station_id)
    return _station(found, found)


@screens.post("/stations/new")
@screens.post("/stations/<int:station_id>")
def save_station(station_id: int | None = None) -> ResponseReturnValue:
    form = request.form
    typed = {"name": form.get("name", ""), "kind": form.get("kind", ""), "printer": clean(form.get("printer"), 300),
             "scanner": clean(form.get("scanner"), 300), "paper_mm": form.get("paper_mm", 0, int), "active": "active" in form}
    try:
        if typed["printer"]:
            typed["printer"] = check_printer(typed["printer"])
        if typed["scanner"]:
            typed["scanner"] = check_scanner(typed["scanner"])
        saved = do(lambda db: _save(db, station_id, typed))
    except Refused as refusal:
        return _station(_known_station(station_id) if station_id else None, typed, refusal)
    return go(".station", station_id=saved.id)


def _save(db: Session, station_id: int | None, typed: dict[str, Any]) -> Station:
    """What a scanner can do at an address where none was asked yet is asked at once, before somebody stands there with paper."""
    saved = stationing.save_station(db, g.actor, station_id, **typed)
    if saved.active and saved.scanner and knowing.known_options(saved) is None:
        knowing.learn_soon(db, saved)
    return saved


@screens.post("/stations/<int:station_id>/document-scanner/ask")
def ask_scanner(station_id: int) -> ResponseReturnValue:
    do(lambda db: knowing.ask(db, station_id, g.actor))
    return redirect(url_for(".station", station_id=station_id, _anchor="document-scanner"), 303)


@screens.get("/stations/<int:station_id>/document-scanner")
def document_scanner(station_id: int) -> ResponseReturnValue:
    """The part of the page that renews itself until the scanner has answered."""
    session.passive = True
    found = _known_station(station_id)
    return page("office/_scanner.html", station=found, **_scanner(found))


@screens.post("/stations/<int:station_id>/invite")
def invite_screen(station_id: int) -> ResponseReturnValue:
    """The invitation is answered at once and not after a redirect: its code is kept nowhere, so only this page can show it."""
    found, code, until = do(lambda db: stationing.invite_screen(db, station_id, g.actor))
    link = url_for("visitor.enrol", code=code, _external=True)
    return page("office/invitation.html", station=found, code=code, link=link, until=until, qr=qr.svg(link))


@screens.post("/stations/<int:station_id>/forget")
def forget_screen(station_id: int) -> ResponseReturnValue:
    do(lambda db: stationing.forget_screen(db, station_id, g.actor))
    return go(".station", "forgotten", station_id=station_id)


def _known_station(station_id: int) -> Station:
    with wiring().database.reading() as db:
        return db.get(Station, station_id) or abort(404)


def _station(found: Station | None, values: Any, refusal: Refused | None = None) -> ResponseReturnValue:
    return page("office/station.html", refusal, station=found, values=values, kinds=StationKind, rolls=stationing.ROLLS,
                **(_scanner(found) if found and found.scanner else {}))


def _scanner(found: Station) -> dict[str, object]:
    """Whether the station's scanner is being asked, and what it said before."""
    with wiring().database.reading() as db:
        return {"asking": knowing.being_asked(db, found), "known": knowing.known(found)}
