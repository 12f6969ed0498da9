"""The collection's way in and out in a real browser: every page of an import, in both languages, wide and narrow, for everybody."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from foundation.jobs import Worker
from foundation.people import Role, add_person, hash_password
from foundation.settings import Settings
from kiosk.exchange.imports import CollectionImport, ImportState
from kiosk.ledger.collection import Kind
from kiosk.shelves import merging
from tests.builders import ADMIN, a_title, an_office
from webui import create_app
from webui.migrating import upgrade

pytestmark = pytest.mark.one_database
PASSWORD = "tiga kata sandi"
LIST = "judul;jenis;kode eksemplar;warna\nYang Baru (fiktif);Buku;B-1;merah\nYang Lebur;Buku;;biru\nTanpa Jenis;Entah;;\n;Buku;;\n"
SIZES = {"wide": (1280, 800), "narrow": (800, 1000), "200 %": (640, 400)}


@dataclass(frozen=True)
class Room:
    app: Flask
    url: str

    def work(self) -> None:
        """What a worker of the service does."""
        wired = self.app.extensions["wiring"]
        assert Worker(wired.database, wired.jobs, ["importing"]).run_one()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """An office with a title that another one was merged into, an import on its way and one that broke off."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("collection"), demo=True))
    database = app.extensions["wiring"].database
    upgrade(database)
    with database.transaction() as session:
        an_office(session)
        add_person(session, "dewi", "Dewi Contoh", [Role.ADMIN], hash_password(PASSWORD))
        kept, gone = (a_title(session, name, kind=Kind.BOOK, number="", year=None) for name in ("Yang Tinggal", "Yang Lebur"))
        merging.merge(session, kept.id, gone.id, [], ADMIN)
        for state, trouble in ((ImportState.RUNNING, ""), (ImportState.FAILED, "Baris 900 tidak dapat dibaca.")):
            session.add(CollectionImport(name="koleksi lama (fiktif).csv", format="own list", file="0" * 64, state=state, total=60_000,
                                         done=13_800, titles=13_700, copies=20_000, asked_by="Dewi Contoh", trouble=trouble))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Room(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    database.close()


@pytest.fixture
def office(room: Room, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(base_url=room.url, locale="id-ID", reduced_motion="reduce")
    page.goto("/sign-in?next=/office")
    page.fill("[name=username]", "dewi")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("banner")).to_contain_text("Kantor")
    yield page
    page.close()


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_of_an_import_is_for_everybody_and_fits(office: Page, axe: Callable[[Page], list[str]], language: str) -> None:
    office.locator("summary:has(.who)").click()
    office.locator(f"button[name=language][value={language}]").click()
    expect(office.locator("html")).to_have_attribute("lang", language)
    office.goto("/office/collection")
    office.locator("main summary").click()
    fits(office, axe)
    office.set_input_files("[name=file]", {"name": "koleksi baru.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    office.locator("form[aria-labelledby=in] button").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("koleksi baru.csv")
    expect(office.locator("main")).to_contain_text("Yang Tinggal")
    fits(office, axe)
    for number in (1, 2):  # on its way, broken off
        office.goto(f"/office/collection/imports/{number}")
        expect(office.locator("#import")).to_contain_text("13.800" if language == "id" else "13,800")
        fits(office, axe)


def fits(page: Page, axe: Callable[[Page], list[str]]) -> None:
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert axe(page) == [], name
    page.set_viewport_size({"width": 1280, "height": 800})


def test_what_was_left_out_is_still_said_when_an_import_is_done(room: Room, office: Page, axe: Callable[[Page], list[str]]) -> None:
    with room.app.extensions["wiring"].database.transaction() as session:
        session.get_one(CollectionImport, 1).state = ImportState.DONE  # one at a time
    office.goto("/office/collection")
    office.set_input_files("[name=file]", {"name": "koleksi baru.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    office.locator("form[aria-labelledby=in] button").click()
    office.get_by_role("button", name="Lewati baris yang salah dan impor sisanya").click()
    expect(office.get_by_role("progressbar")).to_have_attribute("max", "4")
    room.work()
    expect(office.get_by_role("status")).to_contain_text("1 judul dan 1 eksemplar diimpor.")  # the page asks by itself
    expect(office.locator("#import .row")).to_have_count(2)
    fits(office, axe)


def test_everything_that_leaves_comes_back_as_already_here(room: Room, office: Page, tmp_path) -> None:
    office.goto("/office/collection")
    office.get_by_text("Semuanya", exact=True).click()
    with office.expect_download() as download:
        office.get_by_role("button", name="Ekspor koleksi").click()
    download.value.save_as(tmp_path / "koleksi.zip")
    office.set_input_files("[name=file]", tmp_path / "koleksi.zip")
    office.locator("form[aria-labelledby=in] button").click()
    expect(office.locator("main")).to_contain_text("daftar Loket dengan berkas")
    expect(office.locator("main")).to_contain_text("Semua baris dapat dipakai")
