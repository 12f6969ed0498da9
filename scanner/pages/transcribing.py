"""Reads what stands on each page while the next sheets are still being scanned, so that a document is ready soon after its last page."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import job
from scanner.pages.batches import Page
from scanner.workshop.processes import Failed
from scanner.workshop.texts import PageText


class Transcribing(Protocol):
    """What a page needs once somebody has looked at it: its text."""

    @job("transcribing")
    def transcribe(self, page: int) -> None: ...


class Transcriber:
    """Has pages read by `read` (path, dpi, turned, skew_degrees), which raises Failed: that costs the page its text, and nothing else
    anything."""

    def __init__(self, database: Database, files: FileStore, read: Callable[[Path, int | None, int, float], PageText]):
        self.database, self.files, self.read = database, files, read

    def transcribe(self, page: int) -> None:
        """The job. Safe to run again; a page that is gone, or read as it stands now, needs nothing."""
        with self.database.reading() as session:
            found = session.get(Page, page)
            if found is None or not needs_reading(found):
                return
        turned, text = found.upright, None
        with suppress(Failed):  # then it has no text, and the document says so
            text = self.read(self.files.path(found.sha256), found.dpi, turned, found.skew_degrees).to_json()
        self.database.run(lambda session: _keep(session, page, turned, text))


def needs_reading(page: Page) -> bool:
    """Whether nobody has read the page as it is turned now; a blank one has nothing to be read."""
    return page.removed_at is None and not page.blank and page.reading_turned != page.upright


def _keep(session: Session, page_id: int, turned: int, text: dict[str, Any] | None) -> None:
    if page := session.get(Page, page_id):
        page.reading, page.reading_turned = text, turned
