"""Going through the shelves: labels are read where the copies stand, and what is missing, misplaced or unexpected shows at once."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import t
from kiosk.ledger.collection import Copy, CopyStatus, Title, copy_code
from kiosk.ledger.loans import OUT, Loan, LoanItem, Reading
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.ledger.stock import Sighting, StockTake
from kiosk.shelves.cataloguing import DESK, set_status
from kiosk.shelves.labelling import place_of

ON_SHELVES = (CopyStatus.AVAILABLE, CopyStatus.REFERENCE_ONLY)
AT_ONCE = 1000  # copies marked by one statement
MISSED = t("not seen in the stock-take")


class Verdict(StrEnum):
    """What is to be said of a label that was read."""

    FINE = "in its place"
    TURNED_UP = "turned up"        # it was missing
    MISPLACED = "misplaced"
    UNKNOWN = "unknown label"
    WITHDRAWN = "withdrawn"
    ON_LOAN = "on loan"
    HELD = "held for somebody"


UNEXPECTED = (Verdict.UNKNOWN, Verdict.WITHDRAWN, Verdict.ON_LOAN, Verdict.HELD)
WHAT_TO_DO = {
    Verdict.FINE: t("It stands where it belongs."), Verdict.TURNED_UP: t("It was missing, and is available again."),
    Verdict.MISPLACED: t("Bring it to its shelf, or say that it stands here from now on."),
    Verdict.UNKNOWN: t("Put it aside: it is of another library, or not in the catalogue yet."),
    Verdict.WITHDRAWN: t("Take it off the shelf, or make it available again."),
    Verdict.ON_LOAN: t("By the books somebody has it: take it back on the loan’s page."),
    Verdict.HELD: t("Put aside for somebody: it lies on the hold shelf, or belongs there.")}


@dataclass(frozen=True)
class Line:
    """A copy, or a label without one: where it belongs (`shelf`), where it was seen, and what is to be said of it."""

    code: str
    title: str = ""
    call_number: str = ""
    shelf: str = ""
    seen_on: str = ""
    verdict: str = ""
    copy_id: int | None = None
    loan_id: int | None = None


@dataclass(frozen=True)
class ShelfCount:
    """How far a shelf is: copies that should stand on it, how many of these were seen anywhere, and how many labels were `read` there."""

    shelf: str
    expected: int
    seen: int
    read: int


@dataclass(frozen=True)
class Report:
    """What was found; `untouched` are shelves on which no label was read, whose copies are not counted as missing."""

    expected: int
    seen: int
    missing: list[Line]
    misplaced: list[Line]
    unexpected: list[Line]
    untouched: list[str]

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Report":
        return cls(**{name: [Line(**line) for line in value] if name in ("missing", "misplaced", "unexpected") else value
                      for name, value in said.items()})


def begin(session: Session, shelves: Sequence[str], by: Actor) -> StockTake:
    """Begin to go through these shelves; none: through all. Raises Refused for an unknown one, and while another stock-take is open."""
    by.must_be(*DESK)
    if open_take(session):
        raise Refused(t("A stock-take is open already."), t("Go on with it, or close it first."))
    if set(shelves) - set(every_shelf(session)):
        raise Refused(t("There is no such shelf."), t("Choose from the list."), status=422)
    take = StockTake(shelves=sorted(set(shelves), key=place_of), begun_by=by.name)
    session.add(take)
    record(session, by, "stock-take begun", take, shelves=take.shelves)
    return take


def every_shelf(session: Session) -> dict[str, int]:
    """The shelves in their order, and how many copies belong on each."""
    rows = session.execute(sa.select(Copy.shelf, sa.func.count()).where(Copy.status != CopyStatus.WITHDRAWN).group_by(Copy.shelf))
    return {shelf: many for shelf, many in sorted(rows, key=lambda row: place_of(row[0]))}


def open_take(session: Session) -> StockTake | None:
    return session.scalar(sa.select(StockTake).where(StockTake.closed_at.is_(None)).order_by(StockTake.id).limit(1))


def closed_takes(session: Session, most: int = 20) -> Sequence[StockTake]:
    return session.scalars(sa.select(StockTake).where(StockTake.closed_at.is_not(None)).order_by(StockTake.id.desc()).limit(most)).all()


def see(session: Session, take_id: int, label: str, shelf: str, by: Actor) -> Line:
    """A label was read at `shelf`: what is to be said of it. Read again, the last place counts. A missing copy turns up by this.

    Raises Refused for no label, and when the stock-take is closed.
    """
    by.must_be(*DESK)
    take, code = session.get_one(StockTake, take_id), copy_code(label)
    if take.closed_at:
        raise Refused(t("This stock-take is closed."), t("Begin a new one."))
    if not code:
        raise Refused(t("No label was read."), t("Scan the label of a copy, or type its code."), status=422)
    copy = session.scalar(sa.select(Copy).where(Copy.code == code))
    turned_up = copy is not None and copy.status is CopyStatus.MISSING
    if copy and turned_up:
        set_status(session, copy, CopyStatus.AVAILABLE, "", by)
        record(session, by, "copy turned up", copy, code=code, shelf=shelf)
    sighting = session.scalar(sa.select(Sighting).where(Sighting.stock_take_id == take_id, Sighting.code == code)) or Sighting(
        stock_take_id=take_id, code=code)
    sighting.copy_id, sighting.shelf, sighting.seen_at, sighting.seen_by = copy and copy.id, shelf, now(), by.name
    session.add(sighting)
    session.flush()
    line = next(_sightings(session, take_id, code=code))
    return Line(**{**asdict(line), "verdict": Verdict.TURNED_UP}) if turned_up and line.verdict == Verdict.FINE else line


def line_of(session: Session, take_id: int, code: str) -> Line | None:
    """What is to be said by now of a label that was read."""
    return next(_sightings(session, take_id, code=copy_code(code)), None)


def counts(session: Session, take: StockTake) -> list[ShelfCount]:
    """How far each shelf is, in the order they stand."""
    rows = session.execute(_expected(take, Copy.shelf, sa.func.count(), sa.func.count(Sighting.id)).group_by(Copy.shelf))
    labels = sa.select(Sighting.shelf, sa.func.count()).where(Sighting.stock_take_id == take.id).group_by(Sighting.shelf)
    read = {shelf: many for shelf, many in session.execute(labels)}
    found = {shelf: ShelfCount(shelf, expected, seen, read.get(shelf, 0)) for shelf, expected, seen in rows}
    found |= {shelf: ShelfCount(shelf, 0, 0, many) for shelf, many in read.items() if shelf not in found}
    return sorted(found.values(), key=lambda each: place_of(each.shelf))


def signature(session: Session, take: StockTake) -> str:
    """Changes with every label that is read, on whichever device."""
    last, many = session.execute(sa.select(sa.func.max(Sighting.seen_at), sa.func.count()).where(Sighting.stock_take_id == take.id)).one()
    return f"{many}-{last.timestamp() if last else 0}-{bool(take.closed_at)}"


def findings(session: Session, take: StockTake, shelf: str | None = None) -> Report:
    """What is missing, misplaced and unexpected by now, on the whole or at one shelf."""
    if take.report and shelf is None:
        return Report.from_json(take.report)
    done = {each.shelf for each in counts(session, take) if each.read}
    columns = (Copy.id, Copy.code, Copy.shelf, Title.title, Title.call_number, Sighting.id.label("sighting"))
    rows = session.execute(_expected(take, *columns).join(Title, Title.id == Copy.title_id)
                           .where(sa.true() if shelf is None else Copy.shelf == shelf)).all()
    missing = [Line(row.code, row.title, row.call_number, row.shelf, copy_id=row.id) for row in rows
               if row.sighting is None and (shelf is not None or row.shelf in done)]
    lines = list(_sightings(session, take.id, shelf))
    return Report(len(rows), sum(row.sighting is not None for row in rows), sorted(missing, key=_place),
                  sorted((line for line in lines if line.verdict == Verdict.MISPLACED), key=_place),
                  [line for line in lines if line.verdict in UNEXPECTED], sorted({row.shelf for row in rows} - done, key=place_of))


def close(session: Session, take_id: int, by: Actor) -> StockTake:
    """End it: what was not seen on the shelves that were gone through is missing from now on; the report stays as it is now."""
    by.must_be(*DESK)
    take = session.get_one(StockTake, take_id, with_for_update=True)
    if take.closed_at:
        return take
    report = findings(session, take)
    take.report, take.closed_at, take.closed_by = asdict(report), now(), by.name
    lost = [line.copy_id for line in report.missing]
    for start in range(0, len(lost), AT_ONCE):
        still_there = sa.and_(Copy.id.in_(lost[start:start + AT_ONCE]), Copy.status.in_(ON_SHELVES), ~sa.exists().where(_OPEN_ITEM))
        session.execute(sa.update(Copy).where(still_there).values(status=CopyStatus.MISSING, status_reason=MISSED, status_at=now())
                        .execution_options(synchronize_session=False))
    record(session, by, "stock-take closed", take, expected=report.expected, seen=report.seen,
           missing=[line.code for line in report.missing])
    return take


def _place(line: Line) -> tuple:
    return place_of(line.shelf, line.call_number, line.code)


_OPEN_ITEM = sa.and_(LoanItem.copy_id == Copy.id, LoanItem.outcome.is_(None))
_OPEN_READING = sa.and_(Reading.copy_id == Copy.id, Reading.ended_at.is_(None))
_READY = sa.and_(Reservation.copy_id == Copy.id, Reservation.state == ReservationState.READY)
_STANDS = sa.and_(Copy.status.in_(ON_SHELVES), ~sa.exists().where(_OPEN_ITEM), ~sa.exists().where(_OPEN_READING),
                  ~sa.exists().where(_READY))


def _expected(take: StockTake, *columns: Any) -> sa.Select:
    """Of the copies that should stand on the shelves of the stock-take, with the sighting of those that were seen."""
    seen = sa.and_(Sighting.copy_id == Copy.id, Sighting.stock_take_id == take.id)
    query = sa.select(*columns).select_from(Copy).outerjoin(Sighting, seen).where(_STANDS)
    return query.where(Copy.shelf.in_(take.shelves)) if take.shelves else query


def _sightings(session: Session, take_id: int, shelf: str | None = None, code: str | None = None) -> Iterator[Line]:
    """What was read, the latest first."""
    rows = (sa.select(Sighting.code, Sighting.shelf.label("seen_on"), Copy.id, Copy.shelf, Copy.status, Title.title, Title.call_number,
                      Loan.id.label("loan"), Loan.state, Reservation.id.label("reservation"))
            .outerjoin(Copy, Copy.id == Sighting.copy_id).outerjoin(Title, Title.id == Copy.title_id)
            .outerjoin(LoanItem, _OPEN_ITEM).outerjoin(Loan, Loan.id == LoanItem.loan_id).outerjoin(Reservation, _READY)
            .where(Sighting.stock_take_id == take_id).order_by(Sighting.seen_at.desc(), Sighting.id.desc()))
    if shelf is not None:
        rows = rows.where(Sighting.shelf == shelf)
    if code is not None:
        rows = rows.where(Sighting.code == code)
    for row in session.execute(rows):
        yield Line(row.code, row.title or "", row.call_number or "", row.shelf or "", row.seen_on, _judged(row), row.id, row.loan)


def _judged(row: sa.Row) -> Verdict:
    if row.id is None:
        return Verdict.UNKNOWN
    if row.status is CopyStatus.WITHDRAWN:
        return Verdict.WITHDRAWN
    if row.state in OUT:
        return Verdict.ON_LOAN
    if row.reservation:
        return Verdict.HELD
    return Verdict.FINE if row.shelf == row.seen_on else Verdict.MISPLACED
