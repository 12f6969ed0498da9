"""The upload queue in a browser: what is published by hand is copied and said, and the queue renews itself under the reader's eyes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from foundation.people import Role, add_person, hash_password
from foundation.settings import Settings
from scanner.legal.publications import S
from scanner.publishing.public_web import Web
from scanner.publishing.publishers.assisted import Assisted
from scanner.publishing.publishers.portal import Portal
from tests.builders import an_office
from tests.integration.publishers import servers
from tests.integration.publishers.checked import TITLE, Desk, pdf
from webui import create_app

PASSWORD = "tiga kata sandi"
SCREENS = [{"width": 1280, "height": 800}, {"width": 800, "height": 1280}]


@pytest.fixture
def office(new_sqlite, tmp_path: Path) -> Iterator[Desk]:
    """The screens, and a desk whose publishing happens when the test says so."""
    port = servers.free_port()
    app = create_app(Settings(data=tmp_path / "data", database_url=new_sqlite(tmp_path), port=port, assisted_url="https://jdih.example/in"))
    wired = app.extensions["wiring"]
    with wired.database.transaction() as session:
        an_office(session)
        add_person(session, "lestari", "Lestari Contoh", [Role.LEGAL_STAFF], hash_password(PASSWORD))
    server = make_server("127.0.0.1", port, app, threaded=True)
    servers.in_thread(server)
    url = wired.settings.public
    desk = Desk(wired.database, wired.files, {"portal": Portal(url), "assisted": Assisted()}, Web([], [url.removeprefix("http://")]))
    desk.url = url
    yield desk
    server.shutdown()
    server.server_close()
    wired.database.close()


def sign_in(page: Page, office: Desk) -> None:
    page.goto(f"{office.url}/sign-in")
    page.fill("[name=username]", "lestari")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_load_state()


@pytest.mark.parametrize("size", SCREENS)
def test_by_hand_every_field_is_copied_and_the_address_is_said_and_proven(office, page, axe, size):
    page.set_viewport_size(size)
    product = office.check(pdf())
    office.work()
    sign_in(page, office)
    page.goto(f"{office.url}/uploads")
    assert axe(page) == []
    page.get_by_role("link", name="Tayangkan manual").click()
    assert axe(page) == []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=copy-title]").click()
    expect(page.locator("[data-copy=copy-title]")).to_have_text("Tersalin")
    assert page.evaluate("navigator.clipboard.readText()") == TITLE
    page.fill("[name=page_url]", "https://lain.example/1")
    page.get_by_role("button", name="Periksa di sana").click()
    expect(page.locator("#page_url-wrong")).to_be_visible()
    assert axe(page) == []
    page.fill("[name=page_url]", f"{office.url}/produk/{product}")  # as good a site as any
    page.get_by_role("button", name="Periksa di sana").click()
    page.wait_for_url("**/uploads/*")
    office.work()
    assert office.states(product) == ["published", "published"]


def test_the_queue_renews_itself_and_is_worked_by_keyboard(office, page):
    page.set_viewport_size(SCREENS[0])
    sign_in(page, office)
    page.goto(f"{office.url}/uploads")
    product = office.check(pdf())
    office.worker.run_one()  # arranged
    hold = page.get_by_role("button", name="Tahan").first
    expect(hold).to_be_visible(timeout=10_000)
    hold.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Lanjutkan")).to_be_visible()
    assert S.PAUSED.value in office.states(product)


def test_without_a_script_the_queue_is_worked_the_same(office, browser):
    product = office.check(pdf())
    office.worker.run_one()
    context = browser.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    sign_in(page, office)
    page.goto(f"{office.url}/uploads")
    page.get_by_role("button", name="Tahan").first.click()
    expect(page.get_by_role("button", name="Lanjutkan")).to_be_visible()
    expect(page.locator("[data-copy]:visible")).to_have_count(0)
    assert S.PAUSED.value in office.states(product)
    context.close()
