"""Stock-takes: which shelves are gone through, and which copies were seen on them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model
from kiosk.ledger.collection import Copy


class StockTake(Model):
    """`shelves` are those that are gone through; none means all of them. `report` is what was found, once it is closed
    (stock_taking.Report): what becomes of the copies afterwards does not change it."""

    __tablename__ = "stock_take"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelves: Mapped[list] = mapped_column(default=list)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    begun_by: Mapped[str] = mapped_column(sa.String(100))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(sa.String(100))
    report: Mapped[dict] = mapped_column(default=dict)


class Sighting(Model):
    """A label that was read at `shelf`; without a copy where no copy has it. Read again, it moves to where it was read last."""

    __tablename__ = "sighting"
    __table_args__ = (sa.UniqueConstraint("stock_take_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    stock_take_id: Mapped[int] = mapped_column(sa.ForeignKey("stock_take.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    shelf: Mapped[str] = mapped_column(sa.String(40), default="")
    seen_at: Mapped[datetime] = mapped_column(default=now)
    seen_by: Mapped[str] = mapped_column(sa.String(100))
    copy: Mapped[Copy | None] = relationship()
