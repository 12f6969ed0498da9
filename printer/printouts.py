"""Printout: one copy of one paper, from the wish to have it to the knowledge that it came out, or that nobody knows."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import audit
from foundation.clock import now
from foundation.database import Model, Words
from foundation.jobs import enqueue, job
from foundation.people import PROGRAM, SYSTEM, Actor, Role
from foundation.stations import Station
from foundation.text import t
from foundation.workflow import Step, Workflow


class PrintoutState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"          # committed before the first byte: from here on nothing is ever sent again
    HELD = "held"                # the bytes sit in the printer, which waits for paper or its cover
    PRINTED = "printed"
    UNCONFIRMED = "unconfirmed"  # sent to a printer that never answers
    UNCERTAIN = "uncertain"      # a person must look
    NOT_PRINTED = "not printed"  # a person looked: it did not come out
    CANCELLED = "cancelled"
    EXPIRED = "expired"          # it waited too long for its printer, and comes out only when a person still wants it


QUEUED, SENDING, HELD, PRINTED, UNCONFIRMED, UNCERTAIN, NOT_PRINTED, CANCELLED, EXPIRED = PrintoutState
ATTENTION = (HELD, UNCERTAIN, EXPIRED)
OWNER_ENDED = t("The program ended while this was being printed. Look whether it came out whole.")
WAITED_TOO_LONG = t("It waited for its printer for too long and was not printed.")
STAFF = (Role.OFFICER, Role.ADMIN)

PRINTOUT_WORKFLOW = Workflow(
    #    step                 from                      to           by
    Step("send",              QUEUED,                   SENDING,     SYSTEM),
    Step("hold",              SENDING,                  HELD,        SYSTEM),
    Step("confirm",           (SENDING, HELD),          PRINTED,     SYSTEM),
    Step("end unconfirmed",   SENDING,                  UNCONFIRMED, SYSTEM),
    Step("lose sight",        (SENDING, HELD),          UNCERTAIN,   SYSTEM),
    Step("came out",          (UNCERTAIN, UNCONFIRMED), PRINTED,     STAFF),
    Step("did not come out",  (UNCERTAIN, UNCONFIRMED), NOT_PRINTED, STAFF),
    Step("cancel",            (QUEUED, EXPIRED),        CANCELLED,   STAFF),
    Step("expire",            QUEUED,                   EXPIRED,     SYSTEM),
    Step("queue again",       EXPIRED,                  QUEUED,      STAFF),
    Step("leave to browser",  QUEUED,                   UNCONFIRMED, STAFF),
)


class Printout(Model):
    """`what` paper ("slip") about which `subject` ("loan:12"); copy 2 and later say SALINAN. `payload` is sent as it is.

    `station_id` None: it was printed from somebody's browser, and `payload` is empty. `created_at` is when it was wanted,
    last wanted where it had expired. `note` is a marked sentence: why it waits or is uncertain. `aborted`: its transfer was,
    so the next one begins with a recovery.
    """

    __tablename__ = "printout"
    __table_args__ = (sa.UniqueConstraint("what", "subject", "copy_no"),
                      sa.Index("ix_printout_sent", "station_id", "sent_at"),
                      sa.CheckConstraint("copy_no >= 1", name="copy_no"))
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(30))
    subject: Mapped[str] = mapped_column(sa.String(80))
    copy_no: Mapped[int] = mapped_column(default=1)
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("station.id"))
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary)
    width_mm: Mapped[int]
    state: Mapped[PrintoutState] = mapped_column(Words(PrintoutState), default=QUEUED, index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(sa.String(100), default="")
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    aborted: Mapped[bool] = mapped_column(default=False)


class DeviceOwner(Protocol):
    """What a printout needs of the one owner of its station's printer (spool.py): the job that puts it on paper."""

    @job("printing")
    def print_printout(self, printout: int) -> None: ...


def queue(session: Session, what: str, subject: str, station: Station, payload: bytes, copy_no: int = 1) -> Printout:
    """Have `payload` printed at `station`, once for each (what, subject, copy_no): asking again gives the same printout.

    Two that ask at the same moment: one meets an IntegrityError, and `Database.run` has it ask again.
    """
    known = session.scalar(_KNOWN, {"what": what, "subject": subject, "copy_no": copy_no})
    if known is not None:
        return session.get_one(Printout, known)
    printout = Printout(what=what, subject=subject, copy_no=copy_no, station_id=station.id, payload=payload, width_mm=station.paper_mm)
    session.add(printout)
    session.flush()
    _enqueue(session, printout)
    return printout


def _enqueue(session: Session, printout: Printout) -> None:
    enqueue(session, DeviceOwner.print_printout, at=str(printout.station_id), printout=printout.id)


def by_browser(session: Session, what: str, subject: str, by: Actor) -> Printout:
    """The next copy, that `by` prints from a page on the own screen: sent, and never confirmed by a printer."""
    last = latest(session, what, subject)
    printout = Printout(what=what, subject=subject, copy_no=last.copy_no + 1 if last else 1, payload=b"", width_mm=0)
    session.add(printout)
    session.flush()
    return _taken(session, printout.id, "leave to browser", by)


def take(session: Session, printout_id: int, step: str, by: Actor, note: str = "", aborted: bool = False) -> PrintoutState:
    """Take `step` of PRINTOUT_WORKFLOW with the printout; raises Refused where the table has no such step from its state."""
    state = PRINTOUT_WORKFLOW.take(step, session.execute(_STATE, {"printout": printout_id}).scalar_one(), by.roles)
    more: dict[str, object] = {"aborted": True} if aborted else {}
    if state is SENDING:
        more["sent_at"] = now()
    elif state is QUEUED:
        more["created_at"] = now()
    elif state is PRINTED:
        more |= {"confirmed_at": now(), "confirmed_by": by.name}
    session.execute(_CHANGE, {"printout": printout_id, "state": state, "note": note, **more})
    if by is not PROGRAM or step == "lose sight":  # the routine of a printer is on the printout itself
        audit.record(session, by, f"printout: {step}", f"printout:{printout_id}")
    return state


_table = Printout.__table__
_STATE = sa.select(_table.c.state).where(_table.c.id == sa.bindparam("printout")).with_for_update()
_CHANGE = sa.update(_table).where(_table.c.id == sa.bindparam("printout"))
_KNOWN = sa.select(_table.c.id).where(_table.c.what == sa.bindparam("what"), _table.c.subject == sa.bindparam("subject"),
                                      _table.c.copy_no == sa.bindparam("copy_no"))


def _taken(session: Session, printout_id: int, step: str, by: Actor) -> Printout:
    take(session, printout_id, step, by)
    return session.get_one(Printout, printout_id, populate_existing=True)


def came_out(session: Session, printout_id: int, by: Actor) -> Printout:
    """A person looked: the paper is there and whole. Raises Refused unless it is uncertain or unconfirmed."""
    return _taken(session, printout_id, "came out", by)


def did_not_come_out(session: Session, printout_id: int, by: Actor) -> Printout:
    """A person looked: no paper, or half of it. The next copy is the caller's to make. Raises Refused as `came_out`."""
    return _taken(session, printout_id, "did not come out", by)


def cancel(session: Session, printout_id: int, by: Actor) -> Printout:
    """Nobody needs it any more. Raises Refused once it was sent."""
    return _taken(session, printout_id, "cancel", by)


def queue_again(session: Session, printout_id: int, by: Actor) -> Printout:
    """It expired, and is wanted after all: the same copy, for nothing of it was ever sent. Raises Refused unless it expired."""
    printout = _taken(session, printout_id, "queue again", by)
    _enqueue(session, printout)
    return printout


def expire(session: Session, wanted_before: datetime) -> int:
    """What was wanted before that moment and could not be printed is not printed by itself any more; how many.

    Otherwise a morning's slips would all come out of a printer that is loaded in the afternoon.
    """
    late = session.scalars(sa.select(Printout.id).where(Printout.state == QUEUED, Printout.created_at < wanted_before)).all()
    for printout_id in late:
        take(session, printout_id, "expire", PROGRAM, WAITED_TOO_LONG)
    return len(late)


def latest(session: Session, what: str, subject: str) -> Printout | None:
    """The copy with the highest number."""
    return session.scalar(sa.select(Printout).filter_by(what=what, subject=subject).order_by(Printout.copy_no.desc()).limit(1))


def needing_attention(session: Session) -> list[Printout]:
    """Those a person has to do something about, oldest first: load paper, look whether it came out, say if it is still wanted."""
    return list(session.scalars(sa.select(Printout).where(Printout.state.in_(ATTENTION)).order_by(Printout.created_at)))


def recover(session: Session, station_id: int) -> int:
    """What `station_id`'s printer was printing when its last owner ended is uncertain now; how many that were.

    Only for who owns the printer now: another owner may still be at it.
    """
    broken = session.scalars(sa.select(Printout.id).where(Printout.station_id == station_id,
                                                          Printout.state.in_((SENDING, HELD)))).all()
    for printout_id in broken:
        take(session, printout_id, "lose sight", PROGRAM, OWNER_ENDED, aborted=True)
    return len(broken)
