"""Fictional legal products as the public has them: with a file in the store, a document of its pages, and a publication."""

import itertools
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
from sqlalchemy.orm import Session

from foundation.files import FileStore
from foundation.people import Actor, Role
from scanner.documents.records import Document, DocumentPage, DocumentState, Origin
from scanner.documents.searching import index_document
from scanner.legal import particulars, products
from scanner.legal.products import Product, ProductState, ProductType
from scanner.legal.publications import Publication, PublicationState
from scanner.publishing.public import PORTAL
from scanner.workshop.texts import Box, Line, PageText, Word

MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
TITLE = "Pedoman Teknis Pengelolaan Arsip Pemungutan Suara (fiktif)"
_numbers = itertools.count(1)


def a_pdf(pages: int = 1) -> bytes:
    """Another one each time."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    made.docinfo["/Title"] = f"uji {next(_numbers)}"
    made.save(out := BytesIO())
    return out.getvalue()


def a_text(text: str) -> dict:
    words = tuple(Word(word, Box(100 + 40 * n, 100, 38, 20), 95) for n, word in enumerate(text.split()))
    return PageText(1240, 1754, 150, (Line(words),)).to_json()


def publish(session: Session, files: FileStore | None, number: str = "", *, title: str = TITLE, year: int = 2026, kind: str = "kpt",
            state: PublicationState = PublicationState.PUBLISHED, publisher: str = PORTAL, text: str = "", pages: int = 2,
            published_at: datetime | None = MORNING, pdf: bytes = b"", **more: object) -> Product:
    """A product whose file is at `publisher`; without `files` its file is nowhere but in its fingerprint."""
    made = Product(type=ProductType(kind), number=number or str(next(_numbers)), year=year, title=title, made_by="Lestari Contoh",
                   **{"state": ProductState.PUBLISHED, "enacted_on": date(year, 3, 12), "place": "Wirasari", **more})
    session.add(made)
    session.flush()
    add_file(session, files, made, state=state, publisher=publisher, text=text, pages=pages, published_at=published_at, pdf=pdf)
    return made


def add_file(session: Session, files: FileStore | None, product: Product, *, state: PublicationState = PublicationState.PUBLISHED,
             publisher: str = PORTAL, text: str = "", pages: int = 2, published_at: datetime | None = MORNING,
             pdf: bytes = b"") -> Publication:
    content = pdf or (a_pdf(pages) if files else b"")
    sha256 = files.put(BytesIO(content)) if files else f"{next(_numbers):064x}"
    document = Document(origin=Origin.BORN_DIGITAL, state=DocumentState.READY, product_id=product.id, name=product.title[:200],
                        sha256=sha256, size_bytes=len(content), report={"pages": pages}, made_by="Lestari Contoh")
    document.pages = [DocumentPage(number=1, text=a_text(text))] if text else []
    session.add(document)
    session.flush()
    index_document(session, document.id)
    made = Publication(product_id=product.id, document_id=document.id, publisher=publisher, state=state, sha256=sha256,
                       file_name=products.file_name(product), published_at=published_at)
    session.add(made)
    session.flush()
    return made


def relate(session: Session, one: Product, relation: str, other: Product) -> None:
    particulars.relate(session, one.id, relation, other.id, "", LESTARI)
