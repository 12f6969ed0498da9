"""A message to one person: a copy lies ready, a loan is due; kept as a row, so that what was sent is known and nothing is sent twice."""

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model, Words
from foundation.jobs import job
from foundation.sealing import Sealed


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"    # about to be given to the service, or given to it just now
    PERHAPS = "perhaps sent"  # the program ended in between: only a person may say that it goes once more
    SENT = "sent"
    FAILED = "failed"      # the tries are used up; `trouble` says why
    UNSENT = "unsent"      # there is no way to this person, or it is true no more: to be told at the desk, or by letter


ON_ITS_WAY = {MessageState.WAITING, MessageState.SENDING}


class Kind(StrEnum):
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    READY = "copy ready"
    LETTER = "reminder letter"   # printed, and given to the post by the office
    MOVED = "due date moved"


ONCE = "kind <> 'due date moved'"  # which are one of a kind about one thing for one day


class Message(Model):
    """`about` is what it speaks of (`loan:12`) and `kind` what it says of it: one of a kind about one thing for one day, but a due
    date may move to the same day more than once.

    `day` is the day it is meant for: of a reminder or a moved due date the due date, of a letter the day it was written. `sent_at`
    is when it was given to the service, or perhaps was.
    """

    __tablename__ = "message"
    __table_args__ = (sa.Index("uq_message_once", "kind", "about", "day", unique=True, sqlite_where=sa.text(ONCE),
                               postgresql_where=sa.text(ONCE)),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Words(Kind))
    about: Mapped[str] = mapped_column(sa.String(40), index=True)
    day: Mapped[date]
    borrower_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    contact: Mapped[str] = mapped_column(Sealed, default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MessageState] = mapped_column(Words(MessageState), default=MessageState.WAITING, index=True)
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(sa.String(300), default="")

    def settle(self, state: MessageState, trouble: str = "") -> None:
        """How far it has come; of one that was perhaps sent, when that was stays known."""
        self.state, self.trouble = state, trouble
        if state is not MessageState.PERHAPS:
            self.sent_at = now() if state in (MessageState.SENDING, MessageState.SENT) else None


class Messaging(Protocol):
    """What sends messages (sending.Sender); who asks for one knows no network."""

    @job("messaging")
    def send_message(self, message: int) -> None:
        """Send the message with this id."""
