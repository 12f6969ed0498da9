"""What the officer's screens show: read-only queries over guests, loans, paper and stations."""

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation import jobs
from foundation.audit import AuditEntry
from foundation.clock import end_of, now, start_of, today
from foundation.jobs import Job
from foundation.keys import Keys
from foundation.office import office
from foundation.stations import Station
from foundation.text import clean
from kiosk import calendar, lending
from kiosk.collection import Copy, CopyStatus, Title, copy_code
from kiosk.lending import WHOLE
from kiosk.loans import OUT, Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.slips import Found, identify
from kiosk.visits import HelpCall, Visit, VisitState
from printer import codes, printouts
from printer.printouts import Printout, PrintoutState

NEWS = ("visit admitted", "loan handed over", "returned", "read here", "reading ended", "loan cancelled", "loan expired", "visit left")
SILENT = timedelta(minutes=3)


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the officer: `what` is "help", "admit", "hand over" or "receive"; `thing` its row."""

    what: str
    since: datetime
    thing: HelpCall | Visit | Loan
    place: str = ""   # the station where help was asked


@dataclass(frozen=True)
class News:
    """Something just done, with whom it concerned and the loan that shows more."""

    at: datetime
    deed: str
    name: str
    about: str = ""
    loan_id: int | None = None


@dataclass(frozen=True)
class Counts:
    guests: int
    people: int
    lent: int
    returned: int
    read: int


@dataclass(frozen=True)
class Paper:
    """A slip that needs a person's eye, with the loan it belongs to (None: a test print)."""

    printout: Printout
    station: str
    loan: Loan | None


@dataclass(frozen=True)
class Desk:
    """Everything on the live page, at one moment."""

    waiting: list[Waiting]
    here: list[Visit]
    readings: list[Reading]
    news: list[News]
    counts: Counts
    stations: list[Station]
    paper: list[Paper]
    failed: list[Job]
    overdue: int
    queued: Counter[int]   # papers that wait for their printer, by station
    silent: set[int]       # stations whose screen has not asked for anything in a while


def signature(session: Session) -> str:
    """Changes whenever the live page would: by a deed, by a printer, by a failed job, and every minute for the times on it."""
    deeds = session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    printers = session.execute(sa.select(Station.id, Station.printer_state, Station.printer_note).order_by(Station.id)).all()
    failed = session.scalar(sa.select(sa.func.count()).where(Job.done_at.is_(None), Job.tries >= jobs.TRIES))
    devices = zlib.crc32(repr((printers, failed)).encode())
    return f"{deeds}-{devices:x}-{int(now().timestamp()) // 60}"


def look(session: Session) -> Desk:
    """The room, what waits (longest first), what was just done, and how printers and screens are."""
    here = session.scalars(sa.select(Visit).where(Visit.state == VisitState.ADMITTED).order_by(Visit.signed_at.desc()))
    stations = session.scalars(sa.select(Station).where(Station.active).order_by(Station.kind.desc(), Station.name)).all()
    return Desk(waiting(session), list(here), lending.readings_now(session), news(session), counts(session), list(stations),
                papers(session), jobs.exhausted(session),
                session.scalar(sa.select(sa.func.count()).where(Loan.state.in_(OUT), Loan.due_at < now())) or 0,
                Counter(session.scalars(sa.select(Printout.station_id).where(Printout.state == PrintoutState.QUEUED))),
                {station.id for station in stations if station.seen_at and station.seen_at < now() - SILENT})


def waiting(session: Session) -> list[Waiting]:
    """Calls for help, guests to admit, requests to hand over and copies to take back, in the order they came."""
    calls = session.execute(sa.select(HelpCall, Station.name).join(Station, Station.id == HelpCall.station_id)
                            .where(HelpCall.answered_at.is_(None)))
    guests = session.scalars(sa.select(Visit).where(Visit.state == VisitState.SIGNED))
    rows = [Waiting("help", call.asked_at, call, place) for call, place in calls]
    rows += [Waiting("admit", visit.signed_at or visit.arrived_at, visit) for visit in guests]
    rows += [Waiting("hand over", loan.requested_at, loan) for loan in lending.waiting(session)]
    rows += [Waiting("receive", min(item.brought_at for item in announced(loan)), loan) for loan in lending.brought_back(session)]
    return sorted(rows, key=lambda row: row.since)


def announced(loan: Loan) -> list[LoanItem]:
    """The copies that a visitor says are back and that nobody has taken yet."""
    return [item for item in loan.open_items if item.brought_at]


def news(session: Session, most: int = 8) -> list[News]:
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed.in_(NEWS)).order_by(AuditEntry.id.desc()).limit(most)).all()
    ids: dict[str, set[int]] = {}
    for entry in entries:
        kind, _, number = entry.subject.partition(":")
        ids.setdefault(kind, set()).add(int(number))
    visits = {v.id: v for v in session.scalars(sa.select(Visit).where(Visit.id.in_(ids.get("visit", ()))))}
    loans = {loan.id: loan for loan in session.scalars(sa.select(Loan).where(Loan.id.in_(ids.get("loan", ()))).options(*WHOLE))}
    titles = {**_titles(session, Copy.id, Copy, ids.get("copy", set())), **_titles(session, Reading.id, Reading, ids.get("reading", set()))}
    return [_news(entry, visits, loans, titles) for entry in entries]


def _titles(session: Session, key: sa.ColumnElement, model: type, wanted: set[int]) -> dict[tuple[str, int], str]:
    query = sa.select(key, Title.title).select_from(Copy).join(Title, Title.id == Copy.title_id).where(key.in_(wanted))
    rows = session.execute(query if model is Copy else query.join(Reading, Reading.copy_id == Copy.id))
    return {(model.__tablename__, id): title for id, title in rows}


def _news(entry: AuditEntry, visits: dict, loans: dict, titles: dict) -> News:
    kind, _, number = entry.subject.partition(":")
    if loan := loans.get(int(number)) if kind == "loan" else None:
        touched = set(entry.details.get("items", ()))
        about = [item.copy.title.title for item in loan.items if not touched or item.id in touched]
        return News(entry.at, entry.deed, loan.visit.name, "; ".join(about), loan.id)
    visit = visits.get(int(number)) if kind == "visit" else None
    return News(entry.at, entry.deed, visit.name if visit else "", titles.get((kind, int(number)), ""))


def counts(session: Session, day: date | None = None) -> Counts:
    """Today's numbers, or those of `day`; guests are lines of the guest book, people the heads they speak for."""
    zone = office(session).time_zone
    day = day or today(zone)
    first, last = start_of(day, zone), start_of(day + timedelta(1), zone)
    guests, people = session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Visit.people), 0))
                                     .where(Visit.day == day, Visit.signed_at.is_not(None))).one()

    def items(moment: sa.ColumnElement, *conditions: sa.ColumnElement) -> int:
        return session.scalar(sa.select(sa.func.count(LoanItem.id)).join(Loan).where(moment >= first, moment < last, *conditions)) or 0
    return Counts(guests, people, items(Loan.handed_over_at), items(LoanItem.closed_at, LoanItem.outcome == Outcome.RETURNED),
                  session.scalar(sa.select(sa.func.count()).where(Reading.day == day)) or 0)


def papers(session: Session) -> list[Paper]:
    """Slips of which only a person can say whether they came out, and those that a printer holds."""
    waiting_papers = printouts.needing_attention(session)
    stations = dict(session.execute(sa.select(Station.id, Station.name)).all())
    return [Paper(paper, stations.get(paper.station_id, ""), loan_of(session, paper)) for paper in waiting_papers]


def loan_of(session: Session, printout: Printout) -> Loan | None:
    """The loan whose slip this is; None for another paper."""
    kind, _, number = printout.subject.partition(":")
    return lending.find_loan(session, int(number)) if kind == "loan" else None


def open_code(session: Session, keys: Keys, text: str) -> Found:
    """What a code means at the desk: as slips.identify, and the e-slip of a request opens the request."""
    compact = "".join(text[:200].split())
    if len(compact) == codes.LENGTH and compact.isdigit() and (loan := lending.find_loan(session, codes.read(keys.slips, compact))):
        return Found(loan)
    return identify(session, keys, text)


def copy_with(session: Session, label: str) -> Copy | None:
    """The copy with exactly this label; None where there is none."""
    return session.scalar(sa.select(Copy).where(Copy.code == copy_code(label)))


def slips_of(session: Session, loan_id: int) -> list[Printout]:
    return list(session.scalars(sa.select(Printout).where(Printout.subject == f"loan:{loan_id}").order_by(Printout.copy_no)))


def find_loans(session: Session, show: str, words: str = "", most: int = 200) -> list[Loan]:
    """Loans that are "open", "overdue", "requested", "returned" (today) or "all", and whose borrower, number, title or
    copy label has every one of the `words`; what is due or waiting longest comes first."""
    zone = office(session).time_zone
    day = today(zone)
    which, order = {
        "open": (Loan.state.in_(OUT), (Loan.due_at, Loan.id)),
        "overdue": (sa.and_(Loan.state.in_(OUT), Loan.due_at < now()), (Loan.due_at, Loan.id)),
        "requested": (Loan.state == LoanState.REQUESTED, (Loan.requested_at,)),
        "returned": (Loan.items.any(sa.and_(LoanItem.outcome == Outcome.RETURNED, LoanItem.closed_at.between(
            start_of(day, zone), end_of(day, zone)))), (Loan.id.desc(),)),
        "all": (sa.true(), (Loan.id.desc(),)),
    }[show]
    query = sa.select(Loan).where(which).order_by(*order).limit(most).options(*WHOLE)
    for word in clean(words, 100).split():
        query = query.where(_speaks_of(word))
    return list(session.scalars(query))


def _speaks_of(word: str) -> sa.ColumnElement[bool]:
    number = word.split("-")[1] if word.count("-") == 2 and word[:4].isdigit() else word  # 2026-00042-7391 is number 42
    among = [Loan.visit.has(Visit.person_key.contains(word.casefold(), autoescape=True)),
             Loan.items.any(LoanItem.copy.has(sa.or_(Copy.code == copy_code(word),
                                                     Copy.title.has(Title.title.icontains(word, autoescape=True)))))]
    if number.isascii() and number.isdigit() and len(number) < 10:
        among.append(Loan.number == int(number))
    return sa.or_(*among)


def lateness(session: Session) -> Callable[[Loan], int]:
    """How many open days a loan is late by now; 0 for one that is in time or back."""
    days = calendar.load(session)
    on = today(days.zone)
    return lambda loan: days.late_days(loan.due_on, on) if loan.due_on and loan.state in OUT else 0


@dataclass(frozen=True)
class Guest:
    """One person of the guest book, as far as can be known; `visit_id` is the latest visit."""

    visit_id: int
    name: str
    institution: str
    visits: int
    last: date
    open_copies: int


def find_guests(session: Session, words: str, most: int = 50) -> list[Guest]:
    """People whose name or institution has every one of the `words`, the latest visitors first."""
    per_person = (sa.select(Visit.person_key, sa.func.max(Visit.id).label("id"), sa.func.count().label("visits"))
                  .where(Visit.signed_at.is_not(None), Visit.person_key != "").group_by(Visit.person_key)
                  .order_by(sa.func.max(Visit.id).desc()).limit(most))
    for word in clean(words, 100).casefold().split():
        per_person = per_person.where(Visit.person_key.contains(word, autoescape=True))
    found = per_person.subquery()
    rows = session.execute(sa.select(Visit, found.c.visits).join(found, found.c.id == Visit.id).order_by(Visit.id.desc())).all()
    out = Counter(session.scalars(sa.select(Loan.borrower_key).join(LoanItem, LoanItem.loan_id == Loan.id).where(
        Loan.state.in_(OUT), LoanItem.outcome.is_(None), Loan.borrower_key.in_([visit.person_key for visit, _ in rows]))))
    return [Guest(visit.id, visit.name, visit.institution, visits, visit.day, out[visit.person_key]) for visit, visits in rows]


def copies_to_lend(session: Session, title_ids: list[int]) -> dict[int, list[Copy]]:
    """The copies of these titles that stand on the shelf, by title."""
    rows = session.scalars(sa.select(Copy).where(
        Copy.title_id.in_(title_ids), Copy.status == CopyStatus.AVAILABLE,
        ~sa.exists().where(LoanItem.copy_id == Copy.id, LoanItem.outcome.is_(None))).order_by(Copy.number))
    found: dict[int, list[Copy]] = {}
    for copy in rows:
        found.setdefault(copy.title_id, []).append(copy)
    return found


def reading_of(session: Session, copy_id: int) -> Reading | None:
    return session.scalar(sa.select(Reading).where(Reading.copy_id == copy_id, Reading.ended_at.is_(None)))


def past_loans(session: Session, copy_id: int, most: int = 10) -> list[Loan]:
    """The latest loans of one copy, newest first."""
    mine = sa.select(LoanItem.loan_id).where(LoanItem.copy_id == copy_id)
    return list(session.scalars(sa.select(Loan).where(Loan.id.in_(mine)).order_by(Loan.id.desc()).limit(most).options(*WHOLE)))


@dataclass(frozen=True)
class DayBook:
    """One day of the guest book with everything lent, taken back and read on it."""

    day: date
    visits: list[Visit]
    loans: list[Loan]
    returned: list[LoanItem]
    readings: list[Reading]
    counts: Counts

    @property
    def categories(self) -> Counter:
        """How many lines of the guest book each category has."""
        return Counter(visit.category for visit in self.visits if visit.category)


def day_book(session: Session, day: date) -> DayBook:
    """The guest book of `day` (the office's calendar day) in the order people came, and what went out and came back."""
    zone = office(session).time_zone
    first, last = start_of(day, zone), start_of(day + timedelta(1), zone)
    visits = session.scalars(sa.select(Visit).where(Visit.day == day, Visit.signed_at.is_not(None)).order_by(Visit.arrived_at, Visit.id))
    loans = session.scalars(sa.select(Loan).where(Loan.handed_over_at >= first, Loan.handed_over_at < last)
                            .order_by(Loan.number).options(*WHOLE))
    returned = session.scalars(sa.select(LoanItem).where(
        LoanItem.outcome == Outcome.RETURNED, LoanItem.closed_at >= first, LoanItem.closed_at < last).order_by(LoanItem.closed_at)
        .options(joinedload(LoanItem.loan).joinedload(Loan.visit), joinedload(LoanItem.copy).joinedload(Copy.title)))
    readings = session.scalars(sa.select(Reading).where(Reading.day == day).order_by(Reading.began_at)
                               .options(joinedload(Reading.copy).joinedload(Copy.title)))
    return DayBook(day, list(visits), list(loans), list(returned), list(readings), counts(session, day))
