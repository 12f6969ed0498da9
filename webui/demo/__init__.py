"""The demo: a fictional office with a collection, people, a kiosk and a year behind it, to try everything in."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now, today
from foundation.database import Database
from foundation.office import Office, office
from foundation.people import Person, Role, add_person, hash_password
from foundation.stations import Station, StationKind, invite
from kiosk.borrowing.calendar import ClosedDay, seed_week
from kiosk.borrowing.rules import seed_rules
from kiosk.exchange import importing
from kiosk.ledger.collection import Copy, CopyStatus
from scanner.devices.knowing import learn_soon
from webui.demo.history import write_history
from webui.demo.members import write_members
from webui.demo.months import write_months, write_surveys
from webui.demo.products import write_products
from webui.demo.reservations import write_reservations
from webui.demo.titles import collection
from webui.demo.words import OFFICE

KIOSK, DESK, SCANNER = "Kiosk Depan", "Meja Layanan", "Meja Pindai"
INVITATION = timedelta(days=1)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in to the demo; the password is known to everybody who reads this file."""

    username: str
    name: str
    roles: tuple[Role, ...]
    password: str


PEOPLE = (
    DemoPerson("dewi", "Dewi Rengganis", (Role.ADMIN,), "payung biru pagi"),
    DemoPerson("sari", "Sari Pangestuti", (Role.OFFICER,), "teras hujan melati"),
    DemoPerson("bima", "Bima Suryadilaga", (Role.PROPOSER,), "kereta sawah senja"),
    DemoPerson("ratri", "Ratri Prameswari", (Role.HEAD_OF_DIVISION,), "jendela kayu jati"),
    DemoPerson("yudha", "Yudha Natawijaya", (Role.HEAD_OF_SUBDIVISION,), "perahu layar putih"),
    DemoPerson("lestari", "Lestari Widyastomo", (Role.LEGAL_STAFF,), "kopi hangat sore"),
    DemoPerson("galih", "Galih Kertapati", (Role.LEGAL_STAFF,), "bukit hijau sunyi"),
)


@dataclass(frozen=True)
class DemoOffice:
    """What a person needs to try it: who can sign in, the one-time code that makes a browser the kiosk, where slips go."""

    people: tuple[DemoPerson, ...]
    kiosk_code: str
    printer: str


def fill(database: Database, printer: str, scanner: str = "") -> DemoOffice:
    """Make the demo office in an empty database; where it is already, its kiosk gets a new code, and the stations these devices.

    `printer` and `scanner` are device addresses (see printer.connect and scanner.devices.connect). All of the office is made in one
    transaction, or none of it.
    """
    with database.reading() as session:
        is_there = session.scalar(sa.select(Person.id).limit(1)) is not None
    hashes = {} if is_there else {person.username: hash_password(person.password) for person in PEOPLE}  # slow, so outside
    with database.transaction() as session:
        if not is_there:
            _make(session, hashes)
        kiosk = session.scalars(sa.select(Station).where(Station.name == KIOSK)).one()
        kiosk.printer = printer
        station = session.scalars(sa.select(Station).where(Station.name == SCANNER)).one()
        station.scanner = scanner
        if scanner:
            learn_soon(session, station)
        return DemoOffice(PEOPLE, invite(kiosk, now() + INVITATION), printer)


def description(made: DemoOffice, base: str) -> tuple[str, str]:
    """The address to open first, and what to tell the person who started the demo; `base` is the service's address."""
    start = f"{base}/kiosk/enrol/{made.kiosk_code}"
    places = [("Kiosk", f"{start}   (makes the browser that opens it the kiosk)"), ("Desk", f"{base}/desk"), ("Scan", f"{base}/scanning"),
              ("Board", f"{base}/products")]
    if made.printer.startswith("simulated://"):
        places.append(("Paper", f"{base}/paper/   (what the simulated printer printed)"))
    lines = ["", f"{OFFICE}, a fictional office, is open:", "", *(f"  {name:8}{address}" for name, address in places), "",
             "Sign in at the desk with:", "",
             *(f"  {person.username:10}{person.password:22}{', '.join(person.roles)}" for person in made.people), ""]
    return start, "\n".join(lines)


def _make(session: Session, hashes: dict[str, str]) -> None:
    here = _office(session)
    people = {person.username: add_person(session, person.username, person.name, list(person.roles), hashes[person.username])
              for person in PEOPLE}
    kiosk = Station(name=KIOSK, kind=StationKind.KIOSK)
    session.add_all([kiosk, Station(name=DESK, kind=StationKind.DESK), Station(name=SCANNER, kind=StationKind.SCANNER)])
    seed_week(session)
    seed_rules(session)
    session.add_all(_closed_days(today(here.time_zone)))
    admin = people["dewi"].actor()
    importing.apply(session, collection(), admin)
    _set_aside(session)
    write_months(session, here, kiosk.id, people["sari"].name)
    write_history(session, here, kiosk.id, people["sari"].name)
    write_surveys(session, today(here.time_zone))
    write_members(session, today(here.time_zone), people["sari"].actor())
    write_reservations(session, here)
    write_products(session, {username: person.actor() for username, person in people.items()}, today(here.time_zone))
    record(session, admin, "demo office made", here)
    session.info["office changed"] = True


def _office(session: Session) -> Office:
    here = office(session)
    here.name, here.library = OFFICE, f"Perpustakaan Hukum JDIH {OFFICE}"
    here.address = "Jalan Kenanga Raya Nomor 7, Wirasari (alamat fiktif)"
    here.place, here.signer_title, here.signer_name = "Wirasari", "Kepala Perpustakaan", "Ratri Prameswari"
    here.slip_terms = "Jaga dokumen tetap bersih dan utuh. Laporkan kerusakan kepada petugas."
    return here


def _closed_days(day: date) -> list[ClosedDay]:
    """One closed weekday a while ago, and two on end soon: a due date jumps over them."""
    def weekday(wanted: date) -> date:
        return wanted if wanted.weekday() < 5 else wanted + timedelta(7 - wanted.weekday())
    first = weekday(day + timedelta(9))
    reasons = {weekday(day - timedelta(12)): "Penghitungan koleksi (contoh)", first: "Cuti bersama (contoh)",
               weekday(first + timedelta(1)): "Cuti bersama (contoh)"}
    return [ClosedDay(day=closed, reason=reason) for closed, reason in reasons.items()]


def _set_aside(session: Session) -> None:
    """A few copies that cannot be had: in repair, missing, withdrawn."""
    copies = list(session.scalars(sa.select(Copy).where(Copy.status == CopyStatus.AVAILABLE).order_by(Copy.id)))
    chosen = random.Random(11).sample(copies, 30)  # noqa: S311 - nothing secret
    for count, copy in enumerate(chosen):
        copy.status = CopyStatus.IN_REPAIR if count < 16 else CopyStatus.MISSING if count < 24 else CopyStatus.WITHDRAWN
