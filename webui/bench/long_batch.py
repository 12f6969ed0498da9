"""A batch of many pages through the running service: its memory, how soon a page is seen, and how fast the station's page stays."""

import html
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from foundation.keys import load
from foundation.opening import open_database
from foundation.people import Role, add_person, hash_password
from foundation.settings import Settings
from foundation.stations import Station, StationKind
from scanner.pages.batches import Page
from webui import migrating
from webui.bench import crowd
from webui.bench.browser import Browser
from webui.bench.scanners import PUT_BACK, elsewhere, feed
from webui.bench.service import Service

STAFF, PASSWORD = "pemindai", "ukuran kecepatan pindai"  # noqa: S105 a fictional person in a database that lives for minutes
LOOKS = 40            # at the finished batch
MEMORY_AT = (0.2, 0.6, 1.0)
LIVE = re.compile(r'hx-get="([^"]+/live[^"]*)" hx-trigger="every ([\d.]+)(m?s)"')  # what the page asks, and how often
SMALL = re.compile(r'src="(/scanning/page/(\d+)/small\.jpg[^"]*)"')
PATIENCE = 60         # seconds without a page
COLOR = {"profile": "own", "source": "feeder", "mode": "color", "dpi": "300", "paper": "A4"}


class _Row(NamedTuple):
    """A page by its id and number; `at`: when its row was made, in seconds since 1970."""

    id: int
    number: int
    at: float


def scan_many(folder: Path, pages: int, say: Callable[[str], None]) -> dict:
    """Scan so many pages in colour as fast as it goes; MiB, seconds and milliseconds."""
    say(f"A batch of {pages} pages through the service …")
    with elsewhere(feed, folder / "many", pages, 0.0) as scanner:
        installation = folder / "service"
        make(installation, scanner.told)
        with Service(installation) as service:
            watcher = _Watcher(service, pages)
            watcher.scan()
            answers, peak = watcher.answers(), service.memory()["peak"]
            watcher.staff.close()
        sent = scanner.ask(PUT_BACK)
        rows = _rows(installation)
    return {"pages": len(rows), "pages_per_minute": watcher.per_minute, "memory_mib": watcher.memory, "peak_mib": peak,
            "row_s": _spread([row.at - sent[row.number] for row in rows]),
            "asks_every_s": watcher.pause,
            "picture_s": _spread([watcher.seen[row.id] - sent[row.number] for row in rows]), "answers_ms": answers}


def make(folder: Path, scanner: str) -> None:
    """An installation with one scanner station and one person who scans."""
    folder.mkdir()
    load(folder)
    database = open_database(Settings(data=folder))
    migrating.upgrade(database)
    password = hash_password(PASSWORD)
    with database.transaction() as session:
        add_person(session, STAFF, "Petugas Ukur", [Role.LEGAL_STAFF], password)
        session.add(Station(name="Meja Pindai", kind=StationKind.SCANNER, scanner=scanner))
    database.close()


def _rows(folder: Path) -> list[_Row]:
    """Every page that exists."""
    database = open_database(Settings(data=folder))
    with database.reading() as session:
        found = [_Row(*row[:2], row[2].timestamp()) for row in session.execute(sa.select(Page.id, Page.number, Page.scanned_at))]
    database.close()
    return found


def _spread(times: list[float]) -> dict[str, float]:
    return {"median": statistics.median(times), "p95": sorted(times)[max(0, round(len(times) * 0.95) - 1)], "max": max(times)}


class Staff:
    """Who scans, in a browser without a screen."""

    def __init__(self, port: int):
        self.browser = Browser(port)

    def sign_in(self) -> None:
        self.browser.get("/sign-in")
        self.browser.post("/sign-in", {"username": STAFF, "password": PASSWORD})
        self.browser.get("/scanning")

    def open_batch(self, sheets: int) -> str:
        """The address of the new batch."""
        batch = self.browser.post("/scanning", {"name": "Ukuran (fiktif)", "expected_sheets": str(sheets), "station_id": "1"})
        self.look(batch)
        return batch

    def look(self, batch: str) -> str:
        return self.browser.get(batch)

    def scan(self, batch: str, settings: dict[str, str]) -> None:
        self.browser.post(f"{batch}/scan", settings)

    def go_on(self, batch: str) -> None:
        self.browser.post(f"{batch}/go-on")

    def close(self) -> None:
        self.browser.close()


class _Watcher:
    """Begins a batch and watches it as the page does. `seen`: when each small picture was there, by the page's id, in seconds since
    1970; `memory`: MiB of the service after so many pages."""

    def __init__(self, service: Service, pages: int):
        self.service, self.pages, self.staff = service, pages, Staff(service.port)
        self.browser = self.staff.browser
        self.seen: dict[int, float] = {}
        self.memory: dict[int, float] = {}
        self.pause = 0.0  # seconds between two questions of the page

    def scan(self) -> None:
        """Until every page was seen; the memory before, and after some of them."""
        self.staff.sign_in()
        self.batch = self.staff.open_batch(self.pages)
        self.memory[0] = self.service.kept()
        began = time.monotonic()
        self.staff.scan(self.batch, COLOR)
        self._watch([max(1, round(self.pages * part)) for part in MEMORY_AT])
        self.per_minute = self.pages / (time.monotonic() - began) * 60

    def _watch(self, marks: list[int]) -> None:
        answer, heard = self.browser.get(self.batch), time.monotonic()
        while len(self.seen) < self.pages:
            if found := LIVE.search(answer):
                live, pause = html.unescape(found[1]), float(found[2]) * (0.001 if found[3] == "ms" else 1)
                self.pause = self.pause or pause
            for picture, page in set(SMALL.findall(answer)):
                if int(page) not in self.seen:
                    self._look_at(html.unescape(picture))
                    self.seen[int(page)], heard = time.time(), time.monotonic()
                    if len(self.seen) in marks:
                        self.memory[len(self.seen)] = self.service.kept()
            if time.monotonic() - heard > PATIENCE:
                raise RuntimeError(f"the scan did not go on after {len(self.seen)} pages")
            if len(self.seen) < self.pages:
                time.sleep(pause)
                answer = self.browser.get(live, part=True)

    def _look_at(self, picture: str) -> None:
        """Its bytes come over the connection that is open anyway, as in a browser."""
        connection = self.browser.connection
        connection.request("GET", picture, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())})
        answer = connection.getresponse()
        if not answer.read().startswith(b"\xff\xd8"):
            raise RuntimeError(f"{picture} answered {answer.status} and no picture")

    def answers(self) -> dict[str, dict[str, float]]:
        """Milliseconds until the finished batch is answered: all of its page, the live part with its last page, and when nothing is new."""
        live = html.unescape(LIVE.search(self.browser.get(self.batch))[1])
        renewed = re.sub(r"seen=[^&]*", "seen=", re.sub(r"after=\d+", f"after={self.pages - 1}", live))
        asked = {"page": lambda: self.browser.get(self.batch),
                 "live": lambda: self.browser.get(renewed, part=True),
                 "nothing new": lambda: self.browser.get(live, part=True)}
        return {name: _spread([crowd.timed(ask) for _ in range(LOOKS)]) for name, ask in asked.items()}
