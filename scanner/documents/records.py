"""Documents: what becomes of a batch of pages or of a PDF that came in, what was read from it, and what a person confirmed."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, Actor
from foundation.workflow import Step, Workflow
from scanner.documents.remarks import Code
from scanner.legal.products import Product
from scanner.legal.publications import Publication
from scanner.pages.batches import STAFF, Batch, Page
from scanner.workshop.texts import PageText
from scanner.workshop.ways import SENTENCES, Why


class Origin(StrEnum):
    SCANNED = "scanned"
    BORN_DIGITAL = "born digital"  # its bytes are the original, and stay as they came
    IMPORTED = "imported"          # a PDF of scanned pages made elsewhere


class DocumentState(StrEnum):
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


S = DocumentState

DOCUMENT_WORKFLOW = Workflow(
    #    step      from                  to         by
    Step("finish", S.MAKING,             S.READY,   SYSTEM),
    Step("fail",   S.MAKING,             S.FAILED,  SYSTEM),
    Step("again",  {S.READY, S.FAILED},  S.MAKING,  STAFF),
)


class Document(Model):
    """One PDF. `sha256` is its file in the store, made or as it came; None while it is being made for the first time.

    `suggested` (by field: what reading.py read, where, and how sure) and `confirmed` (by field: value, by, at) are kept apart: what
    a machine read is never taken for what a person said. `remarks` are those of checklists.py; `report` says how it was made.
    """

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(Words(Origin))
    state: Mapped[DocumentState] = mapped_column(Words(DocumentState), default=DocumentState.MAKING, index=True)
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("batch.id"), unique=True)
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"), index=True)
    entered_product: Mapped[bool] = mapped_column(default=False)  # confirming this entered its product, which a mistake takes back
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    came_as: Mapped[str | None] = mapped_column(sa.String(64), index=True, unique=True)  # a PDF that came in, by its SHA-256
    size_bytes: Mapped[int | None]
    report: Mapped[dict] = mapped_column(default=dict)
    remarks: Mapped[list] = mapped_column(default=list)
    suggested: Mapped[dict] = mapped_column(default=dict)
    confirmed: Mapped[dict] = mapped_column(default=dict)
    sentence: Mapped[str] = mapped_column(sa.String(300), default="")   # why it failed, and what to do
    next_step: Mapped[str] = mapped_column(sa.String(300), default="")
    details: Mapped[dict] = mapped_column(default=dict)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_by_id: Mapped[int | None]  # of the person: nobody checks what they took in themselves
    made_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None]
    batch: Mapped[Batch | None] = relationship()
    product: Mapped[Product | None] = relationship(lazy="selectin")
    pages: Mapped[list["DocumentPage"]] = relationship(back_populates="document", order_by="DocumentPage.number",
                                                       cascade="all, delete-orphan", passive_deletes=True)

    def take(self, step: str, by: Actor) -> None:
        self.state = DOCUMENT_WORKFLOW.take(step, self.state, by.roles)
        if self.state is not S.MAKING:
            self.ready_at = now()

    @property
    def is_whole(self) -> bool:
        """Whether its PDF has every page, and not a sheet in the place of one that could not be put in."""
        return all(remark["code"] != Code.NOT_PUT_IN for remark in self.remarks)


class DocumentPage(Model):
    """A page of a document: the scanned page that it was made of, how (`method`, `why` not a smaller one, `size_bytes`, `lost_mm2`:
    see assembly.put_in), and its `text` (PageText)."""

    __tablename__ = "document_page"
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int | None] = mapped_column(sa.ForeignKey("page.id"), index=True)
    turned: Mapped[int] = mapped_column(default=0)
    skew_degrees: Mapped[float] = mapped_column(sa.Float, default=0.0)
    method: Mapped[str] = mapped_column(sa.String(10), default="")
    why: Mapped[str] = mapped_column(sa.String(20), default="")
    size_bytes: Mapped[int] = mapped_column(default=0)
    lost_mm2: Mapped[float] = mapped_column(sa.Float, default=0.0)
    text: Mapped[dict | None]
    document: Mapped[Document] = relationship(back_populates="pages")
    page: Mapped[Page | None] = relationship()

    @property
    def said(self) -> str:
        """Why it is in the PDF in another way than the smallest one, or not at all; empty: it is."""
        return SENTENCES[Why(self.why)] if self.why else ""

    @property
    def words(self) -> PageText | None:
        """What stands on it; None when it could not be read."""
        return PageText.from_json(self.text) if self.text else None


def files_in_use(session: Session, beginning: str) -> set[str]:
    """The names of kept files that pages, documents and publications have, of those that begin so."""
    names = (Page.sha256, Document.sha256, Document.came_as, Publication.sha256)
    return set(session.scalars(sa.union(*(sa.select(name).where(name.startswith(beginning)) for name in names))))


class Official(Model):
    """Somebody who signs for the office: a signatory is only ever suggested from among these."""

    __tablename__ = "official"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    position: Mapped[str] = mapped_column(sa.String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
