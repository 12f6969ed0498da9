"""The seven steps of the procedure in a browser, by five people, from the nota dinas to the public page, with a real scan in the middle."""

import hashlib
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from foundation.people import Actor
from foundation.stations import Station
from scanner.documents.records import Document
from scanner.legal.products import Product, ProductStep
from tests.e2e.station import COMES, LESTARI, Room, running
from tests.e2e.verification import PEOPLE, add_people, signed_in
from tests.sane import sane_knows

READY = 120_000  # milliseconds until a page is read and made a PDF, on a busy machine
NUMBER, TITLE = "41", "Penetapan Tim Penataan Koleksi Hukum (fiktif)"


@pytest.fixture
def room(tmp_path, monkeypatch) -> Iterator[Room]:
    """A room whose scanner is SANE's own test device."""
    folder = tmp_path / "sane.d"
    folder.mkdir()
    monkeypatch.setenv("SANE_CONFIG_DIR", str(sane_knows(folder, "test")))
    with running(tmp_path) as room:
        room.do(lambda session: session.execute(sa.update(Station).where(Station.id == room.station).values(scanner="sane://test:0")))
        yield room


@pytest.fixture
def people(room: Room) -> dict[str, Actor]:
    return add_people(room)


def send(page: Page, deed: str) -> None:
    page.locator(f"form[action$='/{deed}'] .button--primary").click()


def submit(page: Page, room: Room) -> int:
    """Step 1: the nota dinas; answers the product."""
    page.goto(f"{room.url}/products/new")
    for name, value in {"memo_number": "5/ND/2026", "memo_date": "18-8-2026", "unit": "Sub Bagian Teknis", "number": NUMBER, "year": "2026",
                        "title": TITLE, "enacted_on": "17-8-2026", "place": "Wirasari", "signatory": "Bayu Wicaksana"}.items():
        page.locator(f"main [name={name}]").fill(value)
    send(page, "new")
    page.wait_for_url(re.compile(r"/products/\d+/slip"))
    expect(page.locator("main")).to_contain_text("0001/")  # the agenda number, at once
    return int(re.search(r"/products/(\d+)/", page.url)[1])


def dispose_and_allow(page: Page, address: str) -> None:
    """Steps 2 and 3."""
    page.goto(address)
    page.locator("[name=instructions]").first.check()
    page.locator("[name=forwarded_to]").fill("Kasubbag Hukum")
    send(page, "disposition")
    page.wait_for_url("**done=disposition")
    send(page, "allow")
    page.wait_for_url("**done=allow")


def compare(page: Page, address: str) -> None:
    """Step 4: the copy beside the original."""
    page.goto(address)
    for box in page.locator("[name=confirmed]").all():
        box.check()
    send(page, "verify-copy")
    page.wait_for_url("**done=verify-copy")


def scan(page: Page, address: str) -> None:
    """Step 5: begun at the product, scanned on the glass, closed; until its document is made."""
    page.goto(address)
    page.locator("a[href*='/scanning?product_id']").click()
    page.locator("form.new-batch .button--primary").click()
    page.get_by_role("radio", name="kaca").check()
    page.keyboard.press("s")
    expect(page.locator("#strip > li")).to_have_count(1, timeout=COMES)
    expect(page.locator("#close")).to_be_visible(timeout=COMES)
    page.keyboard.press("t")
    page.wait_for_url("**/scanning/document/*")
    expect(page.locator("#state")).to_have_text("siap", timeout=READY)


def check(page: Page, room: Room, product: int) -> None:
    """Step 6, at the verification queue, by keyboard."""
    page.goto(f"{room.url}/verify-queue")
    page.keyboard.press("n")
    page.wait_for_url(f"**/verify-queue/{product}")
    page.locator("#main").focus()
    page.keyboard.press("Enter")
    for number in range(1, 11):
        expect(page.locator("#claims .confirm:focus")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#counted")).to_contain_text(f"{number} dari 10")
    expect(page.locator("#ready .button")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify-queue?done=checked")


def test_seven_steps_by_five_people_from_the_nota_dinas_to_the_public_page(room: Room, browser: Browser, people) -> None:
    with signed_in(room, browser, "pengusul") as page:
        product = submit(page, room)
    address = f"{room.url}/products/{product}"
    with signed_in(room, browser, "kabag") as page:
        dispose_and_allow(page, address)
    with signed_in(room, browser, "kasubbag") as page:
        compare(page, address)
    with signed_in(room, browser, "lestari") as page:
        scan(page, address)
        page.goto(f"{room.url}/verify-queue/{product}")
        expect(page.locator(".doc-head")).to_contain_text("empat mata")  # who scanned it does not check it
    with signed_in(room, browser, "bayu") as page:
        check(page, room, product)

    def reached() -> str:
        return room.do(lambda session: session.get(Product, product).state.value)
    room.until(lambda: reached() == "published")
    everybody = browser.new_page()
    everybody.goto(f"{room.url}/produk/{product}")
    expect(everybody.locator("main")).to_contain_text(TITLE)
    expect(everybody.locator("main")).to_contain_text(NUMBER)
    link = everybody.locator("main a[href$='.pdf']").first.get_attribute("href")
    file = everybody.request.get(link if link.startswith("http") else f"{room.url}{link}").body()
    everybody.close()
    with room.database.reading() as session:
        found = session.get(Product, product)
        assert hashlib.sha256(file).hexdigest() == found.checked_sha256 == session.get(Document, found.document_id).sha256
        steps = session.scalars(sa.select(ProductStep).where(ProductStep.product_id == product).order_by(ProductStep.id)).all()
        names = {user: full for user, (full, _) in PEOPLE.items()}
        assert [(step.step, step.by) for step in steps] == [
            ("submit", names["pengusul"]), ("disposition", names["kabag"]), ("allow", names["kabag"]), ("verify copy", names["kasubbag"]),
            ("scan", LESTARI.name), ("check", names["bayu"]), ("publish", "Loket")]
