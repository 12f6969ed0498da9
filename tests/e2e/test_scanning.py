"""The scanner station in a real browser: by mouse, by keyboard, by finger; while pages come, when they stop coming, and at every size."""

import re
from collections.abc import Callable, Iterator

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from scanner.devices import sheets
from scanner.devices.port import Source
from scanner.devices.simulated import set_fault
from scanner.pages import arranging, separators
from scanner.pages.batches import Purpose
from scanner.station import digitising
from tests.e2e.station import COMES, LESTARI, WIDE, Room, running, screen, sign_in


def drawn(count: int) -> list[Image.Image]:
    return [sheets.draw(number, count).resize((620, 877)) for number in range(1, count + 1)]


def separator() -> Image.Image:
    sheet = Image.new("RGB", (1240, 1754), "white")
    sheet.paste(qrcode.make(separators.code(0)).convert("RGB").resize((413, 413)), (413, 600))
    return sheet


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running(tmp_path_factory.mktemp("scanning")) as room:
        yield room


@pytest.fixture(scope="module")
def signed_in(room: Room, browser: Browser) -> dict:
    return sign_in(room, browser)


@pytest.fixture
def page(browser: Browser, signed_in: dict) -> Iterator[Page]:
    with screen(browser, signed_in) as page:
        yield page


def strip(page: Page) -> Locator:
    return page.locator("#strip > li")


def begin(page: Page, address: str, profile: str = "Keputusan bercap") -> None:
    """Open the batch and scan with `profile`, chosen by mouse and begun by key."""
    page.goto(address)
    page.get_by_role("radio", name=profile).check()
    page.keyboard.press("s")


def shows(page: Page, numbers: list[int]) -> None:
    """Wait until the strip has these pages, by the scanner's numbers, in this order, and counts them from 1."""
    page.wait_for_function("""wanted => [...document.querySelectorAll('#strip > li')].map(page => page.dataset.number).join() === wanted
        && [...document.querySelectorAll('#strip .place')].every((place, before) => place.textContent === String(before + 1))""",
                           arg=",".join(map(str, numbers)), timeout=COMES)


def full(room: Room, page: Page, count: int) -> str:
    """The address of a batch with so many pages, which is on the screen."""
    room.load(*drawn(count))
    address = room.batch(count)
    room.scan(address)
    page.goto(address)
    shows(page, list(range(1, count + 1)))
    return address


def centre(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tab_to(page: Page, element: Locator) -> None:
    """By the Tab key alone."""
    for _ in range(60):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The Tab key does not come to {element}")


def test_a_jam_keeps_what_was_scanned_and_continue_brings_the_rest(room: Room, page: Page) -> None:
    room.load(*drawn(12))
    set_fault(room.stack, "jam 5")
    address = room.batch(12)
    begin(page, address)
    stop = page.locator(".stop")
    expect(stop).to_contain_text("tersangkut di pemindai", timeout=COMES)
    expect(stop).to_contain_text("Halaman 4 tersimpan aman")
    expect(stop.get_by_role("button", name="Lanjutkan")).to_be_in_viewport(ratio=1)
    shows(page, [1, 2, 3, 4])
    page.keyboard.press("l")
    shows(page, list(range(1, 13)))
    expect(page.get_by_text("Semua lembar yang dihitung sudah ada.")).to_be_visible(timeout=COMES)
    assert room.numbers(address) == list(range(1, 13))


def test_a_jam_between_two_sides_scans_this_sheet_again(room: Room, page: Page) -> None:
    room.load(*drawn(6))
    set_fault(room.stack, "jam 4")
    address = room.batch(3)
    begin(page, address, "Surat, hitam-putih")
    expect(page.locator(".stop")).to_contain_text("Halaman 3 adalah sisi depan yang sisi belakangnya belum terpindai", timeout=COMES)
    expect(page.get_by_role("button", name="Lanjutkan")).to_be_in_viewport(ratio=1)
    page.keyboard.press("l")
    expect(strip(page).filter(has_text="dibuang")).to_have_attribute("data-number", "3")
    expect(page.locator("#scan")).to_be_visible(timeout=COMES)
    assert room.numbers(address)[:2] == [1, 2]
    assert 3 not in room.numbers(address)


def test_cancel_keeps_the_pages_that_are_finished(room: Room, page: Page) -> None:
    room.load(*drawn(6))
    set_fault(room.stack, "slow")
    address = room.batch()
    begin(page, address)
    expect(strip(page).nth(1)).to_be_visible(timeout=COMES)
    page.keyboard.press("x")
    expect(page.get_by_text("Dibatalkan pukul")).to_be_visible(timeout=COMES)
    kept = room.numbers(address)
    assert kept[:2] == [1, 2]
    shows(page, kept)


def test_everything_is_done_by_keys_alone(room: Room, page: Page) -> None:
    room.load(*drawn(3))
    page.goto(f"{room.url}/scanning")
    tab_to(page, page.get_by_label("Nama"))
    page.keyboard.type("Tanpa tetikus (fiktif)")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scanning/batch/*")
    address = page.url
    tab_to(page, page.locator("input[name=profile]:checked"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Keputusan bercap")).to_be_checked()
    page.keyboard.press("s")
    shows(page, [1, 2, 3])
    expect(page.locator("#scan")).to_be_visible(timeout=COMES)
    expect(page.get_by_text("Halaman 3 dari 3")).to_be_visible()
    page.locator("#main").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Halaman 2 dari 3")).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    shows(page, [2, 1, 3])
    page.keyboard.press("r")
    expect(page.locator("#chosen")).to_contain_text("90°")
    page.keyboard.press("Delete")
    expect(page.get_by_text("Halaman yang dibuang")).to_be_visible()
    shows(page, [2, 1, 3])
    page.keyboard.press("Delete")
    expect(page.get_by_text("Halaman 1 dari 3")).to_be_visible()
    assert room.numbers(address) == [2, 1, 3]
    page.keyboard.press("t")
    expect(page.get_by_text("Berkas sudah ditutup.")).to_be_visible()


def test_the_key_of_the_next_page_to_look_at_goes_round_them(room: Room, page: Page) -> None:
    first, *others = drawn(3)
    room.load(first, Image.new("RGB", first.size, "white"), *others[1:])
    address = room.batch()
    room.scan(address)
    flagged = [page.id for page in room.look(address).remarkable]
    assert len(flagged) > 1
    page.goto(f"{address}?page={flagged[-1]}")
    for next_one in flagged:
        page.keyboard.press("j")
        expect(page.locator("#chosen")).to_have_attribute("data-page", str(next_one))
        expect(page.locator(f"#page-{next_one} a")).to_have_attribute("aria-current", "true")


def test_a_drag_by_mouse_moves_a_page(room: Room, page: Page) -> None:
    address = full(room, page, 4)
    page.mouse.move(*centre(strip(page).nth(0)))
    page.mouse.down()
    page.mouse.move(*centre(strip(page).nth(1)), steps=5)
    with page.expect_response("**/move"):
        page.mouse.move(*centre(strip(page).nth(2)), steps=10)
        page.mouse.up()
    page.wait_for_function("() => document.querySelector('#strip > li').dataset.number !== '1'")
    moved = room.numbers(address)
    assert sorted(moved) == [1, 2, 3, 4]
    assert moved != [1, 2, 3, 4]
    shows(page, moved)


def test_a_drag_by_finger_moves_a_page_and_a_flick_only_scrolls(room: Room, page: Page) -> None:
    address = full(room, page, 4)
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}] if at else []})
    start, end = centre(strip(page).nth(3)), centre(strip(page).nth(0))
    touch("touchStart", *start)
    expect(strip(page).nth(3)).to_have_class(re.compile("sortable-chosen"))  # the finger has rested long enough
    for step in range(1, 11):
        touch("touchMove", *(a + (b - a) * step / 10 for a, b in zip(start, end, strict=True)))
    with page.expect_response("**/move"):
        touch("touchEnd")
    page.wait_for_function("() => document.querySelector('#strip > li:last-child').dataset.number !== '4'")
    moved = room.numbers(address)
    assert sorted(moved) == [1, 2, 3, 4]
    assert moved != [1, 2, 3, 4]
    shows(page, moved)


def test_a_page_is_inserted_and_another_scanned_again_in_its_place(room: Room, page: Page) -> None:
    address = full(room, page, 3)
    room.load(*drawn(1))
    strip(page).nth(1).click()
    expect(page.get_by_text("Halaman 2 dari 3")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("Yang dipindai sekarang masuk sebelum halaman 2.")).to_be_visible()
    page.keyboard.press("s")
    shows(page, [1, 4, 2, 3])
    expect(page.locator("#scan")).to_be_visible(timeout=COMES)
    expect(page.get_by_text("Yang dipindai sekarang masuk")).to_have_count(0)
    strip(page).nth(0).click()
    expect(page.get_by_text("Halaman 1 dari 4")).to_be_visible()
    page.keyboard.press("g")
    page.get_by_role("button", name="Pindai halaman ini").click()
    expect(strip(page).filter(has_text="dibuang")).to_have_attribute("data-number", "1", timeout=COMES)
    expect(page.locator("#scan")).to_be_visible(timeout=COMES)
    assert room.numbers(address) == [5, 4, 2, 3]


def test_no_page_is_missing_on_the_strip_after_the_network_was_away(room: Room, page: Page) -> None:
    room.load(*drawn(6))
    set_fault(room.stack, "slow")
    address = room.batch(6)
    begin(page, address)
    expect(strip(page).nth(0)).to_be_visible(timeout=COMES)
    page.context.set_offline(True)
    expect(page.get_by_text("Sambungan terputus")).to_be_visible()
    room.until(lambda: len(room.numbers(address)) == 6)
    page.context.set_offline(False)
    shows(page, [1, 2, 3, 4, 5, 6])
    expect(page.get_by_text("Sambungan terputus")).to_be_hidden()


def test_a_chosen_way_to_scan_survives_what_is_done_to_pages(room: Room, page: Page) -> None:
    full(room, page, 3)
    glass = page.get_by_role("radio", name="Satu halaman di kaca")
    glass.check()
    page.keyboard.press("r")
    expect(page.locator("#chosen")).to_contain_text("90°")
    page.keyboard.press("Delete")
    expect(page.get_by_text("Halaman yang dibuang")).to_be_visible()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Geser ke depan").click()
    shows(page, [1, 3, 2])
    expect(glass).to_be_checked()


def test_glass_is_scanned_page_by_page(room: Room, page: Page) -> None:
    room.load(*drawn(3))
    address = room.batch()
    begin(page, address, "Satu halaman di kaca")
    shows(page, [1])
    page.get_by_role("button", name="Halaman berikut").click(timeout=COMES)
    shows(page, [1, 2])
    assert room.numbers(address) == [1, 2]


def test_settings_are_kept_under_a_name_chosen_and_forgotten(room: Room, page: Page) -> None:
    page.goto(room.batch())
    page.locator("summary", has_text="Pengaturan").click()
    page.get_by_label("Resolusi").select_option("200")
    expect(page.get_by_role("radio", name="Seperti pengaturan di bawah")).to_be_checked()
    page.get_by_label("Simpan pengaturan ini").fill("Arsip lama")
    page.keyboard.press("Enter")
    kept = page.get_by_role("radio", name="Arsip lama")
    expect(kept).to_be_checked()
    page.get_by_role("button", name="Hapus profil").click()
    expect(kept).to_have_count(0)


def test_fronts_and_backs_of_a_pile_turned_by_hand_are_put_together_and_the_other_way_round(room: Room, page: Page) -> None:
    room.load(*drawn(3))
    address = room.batch(3)
    begin(page, address, "tumpukan dibalik dengan tangan")
    expect(page.get_by_role("button", name="Pindai sisi belakang")).to_be_visible(timeout=COMES)
    page.keyboard.press("s")
    expect(page.locator("#collate")).to_be_visible(timeout=COMES)
    page.keyboard.press("p")
    shows(page, [1, 6, 2, 5, 3, 4])
    expect(page.get_by_text("Halaman 2 dari 6")).to_be_visible()
    page.keyboard.press("p")
    shows(page, [1, 4, 2, 5, 3, 6])
    assert room.numbers(address) == [1, 4, 2, 5, 3, 6]


def test_a_stack_is_split_at_its_separator_sheet(room: Room, page: Page) -> None:
    first, second, third = drawn(3)
    room.load(first, separator(), second, third)
    address = room.batch(name="Tumpukan campuran (fiktif)")
    begin(page, address)
    expect(page.get_by_role("button", name="Pisahkan tumpukan")).to_be_visible(timeout=COMES)
    page.keyboard.press("b")
    expect(page.get_by_text("Tumpukan sudah dipisah")).to_be_visible()
    expect(page.get_by_role("link", name="Tumpukan campuran (fiktif) – 2")).to_be_visible()
    assert room.numbers(address) == [1]


def test_a_page_is_seen_at_its_full_size_where_it_was_pressed_and_moves_under_the_hand(room: Room, page: Page) -> None:
    room.load(*drawn(1))
    address = room.batch()
    begin(page, address)
    shows(page, [1])
    page.goto(f"{address}?page={room.look(address).pages[0].id}")
    picture = page.locator(".view img")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.9})
    view = page.locator(".view.is-zoomed")
    expect(view).to_be_focused()
    left, top, width, reach = view.evaluate("view => [view.scrollLeft, view.scrollTop, view.scrollWidth, view.clientWidth]")
    assert left > 0.6 * (width - reach)
    assert top > 0
    assert width >= 2480  # all of the picture can be reached: 210 mm with 300 dpi
    x, y = centre(view)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 60, steps=3)
    page.mouse.up()
    assert view.evaluate("view => [view.scrollLeft, view.scrollTop]") == pytest.approx([left - 100, top - 60], abs=1)
    page.keyboard.press("ArrowUp")
    page.wait_for_function("top => document.querySelector('.is-zoomed').scrollTop < top", arg=top - 61)
    page.keyboard.press("Escape")
    expect(view).to_have_count(0)


def test_the_second_at_a_scanner_is_told_who_has_it(room: Room, page: Page, browser: Browser, signed_in: dict) -> None:
    room.load(*drawn(6))
    set_fault(room.stack, "slow")
    begin(page, room.batch(name="Yang pertama (fiktif)"))
    expect(strip(page).nth(0)).to_be_visible(timeout=COMES)
    other = browser.new_page(storage_state=signed_in, locale="id-ID", viewport=WIDE)
    begin(other, room.batch(name="Yang kedua (fiktif)"))
    expect(other.get_by_text("untuk “Yang pertama (fiktif)”")).to_be_visible()
    other.keyboard.press("x")
    expect(other.get_by_text("Dibatalkan pukul")).to_be_visible()
    other.close()
    page.keyboard.press("x")
    expect(page.get_by_text("Dibatalkan pukul")).to_be_visible(timeout=COMES)


def test_a_refusal_is_said_where_one_looks_and_the_page_stays(room: Room, page: Page) -> None:
    address = full(room, page, 2)
    page.route("**/live*", lambda route: route.abort())
    room.do(lambda session: digitising.close(session, int(address.rpartition("/")[2]), LESTARI))
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Berkas ini sudah ditutup")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(strip(page)).to_have_count(2)


def test_the_station_works_without_javascript(room: Room, browser: Browser, signed_in: dict) -> None:
    room.load(*drawn(2))
    page = browser.new_page(storage_state=signed_in, java_script_enabled=False, locale="id-ID")
    page.goto(room.batch())
    page.get_by_role("radio", name="Keputusan bercap").check()
    page.get_by_role("button", name="Pindai").click()
    room.until(lambda: not room.look(page.url.partition("?")[0]).going)
    page.goto(page.url.partition("?")[0])
    page.get_by_role("link", name="Halaman 2", exact=True).click()
    page.get_by_role("button", name="Geser ke depan").click()
    page.get_by_role("button", name="Putar ke kanan").click()
    expect(page.locator("#chosen")).to_contain_text("90°")
    assert room.numbers(page.url.partition("?")[0]) == [2, 1]
    page.close()


@pytest.fixture(scope="module")
def states(room: Room) -> dict[str, str]:
    """The station's pages as they can be: addresses by name."""
    first, *others = drawn(4)
    made = {"list": f"{room.url}/scanning", "products": f"{room.url}/scanning/products",
            "empty": room.batch(name="Berita Acara Rekapitulasi Hasil Penghitungan Suara (fiktif) " * 3)}
    room.load(first, separator(), Image.new("RGB", first.size, "white"), others[0].rotate(4, fillcolor="white"), *others)
    made["found"] = room.batch(9)
    room.scan(made["found"])
    pages = room.look(made["found"]).pages
    room.do(lambda session: arranging.remove(session, pages[-1].id, LESTARI))
    made["removed"] = f"{made['found']}?page={pages[-1].id}"
    for name, query in {"insert": "aim=insert", "replace": "aim=replace", "zoomed": "zoom=1"}.items():
        made[name] = f"{made['found']}?page={pages[2].id}&{query}"
    room.load(*drawn(4))
    made["pile"] = room.batch(4)
    room.scan(made["pile"], Purpose.FRONTS)
    back = room.look(made["pile"]).pages[-1].id
    room.scan(made["pile"], Purpose.BACKS)
    made["closed"] = room.batch(4)
    room.scan(made["closed"])
    room.do(lambda session: digitising.close(session, int(made["closed"].rpartition("/")[2]), LESTARI))
    room.do(lambda session: arranging.remove(session, back, LESTARI))
    set_fault(room.stack, "jam 4")
    made["stopped"] = room.batch(2)
    room.scan(made["stopped"], source=Source.DUPLEX)
    return made


SIZES = ((1280, 800, ""), (800, 1280, ""), (640, 800, ""), (1280, 800, "large"))  # 640: a screen of 1280 at 200 %


@pytest.mark.parametrize("name", ["list", "products", "empty", "found", "removed", "insert", "replace", "zoomed", "pile", "closed",
                                  "stopped"])
def test_every_page_is_accessible_and_fits(
        room: Room, page: Page, states: dict[str, str], axe: Callable[[Page], list[str]], name: str) -> None:
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(states[name])
        if text:
            page.evaluate("""() => { const large = new CSSStyleSheet(); large.replaceSync('html { font-size: 200% }');
                             document.adoptedStyleSheets = [large]; }""")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"scrolls sideways at {width}{text}"
        assert axe(page) == [], f"at {width}{text}"


@pytest.mark.parametrize("name", ["empty", "found", "pile", "insert", "closed", "stopped"])
def test_what_is_pressed_at_the_station_is_large_enough_for_a_finger_and_in_sight(page: Page, states: dict[str, str], name: str) -> None:
    page.goto(states[name])
    small = page.evaluate("""() => [...document.querySelectorAll('main :is(a, button, summary, select, input)')]
        .filter(each => each.checkVisibility()).map(each => each.type === 'radio' ? each.closest('label') : each)
        .filter(each => { const box = each.getBoundingClientRect(); return box.width < 44 || box.height < 44; })
        .map(each => each.outerHTML.slice(0, 90))""")
    assert small == []
    if name != "closed":
        first = page.locator("#go-on" if name == "stopped" else "#scan")
        expect(first).to_be_in_viewport(ratio=1)


def test_a_strip_that_somebody_else_arranged_is_drawn_anew_and_a_choice_stays(room: Room, page: Page) -> None:
    address = full(room, page, 3)
    glass = page.get_by_role("radio", name="Satu halaman di kaca")
    glass.check()
    page.evaluate("document.querySelectorAll('#strip > li')[1].remove()")  # as if it had come to stand in another batch's place
    with page.expect_response(lambda answer: "changed=order" in answer.url):
        page.get_by_role("button", name="Geser ke depan").click()
    shows(page, room.numbers(address))
    expect(glass).to_be_checked()
