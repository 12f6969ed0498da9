"""Looks at each page beside the scan, not in its way, and keeps what was seen: flags for a person, never a deed."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import enqueue, job
from scanner.pages.batches import Batch, Page
from scanner.pages.transcribing import Transcribing, needs_reading
from scanner.workshop.findings import SAME_SHEET, Examination, Finding, Flag, alike

NEAR = 2  # pages: in a stack scanned on both sides, a sheet that came twice is two pages away


class Inspecting(Protocol):
    """What a page needs once it is safe."""

    @job("inspecting")
    def inspect(self, page: int) -> None: ...


class Inspector:
    """Has pages looked at by `examine` (path, dpi). One at a time: so two neighbours never miss each other."""

    def __init__(self, database: Database, files: FileStore, examine: Callable[[Path, int | None], Examination]):
        self.database, self.files, self.examine = database, files, examine

    def inspect(self, page: int) -> None:
        """The job. Safe to run again; a page that is gone by now needs nothing."""
        with self.database.reading() as session:
            found = session.get(Page, page)
            if found is None:
                return
            beside = session.execute(_BESIDE, {"batch": found.batch_id, "page": found.id, "low": found.number - NEAR,
                                               "high": found.number + NEAR}).all()
        seen = self.examine(self.files.path(found.sha256), found.dpi)
        same = [other.id for other in beside if alike(seen.fingerprint, other.fingerprint) >= SAME_SHEET]
        self.database.run(lambda session: _keep(session, page, seen, same))


# the pages before and after it, as the scanner took them, that were looked at and not removed
_BESIDE = sa.select(Page.id, Page.fingerprint).where(
    Page.batch_id == sa.bindparam("batch"), Page.id != sa.bindparam("page"), Page.fingerprint.is_not(None), Page.removed_at.is_(None),
    Page.number.between(sa.bindparam("low"), sa.bindparam("high")))


def _keep(session: Session, page_id: int, seen: Examination, same: list[int]) -> None:
    """Write down what was seen; of two pages that are the same, the later one is flagged."""
    page = session.get(Page, page_id)
    if page is None:
        return
    session.get_one(Batch, page.batch_id, with_for_update=True)
    found = [Finding(Flag.UNSEEN)] if seen.failed else seen.findings
    page.findings = [{**finding.details, "flag": finding.code.value} for finding in found]
    page.codes, page.fingerprint, page.examined_at = list(seen.codes), seen.fingerprint, now()
    page.skew_degrees = seen.skew_degrees
    if needs_reading(page) and not seen.failed:
        enqueue(session, Transcribing.transcribe, page=page.id)
    for other in session.scalars(sa.select(Page).where(Page.id.in_(same))):
        later, earlier = (page, other) if page.number > other.number else (other, page)
        rest = [each for each in later.findings if each["flag"] != Flag.DOUBLED]
        later.findings = [*rest, {"flag": Flag.DOUBLED.value, "number": earlier.number}]
        later.examined_at = page.examined_at
