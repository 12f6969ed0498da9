"""A stock-take in a real browser: the scanner at any moment, the camera of a tablet, and what somebody else has read meanwhile."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from foundation.people import Role, add_person, hash_password
from foundation.settings import Settings
from kiosk.shelves import stock_taking
from printer.qr import matrix
from tests.builders import OFFICER, a_title, an_office
from webui import create_app
from webui.migrating import upgrade

PASSWORD = "tiga kata sandi"
CODES = ("UJI-0001", "UJI-0002", "UJI-0003")
DOTS = 10  # a module of the label's code


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An office with three copies on shelf A-1 and one that belongs elsewhere; a stock-take is open."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("stock"), demo=True))
    database = app.extensions["wiring"].database
    upgrade(database)
    with database.transaction() as session:
        an_office(session)
        add_person(session, "sari", "Sari Contoh", [Role.OFFICER], hash_password(PASSWORD))
        for code, shelf in (*((code, "A-1") for code in CODES), ("UJI-0009", "B-2")):
            copy = a_title(session, f"Judul {code} (fiktif)").copies[0]
            copy.code, copy.shelf = code, shelf
        stock_taking.begin(session, (), OFFICER)
    return app


@pytest.fixture(scope="module")
def url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    app.extensions["wiring"].database.close()


def at_the_shelf(browser: Browser, url: str) -> Page:
    page = browser.new_page(base_url=url, viewport={"width": 800, "height": 1280}, locale="id-ID")
    page.goto("/sign-in")
    page.fill("[name=username]", "sari")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.goto("/desk/stock/1")
    page.click(".shelves a >> nth=0")
    expect(page.locator("#label")).to_be_focused()
    return page


def test_labels_are_scanned_one_after_the_other_and_everybody_sees_it(app: Flask, browser: Browser, url: str,
                                                                      axe: Callable[[Page], list[str]]) -> None:
    page, other = at_the_shelf(browser, url), at_the_shelf(browser, url)
    expect(page.locator("#missing .count")).to_have_text("· 3")
    page.keyboard.type(f"{CODES[0]}\n")                        # into the field
    expect(page.locator(".read")).to_contain_text("di tempatnya")
    expect(page.locator("#label")).to_have_value("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("UJI-0009\n")                           # with nothing in focus, as a scanner does at any moment
    expect(page.locator(".read")).to_contain_text("salah tempat")
    assert not axe(page)
    expect(other.locator("#missing .count")).to_have_text("· 2", timeout=10_000)
    expect(other.locator("#wrong .count")).to_have_text("· 1")
    page.click(".read button")                                 # it stands here from now on
    expect(page.locator("#wrong .count")).to_have_text("· 0")


@pytest.fixture
def with_camera(browser_type, browser_type_launch_args: dict, tmp_path: Path) -> Iterator[Browser]:
    """A tablet, before whose camera lies the label of a copy (Chromium's made-up camera shows JPEGs one after the other)."""
    modules = matrix(CODES[1])
    label = Image.new("L", (len(modules), len(modules)))
    label.putdata([0 if dark else 255 for row in modules for dark in row])
    frame = Image.new("L", (640, 480), 255)
    frame.paste(label.resize((len(modules) * DOTS,) * 2, Image.Resampling.NEAREST), (150, 80))
    frame.convert("RGB").save(out := io.BytesIO(), "JPEG", quality=90)
    (tmp_path / "label.mjpeg").write_bytes(out.getvalue() * 10)
    browser = browser_type.launch(**{**browser_type_launch_args, "args": [
        *browser_type_launch_args["args"], "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'label.mjpeg'}"]})
    yield browser
    browser.close()


def test_a_tablet_s_camera_reads_labels_and_stays_on(with_camera: Browser, url: str) -> None:
    page = at_the_shelf(with_camera, url)
    page.click("#camera button")
    expect(page.locator(".read")).to_contain_text(CODES[1], timeout=20_000)
    expect(page.locator("#camera video")).to_be_visible()
