"""Three fictional weeks behind the demo office: guests who came and left, loans out, back and overdue, works read on the spot."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import end_of, local, now, today
from foundation.counters import next_number
from foundation.office import Office
from kiosk.borrowing import calendar, rules
from kiosk.borrowing.calendar import Calendar
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.visits import Category, Purpose, Rating, Visit, VisitState, person_key

DAYS = 21
OVERDUE = 3
DAYS_LENT = 7

FIRST_NAMES = ("Arga", "Banyu", "Citra", "Dimas", "Endah", "Fajar", "Gendis", "Hanum", "Indra", "Jati", "Kirana", "Laras", "Mahesa",
               "Nirmala", "Oka", "Puspa", "Raka", "Sekar", "Tegar", "Utari", "Wening", "Yoga")
LAST_NAMES = ("Adiwangsa", "Bramasta", "Cendana", "Dirgantari", "Handaru", "Kalingga", "Maheswari", "Nusantari", "Pranadipa", "Rinjani",
              "Samudra", "Tanujaya", "Wicaksari")
INSTITUTIONS = {
    Category.PUBLIC: ("Umum", "Umum", "Karang Taruna Rawa Kedaung", "Paguyuban Warga Cemara Dua"),
    Category.STUDENT: ("Universitas Nusa Harapan", "Universitas Nusa Harapan", "SMA Negeri 9 Wirasari", "Sekolah Tinggi Hukum Tirta Jaya"),
    Category.CIVIL_SERVANT: ("KPU Kabupaten Tirta Jaya", "Dinas Kearsipan Kabupaten Wirasari", "Sekretariat DPRD Kabupaten Wirasari"),
    Category.RESEARCHER: ("Pusat Kajian Demokrasi Nusa Harapan", "Kantor Advokat Samudra dan Rekan"),
    Category.MEDIA: ("Harian Suara Wirasari", "Radio Lembah Senja"),
    Category.OTHER: ("Lembaga Pemantau Suara Warga",),
}
GROUPS = ("Kelas XI IPS 2", "Kelas XII MIPA 1", "Mata kuliah Hukum Pemilu", "Himpunan Mahasiswa Hukum")
SHARES = {Category.PUBLIC: 30, Category.STUDENT: 34, Category.CIVIL_SERVANT: 16, Category.RESEARCHER: 10, Category.MEDIA: 6,
          Category.OTHER: 4}
PURPOSES = {Purpose.FIND_DECISION: 30, Purpose.READ: 20, Purpose.BORROW: 30, Purpose.CONSULT: 6, Purpose.RESEARCH: 14}


@dataclass(frozen=True)
class Shelf:
    """Copies still to be taken, none of them twice: to borrow, and to read on the spot."""

    to_borrow: Iterator[Copy]
    to_read: Iterator[Copy]


def write_history(session: Session, here: Office, station_id: int, officer: str, seed: int = 7) -> None:
    """Fill the weeks before now; nothing lies in the future, and on a closed day nobody came."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    open_days, shelf = calendar.load(session), _shelf(session, chance)
    rule = rules.choose(rules.load(session), Category.PUBLIC, Kind.BOOK, today(here.time_zone))
    weeks = (today(here.time_zone) - timedelta(days) for days in range(DAYS, -1, -1))
    overdue, counted = 0, set()
    for day in filter(open_days.is_open, weeks):
        for visit in visits_of(chance, day, open_days, here, station_id):
            who = (visit.person_key, day.replace(day=1))
            visit.first_of_month = who not in counted
            counted.add(who)
            session.add(visit)
            session.flush()
            if visit.purpose is Purpose.BORROW:
                must_be_late = overdue < OVERDUE and open_days.due_day(day, DAYS_LENT) < today(here.time_zone)
                overdue += must_be_late
                copies = [next(shelf.to_borrow) for _ in range(chance.choice((1, 1, 2)))]
                _lend(session, chance, visit, copies, rules.snapshot(rule), open_days, officer, must_be_late)
            elif visit.purpose is Purpose.READ:
                session.add(Reading(nonce=f"demo-reading-{visit.id}", copy=next(shelf.to_read), visit_id=visit.id, day=day,
                                    began_at=visit.signed_at + timedelta(minutes=9), ended_at=visit.left_at))
            if visit.left_at and chance.random() < 0.6:
                session.add(Rating(day=day, score=chance.choices((2, 3, 4), (1, 5, 9))[0], station_id=station_id))
    session.flush()


def _shelf(session: Session, chance: random.Random) -> Shelf:
    def shuffled(*conditions: sa.ColumnElement[bool]) -> Iterator[Copy]:
        copies = list(session.scalars(sa.select(Copy).join(Title).where(*conditions).order_by(Copy.id)))
        chance.shuffle(copies)
        return iter(copies)
    lendable = Title.kind.in_([Kind.DECISION, Kind.REGULATION, Kind.BOOK]) & (Copy.status == CopyStatus.AVAILABLE)
    return Shelf(shuffled(lendable), shuffled((Title.kind == Kind.JOURNAL) | (Copy.status == CopyStatus.REFERENCE_ONLY)))


def visits_of(chance: random.Random, day: date, open_days: Calendar, here: Office, station_id: int) -> Iterator[Visit]:
    """The day's guests up to now, in the order they came; who has not left yet is still in the room."""
    closes = open_days.closes_at(day)
    for minutes in sorted(chance.sample(range(20, 400), chance.randint(5, 10))):
        arrived = closes - timedelta(minutes=430 - minutes, seconds=chance.randrange(60))
        left = min(arrived + timedelta(minutes=chance.randint(18, 130)), closes)
        signed = arrived + timedelta(seconds=chance.randint(40, 150))
        state, left_at = (VisitState.LEFT, left) if left < now() else (VisitState.ADMITTED, None)
        visit = guest(chance, state)
        if signed + timedelta(minutes=16) > now():
            return
        visit.day, visit.station_id, visit.arrived_at = day, station_id, arrived
        visit.signed_at = visit.admitted_at = signed
        visit.admitted_by, visit.keep_until, visit.notice_version = "Loket", day + timedelta(here.retention_days), here.notice_version
        visit.left_at = left_at
        yield visit


def guest(chance: random.Random, state: VisitState) -> Visit:
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    category = chance.choices(list(SHARES), list(SHARES.values()))[0]
    institution = chance.choice(INSTITUTIONS[category])
    visit = Visit(state=state, name=name, institution=institution, category=category, person_key=person_key(name, institution),
                  language="id", purpose=chance.choices(list(PURPOSES), list(PURPOSES.values()))[0])
    if category is Category.STUDENT and chance.random() < 0.12:
        visit.women, visit.men, visit.purpose = chance.randint(6, 16), chance.randint(5, 15), Purpose.RESEARCH
        visit.people, visit.group_name = visit.women + visit.men, chance.choice(GROUPS)
    return visit


def _lend(session: Session, chance: random.Random, visit: Visit, copies: list[Copy], rule: dict, open_days: Calendar, officer: str,
          must_be_late: bool) -> None:
    """A loan handed over during the visit: back some days later or, where that is still to come, out."""
    handed_over = visit.signed_at + timedelta(minutes=chance.randint(8, 15))
    due = open_days.due_day(visit.day, DAYS_LENT)
    returned = None if must_be_late else _moment_of_return(chance, visit.day, due, open_days)
    session.add(Loan(
        nonce=f"demo-loan-{visit.id}", state=LoanState.RETURNED if returned else LoanState.ON_LOAN, visit=visit,
        borrower_key=visit.person_key, station_id=visit.station_id, language="id", call=next_number(session, f"call {visit.day}"),
        year=visit.day.year, number=next_number(session, f"slip {visit.day.year}"),
        rules={"days": DAYS_LENT, "items": {str(copy.id): rule for copy in copies}}, requested_at=handed_over - timedelta(minutes=4),
        handed_over_at=handed_over, handed_over_by=officer, due_on=due, due_at=end_of(due, open_days.zone), closed_at=returned,
        items=[LoanItem(copy=copy, outcome=Outcome.RETURNED if returned else None, closed_at=returned,
                        received_by=officer if returned else None) for copy in copies]))


def _moment_of_return(chance: random.Random, lent: date, due: date, open_days: Calendar) -> datetime | None:
    """On an open day until the due one, during opening hours; None when that lies in the future."""
    days = [day for n in range(1, (due - lent).days + 1) if open_days.is_open(day := lent + timedelta(n))]
    moment = open_days.closes_at(chance.choice(days)) - timedelta(minutes=chance.randint(15, 420))
    return moment if moment < local(now(), open_days.zone) else None
