"""Imports of a collection: the file, how far it has come, and what of it could not be used."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model, Words


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CollectionImport(Model):
    """`file` is in the file store; records up to and with `done` of `total` are in the collection, in the same commits."""

    __tablename__ = "collection_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    format: Mapped[str] = mapped_column(sa.String(40))
    file: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[ImportState] = mapped_column(Words(ImportState), default=ImportState.RUNNING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    titles: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    bad: Mapped[list] = mapped_column(default=list)
    skip_bad: Mapped[bool] = mapped_column(default=False)
    asked_by: Mapped[str] = mapped_column(sa.String(100))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(sa.String(300), default="")
