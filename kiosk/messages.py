"""A message to one person: a copy lies ready, a loan is due; kept as a row, so that what was sent is known and nothing is sent twice."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model, Words


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"      # the tries are used up; `trouble` says why
    UNSENT = "unsent"      # there is no way to this person: to be told at the desk, or by letter


class Message(Model):
    """`about` is what it speaks of (`loan:12`) and `kind` what it says of it: one of a kind about one thing on one day."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(40), index=True)
    borrower_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    contact: Mapped[str] = mapped_column(sa.String(100), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MessageState] = mapped_column(Words(MessageState), default=MessageState.WAITING, index=True)
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(sa.String(300), default="")
