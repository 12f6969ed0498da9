"""The live page of the desk, as data: who is here, what waits, what was just done, how the devices are."""

import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from foundation import jobs
from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.database import Model, UtcDateTime
from foundation.jobs import Job
from foundation.stations import Station
from kiosk.borrowing import lending
from kiosk.borrowing.lending import WHOLE
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import OUT, Loan, LoanItem, Reading
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.ledger.visits import HelpCall, Visit, VisitState
from kiosk.reporting.reports import Counts, counts
from printer import printouts
from printer.printouts import Printout, PrintoutState

NEWS = ("visit admitted", "loan handed over", "loan renewed", "returned", "declared lost", "read here", "reading ended", "loan cancelled",
        "loan expired", "visit left")
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
class Paper:
    """A paper that needs a person's eye, with the loan it belongs to (None: it is of none)."""

    printout: Printout
    station: str
    loan: Loan | None


@dataclass(frozen=True)
class Queue:
    """Papers that wait for a printer, and since when the oldest of them does."""

    count: int
    since: datetime


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
    held: int                  # copies on the hold shelf
    queued: dict[int, Queue]   # papers that wait for their printer, by station
    uncertain: Counter[int]    # papers of which nobody has said yet whether they came out, by station
    silent: set[int]       # stations whose screen has not asked for anything in a while


_QUEUED = (sa.select(Printout.station_id, sa.func.count(), sa.func.min(Printout.created_at, type_=UtcDateTime))
           .where(Printout.state == PrintoutState.QUEUED).group_by(Printout.station_id))
_PAPER = sa.select(sa.func.count(), sa.func.max(Printout.id)).where(
    Printout.state.in_((PrintoutState.QUEUED, PrintoutState.SENDING, *printouts.ATTENTION)))


def signature(session: Session) -> str:
    """Changes whenever the live page would: by a deed, by a printer, by a failed job, and every minute for the times on it."""
    deeds = session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    printers = session.execute(sa.select(Station.id, Station.printer_state, Station.printer_note).order_by(Station.id)).all()
    failed = session.scalar(sa.select(sa.func.count()).where(Job.done_at.is_(None), Job.tries >= jobs.TRIES))
    devices = zlib.crc32(repr((printers, failed, session.execute(_PAPER).one())).encode())
    return f"{deeds}-{devices:x}-{int(now().timestamp()) // 60}"


def look(session: Session) -> Desk:
    """The room, what waits (longest first), what was just done, and how printers and screens are."""
    here = session.scalars(sa.select(Visit).where(Visit.state == VisitState.ADMITTED).order_by(Visit.signed_at.desc()))
    stations = session.scalars(sa.select(Station).where(Station.active).order_by(Station.kind.desc(), Station.name)).all()
    return Desk(waiting(session), list(here), lending.readings_now(session), news(session), counts(session), list(stations),
                papers(session), jobs.exhausted(session),
                session.scalar(sa.select(sa.func.count()).where(Loan.state.in_(OUT), Loan.due_at < now())) or 0,
                session.scalar(sa.select(sa.func.count()).where(Reservation.state == ReservationState.READY)) or 0,
                {station: Queue(count, since) for station, count, since in session.execute(_QUEUED)},
                Counter(session.scalars(sa.select(Printout.station_id).where(Printout.state == PrintoutState.UNCERTAIN))),
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
    """What was done last, newest first, with whom and what it was about."""
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed.in_(NEWS)).order_by(AuditEntry.id.desc()).limit(most)).all()
    subjects = {entry.subject for entry in entries}
    with_title = joinedload(Copy.title)
    things = {**_subjects(session, subjects, Visit), **_subjects(session, subjects, Loan, *WHOLE),
              **_subjects(session, subjects, Copy, with_title),
              **_subjects(session, subjects, Reading, joinedload(Reading.copy).options(with_title))}
    told = [_news(entry, things.get(entry.subject)) for entry in entries]
    return [one for one in told if one.name or one.about]  # whoever went before writing a name is no news


def _subjects(session: Session, subjects: set[str], model: type, *options: ORMOption) -> dict[str, Model]:
    """The rows of `model` that are among the subjects of an audit trail (`loan:12`), by subject."""
    name = f"{model.__tablename__}:"
    ids = [int(subject.removeprefix(name)) for subject in subjects if subject.startswith(name)]
    return {f"{name}{row.id}": row for row in session.scalars(sa.select(model).where(model.id.in_(ids)).options(*options))} if ids else {}


def _news(entry: AuditEntry, thing: Model | None) -> News:
    match thing:
        case Loan():
            touched = set(entry.details.get("items", ()))
            about = [item.copy.title.title for item in thing.items if not touched or item.id in touched]
            return News(entry.at, entry.deed, thing.visit.name, "; ".join(about), thing.id)
        case Visit():
            return News(entry.at, entry.deed, thing.name)
        case Copy():
            return News(entry.at, entry.deed, "", thing.title.title)
        case Reading():
            return News(entry.at, entry.deed, "", thing.copy.title.title)
    return News(entry.at, entry.deed, "")


def papers(session: Session) -> list[Paper]:
    """Slips of which only a person can say whether they came out, and those that a printer holds."""
    return [Paper(paper, session.get_one(Station, paper.station_id).name, loan_of(session, paper))
            for paper in printouts.needing_attention(session)]


def loan_of(session: Session, printout: Printout) -> Loan | None:
    """The loan whose slip this is; None for another paper."""
    kind, _, number = printout.subject.partition(":")
    return lending.find_loan(session, int(number)) if kind == "loan" else None
