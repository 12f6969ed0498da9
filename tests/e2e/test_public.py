"""The public pages in a real browser: without JavaScript, by keyboard, at every size, in both languages, and from a disk."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.office import office
from scanner.legal.publications import PublicationState
from scanner.publishing import public
from tests.builders import a_survey
from tests.e2e.station import Room, running
from tests.published import TITLE, publish, relate
from webui.public_pages import PAGE
from webui.public_site import PublicSite

LONG = "Penetapan Jadwal Layanan Perpustakaan Hukum dan Dokumentasi di Lingkungan Sekretariat Komisi Contoh (fiktif) " * 4
SIZES = ((1280, 800, ""), (800, 1280, ""), (1080, 1920, ""), (390, 800, ""), (1280, 800, "large"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running(tmp_path_factory.mktemp("public")) as room:
        room.do(lambda session: fill(room, session))
        yield room


def fill(room: Room, session: Session) -> None:
    ours, files = office(session), room.app.extensions["wiring"].files
    ours.name, ours.library, session.info["office changed"] = "KPU Kabupaten Wirasari", "JDIH KPU Kabupaten Wirasari", True
    old = publish(session, files, "54", year=2022, title="Pedoman Teknis Kearsipan (fiktif)")
    made = publish(session, files, "118", text="Menetapkan kalimat jernih", signatory="BAYU WICAKSANA", subject="Kearsipan", pages=3)
    relate(session, made, "repeals", old)
    publish(session, files, "77", state=PublicationState.WITHDRAWN)
    publish(session, files, "134/Kpts/KPU-Prov-014/Tahun 2016", year=2016, title=LONG, pages=15)
    a_survey(session, date(2026, 2, 1), answers=[[4, 3, 3, 4, 3, 4, 4, 2, 3]] * 4, published_at=now())
    for number in range(PAGE):
        publish(session, files, str(200 + number), year=2015)


@pytest.fixture
def page(room: Room, browser: Browser) -> Iterator[Page]:
    """A reader's, who has no JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}, base_url=room.url)
    yield context.new_page()
    context.close()


def test_somebody_without_javascript_finds_reads_and_turns_back(page: Page) -> None:
    page.goto("/produk")
    page.get_by_label("Kata, nomor, atau tahun").fill("kalimat jernih")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("status")).to_contain_text("1")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nomor 118 Tahun 2026")
    page.get_by_role("link", name="Nomor 54 Tahun 2022").click()
    expect(page.get_by_text("Produk hukum ini tidak berlaku lagi.")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("This legal product is no longer in force.")).to_be_visible()
    page.get_by_role("link", name="Nomor 118 Tahun 2026").first.click()
    expect(page.get_by_text("Repeals")).to_be_visible()
    assert page.url.endswith("?lang=en")


def test_the_list_is_turned_and_narrowed_without_javascript(page: Page) -> None:
    page.goto("/produk")
    page.get_by_role("link", name="Lebih lama").click()
    expect(page.get_by_role("status")).to_contain_text("halaman 2 dari 2")
    page.get_by_label("Tahun", exact=True).select_option("2016")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator(".products li")).to_have_count(1)
    page.get_by_role("link", name="Tampilkan semuanya").click()
    expect(page.locator(".products li")).to_have_count(PAGE)


def test_the_file_is_downloaded_by_its_name_and_compared(page: Page, tmp_path: Path) -> None:
    page.goto("/produk/2")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Unduh PDF").click()
    assert coming.value.suggested_filename == "2026kpt118.pdf"
    coming.value.save_as(file := tmp_path / "2026kpt118.pdf")
    page.get_by_role("navigation", name="Utama").get_by_role("link", name="Periksa salinan").click()
    page.get_by_label("PDF").set_input_files(file)
    page.get_by_role("button", name="Bandingkan").click()
    expect(page.get_by_role("status")).to_contain_text("Inilah berkas yang tayang.")
    file.write_bytes(file.read_bytes() + b"\n")
    page.get_by_label("PDF").set_input_files(file)
    page.get_by_role("button", name="Bandingkan").click()
    expect(page.get_by_role("status")).to_contain_text("Ini bukan berkas yang diterbitkan kantor ini.")


def test_a_code_is_typed_by_keyboard_alone(room: Room, page: Page) -> None:
    code = public.verify_code(room.app.extensions["wiring"].keys.slips, 2)
    page.goto("/verify")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.locator("#code:focus").count():
            break
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Kode ini asli")
    expect(page.get_by_role("link", name="Ke halaman publiknya")).to_be_visible()


PAGES = {
    "list": "/produk", "second": "/produk?page=2", "nothing": "/produk?q=xyzzy&lang=en", "product": "/produk/2", "repealed": "/produk/1",
    "long": "/produk/4?lang=en", "withdrawn": "/produk/3", "missing": "/produk/999", "verify": "/verify?lang=en",
    "wrong code": "/verify/1-X", "unknown file": f"/verify?code={'0' * 64}", "survey": "/survei",
    "survey in English": "/survei/1?lang=en"}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_fits(room: Room, browser: Browser, axe: Callable[[Page], list[str]], name: str) -> None:
    context = browser.new_context(base_url=room.url)
    page = context.new_page()
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(PAGES[name])
        if text:
            page.evaluate("""() => { const large = new CSSStyleSheet(); large.replaceSync('html { font-size: 200% }');
                             document.adoptedStyleSheets = [large]; }""")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"scrolls sideways at {width}{text}"
        assert axe(page) == [], f"at {width}{text}"
    context.close()


@pytest.mark.parametrize("name", ["list", "product", "verify", "survey"])
def test_what_is_pressed_is_large_enough_for_a_finger(room: Room, browser: Browser, name: str) -> None:
    page = browser.new_page(base_url=room.url, viewport={"width": 390, "height": 800})
    page.goto(PAGES[name])
    small = page.evaluate("""() => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
        .filter(each => each.checkVisibility() && !each.closest('dd, p.note, .skip'))  // links in a sentence are as high as its line
        .filter(each => { const box = each.getBoundingClientRect(); return box.width < 44 || box.height < 44; })
        .filter(each => !each.classList.contains('skip')).map(each => each.outerHTML.slice(0, 90))""")
    assert small == []
    page.close()


def test_the_site_is_read_from_a_disk_without_the_service(room: Room, browser: Browser, tmp_path: Path) -> None:
    wired = room.app.extensions["wiring"]
    site = PublicSite(wired.database, wired.files, wired.thumbnails, wired.workshop.draw, "https://jdih.example", public.PORTAL)
    for path, content in site(None):
        (target := tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    page = browser.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nomor 118 Tahun 2026")
    assert page.locator(".preview img").evaluate("image => image.naturalWidth") > 0
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(247, 242, 232)"
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Repeals")).to_be_visible()
    page.get_by_role("link", name=re.compile("Legal products")).first.click()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("status")).to_contain_text("page 2 of 2")
    assert (tmp_path / "produk/2/2026kpt118.pdf").read_bytes().startswith(b"%PDF")
    assert failed == []
    page.close()
