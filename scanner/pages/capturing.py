"""Carries out a run beside its scanner: takes page after page in, each safe before the next, and knows why it stopped."""

import errno
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import job
from foundation.people import PROGRAM
from foundation.stations import Station
from scanner.devices import connect
from scanner.devices.knowing import at_hand
from scanner.devices.port import Event, PageFile, Progress, Scanner
from scanner.devices.troubles import Crashed, NoSpace, Trouble
from scanner.pages import arranging
from scanner.pages.batches import Batch, Page, Run, RunState

LOOK = 0.5   # seconds between two looks whether somebody has cancelled


class Capturing(Protocol):
    """What a run needs of the worker beside the scanner."""

    @job("scanning")
    def capture(self, run: int) -> None: ...


class Capturer:
    """Carries out runs at the scanners of this process. `folder` is the data folder: locks, and pages on their way into `files`."""

    def __init__(self, database: Database, files: FileStore, folder: Path, open_scanner: Callable[[str], Scanner] = connect.open_scanner):
        self.database, self.files, self.folder, self.open_scanner = database, files, folder, open_scanner

    def capture(self, run: int) -> None:
        """The job. Safe to run again: of a run whose worker died, the pages that were finished are taken in, and it has stopped."""
        with self.database.reading() as session:
            found = session.get_one(Run, run)
            station = session.get_one(Station, session.get_one(Batch, found.batch_id).station_id)
        incoming = self.folder / "scanning" / str(run)
        if found.state is RunState.SCANNING:
            self._rescue(found, station.scanner, incoming)
        elif found.state is RunState.QUEUED:
            try:
                self._carry_out(found, station, incoming)
            except Trouble as trouble:
                self._stop(run, trouble)
            else:
                self.database.run(partial(_finish, run_id=run))
            shutil.rmtree(incoming, ignore_errors=True)

    def _carry_out(self, run: Run, station: Station, incoming: Path) -> None:
        self.database.run(lambda session: session.get_one(Run, run.id).take("begin", PROGRAM))
        with (at_hand(self.database, self.folder, station, run.asked_by, self.open_scanner) as (scanner, _),
              self._cancelling(run.id, scanner)):
            for event in scanner.scan(run.wanted, incoming, run.first):
                self._take_in(run, event)

    def _take_in(self, run: Run, event: Event) -> None:
        match event:
            case Progress(number, part):
                with self.database.transaction() as session:
                    session.execute(_HOW_FAR, {"run": run.id, "page": number, "part": part})
            case PageFile():
                self._keep(run, event)

    def _keep(self, run: Run, page: PageFile) -> None:
        """First the file is safe in the store, then its row says that it exists."""
        try:
            with page.path.open("rb") as picture:
                name = self.files.put(picture)
        except OSError as problem:
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpace(str(problem)) from None
            raise
        self.database.run(lambda session: arranging.take_in(session, run.id, page, name))
        page.path.unlink()

    def _rescue(self, run: Run, address: str, incoming: Path) -> None:
        """The worker before us died in this run: what lies there under its number was whole before it got it."""
        from scanner.devices.intake import finished  # and with it Pillow: only where it is needed

        with self.database.reading() as session:
            known = set(session.scalars(sa.select(Page.number).where(Page.batch_id == run.batch_id)))
        for page in finished(incoming, None if address.startswith("folder:") else run.wanted):
            if page.number not in known:
                self._keep(run, page)
        self._stop(run.id, Crashed())
        shutil.rmtree(incoming, ignore_errors=True)

    def _stop(self, run: int, trouble: Trouble) -> None:
        def work(session: Session) -> None:
            it = session.get_one(Run, run, with_for_update=True)
            it.trouble, it.sentence, it.next_step = type(trouble).__name__, trouble.sentence, trouble.next_step
            it.details = dict(trouble.details)
            it.take("stop", PROGRAM)
        self.database.run(work)

    @contextmanager
    def _cancelling(self, run: int, scanner: Scanner) -> Iterator[None]:
        """While the block runs, the scanner is told when somebody cancels the run."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(LOOK):
                with self.database.reading() as session:
                    wanted = session.scalar(sa.select(Run.cancel_wanted).where(Run.id == run))
                if wanted:
                    scanner.cancel()
                    return
        thread = threading.Thread(target=watch, name=f"cancels {run}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _finish(session: Session, run_id: int) -> None:
    run = session.get_one(Run, run_id, with_for_update=True)
    run.take("end" if run.cancel_wanted else "finish", PROGRAM)


_run = Run.__table__
_HOW_FAR = sa.update(_run).where(_run.c.id == sa.bindparam("run"))
