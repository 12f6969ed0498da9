"""Publications: a product's file on its way to a publisher, what became of it, and what a later look at it found."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.jobs import job
from foundation.people import SYSTEM, Actor, Role
from foundation.workflow import Step, Workflow
from scanner.legal.products import Product


class PublicationState(StrEnum):
    QUEUED = "queued"
    PAUSED = "paused"
    UPLOADING = "uploading"
    AWAITED = "awaited"        # a person publishes it by hand, and says where
    PROVING = "proving"        # it is at its address; it is downloaded from there and compared
    PUBLISHED = "published"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"      # by another file of the product


S = PublicationState
STAFF = {Role.LEGAL_STAFF, Role.HEAD_OF_SUBDIVISION}
WAITS = (S.QUEUED, S.PAUSED, S.UPLOADING, S.AWAITED, S.PROVING, S.FAILED)

PUBLICATION_WORKFLOW = Workflow(
    #    step        from                                       to            by
    Step("upload",   {S.QUEUED, S.UPLOADING},                   S.UPLOADING,  SYSTEM),
    Step("await",    S.UPLOADING,                               S.AWAITED,    SYSTEM),
    Step("address",  S.AWAITED,                                 S.PROVING,    STAFF),
    Step("prove",    {S.UPLOADING, S.PROVING},                  S.PROVING,    SYSTEM),
    Step("publish",  S.PROVING,                                 S.PUBLISHED,  SYSTEM),
    Step("fail",     {S.UPLOADING, S.PROVING},                  S.FAILED,     SYSTEM),
    Step("retry",    {S.FAILED, S.AWAITED, S.PUBLISHED},        S.QUEUED,     STAFF),
    Step("pause",    S.QUEUED,                                  S.PAUSED,     STAFF),
    Step("resume",   S.PAUSED,                                  S.QUEUED,     STAFF),
    Step("withdraw", {*S} - {S.WITHDRAWN, S.REPLACED},          S.WITHDRAWN,  SYSTEM),
    Step("replace",  {*S} - {S.WITHDRAWN, S.REPLACED},          S.REPLACED,   SYSTEM),
    Step("again",    {S.WITHDRAWN, S.REPLACED},                 S.QUEUED,     SYSTEM),
)


class Publishing(Protocol):
    """What a product needs once somebody has checked it, or taken it back."""

    @job("publishing")
    def arrange(self, product: int) -> None:
        """Bring the product's publications to what its state asks for."""

    @job("publishing")
    def upload(self, publication: int) -> None:
        """Bring one file to its publisher, and prove that it is there."""

    @job("publishing")
    def take_down(self, publication: int) -> None:
        """Take one file away from its publisher."""

    @job("publishing")
    def recheck(self) -> None:
        """Look again at what was published, and at what should be gone."""

    @job("publishing")
    def refresh(self) -> None:
        """Bring what publishers show of everything up to today."""


class Publication(Model):
    """One file (`sha256`) of one product at one publisher, by the publisher's name in the settings.

    `priority`: the higher goes first. `sentence`, `next_step` and `details` say what failed, or what a later look found
    (`trouble_at`: since when). `next_at` is when the program comes back to it by itself: its next try, or its next look.
    `log` is what the network did, the newest last: {"at", "said"} and facts.
    """

    __tablename__ = "publication"
    __table_args__ = (sa.UniqueConstraint("product_id", "publisher", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    publisher: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[PublicationState] = mapped_column(Words(PublicationState), default=S.QUEUED, index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(160))
    priority: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    page_url: Mapped[str] = mapped_column(sa.String(500), default="")
    file_url: Mapped[str] = mapped_column(sa.String(500), default="")
    sentence: Mapped[str] = mapped_column(sa.String(300), default="")
    next_step: Mapped[str] = mapped_column(sa.String(300), default="")
    details: Mapped[dict] = mapped_column(default=dict)
    log: Mapped[list] = mapped_column(default=list)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    trouble_at: Mapped[datetime | None] = mapped_column(index=True)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, index=True)
    product: Mapped[Product] = relationship()

    @property
    def is_between_tries(self) -> bool:
        """Something failed that passes by itself, and the next try is still to come."""
        return self.state in (S.UPLOADING, S.PROVING) and self.next_at is not None and self.next_at > now()

    def take(self, step: str, by: Actor) -> None:
        self.state = PUBLICATION_WORKFLOW.take(step, self.state, by.roles)
