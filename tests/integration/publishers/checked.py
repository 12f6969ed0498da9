"""A product whose file was checked, and the program that publishes it."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import Job, Worker, enqueue
from foundation.office import Office
from foundation.people import Actor, Role
from scanner.documents.records import Document, DocumentState, Origin
from scanner.legal.products import Product, ProductState, ProductType
from scanner.legal.publications import Publication, Publishing
from scanner.publishing.delivery import Uploader, fields
from scanner.publishing.public_web import Web
from scanner.publishing.publisher import Order, Publisher

STAFF = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}), person_id=4)
HEAD = Actor("Kabag Contoh", frozenset({Role.HEAD_OF_DIVISION}), person_id=2)
TITLE = "Penetapan “Jadwal Layanan” & Perpustakaan (fiktif)"


def pdf(said: str = "satu", size: int = 300_000) -> bytes:
    return b"%PDF-1.7\n" + f"% fiktif {said}\n".encode() * (size // (11 + len(said))) + b"%%EOF\n"


def a_checked_product(session: Session, files: FileStore, content: bytes, number: str = "12") -> Product:
    sha256 = files.put(BytesIO(content))
    product = Product(type=ProductType.DECISION, number=number, year=2026, title=TITLE, made_by="Bayu Contoh",
                      state=ProductState.COMPLETE, checked_sha256=sha256)
    session.add(product)
    session.flush()
    document = Document(origin=Origin.BORN_DIGITAL, product_id=product.id, sha256=sha256, came_as=sha256, size_bytes=len(content),
                        report={"pages": 1}, made_by="Bayu Contoh", state=DocumentState.READY)
    session.add(document)
    session.flush()
    product.document_id = document.id
    return product


def an_order(folder: Path, content: bytes, product: int = 7) -> Order:
    """What a publisher is handed, without a database."""
    sha256 = FileStore(folder / "files").put(BytesIO(content))
    said = Product(type=ProductType.DECISION, number="12", year=2026, title=TITLE, place="", signatory="", source="", subject="",
                   field_of_law="", location="", issuer="", in_force=True)
    ours = Office(name="Kantor Contoh", heading="")
    return Order(product, sha256, FileStore(folder / "files").path(sha256), "2026kpt12.pdf", fields(said, ours))


class Desk:
    """The database, the publishing jobs and the people at the queue."""

    def __init__(self, database: Database, files: FileStore, publishers: dict[str, Publisher], web: Web):
        self.database, self.files = database, files
        self.uploader = Uploader(database, files, publishers, web)
        jobs = {name: getattr(self.uploader, name) for name in ("arrange", "upload", "take_down", "recheck", "refresh")}
        self.worker = Worker(database, jobs, ["publishing"])

    def check(self, content: bytes, number: str = "12") -> int:
        """A product was checked: it is to be published."""
        def work(session: Session) -> int:
            product = a_checked_product(session, self.files, content, number)
            enqueue(session, Publishing.arrange, product=product.id)
            return product.id
        return self.database.run(work)

    def check_another_file(self, product: int, content: bytes) -> None:
        def work(session: Session) -> None:
            found = session.get_one(Product, product)
            document, sha256 = session.get_one(Document, found.document_id), self.files.put(BytesIO(content))
            document.sha256 = document.came_as = sha256
            found.take("new file", STAFF)
            session.flush()
            found.take("check", STAFF)
            found.checked_sha256 = sha256
            enqueue(session, Publishing.arrange, product=product)
        self.database.run(work)

    def do(self, work, *args, **more):
        return self.database.run(lambda session: work(session, *args, **more))

    def see(self, work):
        with self.database.reading() as session:
            return work(session)

    def work(self) -> None:
        """Everything that can be done now."""
        while self.worker.run_one():
            pass
        assert self.see(lambda session: session.scalars(sa.select(Job.error).where(Job.error.is_not(None))).all()) == []

    def all(self, product: int) -> list[Publication]:
        return self.see(lambda session: list(session.scalars(
            sa.select(Publication).where(Publication.product_id == product).order_by(Publication.id))))

    def one(self, product: int) -> Publication:
        (found,) = self.all(product)
        return found

    def states(self, product: int) -> list[str]:
        return [each.state.value for each in self.all(product)]

    def product(self, product: int) -> Product:
        return self.see(lambda session: session.get(Product, product))


def said(publication: Publication) -> list[str]:
    return [line["said"] for line in publication.log]


def hosts(*ports: int) -> Iterable[str]:
    return [f"127.0.0.1:{port}" for port in ports]
