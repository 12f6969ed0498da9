"""The one owner of a printer: puts queued printouts on paper, each at most once, and knows how the printer is."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa
import sqlalchemy.orm

from foundation.clock import now
from foundation.database import Database
from foundation.errors import Refused
from foundation.jobs import Later, finish
from foundation.office import Office
from foundation.owning import owning
from foundation.people import PROGRAM
from foundation.stations import Station
from foundation.text import t
from printer import connect, printouts
from printer.conversation import Fence
from printer.device import NotSent, Outcome, Printer, PrinterStatus, Sending, Uncertain
from printer.printouts import HELD, OWNER_ENDED, QUEUED, SENDING, WAITED_TOO_LONG, Printout, PrintoutState

WATCH_EVERY = 5.0    # seconds
TELL_AGAIN = timedelta(seconds=60)
ASK_AGAIN, ASK_SELDOM, WAIT_FOR_OWNER = 3.0, 30.0, 0.3  # seconds until a printout that could not be sent is tried again
HOLD_FOR = 1800.0    # seconds

NO_PRINTER = t("This station has no printer.")
GIVEN_UP = t("The printer held this for too long. Look whether it came out, also after paper was put in.")


@dataclass(frozen=True)
class _Work:
    """What has to be known of a printout to print it."""

    printout: int
    state: PrintoutState
    note: str
    payload: bytes
    station: int
    address: str
    fence: Fence
    expired: bool
    after_abort: bool


_before = sa.orm.aliased(Printout)
_aborted = (sa.select(_before.aborted).where(_before.station_id == Printout.station_id, _before.id != Printout.id,
                                             _before.sent_at.is_not(None)).order_by(_before.sent_at.desc()).limit(1))
_WORK = (sa.select(Printout.id, Printout.state, Printout.note, Printout.payload, Station.id, Station.printer,
                   Station.fence, Printout.created_at, sa.select(Office.print_minutes).limit(1).scalar_subquery(),
                   _aborted.scalar_subquery())
         .join(Station, Station.id == Printout.station_id).where(Printout.id == sa.bindparam("printout")))

_TOLD = (sa.select(Station.printer_state, Station.printer_note, Station.printer_state_at)
         .where(Station.id == sa.bindparam("station")))
_TELL = sa.update(Station.__table__).where(Station.__table__.c.id == sa.bindparam("station"))
_ADDRESS = sa.select(Station.printer).join(Printout, Printout.station_id == Station.id).where(Printout.id == sa.bindparam("printout"))


class Spool:
    """Drives the printers of all stations that this process has. `folder` holds one lock for each address, so that no two
    owners, of this process or another, ever talk to one device."""

    def __init__(self, database: Database, folder: Path, open_printer: Callable[..., Printer] = connect.open_printer,
                 hold_for: float = HOLD_FOR):
        self.database, self.folder, self.open_printer, self.hold_for = database, folder, open_printer, hold_for
        self._watched: dict[int, float] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Wait no longer for a printer that holds a printout; it becomes uncertain."""
        self._stopping.set()

    def print_printout(self, printout: int) -> None:
        """The job. Safe to run again: what may have been sent is not sent again, but becomes uncertain.

        Raises Later while the printer is not ready; the printout stays queued and says why.
        """
        with self.database.reading() as session:
            address = session.execute(_ADDRESS, {"printout": printout}).scalar_one()
        with owning(self.folder, address) as mine:
            if not mine:
                raise Later(WAIT_FOR_OWNER)
            work = self._work(printout)  # read again: the owner before us may have printed it
            if work.state in (SENDING, HELD):
                self._take(work, "lose sight", OWNER_ENDED, aborted=True)
            elif work.state is QUEUED and work.expired:
                self._take(work, "expire", WAITED_TOO_LONG)
            elif work.state is QUEUED:
                self._put_on_paper(work)

    def _put_on_paper(self, work: _Work) -> None:
        try:
            printer = self._open(work.address, work.fence)
        except Refused as refusal:
            self._put_off(work, PrinterStatus.UNKNOWN, refusal.message, ASK_SELDOM)
        try:
            sending = printer.send(work.payload, lambda: self._take(work, "send"), work.after_abort)
        except NotSent as reason:
            self._put_off(work, reason.status, reason.sentence, ASK_AGAIN)
        except Uncertain as reason:
            self._take(work, "lose sight", reason.sentence, aborted=True)
        else:
            with closing(sending):
                self._see_through(work, sending)

    def _open(self, address: str, fence: Fence) -> Printer:
        if not address:
            raise Refused(NO_PRINTER)
        return self.open_printer(address, fence=fence)

    def _put_off(self, work: _Work, status: PrinterStatus, sentence: str, seconds: float) -> NoReturn:
        self._tell(work.station, status, sentence)
        if work.note != sentence:
            with self.database.transaction() as session:
                session.execute(sa.update(Printout).where(Printout.id == work.printout).values(note=sentence))
        raise Later(seconds)

    def _see_through(self, work: _Work, sending: Sending) -> None:
        """From the last byte to the end of the story; a printer that holds the bytes is waited for, never sent them again."""
        if sending.outcome is Outcome.HELD:
            self._take(work, "hold", sending.status.sentence)
            try:
                self._wait_while_held(work, sending)
            except Uncertain as reason:
                self._take(work, "lose sight", reason.sentence, aborted=True)
                return
        with self.database.transaction() as session:
            printouts.take(session, work.printout, "confirm" if sending.outcome is Outcome.PRINTED else "end unconfirmed", PROGRAM)
            _note_state(session, work.station, sending.status, sending.status.sentence)
            finish(session)

    def _wait_while_held(self, work: _Work, sending: Sending) -> None:
        until = time.monotonic() + self.hold_for
        while sending.outcome is Outcome.HELD:
            self._tell(work.station, sending.status, sending.status.sentence)
            if self._stopping.is_set():
                raise Uncertain(OWNER_ENDED)
            if time.monotonic() > until:
                raise Uncertain(GIVEN_UP)
            sending.poll()

    def watch(self, station: int) -> None:
        """Note how the station's printer is, at most every five seconds and never while it prints; for an idle worker."""
        if time.monotonic() - self._watched.get(station, -WATCH_EVERY) < WATCH_EVERY:
            return
        self._watched[station] = time.monotonic()
        with self.database.reading() as session:
            address, fence = session.execute(sa.select(Station.printer, Station.fence).where(Station.id == station)).one()
        if not address:
            return
        with owning(self.folder, address) as mine:
            if not mine:
                return
            try:
                status = self._open(address, Fence(fence)).status()
            except Refused as refusal:
                self._tell(station, PrinterStatus.UNKNOWN, refusal.message)
            else:
                self._tell(station, status, status.sentence)

    def recover(self) -> int:
        """At the start: what earlier owners left in the middle is uncertain now; how many printouts that are."""
        with self.database.reading() as session:
            left = session.execute(sa.select(Station.id, Station.printer).join(Printout, Printout.station_id == Station.id)
                                   .where(Printout.state.in_((SENDING, HELD))).distinct()).all()
        return sum(self._recover(station, address) for station, address in left)

    def _recover(self, station: int, address: str) -> int:
        with owning(self.folder, address) as mine:
            if not mine:
                return 0
            with self.database.transaction() as session:
                return printouts.recover(session, station)

    def _work(self, printout: int) -> _Work:
        with self.database.reading() as session:
            *facts, fence, wanted_at, minutes, after_abort = session.execute(_WORK, {"printout": printout}).one()
        expired = minutes is not None and wanted_at < now() - timedelta(minutes=minutes)
        return _Work(*facts, Fence(fence), expired, bool(after_abort))

    def _take(self, work: _Work, step: str, note: str = "", aborted: bool = False) -> None:
        with self.database.transaction() as session:
            printouts.take(session, work.printout, step, PROGRAM, note, aborted)

    def _tell(self, station: int, status: PrinterStatus, note: str) -> None:
        """Keep the printer's state on the station's row; written when it changes, or once a minute."""
        with self.database.reading() as session:
            if _is_as_told(session.execute(_TOLD, {"station": station}).one(), status, note):
                return
        with self.database.transaction() as session:
            _note_state(session, station, status, note)


def _is_as_told(known: sa.Row, status: PrinterStatus, note: str) -> bool:
    return known[:2] == (status.value, note) and bool(known[2]) and now() - known[2] < TELL_AGAIN


def _note_state(session: sa.orm.Session, station: int, status: PrinterStatus, note: str) -> None:
    known = session.execute(_TOLD, {"station": station}).one()
    if not _is_as_told(known, status, note):
        changed = {} if known.printer_state == status.value else {"printer_state_since": now()}
        session.execute(_TELL, {"station": station, "printer_state": status.value, "printer_note": note,
                                "printer_state_at": now(), **changed})
