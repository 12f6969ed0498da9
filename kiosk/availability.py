"""Whether a title can be had now: derived from its copies and what is open on them, never kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kiosk.collection import Copy, CopyStatus
from kiosk.loans import Loan, LoanItem, Reading

GONE = (CopyStatus.MISSING, CopyStatus.WITHDRAWN)


@dataclass(frozen=True)
class Availability:
    """How many copies the library has and how many can be had now; where one stands (one that can be had, where there is one).

    `next_due` is when the first is expected back, only while none can be had. `reference_only`: all are for reading here.
    """

    total: int = 0
    free: int = 0
    shelf: str = ""
    next_due: date | None = None
    reference_only: bool = False


_copy, _item, _loan, _reading = Copy.__table__, LoanItem.__table__, Loan.__table__, Reading.__table__
_is_free = sa.and_(_copy.c.status == CopyStatus.AVAILABLE, _item.c.id.is_(None), _reading.c.id.is_(None))
_with_open_rows = (_copy.outerjoin(_item, sa.and_(_item.c.copy_id == _copy.c.id, _item.c.outcome.is_(None)))
                   .outerjoin(_reading, sa.and_(_reading.c.copy_id == _copy.c.id, _reading.c.ended_at.is_(None))))
_of_these = _copy.c.title_id.in_(sa.bindparam("ids", expanding=True))
_state = (sa.select(_copy.c.title_id, sa.func.count().label("total"), sa.func.count(sa.case((_is_free, 1))).label("free"),
                    sa.func.min(sa.case((_is_free, _copy.c.shelf))).label("free_shelf"),
                    sa.func.min(_copy.c.shelf).label("shelf"), sa.func.min(_loan.c.due_on).label("due"),
                    sa.func.count(sa.case((_copy.c.status == CopyStatus.REFERENCE_ONLY, 1))).label("reference"))
          .select_from(_with_open_rows.outerjoin(_loan, _loan.c.id == _item.c.loan_id))
          .where(_of_these, _copy.c.status.not_in(GONE)).group_by(_copy.c.title_id))
_free = sa.select(_copy.c.title_id).select_from(_with_open_rows).where(_of_these, _is_free).distinct()


def availability(session: Session, title_ids: Collection[int]) -> dict[int, Availability]:
    """The availability of each of these titles; also of one without copies."""
    found = {row.title_id: Availability(row.total, row.free, (row.shelf if row.free_shelf is None else row.free_shelf) or "",
                                        None if row.free else row.due, row.reference == row.total)
             for row in session.execute(_state, {"ids": list(title_ids)})}
    return {title_id: found.get(title_id, Availability()) for title_id in title_ids}


def free_titles(session: Session, title_ids: Collection[int]) -> set[int]:
    """Those of these titles of which a copy can be had now."""
    return set(session.scalars(_free, {"ids": list(title_ids)}))
