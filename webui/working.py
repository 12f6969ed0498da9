"""The workers of one running service: a thread for each printer and each scanner, and one for what must happen by itself."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation import audit, jobs
from foundation.clock import now, start_of, today
from foundation.database import DatabaseUnusable
from foundation.jobs import Worker
from foundation.stations import Station
from kiosk.borrowing import calendar, notifying, reserving
from kiosk.borrowing.lending import expire_requests
from kiosk.exchange.bringing import files_of_imports
from kiosk.guests.visiting import close_visits
from kiosk.privacy.retention import forget
from kiosk.shelves import attaching
from printer import printouts, thermal
from scanner.documents.records import files_in_use
from scanner.pages import thumbnails
from scanner.publishing.delivery import order_looks
from webui import sessions
from webui.wiring import Wiring

log = structlog.get_logger()
UPKEEP = 20.0   # seconds between two rounds
HOUR, DAY = 3600.0, 24 * 3600.0  # seconds from the start, and between, of looks for files that nobody needs
LOOK = 2.0      # seconds between two looks for new or changed devices
THREADS = {"printing": "printer", "scanning": "scanner", "inspecting": "inspector", "transcribing": "reader",
           "assembling": "binder", "keeping": "packer", "taking in": "taker", "putting text under": "ocr",
           "publishing": "publisher", "messaging": "messenger", "importing": "importer"}
# queue, and which of its workers: pages are looked at one by one, read two by two, documents made one by one, wherever they come from
BESIDE = [("inspecting", 0), ("transcribing", 0), ("transcribing", 1), ("assembling", 0), ("keeping", 0)]
# they need no device of a station
ALWAYS = [("taking in", 0), ("putting text under", 0), ("publishing", 0), ("messaging", 0), ("importing", 0)]


class Works:
    """Starts with `start`, ends with `stop`; `alive` says whether every thread is there and the keeper still beats."""

    def __init__(self, wired: Wiring):
        self.wired = wired
        self.devices: dict[tuple[str, int], tuple[str, Worker]] = {}
        self._threads: dict[Worker, threading.Thread] = {}
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.beat = time.monotonic()

    def start(self) -> None:
        self.wired.spool.recover()
        self.wired.files.sweep_drafts()
        self._look_for_devices()
        self._keeper.start()

    def stop(self, patience: float = 5) -> None:
        self._stop.set()
        self.wired.spool.stop()
        for worker in self._threads:
            worker.stop()
        for thread in [*self._threads.values(), self._keeper]:
            if thread.is_alive():
                thread.join(patience)
        self.wired.workshop.close()

    @property
    def alive(self) -> bool:
        return self._keeper.is_alive() and time.monotonic() - self.beat < 60 and all(t.is_alive() for t in self._threads.values())

    def _run(self, worker: Worker, name: str) -> None:
        def work() -> None:
            with suppress(OSError):  # so that top and the bench can tell it by name
                Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(name[:15])
            thermal.load()
            worker.run_forever()
        self._threads[worker] = threading.Thread(target=work, name=name, daemon=True)
        self._threads[worker].start()

    def _keep(self) -> None:
        next_round, next_sweep = time.monotonic() + 1, time.monotonic() + HOUR
        while not self._stop.wait(LOOK):
            self.beat = time.monotonic()
            try:
                self._look_for_devices()
                if time.monotonic() >= next_round:
                    upkeep(self.wired)
                    next_round = time.monotonic() + UPKEEP
                if time.monotonic() >= next_sweep:
                    sweep_files(self.wired)
                    next_sweep = time.monotonic() + DAY
            except (SQLAlchemyError, DatabaseUnusable, OSError):
                log.exception("upkeep stumbled")

    def _look_for_devices(self) -> None:
        """A worker for each station that has a printer, a new one where its address changed, and one for each that has a scanner,
        which stays: it goes to today's address for each job, and in the middle of one may have found a new address itself."""
        with self.wired.database.reading() as session:
            stations = session.execute(sa.select(Station.id, Station.printer, Station.scanner).where(Station.active)).all()
        wanted = {(kind, station.id): address for station in stations
                  for kind, address in (("printing", station.printer), ("scanning", station.scanner and "any")) if address}
        wanted |= dict.fromkeys(ALWAYS, "any")
        if any(kind == "scanning" for kind, _ in wanted):
            wanted |= dict.fromkeys(BESIDE, "any")
        for device, (address, worker) in list(self.devices.items()):
            if wanted.get(device) != address:
                worker.stop()
                self._threads.pop(worker, None)
                del self.devices[device]
        for device, address in wanted.items():
            if device not in self.devices:
                self.devices[device] = (address, self._begin(*device))

    def _begin(self, kind: str, station_id: int) -> Worker:
        watch = partial(self.wired.spool.watch, station_id) if kind == "printing" else None
        queue = kind if (kind, station_id) in BESIDE + ALWAYS else f"{kind}/{station_id}"
        worker = Worker(self.wired.database, self.wired.jobs, [queue], idle=watch)
        self._run(worker, f"{THREADS[kind]} {station_id}")
        return worker


def sweep_files(wired: Wiring) -> list[str]:
    """Files that no page, no document and no title has are removed, an hour after they were put in at the earliest; their names."""
    def in_use(beginning: str) -> set[str]:
        with wired.database.reading() as session:
            return files_in_use(session, beginning) | attaching.files_in_use(session, beginning) | files_of_imports(session, beginning)
    removed = wired.files.sweep(in_use, timedelta(hours=1))
    for name in removed:
        thumbnails.forget(wired.thumbnails, name)
    return removed


def upkeep(wired: Wiring) -> None:
    """What must happen by itself: requests and holds expire, borrowers are reminded, visits end at closing time, the trail is sealed,
    old rows go, the feed is written."""
    database = wired.database
    zone = wired.office().time_zone
    day = today(zone)
    with database.reading() as session:
        closes = calendar.load(session).closes_at(day)
    database.run(expire_requests)
    database.run(partial(close_visits, before=closes if closes and closes < now() else start_of(day, zone)))
    if wired.office().forgotten_on != day:
        while database.run(partial(forget, today=day)):
            pass
    database.run(partial(printouts.expire, wanted_before=now() - timedelta(minutes=wired.office().print_minutes)))
    database.run(reserving.expire)
    database.run(reserving.serve_all)
    if notifying.may_write_now(wired.office()):
        database.run(partial(notifying.remind, here=wired.office(), day=day))
    database.run(order_looks)
    audit.seal_all(database)
    database.run(jobs.sweep)
    database.run(sessions.sweep)
    wired.feed.refresh()
