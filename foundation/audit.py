"""Who did what to which thing, and when: written in the deed's own transaction, then sealed into a chain of hashes."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import Database, Model
from foundation.people import Actor

AT_ONCE = 500  # entries sealed in one transaction


class AuditEntry(Model):
    """One deed. `seal` is SHA-256 over the seal before it and the entry; entries are sealed in `sealed` order, without gaps."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    by: Mapped[str]
    person_id: Mapped[int | None]
    station_id: Mapped[int | None]
    deed: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    details: Mapped[dict] = mapped_column(default=dict)
    sealed: Mapped[int | None] = mapped_column(unique=True)
    seal: Mapped[str | None] = mapped_column(sa.String(64))


FACTS = [AuditEntry.__table__.c[name] for name in ("id", "at", "by", "person_id", "station_id", "deed", "subject", "details")]


_ENTRY = sa.insert(AuditEntry.__table__)


def _link(previous: str, facts: Sequence[Any]) -> str:
    """The seal after `previous` of an entry with these values of FACTS."""
    number, at, *others = facts
    content = json.dumps([number, at.isoformat(), *others], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + content).encode()).hexdigest()


def record(session: Session, by: Actor, deed: str, thing: Model | str, **details: Any) -> None:
    """Note that `by` did `deed` to `thing` (a model with an id, or the words for something without a row).

    `details` hold facts about the deed, never a visitor's name or contact: those live in their own rows and can be erased.
    """
    if isinstance(thing, Model):
        if thing.id is None:  # type: ignore[attr-defined]
            session.flush()
        thing = f"{thing.__tablename__}:{thing.id}"  # type: ignore[attr-defined]
    session.execute(_ENTRY, {"by": by.name, "person_id": by.person_id, "station_id": by.station_id, "deed": deed, "subject": thing,
                             "details": details})


def seal_all(database: Database) -> None:
    """Chain everything that is not chained yet, in transactions so short that a desk comes in between.

    It runs outside the hot transaction (upkeep): on PostgreSQL one chain inside it halves the rate of loans.
    """
    while database.run(seal) == AT_ONCE:
        pass


def seal(session: Session, most: int = AT_ONCE) -> int:
    """Chain the entries not chained yet, oldest first; how many were sealed."""
    last = session.execute(sa.select(AuditEntry.sealed, AuditEntry.seal).where(AuditEntry.sealed.is_not(None))
                           .order_by(AuditEntry.sealed.desc()).limit(1)).one_or_none()
    number, previous = last if last else (0, "")
    table = AuditEntry.__table__
    waiting = session.execute(sa.select(*FACTS).where(table.c.sealed.is_(None)).order_by(table.c.id).limit(most)).all()
    links = []
    for place, facts in enumerate(waiting, start=number + 1):
        previous = _link(previous, facts)
        links.append({"entry": facts.id, "place": place, "link": previous})
    if links:
        session.connection().execute(sa.update(table).where(table.c.id == sa.bindparam("entry"))
                                     .values(sealed=sa.bindparam("place"), seal=sa.bindparam("link")), links)
    return len(links)


def broken_at(session: Session) -> int | None:
    """The id of the first sealed entry that was changed, or follows one that was removed; None when the chain is whole."""
    previous, table = "", AuditEntry.__table__
    in_order = sa.select(*FACTS, table.c.sealed, table.c.seal).where(table.c.sealed.is_not(None)).order_by(table.c.sealed)
    with closing(session.execute(in_order.execution_options(yield_per=1000))) as entries:
        for expected, (*facts, sealed, seal) in enumerate(entries, start=1):
            previous = _link(previous, facts)
            if sealed != expected or seal != previous:
                return facts[0]
    return None
