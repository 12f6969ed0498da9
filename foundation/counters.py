"""Numbers without gaps: a counter's row is locked until the transaction that took the number commits."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Model


class Counter(Model):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, name: str) -> int:
    """The number after the last one taken from the counter `name`; 1 for a new counter. Rolled back with its transaction."""
    taken = session.scalar(sa.update(Counter).where(Counter.name == name).values(last=Counter.last + 1).returning(Counter.last))
    if taken is None:
        session.execute(sa.insert(Counter).values(name=name, last=1))
        return 1
    return taken
