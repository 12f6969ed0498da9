"""An import as a job: chunk by chunk, each in the same transaction as the mark how far it has come, so that a kill doubles nothing."""

from dataclasses import asdict
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.database import Database
from foundation.errors import Refused
from foundation.jobs import enqueue, finish, job
from foundation.people import Actor, Role
from foundation.text import clean, t
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import Imported, Works, bring, chunks, note, records_of
from kiosk.exchange.imports import CollectionImport, ImportState
from kiosk.exchange.records import BadRow, Filing, Record
from kiosk.shelves.search_index import index_titles

SHOWN = 500  # mistakes that are kept with an import


class Superseded(Exception):
    """Another worker has taken the import over since."""


@job(queue="importing")
def bring_in(import_id: int) -> None:
    """Work the import off: Importer.bring_in."""


def order(session: Session, name: str, form: str, file: str, total: int, skip_bad: bool, by: Actor) -> CollectionImport:
    """Ask for the import of `file`, which is in the file store; `total` is how many records the check found.

    Raises Refused while another one is on its way: two of one library would wait for each other.
    """
    by.must_be(Role.ADMIN)
    if running := session.scalar(sa.select(CollectionImport).where(CollectionImport.state == ImportState.RUNNING)):
        raise Refused(t("“%(name)s” is still being imported."), t("Wait until it is done, then try again."), name=running.name)
    asked = CollectionImport(name=clean(name, 200), format=form, file=file, total=total, skip_bad=skip_bad, asked_by=by.name)
    session.add(asked)
    session.flush()
    enqueue(session, bring_in, import_id=asked.id)
    return asked


def latest(session: Session, most: int = 10) -> list[CollectionImport]:
    return list(session.scalars(sa.select(CollectionImport).order_by(CollectionImport.id.desc()).limit(most)))


def files_of_imports(session: Session, beginning: str) -> set[str]:
    """The files that imports on their way still need, of those whose names begin so."""
    return set(session.scalars(sa.select(CollectionImport.file).where(CollectionImport.state == ImportState.RUNNING,
                                                                      CollectionImport.file.startswith(beginning))))


class Importer:
    """Works imports off, whose files are in the store of `filing`."""

    def __init__(self, database: Database, filing: Filing):
        self.database, self.filing = database, filing

    def bring_in(self, import_id: int) -> None:
        """Bring in what is not there yet, from the record after the last that is."""
        with self.database.reading() as session:
            row = session.get_one(CollectionImport, import_id)
            if row.state is not ImportState.RUNNING:
                return
            done, name, path = row.done, row.name, self.filing.store.path(row.file)
        try:
            source, works = recognise(path, name), Works()
            with self.database.reading() as session:
                records = records_of(session, source)
            for chunk in chunks(source.keep(islice(records, done, None), self.filing)):
                self.database.run(lambda session, chunk=chunk, done=done: _bring(session, import_id, chunk, done, works))
                done += len(chunk)
        except Superseded:
            return
        except Refused as refusal:
            trouble = str(refusal)
            self.database.run(lambda session: _end(session, import_id, ImportState.FAILED, trouble))
            return
        self.database.run(lambda session: _end(session, import_id, ImportState.DONE))


def _bring(session: Session, import_id: int, chunk: list[Record], done: int, works: Works) -> None:
    row = session.get_one(CollectionImport, import_id, with_for_update=True)
    if row.done != done or row.state is not ImportState.RUNNING:
        raise Superseded
    brought = bring(session, chunk, works)
    index_titles(session, brought.title_ids)
    row.done += len(chunk)
    row.titles += brought.titles
    row.copies += brought.copies
    if brought.bad and len(row.bad) < SHOWN:
        row.bad = [*row.bad, *map(asdict, brought.bad)][:SHOWN]


def _end(session: Session, import_id: int, state: ImportState, trouble: str = "") -> None:
    """The last word on an import, in one transaction with the end of its job."""
    row = session.get_one(CollectionImport, import_id)
    row.state, row.ended_at, row.trouble = state, now(), clean(trouble, 300)
    note(session, Imported(row.titles, row.copies, [], mistakes(row)), Actor(row.asked_by, frozenset({Role.ADMIN})))
    finish(session)


def mistakes(row: CollectionImport) -> list[BadRow]:
    """What could not be used of an import."""
    return [BadRow(**mistake) for mistake in row.bad]
