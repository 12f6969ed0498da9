"""Keeps pages in less room: what came uncompressed from a scanner is packed without loss, when nobody waits for anything else."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import enqueue, job
from scanner.pages.batches import Page
from scanner.workshop.processes import Failed

FIRST = timedelta(minutes=1)  # after the page came: looking at it and reading it go first
LOOSE = ".tiff"               # the kind of file that scanners give uncompressed; JPEG is kept as the device made it


class Keeping(Protocol):
    """What a page needs in the end: less room."""

    @job("keeping")
    def pack_page(self, page: int) -> None: ...


class Keeper:
    """Packs pages by `pack` (packing.pack, in a process of its own), which raises Failed: then the page stays as it is."""

    def __init__(self, database: Database, files: FileStore, folder: Path, pack: Callable[[dict[str, str]], dict[str, Any]]):
        self.database, self.files, self.folder, self.pack = database, files, folder, pack

    def pack_page(self, page: int) -> None:
        """The job. Safe to run again: a page that is packed has another kind of name for what it came as."""
        with self.database.reading() as session:
            found = session.get(Page, page)
        if found is None or found.came_as or found.kind != LOOSE:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder, suppress(Failed):
            out = Path(folder, "packed")
            if self.pack({"source": str(self.files.path(found.sha256)), "out": str(out)})["bytes"]:
                with out.open("rb") as file:
                    name = self.files.put(file)
                self.database.run(lambda session: _keep(session, found, name))


def _keep(session: Session, found: Page, name: str) -> None:
    """The page has the packed picture from now on; the one it came as is swept when no page has it."""
    page = session.get(Page, found.id, with_for_update=True)
    if page is not None and page.sha256 == found.sha256:
        page.came_as, page.sha256 = page.sha256, name


def pack_later(session: Session, page: Page) -> None:
    """Have the page packed in a while, where that is worth it."""
    if page.kind == LOOSE:
        enqueue(session, Keeping.pack_page, due=now() + FIRST, page=page.id)
