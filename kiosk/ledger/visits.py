"""Visit: one line of the guest book, from the tap on "Mulai" to leaving the room."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, VISITOR, Actor, Role
from foundation.sealing import Sealed
from foundation.workflow import Step, Workflow


class VisitState(StrEnum):
    ARRIVED = "arrived"      # tapped "Mulai"; nothing is known yet
    SIGNED = "signed"        # the guest book is filled in
    ADMITTED = "admitted"    # may browse
    LEFT = "left"


S = VisitState
IN_THE_ROOM = {S.SIGNED, S.ADMITTED}

VISIT_WORKFLOW = Workflow(
    #    step      from                       to           by
    Step("sign",   S.ARRIVED,                 S.SIGNED,    {VISITOR, Role.OFFICER, Role.ADMIN}),
    Step("admit",  S.SIGNED,                  S.ADMITTED,  {Role.OFFICER, Role.ADMIN, SYSTEM}),
    Step("leave",  {S.ARRIVED, *IN_THE_ROOM}, S.LEFT,      {VISITOR, Role.OFFICER, Role.ADMIN, SYSTEM}),
)


class Category(StrEnum):
    PUBLIC = "public"
    STUDENT = "student"
    CIVIL_SERVANT = "civil servant"
    RESEARCHER = "researcher"
    MEDIA = "media"
    OTHER = "other"


class Purpose(StrEnum):
    FIND_DECISION = "find a decision"
    READ = "read"
    BORROW = "borrow"
    CONSULT = "consult"
    RESEARCH = "research"
    OTHER = "other"


# reports read this index alone, without the rows: ten years of them in a second
REPORTED = ("day", "category", "purpose", "people", "first_of_month", "arrived_at", "institution", "signed_at")
NAMED, REACHABLE = "name <> ''", "contact <> ''"  # who can still be forgotten: few, in ten years of visits


class Visit(Model):
    """`person_key` is the name and institution folded, or the member's key, to find a person's history; erased with them.

    Unique visitors are counted without it: `first_of_month` is kept on the earliest line of each person in a month (see
    visiting.count_once), so their number is the same before and after names are erased, and links no two visits. Longer periods
    add months up. Until its month is over a line keeps its key, or who comes again in it would be counted twice (`keep_until`).
    """

    __tablename__ = "visit"
    __table_args__ = (sa.Index("ix_visit_report", *REPORTED),
                      sa.Index("ix_visit_named", "keep_until", sqlite_where=sa.text(NAMED), postgresql_where=sa.text(NAMED)),
                      sa.Index("ix_visit_reachable", "day", sqlite_where=sa.text(REACHABLE), postgresql_where=sa.text(REACHABLE)))
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[VisitState] = mapped_column(Words(VisitState), default=VisitState.ARRIVED, index=True)
    day: Mapped[date] = mapped_column(index=True)                 # the office's calendar day of arrival
    name: Mapped[str] = mapped_column(sa.String(100), default="")
    institution: Mapped[str] = mapped_column(sa.String(120), default="")
    category: Mapped[Category | None] = mapped_column(Words(Category))
    purpose: Mapped[Purpose | None] = mapped_column(Words(Purpose))
    purpose_text: Mapped[str] = mapped_column(sa.String(200), default="")
    people: Mapped[int] = mapped_column(default=1)
    women: Mapped[int | None]
    men: Mapped[int | None]
    group_name: Mapped[str] = mapped_column(sa.String(100), default="")   # "Kelas XI IPA 2": whom the name speaks for
    contact: Mapped[str] = mapped_column(Sealed, default="")
    member_id: Mapped[int | None] = mapped_column(index=True)     # who it is, where that is known; see kiosk.ledger.members
    person_key: Mapped[str] = mapped_column(sa.String(240), default="", index=True)
    first_of_month: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("station.id"))
    arrived_at: Mapped[datetime] = mapped_column(default=now)
    signed_at: Mapped[datetime | None]
    admitted_at: Mapped[datetime | None]
    admitted_by: Mapped[str | None] = mapped_column(sa.String(100))
    left_at: Mapped[datetime | None]
    left_estimated: Mapped[bool] = mapped_column(default=False)   # closed by the program at closing time
    notice_version: Mapped[int] = mapped_column(default=1)
    keep_until: Mapped[date | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    def take(self, step: str, by: Actor) -> None:
        self.state = VISIT_WORKFLOW.take(step, self.state, by.roles)


class HelpCall(Model):
    """Somebody at a kiosk asks for the officer; open until answered."""

    __tablename__ = "help_call"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.ForeignKey("station.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visit.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]


class Rating(Model):
    """One tap at leaving, 1 to 4 with 4 best; linked to nobody."""

    __tablename__ = "rating"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    score: Mapped[int]
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("station.id"))


def person_key(name: str, institution: str) -> str:
    """What makes two guest-book lines the same person, as far as can be known without a number of theirs."""
    return f"{name.casefold()}|{institution.casefold()}"


def named(word: str) -> sa.ColumnElement[bool]:
    """Whether the person of a visit has `word` in the name or the institution; the key, where it is these, knows every capital."""
    return sa.or_(sa.and_(Visit.member_id.is_(None), Visit.person_key.contains(word.casefold(), autoescape=True)),
                  Visit.name.icontains(word, autoescape=True), Visit.institution.icontains(word, autoescape=True))


def unique_visitors() -> sa.ColumnElement[int]:
    """How many different people signed the guest book among the visits a query counts, each once a month; a group is its leader."""
    return sa.func.count().filter(Visit.first_of_month)
