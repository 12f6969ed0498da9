"""Two titles that are one: what a merger would move, and the merger itself."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import t
from kiosk.ledger.collection import Copy, MergedTitle, Title
from kiosk.ledger.loans import LoanItem, Reading
from kiosk.ledger.reservations import OPEN, Reservation
from kiosk.shelves.cataloguing import DESK
from kiosk.shelves.describing import NAMES
from kiosk.shelves.search_index import index_titles

FIELDS = ("kind", *NAMES)
IDENTITY = ("kind", "title", "number", "year", "edition", "register_number", "elsewhere")


@dataclass(frozen=True)
class Merger:
    """What would become of two titles: `kept` gets what is counted here of `gone`; `differ`: the fields in which they differ."""

    kept: Title
    gone: Title
    differ: list[str]
    copies: int
    loans: int
    readings: int
    reservations: int


def look(session: Session, kept_id: int, gone_id: int) -> Merger:
    """What merging `gone_id` into `kept_id` would do; nothing is changed. Raises Refused for a title and itself."""
    if kept_id == gone_id:
        raise Refused(t("This is the same title."), t("Choose another one to merge with it."), status=422)
    kept, gone = session.get_one(Title, kept_id), session.get_one(Title, gone_id)

    def count(model: type, column: sa.ColumnElement) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(column)) or 0
    its_copies = sa.select(Copy.id).where(Copy.title_id == gone_id)
    return Merger(kept, gone, [field for field in FIELDS if getattr(kept, field) != getattr(gone, field)],
                  count(Copy, Copy.title_id == gone_id), count(LoanItem, LoanItem.copy_id.in_(its_copies)),
                  count(Reading, Reading.copy_id.in_(its_copies)), count(Reservation, Reservation.title_id == gone_id))


def merge(session: Session, kept_id: int, gone_id: int, from_gone: Collection[str], by: Actor) -> Title:
    """Let title `gone_id` become one with `kept_id`: its copies, their loans and readings, and those who wait for it follow.

    `from_gone`: the fields whose value is taken from it; a cover and a file are taken where the other has none. Whoever waits for both
    keeps the earlier place. The row of the other title ends; what it was stands in the audit trail, and in a MergedTitle, so that it
    does not come back when the list it came from is imported again.
    """
    by.must_be(*DESK)
    for title_id in sorted((kept_id, gone_id)):
        session.get_one(Title, title_id, with_for_update=True)
    merger = look(session, kept_id, gone_id)
    kept, gone = merger.kept, merger.gone
    gone_was, kept_was = _as_it_is(gone) | {"codes": [copy.code for copy in gone.copies]}, _as_it_is(kept)
    was = {"key": gone.id, "title": gone.title, "number": gone.number, "year": gone.year, "elsewhere": gone.elsewhere}
    for field in merger.differ:
        if field in from_gone:
            setattr(kept, field, getattr(gone, field))
    if not (kept.digital or kept.product_id):
        kept.digital, kept.digital_pages, kept.product_id = gone.digital, gone.digital_pages, gone.product_id
    kept.cover, kept.elsewhere = kept.cover or gone.cover, kept.elsewhere or gone.elsewhere
    kept.extra = {**gone.extra, **kept.extra}
    _move_copies(session, kept, gone)
    _move_queue(session, kept, gone, by)
    session.execute(sa.update(MergedTitle).where(MergedTitle.title_id == gone_id).values(title_id=kept_id))
    former = [gone_was, kept_was] if kept_was != _as_it_is(kept) else [gone_was]
    session.add_all(MergedTitle(title_id=kept_id, **each) for each in former)
    session.flush()
    session.expire_all()
    session.delete(gone)
    record(session, by, "titles merged", kept, merged=was, copies=merger.copies, taken=sorted(set(from_gone) & set(merger.differ)))
    index_titles(session, [kept_id, gone_id])
    return kept


def _as_it_is(title: Title) -> dict[str, Any]:
    return {key: getattr(title, key) for key in IDENTITY} | {"codes": []}


def _move_copies(session: Session, kept: Title, gone: Title) -> None:
    last = max((copy.number for copy in kept.copies), default=0)
    for number, copy in enumerate(list(gone.copies), last + 1):
        copy.number, copy.title = number, kept


def _move_queue(session: Session, kept: Title, gone: Title, by: Actor) -> None:
    """Whoever waits for both keeps the place that is further: a copy that lies ready, or else the earlier one."""
    waiting = session.scalars(sa.select(Reservation).where(Reservation.title_id.in_((kept.id, gone.id)), Reservation.state.in_(OPEN))
                              .order_by(Reservation.copy_id.is_(None), Reservation.made_at, Reservation.id)).all()
    first: dict[str, Reservation] = {}
    for each in waiting:
        if first.setdefault(each.borrower_key, each) is not each:
            each.take("cancel", by)
    session.flush()  # the place is free before another one takes it
    session.execute(sa.update(Reservation).where(Reservation.title_id == gone.id).values(title_id=kept.id))
