"""What people do with the guest book; every function is one use case, inside the caller's transaction."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now, today
from foundation.errors import Refused
from foundation.office import office
from foundation.people import PROGRAM, VISITOR, Actor, Role
from foundation.text import clean, t
from kiosk.loans import Reading
from kiosk.visits import Category, HelpCall, Purpose, Rating, Visit, VisitState, person_key

MOST_PEOPLE = 500  # a larger group is a typing mistake


@dataclass(frozen=True)
class GuestEntry:
    """One filled-in guest-book form, cleaned and checked."""

    name: str
    institution: str
    category: Category
    purpose: Purpose
    purpose_text: str = ""
    people: int = 1
    women: int | None = None
    men: int | None = None
    contact: str = ""


def read_entry(form: Mapping[str, str]) -> GuestEntry:
    """The entry in `form`. Raises Refused with a sentence for each field that cannot be used."""
    wrong: dict[str, str] = {}

    def text(field: str, shortest: int, longest: int, sentence: str) -> str:
        given = form.get(field) or ""
        cleaned = clean(given, longest + 1)
        if len(cleaned) > longest or len(given) > longest * 8:
            wrong[field] = t("This is too long; please shorten it.")
        elif len(cleaned) < shortest:
            wrong[field] = sentence
        return cleaned[:longest]

    def number(field: str, least: int) -> int | None:
        given = clean(form.get(field), 12)
        if not given:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", given) or not least <= int(given) <= MOST_PEOPLE:
            wrong[field] = t("Write a number from 1 to 500.") if least else t("Write a number from 0 to 500.")
            return None
        return int(given)

    def choice(field: str, kind: type, sentence: str):
        try:
            return kind(form.get(field) or "")
        except ValueError:
            wrong[field] = sentence
            return None

    name = text("name", 2, 100, t("Please write your name."))
    if "name" not in wrong and not any(c.isalpha() for c in name):
        wrong["name"] = t("Please write your name with letters.")
    institution = text("institution", 2, 120, t("Write where you come from, or choose “Public”."))
    purpose_text = text("purpose_text", 0, 200, "")
    contact = text("contact", 0, 100, "")
    category = choice("category", Category, t("Choose one."))
    purpose = choice("purpose", Purpose, t("Choose one."))
    people, women, men = number("people", 1), number("women", 0), number("men", 0)
    if (women or 0) + (men or 0) > (people or 1):
        wrong["people"] = t("Women and men together are more than the whole group.")
    if wrong:
        raise Refused(t("Something is still missing."), t("Look at the marked fields."), fields=wrong)
    return GuestEntry(name, institution, category, purpose, purpose_text, people or 1, women, men, contact)


def arrive(session: Session, by: Actor, language: str) -> Visit:
    """A visitor taps "Mulai" (or an officer opens the book for one): the desk sees at once that somebody is there."""
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    here = office(session)
    visit = Visit(day=today(here.time_zone), language=language, station_id=by.station_id, notice_version=here.notice_version)
    session.add(visit)
    session.flush()
    record(session, by, "visit arrived", visit)
    return visit


def sign(session: Session, visit_id: int, entry: GuestEntry, by: Actor) -> Visit:
    """The guest book is filled in. Where the office admits by itself, the visitor is admitted in the same moment.

    Signing the same visit again corrects the entry (a double tap, or "back" in the browser); it is never a second guest.
    """
    visit = session.get_one(Visit, visit_id)
    here = office(session)
    if visit.state is VisitState.LEFT:
        raise Refused(t("This visit has ended."), t("Tap “Start” to sign the guest book again."))
    for field in ("name", "institution", "category", "purpose", "purpose_text", "people", "women", "men", "contact"):
        setattr(visit, field, getattr(entry, field))
    visit.person_key = person_key(entry.name, entry.institution)
    if visit.state is not VisitState.ARRIVED:
        by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
        record(session, by, "visit corrected", visit)
        return visit
    visit.take("sign", by)
    visit.signed_at = now()
    visit.keep_until = visit.day + timedelta(days=here.retention_days)
    record(session, by, "visit signed", visit, people=entry.people)
    if not here.officer_admits:
        admit(session, visit.id, PROGRAM)
    return visit


def admit(session: Session, visit_id: int, by: Actor) -> Visit:
    visit = session.get_one(Visit, visit_id)
    visit.take("admit", by)
    visit.admitted_at, visit.admitted_by = now(), by.name
    record(session, by, "visit admitted", visit)
    return visit


def leave(session: Session, visit_id: int, by: Actor, estimated: bool = False) -> Visit:
    """The visitor goes, and what was read on the spot goes back; leaving twice is leaving once."""
    visit = session.get_one(Visit, visit_id)
    if visit.state is VisitState.LEFT:
        return visit
    visit.take("leave", by)
    visit.left_at, visit.left_estimated = now(), estimated
    session.execute(sa.update(Reading).where(Reading.visit_id == visit_id, Reading.ended_at.is_(None)).values(ended_at=now()))
    for call in session.scalars(sa.select(HelpCall).where(HelpCall.visit_id == visit_id, HelpCall.answered_at.is_(None))):
        call.answered_at = now()
    record(session, by, "visit left", visit, estimated=estimated)
    return visit


def close_visits(session: Session, before: datetime, by: Actor = PROGRAM) -> int:
    """Everybody who came before the moment `before` (closing time) has left, marked as estimated; how many.

    Who comes after it is served like everybody else, and has left by the next closing time.
    """
    still_here = session.scalars(sa.select(Visit.id).where(Visit.state != VisitState.LEFT, Visit.arrived_at < before)).all()
    for visit_id in still_here:
        leave(session, visit_id, by, estimated=True)
    session.execute(sa.update(Reading).where(Reading.began_at < before, Reading.ended_at.is_(None)).values(ended_at=now()))
    return len(still_here)


def call_for_help(session: Session, by: Actor, visit_id: int | None = None) -> HelpCall:
    """Somebody at a kiosk wants the officer; tapping twice is one call."""
    by.must_be(VISITOR)
    waiting = session.scalar(sa.select(HelpCall).where(HelpCall.station_id == by.station_id, HelpCall.answered_at.is_(None)))
    if waiting:
        return waiting
    call = HelpCall(station_id=by.station_id, visit_id=visit_id)
    session.add(call)
    record(session, by, "help asked", call)
    return call


def answer_help(session: Session, call_id: int, by: Actor) -> None:
    by.must_be(Role.OFFICER, Role.ADMIN)
    call = session.get_one(HelpCall, call_id)
    if call.answered_at is None:
        call.answered_at = now()
        record(session, by, "help answered", call)


def rate(session: Session, score: int, by: Actor) -> Rating:
    """One tap, 1 to 4 with 4 best; kept without who tapped it."""
    by.must_be(VISITOR)
    if score not in (1, 2, 3, 4):
        raise Refused(t("Choose one of the four faces."))
    rating = Rating(day=today(office(session).time_zone), score=score, station_id=by.station_id)
    session.add(rating)
    return rating


def suggest_institutions(session: Session, beginning: str, most: int = 3) -> list[str]:
    """Institutions written before that have a word beginning so, most frequent first; never names of people."""
    words = clean(beginning, 60).replace("\\", "").replace("%", "").replace("_", " ").casefold()
    if len(words) < 2:
        return []
    name = sa.func.lower(Visit.institution)
    found = session.execute(
        sa.select(Visit.institution).where(sa.or_(name.like(f"{words}%"), name.like(f"% {words}%")), Visit.signed_at.is_not(None),
                                           Visit.signed_at > now() - timedelta(days=400))
        .group_by(Visit.institution).order_by(sa.func.count().desc(), Visit.institution).limit(most))
    return list(found.scalars())
