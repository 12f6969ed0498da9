"""What people do with the guest book; every function is one use case, inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now, today
from foundation.errors import Refused
from foundation.office import office
from foundation.people import PROGRAM, VISITOR, Actor, Role
from foundation.text import clean, t
from kiosk.ledger.forms import Form
from kiosk.ledger.loans import Loan, Reading
from kiosk.ledger.members import Member, member_key
from kiosk.ledger.reservations import OPEN, Reservation
from kiosk.ledger.visits import IN_THE_ROOM, Category, HelpCall, Purpose, Rating, Visit, VisitState, person_key

MOST_PEOPLE = 500  # a larger group is a typing mistake
NO_INSTITUTION = "Umum"


@dataclass(frozen=True)
class HeadCount:
    """For how many people one line of the guest book speaks; of how many of them it is known, women and men."""

    people: int
    women: int | None = None
    men: int | None = None


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
    group_name: str = ""


def read_entry(form: Mapping[str, str], of_another: bool = False) -> GuestEntry:
    """The entry in `form`; of a group (`group` is "yes", or it has a name) the leader's, with how many they are.

    `of_another`: an officer filled it in for the guest. Raises Refused with a sentence for each field that cannot be used.
    """
    given = Form(form)
    group_name = given.text("group_name", 100)
    is_group = form.get("group") == "yes" or bool(group_name)
    no_institution = (t("Write where the guest comes from, or “Umum”.") if of_another else
                      t("Write where you come from, or choose “Public”."))
    entry = GuestEntry(
        name=given.name_of_another() if of_another else given.name(), institution=given.text("institution", 120, 2, no_institution),
        category=given.choice("category", Category), purpose=given.choice("purpose", Purpose), purpose_text=given.text("purpose_text", 200),
        people=_people(given, is_group, of_another), women=_part(given, "women"), men=_part(given, "men"),
        contact=given.text("contact", 100), group_name=group_name)
    _check_parts(given, entry)
    given.check(t("Something is still missing."), t("Look at the marked fields."))
    return entry


def read_count(form: Mapping[str, str]) -> HeadCount:
    """The corrected head count in `form`. Raises Refused with a sentence for each field that cannot be used."""
    given = Form(form)
    sentence = t("Write a number from 1 to 500.")
    people = given.number("people", 1, MOST_PEOPLE, sentence)
    if people is None:
        given.wrong["people"] = sentence
    count = HeadCount(people or 1, _part(given, "women"), _part(given, "men"))
    _check_parts(given, count)
    given.check(t("The head count cannot be saved like this."), t("Correct the marked fields."))
    return count


def _check_parts(given: Form, count: GuestEntry | HeadCount) -> None:
    if "people" not in given.wrong and (count.women or 0) + (count.men or 0) > count.people:
        given.wrong["people"] = t("Women and men together are more than the whole group.")


def _people(given: Form, is_group: bool, of_another: bool) -> int:
    if not is_group:
        return given.number("people", 1, MOST_PEOPLE, t("Write a number from 1 to 500.")) or 1
    sentence = (t("How many are they, with the leader? Write a number from 2 to 500.") if of_another else
                t("How many are you together, with you? Write a number from 2 to 500."))
    people = given.number("people", 2, MOST_PEOPLE, sentence)
    if people is None:
        given.wrong["people"] = sentence
    return people or 1


def _part(given: Form, field: str) -> int | None:
    return given.number(field, 0, MOST_PEOPLE, t("Write a number from 0 to 500."))


def arrive(session: Session, by: Actor, language: str) -> Visit:
    """A visitor taps "Mulai" (or an officer opens the book for one): the desk sees at once that somebody is there."""
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    here = office(session)
    visit = Visit(day=today(here.time_zone), language=language, station_id=by.station_id, notice_version=here.notice_version)
    session.add(visit)
    session.flush()
    record(session, by, "visit arrived", visit)
    return visit


def sign(session: Session, visit_id: int, entry: GuestEntry, by: Actor, member: Member | None = None) -> Visit:
    """The guest book is filled in; by `member`, whose card was read. Where the office admits by itself, that happens at once.

    Signing the same visit again corrects the entry (a double tap, or "back" in the browser); it is never a second guest.
    """
    visit = session.get_one(Visit, visit_id)
    here = office(session)
    if visit.state is VisitState.LEFT:
        raise Refused(t("This visit has ended."), t("Tap “Start” to sign the guest book again."))
    for field in fields(entry):
        setattr(visit, field.name, getattr(entry, field.name))
    is_new = visit.state is VisitState.ARRIVED
    if is_new:
        visit.take("sign", by)
        visit.signed_at = now()
        visit.keep_until = max(visit.day + timedelta(days=here.retention_days), _last_of_month(visit.day))
    known_as(session, visit, member_key(member.id) if member else person_key(entry.name, entry.institution), member)
    if not is_new:
        by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
        record(session, by, "visit corrected", visit)
        return visit
    record(session, by, "visit signed", visit, people=entry.people)
    if not here.officer_admits:
        admit(session, visit.id, PROGRAM)
    return visit


def may_recount(visit: Visit, day: date) -> bool:
    """Whether on `day` the head count can still be corrected: while they are here, and until the day of their visit is over."""
    return visit.signed_at is not None and (visit.state in IN_THE_ROOM or visit.day == day)


def recount(session: Session, visit_id: int, count: HeadCount, by: Actor) -> Visit:
    """The officer saw that they are more or fewer than the guest book says. Raises Refused when the day of the visit is over."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    visit = session.get_one(Visit, visit_id, with_for_update=True)
    if not may_recount(visit, today(office(session).time_zone)):
        raise Refused(t("The day of this visit is over: its head count stays."), t("It counts in the reports as it stands."))
    was = visit.people
    visit.people, visit.women, visit.men = count.people, count.women, count.men
    record(session, by, "visit recounted", visit, was=was, people=count.people)
    return visit


def read_purpose(form: Mapping[str, str]) -> Purpose:
    """The one thing that is asked of a member. Raises Refused when none of the list is chosen."""
    given = Form(form)
    purpose = given.choice("purpose", Purpose)
    given.check(t("Something is still missing."), t("Choose what brings you here."))
    return purpose


def entry_of(member: Member, purpose: Purpose) -> GuestEntry:
    """What a member's card fills in: everything but the `purpose`."""
    return GuestEntry(member.name, member.institution or NO_INSTITUTION, member.category, purpose, contact=member.contact)


def here_today(session: Session, member_id: int) -> Visit | None:
    """The visit in which this member is in the room already; None when there is none."""
    day = today(office(session).time_zone)
    return session.scalar(sa.select(Visit).where(Visit.member_id == member_id, Visit.day == day, Visit.state.in_(IN_THE_ROOM))
                          .order_by(Visit.id.desc()).limit(1))


def known_as(session: Session, visit: Visit, key: str, member: Member | None) -> None:
    """From now on the person of this visit is known by `key`; what was borrowed and reserved in it follows."""
    before, visit.person_key, visit.member_id = visit.person_key, key, member.id if member else None
    session.flush()
    if before and before != key:
        reserved = sa.select(Reservation.title_id).where(Reservation.borrower_key == key, Reservation.state.in_(OPEN))
        session.execute(sa.update(Loan).where(Loan.visit_id == visit.id, Loan.borrower_key == before).values(borrower_key=key))
        session.execute(sa.update(Reservation).where(Reservation.visit_id == visit.id, Reservation.borrower_key == before,
                                                     Reservation.title_id.not_in(reserved)).values(borrower_key=key))
        count_once(session, before, visit.day)
    count_once(session, key, visit.day)


def count_once(session: Session, key: str, day: date) -> None:
    """Of this person's lines in the month of `day` the earliest is the one that counts as a visitor (see Visit)."""
    in_month = (Visit.person_key == key, Visit.day.between(day.replace(day=1), _last_of_month(day)), Visit.signed_at.is_not(None))
    if first := session.scalar(sa.select(sa.func.min(Visit.id)).where(*in_month)):
        session.execute(sa.update(Visit).where(*in_month, Visit.first_of_month != (Visit.id == first))
                        .values(first_of_month=Visit.id == first))


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)


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
