"""The procedure's screens in a browser: a folder from hand to hand, by keyboard, by touch and by scanner, and no barrier on any of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from foundation.people import Role, add_person, hash_password
from scanner.procedure import board, procedure, verification
from tests.e2e.station import PASSWORD, WIDE, Room, running

TALL = {"width": 800, "height": 1280}
PEOPLE = {"bima": ("Bima Contoh", Role.PROPOSER), "ratri": ("Ratri Contoh", Role.HEAD_OF_DIVISION),
          "yudha": ("Yudha Contoh", Role.HEAD_OF_SUBDIVISION)}
SAID = {"type": "kpt", "number": "41/HK.03.1-Kpt/04/KPU/V/2026", "year": "2026", "title": "Penetapan Jadwal Layanan (fiktif)"}
COPY = [claim.code for claim in verification.COPY_CLAIMS]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running(tmp_path_factory.mktemp("procedure")) as room:
        password = hash_password(PASSWORD)
        room.actors = {name: room.do(lambda session, name=name, who=who: add_person(session, name, who[0], [who[1]], password).actor())
                       for name, who in PEOPLE.items()}
        yield room


@pytest.fixture(scope="module")
def signed_in(room: Room, browser: Browser) -> Callable[[str], dict]:
    """What a browser keeps once somebody has signed in."""
    known: dict[str, dict] = {}

    def state(name: str) -> dict:
        if name not in known:
            context = browser.new_context(locale="id-ID")
            page = context.new_page()
            page.goto(f"{room.url}/sign-in")
            page.get_by_label("Nama pengguna").fill(name)
            page.get_by_label("Kata sandi").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
            known[name] = context.storage_state()
            context.close()
        return known[name]
    return state


@pytest.fixture
def screen(browser: Browser, signed_in: Callable[[str], dict]) -> Callable[..., Page]:
    """A page of somebody; it must not say an error aloud."""
    @contextmanager
    def open_for(name: str, viewport: dict = WIDE) -> Iterator[Page]:
        context = browser.new_context(storage_state=signed_in(name), viewport=viewport, has_touch=True, locale="id-ID",
                                      reduced_motion="reduce")
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        context.close()
        assert not errors
    return open_for


def submitted(room: Room, number: str, steps: int = 1) -> int:
    """A product with its nota dinas, and so many steps behind it."""
    said = {**SAID, "number": number}
    product = room.do(lambda s: procedure.submit(s, said, f"{number}/ND", "18-8-2026", "Sub Bagian Teknis", room.actors["bima"]).product_id)
    if steps > 1:
        room.do(lambda s: procedure.dispose(s, product, "urgent", ["process"], "Kasubbag", "1-9-2026", "", room.actors["ratri"]))
    if steps > 2:
        room.do(lambda s: procedure.allow(s, product, "", room.actors["ratri"]))
    if steps > 3:
        room.do(lambda s: procedure.verify_copy(s, product, COPY, "Map 3", "", room.actors["yudha"]))
    return product


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def large_enough(controls: Locator) -> bool:
    boxes = [each.bounding_box() for each in controls.all() if each.is_visible()]
    return all(box["height"] >= 36 for box in boxes)


def test_a_unit_submits_a_nota_dinas_by_keyboard_alone(room, screen):
    with screen("bima") as page:
        page.goto(f"{room.url}/products")
        page.keyboard.press("n")
        expect(page.get_by_role("heading", name="Ajukan nota dinas")).to_be_visible()
        for words in ("5/ND/2026", "18-8-2026", "Sub Bagian Teknis"):
            page.keyboard.type(words, delay=100)  # slower than a scanner
            page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # the type is a decision
        page.keyboard.type("77", delay=100)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # the year is this one
        page.keyboard.type("17-8-2026", delay=100)
        page.keyboard.press("Tab")
        page.keyboard.type("Judul contoh (fiktif)", delay=100)
        page.get_by_label("Tempat penetapan").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Nomor agenda")).to_be_visible()
        expect(page.locator(".receipt .qr-code")).to_be_visible()


def test_a_folder_goes_from_hand_to_hand_by_touch(room, screen):
    product = submitted(room, "101")
    with screen("ratri", TALL) as page:
        page.goto(f"{room.url}/products")
        page.get_by_role("link", name="KPT 101/2026").first.tap()
        page.get_by_text("Sangat segera").tap()
        page.get_by_text("Proses lebih lanjut").tap()
        page.get_by_label("Tenggat").fill("1-9-2030")
        page.get_by_role("button", name="Beri disposisi").tap()
        expect(page.get_by_text("Disposisi sudah diberikan.")).to_be_visible()
        page.get_by_role("button", name="Setujui").tap()
        expect(page.get_by_text("menunggu cek salinan")).to_be_visible()
    with screen("yudha", TALL) as page:
        page.goto(f"{room.url}/products/{product}")
        for line in page.locator(".claims .check").all():
            line.tap()
        page.get_by_label("Map ordner dan tempat naskah asli").fill("Map 3")
        page.get_by_role("button", name="Salinan sesuai dengan aslinya").tap()
        expect(page.get_by_text("menunggu dipindai")).to_be_visible()


def test_the_code_on_a_folder_opens_its_product_whatever_page_is_open(room, screen):
    product = submitted(room, "102")
    for name, address in (("bima", "/products"), ("ratri", "/products/agenda"), ("lestari", "/scanning")):
        with screen(name) as page:
            page.goto(room.url + address)
            page.keyboard.type(board.folder_code(product))  # as fast as a scanner
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/products/{product}")


def test_what_is_sent_back_shows_its_reason_to_the_unit_and_its_form_opens_where_it_was_refused(room, screen):
    product = submitted(room, "103", steps=3)
    with screen("yudha") as page:
        page.goto(f"{room.url}/products/{product}")
        page.locator("summary", has_text="Kembalikan").click()
        form = page.locator("details[open] form")
        form.get_by_role("button", name="Kembalikan").click()
        expect(page.locator("details[open]").get_by_text("Pilih alasan.")).to_be_visible()
        expect(page.get_by_label("Ke tahap")).to_be_focused()
        page.get_by_label("Ke tahap").select_option("returned")
        page.get_by_label("Alasan").select_option("seal")
        page.locator("details[open] form").get_by_role("button", name="Kembalikan").click()
        expect(page.get_by_text("dikembalikan ke pengusul")).to_be_visible()
    with screen("bima") as page:
        page.goto(f"{room.url}/products")
        mine = page.get_by_role("region", name="Giliran Anda sekarang")
        expect(mine.get_by_text("KPT 103/2026")).to_be_visible()
        expect(mine.get_by_text("Tidak ada cap dinas")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, TALL], ids=["wide", "tall"])
def test_no_screen_of_the_procedure_has_a_barrier(room, screen, axe, viewport):
    ready = submitted(room, f"2{viewport['width']}", steps=4)
    waiting = submitted(room, f"3{viewport['width']}", steps=3)
    pages = (("bima", "/products"), ("bima", "/products/new"), ("bima", f"/products/{ready}/slip"), ("yudha", f"/products/{waiting}"),
             ("lestari", f"/products/{ready}"), ("bima", f"/products/{ready}/papers/approval"),
             ("bima", f"/products/{ready}/papers/signatures"),
             ("ratri", "/products/agenda"), ("ratri", "/products?q=tidak-ada-yang-begini"))
    for name, address in pages:
        with screen(name, viewport) as page:
            page.goto(room.url + address)
            assert not axe(page), address
            assert fits(page), address
            assert large_enough(page.locator("main .button, main .input")), address


def test_it_works_without_scripts(room, browser, signed_in):
    product = submitted(room, "104")
    context = browser.new_context(storage_state=signed_in("ratri"), java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    page.goto(f"{room.url}/products/{product}")
    page.get_by_label("Proses lebih lanjut").check()
    page.get_by_role("button", name="Beri disposisi").click()
    expect(page.get_by_text("menunggu persetujuan")).to_be_visible()
    page.locator("summary", has_text="Kembalikan").click()
    expect(page.get_by_label("Ke tahap")).to_be_visible()
    context.close()
