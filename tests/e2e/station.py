"""The scanner station's browser tests: a running service with its workers, a simulated scanner, and staff signed in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from foundation.database import Database
from foundation.people import Actor, Role, add_person, hash_password
from foundation.settings import Settings
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode, Source
from scanner.devices.port import Settings as Scan
from scanner.devices.simulated import set_fault
from scanner.pages.batches import Purpose
from scanner.station import digitising, overview
from tests.builders import an_office
from tests.e2e.conftest import free_port
from webui import create_app
from webui.migrating import upgrade
from webui.working import Works

PASSWORD = "tiga kata sandi"
LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
WIDE, COMES = {"width": 1280, "height": 800}, 30_000  # milliseconds that a stack may take on a busy machine


class Room(SimpleNamespace):
    """A running service with its workers, and a simulated scanner whose stack is `stack`."""

    app: Flask
    database: Database
    stack: Path
    station: int
    url: str

    def do(self, work: Callable[[Session], object]) -> object:
        with self.database.transaction() as session:
            return work(session)

    def load(self, *pages: Image.Image) -> None:
        """Put these into the feeder instead of what lay there, and mend the scanner."""
        set_fault(self.stack)
        for old in self.stack.glob("*.png"):
            old.unlink()
        for number, page in enumerate(pages, start=1):
            page.save(self.stack / f"{number:04d}.png")

    def batch(self, sheets_counted: int | None = None, name: str = "Berkas (fiktif)") -> str:
        """The address of a new one."""
        def begin(session: Session) -> int:
            made = digitising.open_batch(session, self.station, name, sheets_counted, LESTARI)
            session.flush()
            return made.id
        return f"{self.url}/scanning/batch/{self.do(begin)}"

    def look(self, address: str) -> overview.Look:
        with self.database.reading() as session:
            return overview.look(session, int(address.rpartition("/")[2]))

    def numbers(self, address: str) -> list[int]:
        """The scanner's numbers of the batch's kept pages in their order."""
        return [page.number for page in self.look(address).kept]

    def scan(self, address: str, purpose: Purpose = Purpose.ADD, source: Source = Source.FEEDER) -> None:
        """Scan into the batch what lies in the feeder, and have it looked at."""
        settings = Scan(source, Mode.GRAY, 75, 148, 210)
        self.do(lambda session: digitising.scan(session, int(address.rpartition("/")[2]), settings, LESTARI, purpose))
        self.until(lambda: not self.look(address).going and not self.look(address).unseen)

    def until(self, true: Callable[[], bool]) -> None:
        give_up = time.monotonic() + COMES / 1000
        while not true():
            assert time.monotonic() < give_up
            time.sleep(0.05)


@contextmanager
def running(folder: Path) -> Iterator[Room]:
    """A room with its data in `folder`, until the block ends."""
    port = free_port()
    app = create_app(Settings(data=folder, demo=True, port=port))
    wired, stack = app.extensions["wiring"], folder / "stack"
    stack.mkdir()
    upgrade(wired.database)
    with wired.database.transaction() as session:
        an_office(session)
        add_person(session, "lestari", LESTARI.name, [Role.LEGAL_STAFF], hash_password(PASSWORD))
        station = Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{stack}")
        session.add(station)
        session.flush()
        number = station.id
    works, server = Works(wired), make_server("127.0.0.1", port, app, threaded=True)
    works.start()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Room(app=app, database=wired.database, stack=stack, station=number, url=f"http://127.0.0.1:{port}")
    server.shutdown()
    thread.join()
    server.server_close()
    works.stop()
    wired.database.close()


def sign_in(room: Room, browser: Browser) -> dict:
    """What a browser keeps once Lestari has signed in."""
    context = browser.new_context(locale="id-ID")
    page = context.new_page()
    page.goto(f"{room.url}/scanning")
    page.get_by_label("Nama pengguna").fill("lestari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Berkas baru")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def screen(browser: Browser, signed_in: dict) -> Iterator[Page]:
    """Staff's screen, which can be touched; nothing may be refused by the content policy or fail in a script."""
    context = browser.new_context(storage_state=signed_in, viewport=WIDE, has_touch=True, locale="id-ID", reduced_motion="reduce")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()
    assert troubles == []
