"""A reservation: somebody waits for a title, and for a while a copy of it waits for somebody on the hold shelf."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, VISITOR, Actor, Role
from foundation.sealing import Sealed
from foundation.workflow import Step, Workflow
from kiosk.ledger.collection import Copy, Title


class ReservationState(StrEnum):
    WAITING = "waiting"        # in the queue of its title
    READY = "ready"            # a copy lies on the hold shelf
    TAKEN = "taken"            # that copy was lent to who waited for it
    CANCELLED = "cancelled"
    EXPIRED = "expired"        # nobody came for it in time


S = ReservationState
OPEN = {S.WAITING, S.READY}
DESK = {Role.OFFICER, Role.ADMIN}

RESERVATION_WORKFLOW = Workflow(
    #    step        from        to            by
    Step("hold",     S.WAITING,  S.READY,      SYSTEM),            # follows from a copy that is back
    Step("take",     OPEN,       S.TAKEN,      SYSTEM),            # follows from a hand-over
    Step("release",  S.READY,    S.WAITING,    DESK),              # the copy is not there after all
    Step("cancel",   OPEN,       S.CANCELLED,  {*DESK, VISITOR}),
    Step("expire",   S.READY,    S.EXPIRED,    SYSTEM),
)


class Reservation(Model):
    """`name` and `contact` are for the hold shelf and the message; they go when the reservation has ended and its time is over.

    `keep_until` is the last of the office's days on which the copy lies ready.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        sa.Index("uq_reservation_held_copy", "copy_id", unique=True, sqlite_where=sa.text("state = 'ready'"),
                 postgresql_where=sa.text("state = 'ready'")),
        sa.Index("uq_reservation_open", "title_id", "borrower_key", unique=True, sqlite_where=sa.text("state IN ('waiting', 'ready')"),
                 postgresql_where=sa.text("state IN ('waiting', 'ready')")))
    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[ReservationState] = mapped_column(Words(ReservationState), default=ReservationState.WAITING, index=True)
    title_id: Mapped[int] = mapped_column(sa.ForeignKey("title.id"), index=True)
    borrower_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    name: Mapped[str] = mapped_column(sa.String(100), default="")
    contact: Mapped[str] = mapped_column(Sealed, default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visit.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    ready_at: Mapped[datetime | None]
    keep_until: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    title: Mapped[Title] = relationship()
    copy: Mapped[Copy | None] = relationship()
    __mapper_args__ = {"version_id_col": version}

    def take(self, step: str, by: Actor) -> None:
        self.state = RESERVATION_WORKFLOW.take(step, self.state, by.roles)
        if self.state not in OPEN:
            self.closed_at = now()
