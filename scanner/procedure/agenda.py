"""The agenda book and the disposition sheet: what came in on paper, under which number, and what was ordered to be done with it."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from foundation.clock import local, now
from foundation.counters import next_number
from foundation.database import Model, Words
from foundation.office import office
from foundation.people import Actor
from foundation.text import t
from scanner.legal.products import Product


class Urgency(StrEnum):
    VERY_URGENT = "very urgent"
    URGENT = "urgent"
    ORDINARY = "ordinary"
    CONFIDENTIAL = "confidential"


class Instruction(StrEnum):
    """What the disposition sheet offers under “dengan hormat harap”."""

    RESPOND = "respond"
    PROCESS = "process"
    COORDINATE = "coordinate"


URGENCIES = {Urgency.VERY_URGENT: t("Very urgent"), Urgency.URGENT: t("Urgent"), Urgency.ORDINARY: t("Ordinary"),
             Urgency.CONFIDENTIAL: t("Confidential")}
INSTRUCTIONS = {Instruction.RESPOND: t("Comment and advise"), Instruction.PROCESS: t("Process further"),
                Instruction.COORDINATE: t("Coordinate and confirm")}


class AgendaEntry(Model):
    """One line of the agenda book. `number` is without gaps in its `year`, the office's calendar year of the day it came in."""

    __tablename__ = "agenda_entry"
    __table_args__ = (sa.UniqueConstraint("year", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(default=now)
    received_by: Mapped[str] = mapped_column(sa.String(100))
    memo_number: Mapped[str] = mapped_column(sa.String(120))
    memo_date: Mapped[date]
    sender: Mapped[str] = mapped_column(sa.String(120))     # the proposing unit
    subject: Mapped[str] = mapped_column(sa.String(1000))
    remark: Mapped[str] = mapped_column(sa.String(400), default="")
    product: Mapped[Product] = relationship(lazy="selectin")

    @property
    def name(self) -> str:
        return f"{self.number:04d}/{self.year}"


class Disposition(Model):
    """What the head of division orders; the newest one of a product counts."""

    __tablename__ = "disposition"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    urgency: Mapped[Urgency] = mapped_column(Words(Urgency))
    instructions: Mapped[list] = mapped_column(default=list)
    forwarded_to: Mapped[str] = mapped_column(sa.String(200))
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    due_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(sa.String(100))
    at: Mapped[datetime] = mapped_column(default=now)


def enter(session: Session, product: Product, memo_number: str, memo_date: date, by: Actor, remark: str = "") -> AgendaEntry:
    """Write a nota dinas into the agenda book: the next number of the year, rolled back with the caller's transaction."""
    year = local(now(), office(session).time_zone).year
    entry = AgendaEntry(product=product, year=year, number=next_number(session, f"agenda {year}"), received_by=by.name,
                        memo_number=memo_number, memo_date=memo_date, sender=product.unit, subject=product.title, remark=remark)
    session.add(entry)
    return entry


def of_product(session: Session, product_id: int) -> AgendaEntry | None:
    """The newest agenda entry of a product."""
    return session.scalar(sa.select(AgendaEntry).where(AgendaEntry.product_id == product_id).order_by(AgendaEntry.id.desc()).limit(1))


def disposition_of(session: Session, product_id: int) -> Disposition | None:
    return session.scalar(sa.select(Disposition).where(Disposition.product_id == product_id).order_by(Disposition.id.desc()).limit(1))
