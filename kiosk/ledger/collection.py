"""What the library holds: titles and their copies; whether a copy can be had is derived, never a flag."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.text import clean


class Kind(StrEnum):
    """What a title is; the loan rules and the search filter speak of it."""

    DECISION = "decision"       # keputusan
    REGULATION = "regulation"   # peraturan
    BOOK = "book"
    JOURNAL = "journal"
    RULING = "ruling"           # putusan
    OTHER = "other"


CODE_PREFIX = {Kind.DECISION: "KPT", Kind.REGULATION: "PER", Kind.BOOK: "BUK",
               Kind.JOURNAL: "JUR", Kind.RULING: "PUT", Kind.OTHER: "LAI"}


class CopyStatus(StrEnum):
    """What a person says of a copy. That it is requested, on loan or being read follows from open rows, not from here."""

    AVAILABLE = "available"
    REFERENCE_ONLY = "reference only"
    IN_REPAIR = "in repair"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


class Title(Model):
    """One work. `number` is as printed (`134/Kpts/KPU/Tahun 2016`); `author` is the person or body (T.E.U.)."""

    __tablename__ = "title"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Words(Kind), index=True)
    title: Mapped[str] = mapped_column(sa.String(500))
    number: Mapped[str] = mapped_column(sa.String(100), default="")
    year: Mapped[int | None] = mapped_column(index=True)
    author: Mapped[str] = mapped_column(sa.String(300), default="")
    publisher: Mapped[str] = mapped_column(sa.String(200), default="")
    place: Mapped[str] = mapped_column(sa.String(100), default="")
    enacted_on: Mapped[date | None]
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    language: Mapped[str] = mapped_column(sa.String(40), default="Indonesia")
    call_number: Mapped[str] = mapped_column(sa.String(60), default="")
    isbn: Mapped[str] = mapped_column(sa.String(30), default="")
    extent: Mapped[str] = mapped_column(sa.String(100), default="")    # "48 halaman, 2 lampiran"
    abstract: Mapped[str] = mapped_column(sa.Text, default="")
    in_force: Mapped[bool | None]                                       # None where it does not apply (a book)
    promulgated_on: Mapped[date | None]
    type_name: Mapped[str] = mapped_column(sa.String(80), default="")     # "Peraturan Komisi Pemilihan Umum"; its kind is the shelf's word
    signatory: Mapped[str] = mapped_column(sa.String(120), default="")
    source: Mapped[str] = mapped_column(sa.String(200), default="")       # "BN 2024 (12)"
    field_of_law: Mapped[str] = mapped_column(sa.String(80), default="")
    edition: Mapped[str] = mapped_column(sa.String(60), default="")
    register_number: Mapped[str] = mapped_column(sa.String(60), default="")   # nomor induk buku
    cover: Mapped[str] = mapped_column(sa.String(80), default="")         # a picture in the file store
    digital: Mapped[str] = mapped_column(sa.String(80), default="")       # a PDF in the file store
    digital_pages: Mapped[int] = mapped_column(default=0)                 # of that PDF
    product_id: Mapped[int | None] = mapped_column(index=True)            # the published product whose copy it is; its PDF is shown
    elsewhere: Mapped[str] = mapped_column(sa.String(60), default="", index=True)  # "slims:12": where it came from
    extra: Mapped[dict] = mapped_column(default=dict)                     # what it had there and this table has no column for
    added_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    copies: Mapped[list["Copy"]] = relationship(back_populates="title", order_by="Copy.number", cascade="all, delete-orphan")


class Copy(Model):
    """One physical piece. `code` is what its label says (upper case, unique); `shelf` where it stands."""

    __tablename__ = "copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    title_id: Mapped[int] = mapped_column(sa.ForeignKey("title.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    number: Mapped[int] = mapped_column(default=1)
    shelf: Mapped[str] = mapped_column(sa.String(40), default="")
    status: Mapped[CopyStatus] = mapped_column(Words(CopyStatus), default=CopyStatus.AVAILABLE)
    status_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    status_at: Mapped[datetime | None]
    register_number: Mapped[str] = mapped_column(sa.String(60), default="")
    extra: Mapped[dict] = mapped_column(default=dict)
    title: Mapped[Title] = relationship(back_populates="copies")


class MergedTitle(Model):
    """What a title was that has become one with `title_id`, or this one before it: by these keys an import knows it again.

    `codes` are those that its copies brought.
    """

    __tablename__ = "merged_title"
    id: Mapped[int] = mapped_column(primary_key=True)
    title_id: Mapped[int] = mapped_column(sa.ForeignKey("title.id"), index=True)
    kind: Mapped[Kind] = mapped_column(Words(Kind))
    title: Mapped[str] = mapped_column(sa.String(500))
    number: Mapped[str] = mapped_column(sa.String(100))
    year: Mapped[int | None]
    edition: Mapped[str] = mapped_column(sa.String(60))
    register_number: Mapped[str] = mapped_column(sa.String(60))
    elsewhere: Mapped[str] = mapped_column(sa.String(60))
    codes: Mapped[list]


def copy_code(text: str) -> str:
    """A copy's code as it is compared: labels are read by scanners with Caps Lock and spaces of their own."""
    return "".join(clean(text, 200).split()).upper()[:40]


def usual_code(kind: Kind, title_id: int, number: int) -> str:
    """What the label of a title's copy says where it had none: BUK-0012-1."""
    return f"{CODE_PREFIX[kind]}-{title_id:04d}-{number}"
