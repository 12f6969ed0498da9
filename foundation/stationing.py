"""Where people are served: screens and printers set up, registered and taken away; every function is one use case."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.people import Actor, Role
from foundation.stations import Station, StationKind, digest, invite
from foundation.text import clean, t

INVITATION = timedelta(hours=1)
ROLLS = (58, 80)  # mm, the two widths of thermal paper that are sold


def every_station(session: Session) -> list[Station]:
    return list(session.scalars(sa.select(Station).order_by(Station.active.desc(), Station.kind, Station.name)))


def save_station(session: Session, by: Actor, station_id: int | None = None, *, name: str, kind: str, printer: str = "",
                 scanner: str = "", paper_mm: int = 80, active: bool = True) -> Station:
    """Make a station, or change station `station_id`; whether `printer` and `scanner` are addresses is checked by the caller.

    Raises Refused for a missing or taken name, an unknown kind, or a paper width that is not sold.
    """
    by.must_be(Role.ADMIN)
    name = clean(name, 60)
    wrong = {} if name else {"name": t("Give the station a name, such as “Front kiosk”.")}
    if kind not in set(StationKind):
        wrong["kind"] = t("Choose what stands there.")
    if paper_mm not in ROLLS:
        wrong["paper_mm"] = t("Choose 58 or 80 mm.")
    if session.scalar(sa.select(Station.id).where(Station.name == name, Station.id != (station_id or 0))):
        wrong["name"] = t("Another station has this name.")
    if wrong:
        raise Refused(t("The station cannot be saved like this."), t("Correct the marked fields."), fields=wrong)
    station = session.get_one(Station, station_id) if station_id else Station()
    if station.printer != printer:
        station.printer_state, station.printer_note, station.printer_model = "unknown", "", ""
        station.printer_state_at = station.printer_state_since = None
    station.name, station.kind, station.printer, station.scanner = name, StationKind(kind), printer, scanner
    if station.paper_mm != paper_mm:
        station.columns = None  # another roll, another printer
    station.paper_mm, station.active = paper_mm, active
    session.add(station)
    record(session, by, "station saved", station, name=name, kind=kind, printer=printer, scanner=scanner, active=active)
    return station


def invite_screen(session: Session, station_id: int, by: Actor) -> tuple[Station, str, datetime]:
    """The station, a one-time code that turns the screen which opens it into this station, and until when (one hour)."""
    by.must_be(Role.ADMIN)
    station, until = session.get_one(Station, station_id), now() + INVITATION
    code = invite(station, until)
    record(session, by, "screen invited", station)
    return station, code, until


def enrol(session: Session, code: str) -> tuple[Station, str] | None:
    """Use up an invitation: the station and its new device token (the old screen's token ends); None when it is no longer good."""
    invited = sa.select(Station).where(Station.enrol_hash == digest(code), Station.enrol_until >= now(), Station.active)
    station = session.scalar(invited.with_for_update())  # a second browser that opens it at the same moment finds it used
    if station is None:
        return None
    token = secrets.token_urlsafe(32)
    station.token_hash, station.enrol_hash, station.enrol_until = digest(token), None, None
    record(session, Actor(station.name, frozenset(), station_id=station.id), "screen registered", station)
    return station, token


def forget_screen(session: Session, station_id: int, by: Actor) -> Station:
    """The screen that was this station is a stranger from now on, and open invitations end."""
    by.must_be(Role.ADMIN)
    station = session.get_one(Station, station_id)
    station.token_hash = station.enrol_hash = station.enrol_until = None
    record(session, by, "screen forgotten", station)
    return station
