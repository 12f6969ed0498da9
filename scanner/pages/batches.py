"""A batch of sheets on its way through a scanner: the batch, each run of the scanner, and each page that exists."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, Actor, Role
from foundation.workflow import Step, Workflow
from scanner.devices.port import Mode, Settings, Source
from scanner.legal.products import Product


class Purpose(StrEnum):
    """What the pages of a run are for."""

    ADD = "add"          # they go to the end of the batch
    INSERT = "insert"    # before the page that is the run's target
    REPLACE = "replace"  # one page in the place of the run's target, which is removed when it is there
    FRONTS = "fronts"    # one side of a pile whose other side comes when the pile was turned over by hand
    BACKS = "backs"


class RunState(StrEnum):
    QUEUED = "queued"
    SCANNING = "scanning"
    FINISHED = "finished"    # the feeder is empty, or as many sheets as were asked for came
    STOPPED = "stopped"      # a trouble ended it; its pages stay, and another run goes on with the next number
    CANCELLED = "cancelled"


S = RunState
GOES_ON = {S.QUEUED, S.SCANNING}
STAFF = {Role.LEGAL_STAFF, Role.ADMIN}

RUN_WORKFLOW = Workflow(
    #    step      from                      to           by
    Step("begin",  S.QUEUED,                 S.SCANNING,  SYSTEM),
    Step("finish", S.SCANNING,               S.FINISHED,  SYSTEM),
    Step("stop",   {S.QUEUED, S.SCANNING},   S.STOPPED,   SYSTEM),
    Step("end",    S.SCANNING,               S.CANCELLED, SYSTEM),  # the scanner has ended what a person cancelled
    Step("cancel", S.QUEUED,                 S.CANCELLED, STAFF),
)


class Batch(Model):
    """Sheets that are scanned together: a product's, or loose ones under a `name` (which may be empty for a product's).

    `expected_sheets` is what somebody counted by hand, None where nobody did.
    """

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    station_id: Mapped[int] = mapped_column(sa.ForeignKey("station.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"), index=True)
    expected_sheets: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    product: Mapped[Product | None] = relationship(lazy="selectin")  # a join could not be locked on PostgreSQL
    pages: Mapped[list["Page"]] = relationship(back_populates="batch", order_by="Page.place, Page.number")


def read_settings(kept: dict) -> Settings:
    """Settings as they were kept in a row (dataclasses.asdict)."""
    return Settings(**{**kept, "source": Source(kept["source"]), "mode": Mode(kept["mode"])})


class Run(Model):
    """One time that the scanner is asked for pages, numbered from `first`. `settings` are those of device.Settings.

    `pile` is the first run of the pile whose fronts or backs these are, `collated_at` when they were put together.
    `page` and `part` say how far it is. What stopped it: `trouble`, the name of a type in troubles.py, its `sentence` and
    `next_step` (marked sentences), and `details`, what is filled into them.
    """

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.id"), index=True)
    state: Mapped[RunState] = mapped_column(Words(RunState), default=RunState.QUEUED, index=True)
    settings: Mapped[dict]
    purpose: Mapped[Purpose] = mapped_column(Words(Purpose), default=Purpose.ADD)
    target_id: Mapped[int | None]  # of a page, which may be gone when the batch is closed
    pile: Mapped[int | None]
    collated_at: Mapped[datetime | None]
    first: Mapped[int]
    asked_by: Mapped[str] = mapped_column(sa.String(100))
    asked_by_id: Mapped[int | None]  # of the person: nobody checks what they scanned themselves
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    cancel_wanted: Mapped[bool] = mapped_column(default=False)
    page: Mapped[int | None]
    part: Mapped[float | None] = mapped_column(sa.Float)
    trouble: Mapped[str] = mapped_column(sa.String(40), default="")
    sentence: Mapped[str] = mapped_column(sa.String(300), default="")
    next_step: Mapped[str] = mapped_column(sa.String(300), default="")
    details: Mapped[dict] = mapped_column(default=dict)
    batch: Mapped[Batch] = relationship()

    @property
    def wanted(self) -> Settings:
        return read_settings(self.settings)

    def take(self, step: str, by: Actor) -> None:
        self.state = RUN_WORKFLOW.take(step, self.state, by.roles)
        if self.state not in GOES_ON:
            self.ended_at, self.page, self.part = now(), None, None


class Page(Model):
    """One side of one sheet. `number` is the scanner's count in the batch and never changes, `place` where it stands now, `sheet`
    which of the batch's sheets it is a side of (None: a back that waits for its front).

    The picture is kept dot for dot as it came, by its SHA-256 (foundation/files.py): `turned` (0, 90, 180, 270 degrees clockwise) is
    how it is to be looked at. A page that was `removed_at` some time is kept until its batch is closed. What was seen on it when it
    was `examined_at`: `findings` (each {"flag": …, and its details}; a person who finds it good as it is has `accepted_at` some
    time), `codes` (texts of QR codes) and its `fingerprint` (imaging.py).
    """

    __tablename__ = "page"
    __table_args__ = (sa.UniqueConstraint("batch_id", "number"), sa.CheckConstraint("turned IN (0, 90, 180, 270)", name="turned"),
                      sa.Index("ix_page_seen", "batch_id", "removed_at", "examined_at"))  # what the screen asks twice a second
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.id"))
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"), index=True)
    number: Mapped[int]
    place: Mapped[int]
    sheet: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    came_as: Mapped[str | None] = mapped_column(sa.String(64))  # its SHA-256 before it was packed
    kind: Mapped[str] = mapped_column(sa.String(10))   # of file: .jpg, .tiff, .png
    width_px: Mapped[int]
    height_px: Mapped[int]
    dpi: Mapped[int | None]
    mode: Mapped[Mode] = mapped_column(Words(Mode))
    turned: Mapped[int] = mapped_column(default=0)
    scanned_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]
    examined_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    findings: Mapped[list] = mapped_column(default=list)
    codes: Mapped[list] = mapped_column(default=list)
    fingerprint: Mapped[bytes | None] = mapped_column(deferred=True)
    skew_degrees: Mapped[float] = mapped_column(sa.Float, default=0.0)
    reading: Mapped[dict | None] = mapped_column(deferred=True)  # PageText, of the page turned by `reading_turned`
    reading_turned: Mapped[int | None]
    batch: Mapped[Batch] = relationship(back_populates="pages")

    @property
    def upright(self) -> int:
        """Degrees clockwise: as a person turned it, or where nobody did, as it was found to need."""
        if self.accepted_at:
            return self.turned
        return self.turned or next((each["turn"] for each in self.findings if each["flag"] == "turned"), 0)

    @property
    def blank(self) -> bool:
        return any(each["flag"] == "blank" for each in self.findings)


class ScanProfile(Model):
    """Settings that staff keep under a name; `by_hand`: both sides, the pile turned over by hand."""

    __tablename__ = "scan_profile"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    settings: Mapped[dict]
    by_hand: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(sa.String(100))

    @property
    def wanted(self) -> Settings:
        return read_settings(self.settings)
