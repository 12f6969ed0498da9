"""A loan: what one visitor borrows together and how far it has come; and a reading: one copy read on the spot."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, VISITOR, Actor, Role
from foundation.workflow import Step, Workflow
from kiosk.ledger.collection import Copy
from kiosk.ledger.visits import Visit


class LoanState(StrEnum):
    REQUESTED = "requested"
    ON_LOAN = "on loan"
    PARTIALLY_RETURNED = "partially returned"
    RETURNED = "returned"
    LOST = "lost"              # closed, and what was still out will not come back
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """How a loan's line ended; an open line has none."""

    RETURNED = "returned"
    LOST = "lost"              # it will not come back, as far as anybody knows
    CANCELLED = "cancelled"
    EXPIRED = "expired"


S = LoanState
OUT = {S.ON_LOAN, S.PARTIALLY_RETURNED}
SELF_SERVICE = "self-service kiosk"
DESK = {Role.OFFICER, Role.ADMIN}

LOAN_WORKFLOW = Workflow(
    #    step           from          to                     by
    Step("hand over",   S.REQUESTED,  S.ON_LOAN,             {*DESK, SELF_SERVICE}),
    Step("cancel",      S.REQUESTED,  S.CANCELLED,           {*DESK, VISITOR}),
    Step("expire",      S.REQUESTED,  S.EXPIRED,             SYSTEM),
    Step("return some", OUT,          S.PARTIALLY_RETURNED,  {*DESK, SELF_SERVICE}),
    Step("return all",  OUT,          S.RETURNED,            {*DESK, SELF_SERVICE}),
    Step("lose some",   OUT,          S.PARTIALLY_RETURNED,  DESK),
    Step("lose the rest", OUT,        S.LOST,                DESK),
)


class Loan(Model):
    """`call` is the day's number that is called out (A-07); `number` the slip's, gap-free in its `year`, given at hand-over.

    `rules` is a snapshot of what allowed it; `due_on` the office's calendar day, `due_at` its last second in UTC.
    """

    __tablename__ = "loan"
    __table_args__ = (sa.UniqueConstraint("year", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[LoanState] = mapped_column(Words(LoanState), default=LoanState.REQUESTED, index=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visit.id"), index=True)
    borrower_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("station.id"))
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    call: Mapped[int]
    year: Mapped[int | None]
    number: Mapped[int | None]
    rules: Mapped[dict] = mapped_column(default=dict)
    requested_at: Mapped[datetime] = mapped_column(default=now, index=True)
    handed_over_at: Mapped[datetime | None] = mapped_column(index=True)
    handed_over_by: Mapped[str | None] = mapped_column(sa.String(100))
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()
    visit: Mapped[Visit] = relationship()
    items: Mapped[list["LoanItem"]] = relationship(back_populates="loan", cascade="all, delete-orphan", order_by="LoanItem.id")
    renewals: Mapped[list["Renewal"]] = relationship(back_populates="loan", cascade="all, delete-orphan", order_by="Renewal.id")
    __mapper_args__ = {"version_id_col": version}

    def take(self, step: str, by: Actor) -> None:
        self.state = LOAN_WORKFLOW.take(step, self.state, by.roles)

    @property
    def call_sign(self) -> str:
        return f"A-{self.call:02d}"

    @property
    def open_items(self) -> list["LoanItem"]:
        return [item for item in self.items if item.outcome is None]

    def is_overdue(self, moment: datetime) -> bool:
        return self.state in OUT and self.due_at is not None and self.due_at < moment

    def close_items(self, items: list["LoanItem"], outcome: Outcome, by: Actor) -> None:
        """End these lines of the loan and let the loan follow: a part is "return some", the last is "return all"; and so for lost ones."""
        for item in items:
            item.outcome, item.closed_at, item.received_by = outcome, now(), by.name
        if outcome is Outcome.RETURNED:
            self.take("return some" if self.open_items else "return all", by)
        elif outcome is Outcome.LOST:
            self.take("lose some" if self.open_items else "lose the rest", by)
        if not self.open_items:
            self.closed_at = now()


class LoanItem(Model):
    """One copy of the loan. `brought_at` is set when the visitor has announced at the kiosk that it is back."""

    __tablename__ = "loan_item"
    __table_args__ = (sa.Index("uq_loan_item_open_copy", "copy_id", unique=True, sqlite_where=sa.text("outcome IS NULL"),
                               postgresql_where=sa.text("outcome IS NULL")),)
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("loan.id"), index=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    outcome: Mapped[Outcome | None] = mapped_column(Words(Outcome))
    brought_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    received_by: Mapped[str | None] = mapped_column(sa.String(100))
    condition: Mapped[str] = mapped_column(sa.String(200), default="")
    loan: Mapped[Loan] = relationship(back_populates="items")
    copy: Mapped[Copy] = relationship()


class Renewal(Model):
    """A loan may be kept longer: until `due` instead of `was`. `days` is what the rule gave, for when the calendar changes."""

    __tablename__ = "renewal"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("loan.id"), index=True)
    days: Mapped[int]
    was: Mapped[date]
    due: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str] = mapped_column(sa.String(100))
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("station.id"))
    loan: Mapped[Loan] = relationship(back_populates="renewals")


class Reading(Model):
    """One copy taken to the reading table, counted; `ended_at` when it is back on its shelf or the visit ended."""

    __tablename__ = "reading"
    __table_args__ = (sa.Index("uq_reading_open_copy", "copy_id", unique=True, sqlite_where=sa.text("ended_at IS NULL"),
                               postgresql_where=sa.text("ended_at IS NULL")),)
    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visit.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    began_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    copy: Mapped[Copy] = relationship()
