"""Documents in a real browser: from the closed batch to the product that is found, by keyboard and by mouse, and at every size."""

from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session

from scanner.devices.simulated import set_fault
from scanner.documents import document_overview
from scanner.documents.reading import LIKE_OFFICIAL, READ, Field, Suggestion, Sure
from scanner.documents.records import Document, DocumentState, Official, Origin
from scanner.documents.remarks import LOOK_FOR, Code
from scanner.station import confirming, digitising
from scanner.workshop.texts import Box
from tests.e2e.station import COMES, LESTARI, Room, running, screen, sign_in
from webui.fictional.decisions import Paper, decision
from webui.fictional.layout import drawn

READY = 120_000  # milliseconds until a few pages are read and made a PDF, on a busy machine
FIELDS = list(confirming.FIELDS)
PAPER = decision(13)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running(tmp_path_factory.mktemp("documents")) as room:
        room.do(lambda session: session.add(Official(name=PAPER.signatory)))
        yield room


@pytest.fixture(scope="module")
def signed_in(room: Room, browser: Browser) -> dict:
    return sign_in(room, browser)


@pytest.fixture
def page(browser: Browser, signed_in: dict) -> Iterator[Page]:
    with screen(browser, signed_in) as page:
        yield page


def suggestion(field: Field, value: str, sure: Sure, number: int, box: Box, why: str = READ) -> dict:
    """As describing.py keeps it, on A4 with 150 dpi."""
    return {**Suggestion(value, value, number - 1, box, sure, why).to_json(), "page": number, "size": [1240, 1754]}


SUGGESTED = {
    "type": suggestion(Field.TYPE, "kpt", Sure.HIGH, 1, Box(300, 200, 600, 30)),
    "number": suggestion(Field.NUMBER, "41 TAHUN 2024", Sure.HIGH, 1, Box(400, 240, 400, 30)),
    "year": suggestion(Field.YEAR, "2024", Sure.MIDDLE, 1, Box(400, 240, 400, 30)),
    "title": suggestion(Field.TITLE, "PENETAPAN JADWAL LAYANAN PERPUSTAKAAN HUKUM " * 4, Sure.HIGH, 1, Box(200, 300, 800, 120)),
    "date": suggestion(Field.DATE, "2024-08-17", Sure.LOW, 2, Box(700, 1300, 300, 30)),
    "signatory": suggestion(Field.SIGNATORY, PAPER.signatory, Sure.MIDDLE, 2, Box(700, 1500, 300, 30), LIKE_OFFICIAL),
}
REMARKS = [
    {"code": Code.MISSING_AFTER, "severity": "stop", "pages": [1, 2], "details": {"page": 1, "next": 2, "words": "Peraturan Komisi"},
     "sentence": "After page %(page)d something seems to be missing: its last words “%(words)s” do not go on on page %(next)d.",
     "next_step": LOOK_FOR},
    {"code": Code.NO_COLOUR, "severity": "look", "pages": [2], "details": {}, "sentence": "Look at the page again.", "next_step": ""},
    {"code": Code.DOUBLED, "severity": "note", "pages": [], "details": {}, "sentence": "The pages seem to be in order.", "next_step": ""}]


def document(room: Room, pages: int = 2, name: str = "Dokumen (fiktif)", **more: object) -> str:
    """The address of a document of so many scanned pages, as if it had been made."""
    room.load(*(Image.new("L", (620, 877), 255 - number % 50) for number in range(pages)))
    batch = room.batch(pages, name)
    room.scan(batch)

    def make(session: Session) -> int:
        made = Document(origin=Origin.SCANNED, batch_id=int(batch.rpartition("/")[2]), name=name, made_by=LESTARI.name,
                        **{"state": DocumentState.READY, **more})
        session.add(made)
        session.flush()
        return made.id
    return f"{room.url}/scanning/document/{room.do(make)}"


def card(page: Page, name: str) -> Locator:
    return page.locator(f"#field-{name}")


def value(page: Page, name: str) -> Locator:
    return page.locator(f"#value-{name}")


def confirmed(room: Room, address: str) -> dict[str, str]:
    with room.database.reading() as session:
        found = document_overview.look_at(session, int(address.rpartition("/")[2])).document
        return {name: each["value"] for name, each in found.confirmed.items()}


def told(paper: Paper) -> dict[str, str]:
    """What its fields are in truth."""
    return {"type": paper.type.value, "number": paper.number, "year": str(paper.year), "title": paper.title, "date": paper.date,
            "place": paper.place, "signatory": paper.signatory, "issuer": paper.issuer}


def test_a_batch_is_closed_read_confirmed_by_keyboard_and_found_by_its_words(room: Room, page: Page) -> None:
    room.load(*(drawn(each) for each in PAPER.pages))
    page.goto(room.batch(len(PAPER.pages), "Dari pemindai (fiktif)"))
    page.get_by_role("radio", name="Keputusan bercap").check()
    page.keyboard.press("s")
    expect(page.locator("#strip > li")).to_have_count(len(PAPER.pages), timeout=COMES)
    expect(page.locator("#close")).to_be_visible(timeout=COMES)
    page.keyboard.press("t")
    page.wait_for_url("**/scanning/document/*")
    page.evaluate("window.same = true")
    expect(page.locator("#state")).to_have_text("siap", timeout=READY)
    expect(card(page, "type")).to_contain_text("terbaca")
    assert page.evaluate("window.same"), "the page was loaded anew"
    assert confirmed(room, page.url) == {}
    page.locator("#main").focus()
    page.keyboard.press("j")
    for number, name in enumerate(FIELDS, start=1):
        expect(value(page, name)).to_be_focused()
        if value(page, name).input_value() != told(PAPER)[name]:  # as a person does, who compares it with the page
            value(page, name).fill(told(PAPER)[name])
        page.keyboard.press("Enter")
        expect(page.locator("#counted")).to_contain_text(f"{number} dari 8")
        expect(card(page, name)).to_contain_text("dipastikan oleh Lestari Contoh")
    expect(page.get_by_role("heading", name="Produk")).to_be_visible()
    expect(page.locator("#name")).to_contain_text(PAPER.number)
    address = page.url
    assert confirmed(room, address) == told(PAPER)
    page.goto(f"{room.url}/scanning/documents?q={' '.join(PAPER.title.split()[:4])}")
    page.locator(".hits a").first.click()
    page.wait_for_url(address)


def test_a_wrong_value_is_refused_at_its_field_and_what_is_typed_elsewhere_stays(room: Room, page: Page) -> None:
    address = document(room, suggested=SUGGESTED)
    page.goto(address)
    value(page, "place").fill("Kota Contoh")
    value(page, "date").fill("17 Agustus")
    page.keyboard.press("Enter")
    expect(card(page, "date").locator(".wrong")).to_contain_text("tanggal, bulan, dan tahun")
    expect(value(page, "date")).to_be_focused()
    expect(value(page, "date")).to_have_value("17 Agustus")
    expect(value(page, "place")).to_have_value("Kota Contoh")
    assert confirmed(room, address) == {}
    page.keyboard.type("2024-08-17")
    page.keyboard.press("Enter")
    expect(card(page, "date").locator(".value")).to_have_text("Sabtu, 17 Agustus 2024")
    expect(value(page, "place")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page, "place")).to_contain_text("dipastikan")
    assert confirmed(room, address) == {"date": "2024-08-17", "place": "Kota Contoh"}


def test_a_confirmation_is_taken_back_and_changed_by_keys_and_by_mouse(room: Room, page: Page) -> None:
    address = document(room, suggested=SUGGESTED)
    page.goto(address)
    card(page, "year").get_by_role("button", name="Pastikan").click()
    expect(card(page, "title").get_by_role("button", name="Pastikan")).to_be_focused()
    card(page, "year").focus()
    page.keyboard.press("Enter")
    expect(value(page, "year")).to_be_focused()
    value(page, "year").fill("2023")
    page.keyboard.press("Enter")
    expect(card(page, "year")).to_contain_text("hasil bacaan: 2024")
    assert confirmed(room, address) == {"year": "2023"}
    card(page, "year").focus()
    page.keyboard.press("b")
    expect(value(page, "year")).to_be_focused()
    expect(value(page, "year")).to_have_value("2024")
    assert confirmed(room, address) == {}


def test_the_page_and_the_place_on_it_follow_the_field_and_a_remark_shows_its_page(room: Room, page: Page) -> None:
    page.goto(document(room, suggested=SUGGESTED, remarks=REMARKS))
    shown, spot = page.locator("#view .at"), page.locator("#view .spot")
    expect(shown).to_have_text("1")
    expect(spot).to_be_visible()
    value(page, "date").focus()
    expect(shown).to_have_text("2")
    expect(spot).to_be_visible()
    page.locator("#remarks").get_by_role("link", name="halaman 1").click()
    expect(shown).to_have_text("1")
    expect(spot).to_be_hidden()
    assert len(page.context.pages) == 1
    page.locator("#main").focus()
    page.keyboard.press("]")
    expect(shown).to_have_text("2")
    paper = page.locator("#view .paper")
    whole = paper.bounding_box()["width"]
    page.keyboard.press("z")
    page.wait_for_function("whole => document.querySelector('#view .paper').offsetWidth > 1.9 * whole", arg=whole)
    page.keyboard.press("-")
    expect(page.locator(".times")).to_have_text("150 %")
    page.locator("#view img").click()
    expect(page.locator(".times")).to_have_text("100 %")


def test_what_is_typed_while_the_document_is_made_again_is_not_lost(room: Room, page: Page) -> None:
    address = document(room, suggested=SUGGESTED, state=DocumentState.MAKING)
    page.goto(address)
    value(page, "place").fill("Kota Con")

    def done(session: Session) -> None:
        found = session.get_one(Document, int(address.rpartition("/")[2]))
        found.state, found.suggested = DocumentState.READY, {**SUGGESTED, "number": {**SUGGESTED["number"], "value": "42 TAHUN 2024"}}
    room.do(done)
    expect(page.locator("#state")).to_have_text("siap")
    expect(value(page, "number")).to_have_value("42 TAHUN 2024")
    expect(value(page, "place")).to_be_focused()
    page.keyboard.type("toh")
    expect(value(page, "place")).to_have_value("Kota Contoh")
    expect(page.locator("#live")).to_be_empty()


def test_a_pdf_that_is_too_large_is_said_to_be_before_it_is_sent(room: Room, page: Page) -> None:
    page.goto(f"{room.url}/scanning/documents")
    page.get_by_text("Masukkan PDF").click()
    file = page.locator("input[type=file]")
    assert file.get_attribute("data-largest") == "150000000"
    file.evaluate("(each) => { each.dataset.largest = 10 }")
    told = "(each) => each.validationMessage"
    for size, said in ((11, "Berkas terlalu besar."), (10, "")):
        file.set_input_files({"name": "besar.pdf", "mimeType": "application/pdf", "buffer": b"%" * size})
        assert file.evaluate(told)[:21] == said


def test_what_somebody_else_confirmed_meanwhile_is_said_at_the_field(room: Room, page: Page, browser: Browser, signed_in: dict) -> None:
    address = document(room, suggested=SUGGESTED)
    page.goto(address)
    with screen(browser, signed_in) as other:
        other.goto(address)
        value(other, "place").fill("Kota Lain")
        other.keyboard.press("Enter")
        expect(card(other, "place")).to_contain_text("dipastikan")
    value(page, "place").fill("Kota Contoh")
    page.keyboard.press("Enter")
    expect(card(page, "place").locator(".value")).to_have_text("Kota Lain")
    expect(card(page, "place").locator(".wrong")).to_contain_text("baru saja dipastikan")
    expect(value(page, "place")).to_have_value("Kota Contoh")
    assert confirmed(room, address) == {"place": "Kota Lain"}
    value(page, "place").press("Enter")
    expect(card(page, "place").locator(".value")).to_have_text("Kota Contoh")
    assert confirmed(room, address) == {"place": "Kota Contoh"}


def test_a_document_is_confirmed_without_javascript(room: Room, browser: Browser, signed_in: dict) -> None:
    address = document(room, suggested=SUGGESTED)
    page = browser.new_page(storage_state=signed_in, java_script_enabled=False, locale="id-ID")
    page.goto(address)
    value(page, "date").fill("kemarin")
    card(page, "date").get_by_role("button", name="Pastikan").click()
    expect(card(page, "date").locator(".wrong")).to_be_visible()
    expect(value(page, "date")).to_have_value("kemarin")
    card(page, "number").get_by_role("button", name="Pastikan").click()
    expect(card(page, "number")).to_contain_text("dipastikan oleh")
    assert confirmed(room, address) == {"number": "41 TAHUN 2024"}
    page.close()


def test_a_closed_batch_leads_to_its_document(room: Room, page: Page) -> None:
    room.load(Image.new("L", (620, 877), 250))
    batch = room.batch(1)
    room.scan(batch)
    room.do(lambda session: digitising.close(session, int(batch.rpartition("/")[2]), LESTARI))
    page.goto(batch)
    page.get_by_role("link", name="Lihat dokumennya").click()
    page.wait_for_url("**/scanning/document/*")
    expect(page.get_by_role("navigation").get_by_role("link", name="Dokumen")).to_have_attribute("aria-current", "true")


def test_an_official_is_entered_and_no_longer_signs(room: Room, page: Page) -> None:
    page.goto(f"{room.url}/scanning/officials")
    page.get_by_label("Nama").fill("RATNA CONTOHWATI")
    page.get_by_label("Jabatan").fill("Ketua")
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name="RATNA CONTOHWATI")
    expect(row).to_contain_text("menandatangani saat ini")
    row.get_by_role("link", name="Ubah RATNA CONTOHWATI").click()
    expect(page.get_by_label("Jabatan")).to_have_value("Ketua")
    page.get_by_label("menandatangani saat ini").uncheck()
    page.get_by_role("button", name="Simpan").click()
    expect(row).to_contain_text("tidak lagi")


@pytest.fixture(scope="module")
def states(room: Room) -> dict[str, str]:
    """A document's page as it can be, and the officials': addresses by name."""
    sworn = {name: {"value": each["value"], "by": LESTARI.name, "at": "2026-03-10T02:00:00+00:00"} for name, each in SUGGESTED.items()}
    made = {
        "read": document(room, 2, suggested=SUGGESTED, remarks=REMARKS),
        "confirmed": document(room, 2, suggested=SUGGESTED, confirmed=sworn, sha256="0" * 64, size_bytes=123_456),
        "nothing": document(room, 1),
        "making": document(room, 2, state=DocumentState.MAKING),
        "failed": document(room, 2, state=DocumentState.FAILED, sentence="Look at the page again.", next_step="Correct the marked field."),
        "long": document(room, 60, "Rancangan_Keputusan_tentang_Tata_Cara_Pengelolaan_Dokumentasi (fiktif) " * 2, suggested=SUGGESTED),
        "officials": f"{room.url}/scanning/officials",
    }
    set_fault(room.stack)
    return made


SIZES = ((1280, 800, ""), (1080, 1920, ""), (800, 1280, ""), (640, 800, ""), (1280, 800, "large"))  # 640: a screen of 1280 at 200 %


@pytest.mark.parametrize("name", ["read", "confirmed", "nothing", "making", "failed", "long", "officials"])
def test_every_page_is_accessible_and_fits(page: Page, states: dict[str, str], axe: Callable[[Page], list[str]], name: str) -> None:
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(states[name])
        if text:
            page.evaluate("""() => { const large = new CSSStyleSheet(); large.replaceSync('html { font-size: 200% }');
                             document.adoptedStyleSheets = [large]; }""")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"scrolls sideways at {width}{text}"
        assert axe(page) == [], f"at {width}{text}"


@pytest.mark.parametrize("name", ["read", "confirmed", "long", "officials"])
def test_what_is_pressed_is_large_enough_for_a_finger(page: Page, states: dict[str, str], name: str) -> None:
    page.goto(states[name])
    small = page.evaluate("""() => [...document.querySelectorAll('main :is(a, button, summary, select, input, textarea)')]
        .filter(each => !each.querySelector('.snippet'))  // the page that it shows has its own link among the pages
        .filter(each => each.checkVisibility()).map(each => each.type === 'checkbox' ? each.closest('label') : each)
        .filter(each => { const box = each.getBoundingClientRect(); return box.width < 44 || box.height < 44; })
        .map(each => each.outerHTML.slice(0, 90))""")
    assert small == []


def test_a_page_that_could_not_be_put_in_is_told_of_wherever_the_document_is_shown(room: Room, page: Page) -> None:
    room.load(*(drawn(each) for each in PAPER.pages))
    batch = room.batch(len(PAPER.pages), "Halaman rusak (fiktif)")
    room.scan(batch)
    kept = room.app.extensions["wiring"].files.path(room.look(batch).kept[1].sha256)
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:2000])
    number = int(batch.rpartition("/")[2])
    room.do(lambda session: digitising.close(session, number, LESTARI))
    with room.database.reading() as session:
        address = f"{room.url}/scanning/document/{document_overview.of_batch(session, number)}"
    page.goto(address)
    expect(page.locator("#state")).to_have_text("ada halaman yang hilang", timeout=READY)
    remark = page.locator("#remarks li").first
    expect(remark).to_contain_text("PDF ini tidak lengkap: 1 halaman tidak dapat dimasukkan.")
    remark.get_by_role("link", name="halaman 2").click()
    expect(page.locator("#whys > li:visible")).to_have_text("Halaman 2 tidak dapat dibaca: berkasnya terpotong atau rusak.")
    expect(page.locator("#leaves li").nth(1)).to_contain_text("hilang")
    page.wait_for_function("() => { const { src, naturalWidth } = document.querySelector('#view img');"
                           "return src.includes('/page/2/') && naturalWidth; }")
    page.keyboard.press("[")
    expect(page.locator("#whys > li:visible")).to_have_count(0)
    page.goto(f"{room.url}/scanning/documents")
    expect(page.get_by_role("row", name="Halaman rusak (fiktif)")).to_contain_text("ada halaman yang hilang")
    page.goto(address)
    page.get_by_role("button", name="Buka lagi berkasnya").click()
    page.wait_for_url(batch)
