"""Whether a title can be had now: derived from its copies and what is open on them, never kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kiosk.ledger.collection import Copy, CopyStatus
from kiosk.ledger.loans import Loan, LoanItem, Reading
from kiosk.ledger.reservations import Reservation, ReservationState

GONE = (CopyStatus.MISSING, CopyStatus.WITHDRAWN)


@dataclass(frozen=True)
class Availability:
    """How many copies the library has and how many can be had now; where one stands (one that can be had, where there is one).

    `next_due` is when the first is expected back, only while none can be had. `reference_only`: all are for reading here.
    `held`: how many lie ready for somebody; `waiting`: how many people stand in the queue, and as long as somebody does, no copy can be
    had by others.
    """

    total: int = 0
    free: int = 0
    shelf: str = ""
    next_due: date | None = None
    reference_only: bool = False
    held: int = 0
    waiting: int = 0


_copy, _item, _loan, _reading, _held = Copy.__table__, LoanItem.__table__, Loan.__table__, Reading.__table__, Reservation.__table__
_queue = _held.alias("queue")
_awaited = sa.exists().where(_queue.c.title_id == _copy.c.title_id, _queue.c.state == ReservationState.WAITING)
_is_free = sa.and_(_copy.c.status == CopyStatus.AVAILABLE, _item.c.id.is_(None), _reading.c.id.is_(None), _held.c.id.is_(None), ~_awaited)
_with_open_rows = (_copy.outerjoin(_item, sa.and_(_item.c.copy_id == _copy.c.id, _item.c.outcome.is_(None)))
                   .outerjoin(_reading, sa.and_(_reading.c.copy_id == _copy.c.id, _reading.c.ended_at.is_(None)))
                   .outerjoin(_held, sa.and_(_held.c.copy_id == _copy.c.id, _held.c.state == ReservationState.READY)))
_of_these = _copy.c.title_id.in_(sa.bindparam("ids", expanding=True))
_state = (sa.select(_copy.c.title_id, sa.func.count().label("total"), sa.func.count(sa.case((_is_free, 1))).label("free"),
                    sa.func.min(sa.case((_is_free, _copy.c.shelf))).label("free_shelf"),
                    sa.func.min(_copy.c.shelf).label("shelf"), sa.func.min(_loan.c.due_on).label("due"),
                    sa.func.count(sa.case((_copy.c.status == CopyStatus.REFERENCE_ONLY, 1))).label("reference"),
                    sa.func.count(_held.c.id).label("held"))
          .select_from(_with_open_rows.outerjoin(_loan, _loan.c.id == _item.c.loan_id))
          .where(_of_these, _copy.c.status.not_in(GONE)).group_by(_copy.c.title_id))
_free = sa.select(_copy.c.title_id).select_from(_with_open_rows).where(_of_these, _is_free).distinct()
_waiting = (sa.select(_held.c.title_id, sa.func.count().label("waiting"))
            .where(_held.c.title_id.in_(sa.bindparam("ids", expanding=True)), _held.c.state == ReservationState.WAITING)
            .group_by(_held.c.title_id))

# Made once: making a statement anew costs more than running it.
_mine, _others = aliased(Reservation), aliased(Reservation)
_held_for_me = sa.exists().where(_mine.copy_id == Copy.id, _mine.state == ReservationState.READY,
                                 _mine.borrower_key == sa.bindparam("borrower"))
_held_for_others = sa.exists().where(_others.copy_id == Copy.id, _others.state == ReservationState.READY,
                                     _others.borrower_key != sa.bindparam("borrower"))
_wanted_by_others = sa.exists().where(_others.title_id == Copy.title_id, _others.state == ReservationState.WAITING,
                                      _others.borrower_key != sa.bindparam("borrower"))
_UNUSED = (sa.select(Copy).where(Copy.title_id == sa.bindparam("title"), Copy.status.in_(sa.bindparam("good", expanding=True)),
                                 ~sa.exists().where(LoanItem.copy_id == Copy.id, LoanItem.outcome.is_(None)),
                                 ~sa.exists().where(Reading.copy_id == Copy.id, Reading.ended_at.is_(None)), ~_held_for_others)
           .order_by(sa.case((_held_for_me, 0), (Copy.status == CopyStatus.REFERENCE_ONLY, 1), else_=2), Copy.number).limit(1))
_FREE_COPY = _UNUSED.where(sa.or_(Copy.status == CopyStatus.REFERENCE_ONLY, _held_for_me, ~_wanted_by_others))
_FREE_TO_TAKE, _FOR_THE_QUEUE = _FREE_COPY.with_for_update(skip_locked=True), _UNUSED.with_for_update(skip_locked=True)


def availability(session: Session, title_ids: Collection[int]) -> dict[int, Availability]:
    """The availability of each of these titles; also of one without copies."""
    waiting = dict(session.execute(_waiting, {"ids": list(title_ids)}).all())
    found = {row.title_id: Availability(row.total, row.free, (row.shelf if row.free_shelf is None else row.free_shelf) or "",
                                        None if row.free else row.due, row.reference == row.total, row.held, waiting.get(row.title_id, 0))
             for row in session.execute(_state, {"ids": list(title_ids)})}
    return {title_id: found.get(title_id, Availability()) for title_id in title_ids}


def free_titles(session: Session, title_ids: Collection[int]) -> set[int]:
    """Those of these titles of which a copy can be had now."""
    return set(session.scalars(_free, {"ids": list(title_ids)}))


def free_copy(session: Session, title_id: int, also_reference: bool = False, to_take: bool = False, borrower: str = "") -> Copy | None:
    """A copy of the title that nobody has, lowest number first; the one that is held for `borrower` before all.

    While others wait for the title, its copies are theirs. `to_take`: it is about to be taken, so on PostgreSQL it is locked, and
    those that others have locked are passed over; whoever only looks must not stand in the way of who takes.
    """
    good = [CopyStatus.AVAILABLE, CopyStatus.REFERENCE_ONLY] if also_reference else [CopyStatus.AVAILABLE]
    return session.scalar(_FREE_TO_TAKE if to_take else _FREE_COPY, {"title": title_id, "good": good, "borrower": borrower})


def copy_for_the_queue(session: Session, title_id: int) -> Copy | None:
    """A copy that nobody has and that is held for nobody, locked: it is about to be held for who waits longest."""
    return session.scalar(_FOR_THE_QUEUE, {"title": title_id, "good": [CopyStatus.AVAILABLE], "borrower": ""})
