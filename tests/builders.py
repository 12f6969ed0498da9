"""Small fictional things for tests: people, titles with copies, guests, loans."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.people import VISITOR, Actor, Role
from foundation.stations import Station, StationKind
from kiosk.borrowing import calendar, reserving, rules
from kiosk.borrowing.lending import hand_over, request_loan
from kiosk.guests import membership, visiting
from kiosk.guests.membership import MemberEntry
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.ledger.loans import Loan
from kiosk.ledger.members import Member
from kiosk.ledger.reservations import Reservation
from kiosk.ledger.visits import Category, Purpose, Visit
from kiosk.reporting import surveying
from kiosk.reporting.surveys import Answer, Survey
from scanner.documents.records import Document
from scanner.legal.products import Product, ProductState, ProductType

_numbers = itertools.count(1)

OFFICER = Actor("Sari Contoh", frozenset({Role.OFFICER}))
ADMIN = Actor("Admin Contoh", frozenset({Role.ADMIN}))


def a_kiosk(session: Session, printer: str = "", **more: object) -> Actor:
    """A registered kiosk; the visitor who stands at it."""
    station = Station(name=f"Kiosk {next(_numbers)}", kind=StationKind.KIOSK, printer=printer, **more)
    session.add(station)
    session.flush()
    return Actor(station.name, frozenset({VISITOR}), station_id=station.id)


def an_office(session: Session) -> None:
    """Open on weekdays, with the rules an office begins with."""
    calendar.seed_week(session)
    rules.seed_rules(session)


def a_title(session: Session, title: str = "Pedoman Teknis Pengelolaan Arsip (fiktif)", copies: int = 1, kind: Kind = Kind.DECISION,
            status: CopyStatus = CopyStatus.AVAILABLE, **more: object) -> Title:
    made = Title(title=title, kind=kind, **{"number": "134/Kpts/KPU/Tahun 2016", "year": 2016, **more})
    made.copies = [Copy(code=f"UJI-{next(_numbers):04d}", number=n + 1, shelf="B-2", status=status) for n in range(copies)]
    session.add(made)
    session.flush()
    return made


def a_guest(session: Session, at: Actor, name: str = "Ratna Widyaningsih", institution: str = "Universitas Nusa Raya",
            category: Category = Category.PUBLIC, **more: object) -> Visit:
    visit = visiting.arrive(session, at, "id")
    entry = visiting.GuestEntry(name, institution, category, Purpose.FIND_DECISION, **more)
    return visiting.sign(session, visit.id, entry, at)


def a_member(session: Session, name: str = "Ratna Widyaningsih", institution: str = "Universitas Nusa Raya", elsewhere: str = "",
             **more: object) -> Member:
    member = membership.join(session, MemberEntry(name, institution, **{"category": Category.STUDENT, **more}), OFFICER, another=True)
    member.elsewhere = elsewhere
    session.flush()
    return member


def a_request(session: Session, at: Actor, *titles: Title, visit: Visit | None = None) -> Loan:
    visit = visit or a_guest(session, at)
    return request_loan(session, visit.id, [title.id for title in titles], f"nonce-{next(_numbers)}", at, "id")


def a_checked_product(session: Session, document: Document) -> Product:
    """A product whose file this document is, and was checked."""
    product = Product(type=ProductType.DECISION, number=str(next(_numbers)), year=2026, title="Uji (fiktif)", made_by=OFFICER.name,
                      state=ProductState.COMPLETE, document_id=document.id, checked_sha256=document.sha256)
    session.add(product)
    session.flush()
    return product


def a_loan(session: Session, at: Actor, *titles: Title, visit: Visit | None = None) -> Loan:
    return hand_over(session, a_request(session, at, *titles, visit=visit).id, OFFICER)


def a_reservation(session: Session, at: Actor, title: Title, visit: Visit | None = None) -> Reservation:
    visit = visit or a_guest(session, at)
    return reserving.reserve(session, visit.id, title.id, f"nonce-{next(_numbers)}", at, "id")


def a_survey(session: Session, day: date, days: int = 10, minimum: int = 3, answers: Sequence[Sequence[int | None]] = (),
             **more: object) -> Survey:
    """A survey that opened `days` ago and closes as many days on, with these answers from `day`."""
    made = Survey(**{"name": "Survei uji (contoh)", "opens_on": day - timedelta(days), "closes_on": day + timedelta(days),
                     "minimum": minimum, "elements": surveying.ELEMENTS, **more})
    session.add(made)
    session.flush()
    session.add_all([Answer(survey_id=made.id, nonce=f"answer {next(_numbers)}", day=day, scores=list(scores)) for scores in answers])
    return made
