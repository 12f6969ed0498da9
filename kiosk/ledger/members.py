"""Who has a card of this library, and who may not borrow for a while."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model, Words
from foundation.sealing import Sealed
from kiosk.ledger.visits import Category

KEY = "member:"      # holds no bar, as the key of a visitor without a card does, so that the two never meet
MOST_CARDS = 1000    # of one member, one after the other; the last three digits of what a card's code says


class Member(Model):
    """`number` is on the card, and so is `card`, which grows when a lost card is replaced: the old one opens nothing any more.

    `elsewhere` is the number that the person had in the system the list came from. `ended_on`: the membership was given up.
    """

    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    card: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(sa.String(100), index=True)
    institution: Mapped[str] = mapped_column(sa.String(120), default="")
    category: Mapped[Category] = mapped_column(Words(Category))
    contact: Mapped[str] = mapped_column(Sealed, default="")
    elsewhere: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
    joined_on: Mapped[date]
    valid_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def key(self) -> str:
        """By what loans, visits and blocks know the member (see visits.person_key)."""
        return member_key(self.id)

    @property
    def number_on_card(self) -> str:
        return f"{self.number:05d}"


def member_key(member_id: int) -> str:
    return f"{KEY}{member_id}"


class BlockKind(StrEnum):
    LATE = "late"          # suspension days, by the rule of a loan that came back late
    OFFICE = "office"      # a person of the office said so


class Block(Model):
    """Somebody borrows nothing until the day `until` is over (None: until a person lifts it)."""

    __tablename__ = "block"
    id: Mapped[int] = mapped_column(primary_key=True)
    borrower_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    kind: Mapped[BlockKind] = mapped_column(Words(BlockKind))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    loan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("loan.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    until: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(sa.String(100))
