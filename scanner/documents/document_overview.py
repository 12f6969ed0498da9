"""What the screens of documents show: the newest ones, one with its pages and what was found and read, and the office's officials."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from scanner.documents.records import Document, DocumentPage, DocumentState, Official
from scanner.pages.batches import Page
from scanner.workshop.ways import MISSING


class Shown(NamedTuple):
    """A picture in the store, and how it is to be turned and straightened to be as it is in the document; or page `page` of a PDF."""

    sha256: str
    upright: int = 0
    skew_degrees: float = 0.0
    page: int | None = None


@dataclass(frozen=True)
class DocumentLook:
    """A document with its pages, also while it is being made; `read`: so many of them were read already."""

    document: Document
    pages: list[DocumentPage]
    page_count: int
    read: int

    @property
    def closed(self) -> bool:
        """Whether the batch that it is made of is closed."""
        return bool(self.document.batch and self.document.batch.closed_at)

    @property
    def making(self) -> bool:
        return self.document.state is DocumentState.MAKING


def newest_documents(session: Session, most: int, offset: int = 0) -> list[Document]:
    wanted = sa.select(Document).order_by(Document.id.desc()).limit(most).offset(offset)
    return list(session.scalars(wanted.options(joinedload(Document.batch))))


def of_batch(session: Session, batch_id: int) -> int | None:
    """The document that is made of a batch."""
    return session.scalar(sa.select(Document.id).where(Document.batch_id == batch_id))


def look_at(session: Session, document_id: int) -> DocumentLook | None:
    """Everything of one document, without the words of its pages; None when there is no such one."""
    pages = selectinload(Document.pages).defer(DocumentPage.text)  # of 300 pages, the words alone take 33 MB
    document = session.get(Document, document_id, options=[pages, joinedload(Document.batch)])
    if document is None:
        return None
    if document.came_as:
        return DocumentLook(document, document.pages, document.report["pages"], len(document.pages))
    if document.pages or document.batch_id is None:
        return DocumentLook(document, document.pages, len(document.pages), len(document.pages))
    count, read = session.execute(sa.select(sa.func.count(), sa.func.count(Page.reading_turned)).where(
        Page.batch_id == document.batch_id, Page.removed_at.is_(None))).one()
    return DocumentLook(document, [], count, read)


def find(session: Session, document_id: int) -> Document | None:
    """A document without its pages."""
    return session.get(Document, document_id)


def text_of(session: Session, document_id: int, number: int) -> str:
    """What stands on page `number`, line under line; empty when nobody has read it."""
    page = session.get(DocumentPage, (document_id, number))
    return page.words.text if page and page.words else ""


def signature(session: Session, document_id: int) -> str | None:
    """Another one whenever something of the document has changed that its page shows while it is made; None: there is none."""
    found = session.execute(sa.select(Document.state, Document.batch_id, Document.suggested).where(
        Document.id == document_id)).first()
    if found is None:
        return None
    read = session.scalar(sa.select(sa.func.count(Page.reading_turned)).where(Page.batch_id == found[1], Page.removed_at.is_(None)))
    return f"{found[0]}-{read}-{len(found[2])}"


def page_of(session: Session, document_id: int, number: int) -> Shown | None:
    """The picture of page `number`; None when there is none."""
    document = session.get(Document, document_id)
    if document and document.came_as:
        return Shown(document.sha256, page=number) if 1 <= number <= document.report["pages"] else None
    row = session.execute(sa.select(Page, DocumentPage).join(DocumentPage, DocumentPage.page_id == Page.id).where(
        DocumentPage.document_id == document_id, DocumentPage.number == number)).first()
    if row and row[1].method == MISSING:  # its picture may break whoever opens it: what stands for it is shown
        return Shown(document.sha256, page=number)
    if row:
        return Shown(row[0].sha256, row[1].turned, row[1].skew_degrees)
    pages = sa.select(Page).join(Document, Document.batch_id == Page.batch_id).where(Document.id == document_id, Page.removed_at.is_(None))
    page = session.scalars(pages.order_by(Page.place).offset(max(number, 1) - 1).limit(1)).first()
    return Shown(page.sha256, page.upright, page.skew_degrees) if page else None


def officials(session: Session) -> list[Official]:
    return list(session.scalars(sa.select(Official).order_by(Official.active.desc(), Official.name)))


def roster(session: Session) -> list[str]:
    """The names of those who sign for the office now."""
    return list(session.scalars(sa.select(Official.name).where(Official.active)))
