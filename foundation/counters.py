"""Numbers without gaps: a counter's row is locked until the transaction that took the number commits."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Model


class Counter(Model):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


_table = Counter.__table__
_NEXT = (sa.update(_table).where(_table.c.name == sa.bindparam("counter")).values(last=_table.c.last + 1)
         .returning(_table.c.last))


def next_number(session: Session, name: str) -> int:
    """The number after the last one taken from the counter `name`; 1 for a new counter. Rolled back with its transaction."""
    taken = session.scalar(_NEXT, {"counter": name})
    if taken is None:
        session.execute(sa.insert(Counter).values(name=name, last=1))
        return 1
    return taken
