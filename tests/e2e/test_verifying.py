"""The verification queue in a real browser: by keyboard alone, by touch alone, without scripts, and judged for everybody's eyes."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from foundation.people import Actor, Role
from scanner.documents.reading import Sure
from scanner.documents.records import Document, DocumentState
from scanner.legal.products import Product, S
from scanner.procedure import procedure
from scanner.workshop.texts import Box
from tests.e2e.station import Room, running
from tests.e2e.test_documents import REMARKS, suggestion
from tests.e2e.verification import add_people, scanned, signed_in
from webui.fictional.decisions import decision
from webui.fictional.layout import drawn

LINES = 10
PAPER = decision(13)
UPRIGHT = {"width": 800, "height": 1280}
SUGGESTED = {"number": suggestion("number", "41 TAHUN 2026", Sure.HIGH, 1, Box(400, 240, 400, 30)),
             "date": suggestion("date", "2026-08-19", Sure.LOW, 2, Box(700, 1300, 300, 30))}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running(tmp_path_factory.mktemp("verifying")) as room:
        yield room


@pytest.fixture(scope="module")
def people(room: Room) -> dict[str, Actor]:
    return add_people(room)


@pytest.fixture
def waiting(room: Room, people: dict[str, Actor]) -> Iterator[Callable[..., int]]:
    """Makes a product of two pages that waits for its check; what still waits at the end is out of the next test's way."""
    made: list[int] = []

    def make(**more: object) -> int:
        number = str(41 + room.do(lambda session: session.query(Product).count()))
        made.append(scanned(room, people, number, [drawn(each) for each in PAPER.pages],
                            **{"suggested": SUGGESTED, "remarks": REMARKS, **more}))
        return made[-1]
    yield make

    def end(session):
        for product in made:
            session.get(Product, product).state = S.CANCELLED
    room.do(end)


def state(room: Room, product: int) -> S:
    return room.do(lambda session: session.get(Product, product).state)


def confirmed(page: Page, number: int) -> None:
    expect(page.locator("#counted")).to_contain_text(f"{number} dari {LINES} dipastikan")


def test_a_product_is_checked_by_keyboard_alone_and_the_next_one_opens(room: Room, browser: Browser, waiting) -> None:
    first, second = waiting(due="1-9-2026"), waiting()
    with signed_in(room, browser, "bayu") as page:
        page.goto(f"{room.url}/verify-queue")
        page.keyboard.press("n")
        page.wait_for_url(f"**/verify-queue/{first}")
        confirmed(page, 0)
        page.keyboard.press("Enter")  # to the first line; nothing is confirmed by that
        for number in range(1, LINES + 1):
            expect(page.locator("#claims .confirm:focus")).to_have_count(1)
            confirmed(page, number - 1)
            page.keyboard.press("Enter")
            confirmed(page, number)
        expect(page.locator("#ready .button")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/verify-queue/{second}*")
        expect(page.locator(".toast")).to_contain_text("Semuanya sudah dipastikan")
        confirmed(page, 0)
    assert state(room, first) is S.COMPLETE


def test_a_product_is_checked_by_touch_alone_on_an_upright_screen(room: Room, browser: Browser, waiting) -> None:
    product = waiting()
    with signed_in(room, browser, "bayu", viewport=UPRIGHT) as page:
        page.goto(f"{room.url}/verify-queue")
        page.get_by_role("button", name="Periksa", exact=True).tap()
        for number in range(1, LINES + 1):
            page.locator("#claims .confirm").first.tap()
            confirmed(page, number)
        page.get_by_role("button", name="Semua benar").tap()
        page.wait_for_url("**/verify-queue?done=checked")
    assert state(room, product) is S.COMPLETE


def test_a_product_is_checked_without_a_script(room: Room, browser: Browser, waiting) -> None:
    product = waiting()
    with signed_in(room, browser, "bayu", java_script_enabled=False) as page:
        page.goto(f"{room.url}/verify-queue/{product}")
        page.get_by_role("button", name="Periksa", exact=True).click()
        for number in range(1, LINES + 1):
            page.locator("#claims .confirm").first.click()
            confirmed(page, number)
        page.get_by_role("button", name="Semua benar").click()
        page.wait_for_url("**/verify-queue?done=checked")
    assert state(room, product) is S.COMPLETE


def test_keys_lead_to_lines_pages_corrections_and_to_sending_back(room: Room, browser: Browser, waiting) -> None:
    product = waiting()
    with signed_in(room, browser, "bayu") as page:
        page.goto(f"{room.url}/verify-queue")
        page.keyboard.press("n")
        page.wait_for_url(f"**/verify-queue/{product}")
        page.keyboard.press("2")
        expect(page.locator("#claim-date .confirm")).to_be_focused()
        expect(page.locator("#view .at")).to_have_text("2")  # the page on which the date stands
        expect(page.locator("#claim-date")).to_contain_text("di halaman: Rabu, 19 Agustus 2026")
        page.keyboard.press("[")
        expect(page.locator("#view .at")).to_have_text("1")
        page.keyboard.press("e")
        expect(page.locator("#claim-date [name=enacted_on]")).to_be_focused()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("19-8-2026")
        page.keyboard.press("Enter")
        expect(page.locator("#claim-date")).not_to_contain_text("di halaman:")
        page.keyboard.press("8")
        page.keyboard.press("q")
        page.wait_for_url("**wrong=seal*")
        expect(page.locator("#send-back select").first).to_be_focused()
        expect(page.locator("[name=reason]")).to_have_value("seal")
        expect(page.locator("[name=to]")).to_have_value("returned")
        page.get_by_label("Apa yang salah").fill("Cap dinas belum ada.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/verify-queue?done=back")
    assert state(room, product) is S.RETURNED


def test_a_key_held_down_confirms_one_line(room: Room, browser: Browser, waiting) -> None:
    product = waiting()
    with signed_in(room, browser, "bayu") as page:
        page.goto(f"{room.url}/verify-queue/{product}")
        page.get_by_role("button", name="Periksa", exact=True).click()
        page.locator("#claim-number .confirm").focus()
        page.keyboard.down("Enter")
        confirmed(page, 1)
        page.keyboard.down("Enter")  # as a keyboard repeats it
        page.keyboard.down("Enter")
        page.keyboard.up("Enter")
        page.reload()
        confirmed(page, 1)


def test_what_is_refused_meanwhile_is_said_and_the_page_comes_anew(room: Room, browser: Browser, waiting) -> None:
    product = waiting()
    with signed_in(room, browser, "bayu") as page:
        page.goto(f"{room.url}/verify-queue/{product}")
        page.get_by_role("button", name="Periksa", exact=True).click()
        confirmed(page, 0)

        def make_anew(session):
            session.get(Document, session.get(Product, product).document_id).sha256 = "f" * 64
        room.do(make_anew)
        page.locator("#claim-number .confirm").click()
        expect(page.locator("#refused")).to_contain_text("dibuat ulang")
        page.keyboard.press("Escape")
        expect(page.locator("#refused")).to_have_count(0)
        expect(page.locator("[name=sha256]").first).to_have_value("f" * 64)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, UPRIGHT], ids=["wide", "upright"])
def test_every_page_of_the_queue_is_for_everybody(room: Room, browser: Browser, axe, waiting, size, language) -> None:
    with signed_in(room, browser, "bayu", viewport=size) as page:
        page.goto(f"{room.url}/verify-queue")
        page.locator("details.menu summary").click()
        page.locator(f"[name=language][value={language}]").click()
        expect(page.locator(f"html[lang={language}]")).to_have_count(1)
        assert axe(page) == []  # empty
        product, making, held = waiting(), waiting(state=DocumentState.MAKING), waiting()
        room.do(lambda session: procedure.claim(session, held, Actor("Citra Contoh", frozenset({Role.LEGAL_STAFF}), person_id=77)))
        for path in ("", f"/{making}", f"/{held}", f"/{product}", "take", f"/{product}?wrong=pages", "correct"):
            if path == "take":
                page.locator("header form .button").last.click()
            elif path == "correct":
                page.locator("#claim-date .mend summary").click()
                page.locator("[name=enacted_on]").fill("kapan-kapan")
                page.locator("#claim-date .mend form button").click()
                expect(page.locator("[name=enacted_on]")).to_be_focused()
            else:
                page.goto(f"{room.url}/verify-queue{path}")
            assert axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
