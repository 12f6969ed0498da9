"""Takes in PDFs that somebody made elsewhere: their bytes stay as they came, their pages are read, scans are given text on request."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.database import Database
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import enqueue, job
from foundation.people import PROGRAM, Actor, Role
from foundation.text import clean, t
from scanner.documents import describing
from scanner.documents.checklists import PageSeen
from scanner.documents.records import Document, DocumentPage, DocumentState, Origin
from scanner.documents.searching import index_document
from scanner.pages.batches import STAFF
from scanner.procedure import procedure
from scanner.workshop.findings import Flag
from scanner.workshop.processes import Failed
from scanner.workshop.texts import PageText

MM = 25.4
TOO_MANY = 10      # pages that cannot be opened: then no more are tried
MOST_READ = 1_000  # pages of a scan that are read at once: some hours

SAYS = ("pages", "encrypted", "claims", "verdict", "because", "seals", "scripts", "attachments", "forms")  # of checking_pdf.Checked

FULL = t("The document could not be written: the disk is full or cannot be used.")
ROOM = t("Ask the administrator to make room, then try again.")
BROKEN = t("Too many pages of the PDF cannot be opened.")
GET_AGAIN = t("Get it again from where it came from. The file that came is kept.")
STAYS = t("It stays as it came.")


class TakenPage(NamedTuple):
    """A page of a PDF. `text`: None where something is on it that is no text, and nobody has read; `picture`: it is one, as of a scan."""

    text: PageText | None
    picture: bool


class TakingIn(Protocol):
    """What a PDF needs that came in."""

    @job("taking in")
    def take_in(self, document: int) -> None: ...

    @job("putting text under")
    def make_searchable(self, document: int) -> None: ...


class Taker:
    """Has PDFs looked into by `extract` (path, page number) and read by `read` (path, out, pages), of the workshop, which raise Failed.
    `folder` is where a PDF lies until it is in `files`."""

    def __init__(self, database: Database, files: FileStore, folder: Path, extract: Callable[[Path, int], dict[str, Any]],
                 read: Callable[[Path, Path, int], dict[str, Any]]):
        self.database, self.files, self.folder, self.extract, self.read = database, files, folder, extract, read

    def take_in(self, document: int) -> None:
        """The job: what stands on the pages. Safe to run again."""
        if found := self._waiting(document):
            self._finish(found, {})

    def make_searchable(self, document: int) -> None:
        """The job: text under the pages that have none. What came stays in the store; where nothing can be done, so does what was read of
        it before, and the document says why. Safe to run again."""
        found = self._waiting(document)
        if found is None:
            return
        folder = self.folder / str(document)
        shutil.rmtree(folder, ignore_errors=True)  # of a process that ended over it
        try:
            folder.mkdir(parents=True)
            made = self.read(self.files.path(found.came_as), folder / "searchable.pdf", found.report["pages"])
            with (folder / "searchable.pdf").open("rb") as file:
                made["sha256"] = self.files.put(file)
        except Failed as problem:
            self.database.run(partial(_end, document=document, step="finish", problem=problem))
        except OSError:
            self.database.run(partial(_end, document=document, step="finish", problem=Failed(FULL, ROOM)))
        else:
            self._finish(found, made)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _waiting(self, document: int) -> Document | None:
        with self.database.reading() as session:
            found = session.get_one(Document, document)
            return found if found.state is DocumentState.MAKING else None

    def _finish(self, document: Document, made: Mapping[str, Any]) -> None:
        """`made`: what `read` answered, the file in the store under `sha256`; empty where the PDF is as it came."""
        sha256 = made.get("sha256") or document.came_as
        try:
            pages = self._pages(sha256, document.report["pages"], made.get("texts", {}))
        except Failed as problem:
            self.database.run(partial(_end, document=document.id, step="fail", problem=problem))
        else:
            size = self.files.path(sha256).stat().st_size
            self.database.run(lambda session: _keep(session, document.id, sha256, size, pages, made))

    def _pages(self, sha256: str, count: int, read: Mapping[str, Any]) -> list[TakenPage]:
        """Raises Failed where the PDF is no good after all. A page that cannot be opened costs that page its text."""
        pages, broken = [], 0
        for number in range(1, count + 1):
            try:
                pages.append(_taken(self.extract(self.files.path(sha256), number), read.get(str(number))))
            except Failed:
                pages.append(TakenPage(None, picture=False))
                broken += 1
            if broken > TOO_MANY:
                raise Failed(BROKEN, GET_AGAIN)
        return pages


def _taken(told: Mapping[str, Any], read: Mapping[str, Any] | None) -> TakenPage:
    """Of what was read just now, it is known how sure that is; of the PDF's own text it is taken for granted."""
    text = PageText.from_json(read or told["text"])
    return TakenPage(text if text.lines or read or not told["drawn"] else None, told["picture"])


def _keep(session: Session, document_id: int, sha256: str, size: int, pages: Sequence[TakenPage], made: Mapping[str, Any]) -> None:
    found = session.get_one(Document, document_id, with_for_update=True)
    if found.state is not DocumentState.MAKING:
        return  # somebody else was faster, with the same file
    scans = [number for number, page in enumerate(pages, start=1) if page.text is None]
    found.origin = Origin.IMPORTED if sum(page.picture for page in pages) * 2 > len(pages) else Origin.BORN_DIGITAL
    found.report = found.report | {"scans": scans}
    if made:
        found.sha256 = sha256
        found.report = found.report | {"claims": made["claims"], "verdict": "pass" if made["claims"] else "", "because": [], "read": True}
    found.size_bytes = size
    found.pages = []
    session.flush()
    found.pages = [DocumentPage(number=number, text=page.text and page.text.to_json()) for number, page in enumerate(pages, start=1)]
    session.flush()
    if len(scans) * 2 <= len(pages):  # of pictures alone, all would be said to be missing
        describing.describe_seen(session, document_id, [_seen(number, page) for number, page in enumerate(pages, start=1)])
    _end(session, document_id, "finish")
    procedure.file_changed(session, found)
    index_document(session, document_id)


def _seen(number: int, page: TakenPage) -> PageSeen:
    if page.text is None:
        return PageSeen(number, None)
    sides = (side / page.text.dpi * MM for side in (page.text.width, page.text.height))
    return PageSeen(number, page.text, frozenset() if page.text.lines else frozenset({Flag.BLANK}), *sides)


def _end(session: Session, document: int, step: str, problem: Refused | None = None) -> None:
    found = session.get_one(Document, document, with_for_update=True)
    if found.state is DocumentState.MAKING:
        found.sentence, found.next_step, found.details = (
            (problem.message, problem.next_step, problem.details) if problem else ("", "", {}))
        found.take(step, PROGRAM)


# --- what staff do ----------------------------------------------------------------------------------------------------------------


def take(session: Session, sha256: str, size: int, name: str, said: Mapping[str, Any], by: Actor) -> tuple[Document, bool]:
    """A PDF that came in is a document, and whether it was one already: the same file twice is the same document, and so is the file of
    one that was made here. Of two that are sent at once, the unique index lets in one: the other finds it when it is tried again.

    It lies in the store under `sha256` and has `size` bytes; `said`: what it says of itself, as of checking_pdf.check.
    """
    by.must_be(*STAFF, Role.PROPOSER)
    if known := session.scalar(sa.select(Document).where(sa.or_(Document.came_as == sha256, Document.sha256 == sha256))):
        return known, True
    document = Document(origin=Origin.IMPORTED if len(said["without_text"]) * 2 > said["pages"] else Origin.BORN_DIGITAL, sha256=sha256,
                        came_as=sha256, size_bytes=size, name=clean(name, 200), made_by=by.name, made_by_id=by.person_id,
                        report={key: said[key] for key in SAYS})
    session.add(document)
    record(session, by, "document taken in", document)
    enqueue(session, TakingIn.take_in, document=document.id)
    return document, False


def take_in_again(session: Session, document: Document, by: Actor) -> None:
    """Have the pages of a PDF that came in read once more."""
    document.take("again", by)
    document.made_at = now()
    record(session, by, "document made again", document)
    enqueue(session, TakingIn.take_in, document=document.id)


def can_be_read(document: Document) -> bool:
    """Whether there are pages that are pictures, which text can be put under."""
    report = document.report
    return document.state is DocumentState.READY and bool(report.get("scans")) and not report.get("read")


def order_reading(session: Session, document_id: int, by: Actor) -> Document:
    """Have text put under the pages that are pictures. Raises Refused where that would break something, or there is nothing to be read."""
    document = session.get_one(Document, document_id, with_for_update=True)
    by.must_be(*STAFF)
    if not can_be_read(document):
        raise Refused(t("There are no pages here that could be read."), t("Look at the page again."))
    report = document.report
    if report["seals"]:
        raise Refused(t("The PDF is signed: text under its pages would break the signature."), STAYS)
    if report["encrypted"]:
        raise Refused(t("The PDF is locked against changes: no text can be put under its pages."),
                      t("Ask whoever made it for a copy that is not locked."))
    if report["pages"] > MOST_READ:
        raise Refused(t("The PDF has too many pages to be read at once."), t("Divide it into several documents."))
    document.take("again", by)
    document.made_at = now()
    record(session, by, "text put under", document)
    enqueue(session, TakingIn.make_searchable, document=document_id)
    return document
