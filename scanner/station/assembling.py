"""Makes the document of a closed batch, beside everything else: its findings first, then the PDF, once and whole."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import Later, enqueue, job
from foundation.office import office
from foundation.people import PROGRAM
from foundation.text import t
from scanner.documents import describing
from scanner.documents.records import Document, DocumentPage, DocumentState
from scanner.documents.remarks import Code, of_pages_made
from scanner.documents.searching import index_document
from scanner.pages.batches import Page
from scanner.pages.transcribing import Transcribing, needs_reading
from scanner.procedure import procedure
from scanner.workshop.processes import Failed
from scanner.workshop.texts import PageText

LOOK = 0.5                            # seconds until the pages that are still being read are asked for again
PATIENCE = timedelta(minutes=2)       # for reading to begin at all,
PER_PAGE = timedelta(seconds=20)      # and for each page: after that the document is made without what could not be read


Work = Callable[[dict[str, Any]], dict[str, Any]]


class Assembling(Protocol):
    """What a document needs once its pages are complete."""

    @job("assembling")
    def assemble(self, document: int) -> None: ...


class Assembler:
    """Makes documents by `compose` (assembly.compose), and seals them by `seal` (sealing.seal_document) where `seal_with` has a key; both
    work in a process of their own, and raise Failed. `folder` is where a PDF lies until it is in `files`; `address_of` is where a copy
    of a product (by its id) can be compared."""

    def __init__(self, database: Database, files: FileStore, folder: Path, compose: Work, seal: Work, seal_with: Mapping[str, str],
                 address_of: Callable[[int], str]):
        self.database, self.files, self.folder, self.compose = database, files, folder, compose
        self.seal, self.seal_with, self.address_of = seal, seal_with, address_of

    def assemble(self, document: int) -> None:
        """The job. Safe to run again: a document that is made already is left as it is."""
        with self.database.reading() as session:
            found = session.get_one(Document, document)
            if found.state is not DocumentState.MAKING:
                return
            pages = _pages(session, found)
        if unread := [page.id for page in pages if page.examined_at is None or needs_reading(page)]:
            if now() < found.made_at + PATIENCE + PER_PAGE * len(pages):
                raise Later(LOOK)
            self.database.run(partial(_ask_to_read, pages=unread))
        texts = [text_of(page) for page in pages]
        self.database.run(lambda session: _describe(session, document, pages, texts))
        try:
            made = self._compose(found, pages, texts)
        except Failed as problem:
            self.database.run(partial(_fail, document=document, problem=problem))
        else:
            self.database.run(lambda session: _finish(session, document, pages, texts, made))

    def _compose(self, document: Document, pages: Sequence[Page], texts: Sequence[PageText | None]) -> dict[str, Any]:
        """The answer of assembly.compose, its file in the store under `sha256`."""
        folder = self.folder / str(document.id)
        out = folder / "document.pdf"
        with self.database.reading() as session:
            about, ours = describing.about(session, document), office(session)
        code = self.address_of(document.product_id) if ours.copy_code and document.product_id else ""
        try:
            shutil.rmtree(folder, ignore_errors=True)  # what a service left that was killed
            folder.mkdir(parents=True)
            made = self.compose({
                "pages": [{"path": str(self.files.path(page.sha256)), "dpi": page.dpi, "turned": page.upright,
                           "skew_degrees": page.skew_degrees, "size_mm": describing.size_mm(page), "text": text and text.to_json()}
                          for page, text in zip(pages, texts, strict=True)],
                "out": str(out), "about": about, "footer": ours.copy_footer, "qr": code, "profile": "2b",
                "language": ours.language})
            made |= self._seal(out)
            with out.open("rb") as file:
                made["sha256"] = self.files.put(file)
        except OSError as problem:
            raise Failed(t("The document could not be written: the disk is full or cannot be used."),
                         t("Ask the administrator to make room, then have it made again.")) from problem
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return made

    def _seal(self, out: Path) -> dict[str, Any]:
        """Seal the PDF, last of all. One that could not be sealed is a document all the same, and says so."""
        if not (self.seal_with.get("key") or self.seal_with.get("library")):
            return {}
        sealed = out.with_suffix(".sealed")
        try:
            seal = self.seal({**self.seal_with, "source": str(out), "out": str(sealed)})
        except Failed as problem:
            return {"seal": None, "not_sealed": [problem.message, problem.next_step]}
        sealed.replace(out)
        return {"seal": seal, "bytes": out.stat().st_size}


def _pages(session: Session, document: Document) -> list[Page]:
    """The batch's pages in their order."""
    wanted = sa.select(Page).where(Page.batch_id == document.batch_id, Page.removed_at.is_(None)).order_by(Page.place)
    return list(session.scalars(wanted.options(undefer(Page.reading))))


def text_of(page: Page) -> PageText | None:
    """What stands on the page as it is turned now; None where it could not be read."""
    if page.blank:
        sideways = page.upright in (90, 270)
        return PageText(*((page.height_px, page.width_px) if sideways else (page.width_px, page.height_px)), page.dpi or 300)
    return PageText.from_json(page.reading) if page.reading and page.reading_turned == page.upright else None


def _ask_to_read(session: Session, pages: Sequence[int]) -> None:
    for page in pages:
        enqueue(session, Transcribing.transcribe, page=page)


def _describe(session: Session, document: int, pages: Sequence[Page], texts: Sequence[PageText | None]) -> None:
    if session.get_one(Document, document, with_for_update=True).state is DocumentState.MAKING:  # else somebody was faster, and has said it
        describing.describe(session, document, pages, texts)


def _fail(session: Session, document: int, problem: Failed) -> None:
    found = session.get_one(Document, document, with_for_update=True)
    if found.state is DocumentState.MAKING:
        found.sentence, found.next_step, found.details = problem.message, problem.next_step, problem.details
        found.take("fail", PROGRAM)


def _finish(session: Session, document: int, pages: Sequence[Page], texts: Sequence[PageText | None], made: Mapping[str, Any]) -> None:
    found = session.get_one(Document, document, with_for_update=True)
    if found.state is not DocumentState.MAKING:
        return  # somebody else was faster, with the same pages
    found.sha256, found.size_bytes, found.sentence, found.next_step = made["sha256"], made["bytes"], "", ""
    found.report = {name: made[name] for name in ("profile", "verdict", "seal", "not_sealed") if name in made}
    found.remarks = _with_those_of_pages(found.remarks, made["pages"])
    found.pages = []
    session.flush()
    found.pages = [DocumentPage(number=number, page_id=page.id, turned=page.upright, skew_degrees=page.skew_degrees,
                                text=text and text.to_json(), method=each["method"], why=each["why"],
                                size_bytes=each["bytes"], lost_mm2=each["lost_mm2"])
                   for number, (page, text, each) in enumerate(zip(pages, texts, made["pages"], strict=True), start=1)]
    found.take("finish", PROGRAM)
    session.flush()
    procedure.file_changed(session, found)
    index_document(session, document)


def _with_those_of_pages(remarks: Sequence[dict[str, Any]], made: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """First what could not be put in; nobody can look at such a page, as is asked for when it could not be read."""
    first = [remark.to_json() for remark in of_pages_made(made)]
    gone = {(number,) for remark in first for number in remark["pages"]}
    return [*first, *(each for each in remarks if each["code"] != Code.UNREADABLE or tuple(each["pages"]) not in gone)]


def read_again(session: Session, document: Document) -> None:
    """Forget of the pages that could not be read that anybody tried: `order` then has them read once more."""
    for page in _pages(session, document):
        if page.reading is None:
            page.reading_turned = None


def order(session: Session, document: Document) -> None:
    """Have the document made, now that its pages are complete."""
    session.flush()
    for page in _pages(session, document):
        if page.examined_at and needs_reading(page):
            enqueue(session, Transcribing.transcribe, page=page.id)
    enqueue(session, Assembling.assemble, document=document.id)


