"""The desk in a real browser: by mouse, by keyboard, by scanner; live, and readable at every size it is used at."""

import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from foundation.clock import now, today
from foundation.database import Database
from foundation.people import PROGRAM, Role, add_person, hash_password
from foundation.settings import Settings
from kiosk.borrowing import calendar, lending
from kiosk.counter import finding, slips
from kiosk.guests import visiting
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.visits import Visit, VisitState
from kiosk.privacy import rights
from kiosk.privacy.rights import Wish
from printer import printouts
from printer.printouts import Printout
from printer.simulated import set_fault
from printer.wedge import SAMPLE
from tests import pdf
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_request, a_reservation, a_survey, a_title, an_office
from webui import create_app
from webui.migrating import upgrade
from webui.working import Works

PASSWORD = "tiga kata sandi"


class Desk(SimpleNamespace):
    """A running service with its workers, in this process, so that a test can do the visitor's part by use cases."""

    app: Flask
    database: Database
    url: str

    def do(self, work: Callable) -> object:
        with self.database.transaction() as session:
            return work(session)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    app = create_app(Settings(data=folder, demo=True))
    wired = app.extensions["wiring"]
    upgrade(wired.database)
    hashed = hash_password(PASSWORD)
    with wired.database.transaction() as session:
        an_office(session)
        add_person(session, "sari", "Sari Contoh", [Role.OFFICER, Role.ADMIN], hashed)
        wired_kiosk = a_kiosk(session, printer=f"simulated://{folder}/paper")
    works, server = Works(wired), make_server("127.0.0.1", 0, app, threaded=True)
    works.start()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Desk(app=app, database=wired.database, keys=wired.keys, kiosk=wired_kiosk, folder=folder,
               url=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    works.stop()
    wired.database.close()


@pytest.fixture(scope="module")
def signed_in(desk: Desk, browser: Browser) -> dict:
    """The cookies of an officer who signed in with keyboard alone."""
    context = browser.new_context(locale="id-ID")
    page = context.new_page()
    page.goto(f"{desk.url}/desk")
    page.keyboard.type("sari")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Menunggu Anda")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(desk: Desk, browser: Browser, signed_in: dict) -> Iterator[Page]:
    """The officer's screen; nothing may be refused by the content policy or fail in a script."""
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 800}, locale="id-ID", reduced_motion="reduce")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert troubles == []


@pytest.fixture(autouse=True)
def quiet_desk(desk: Desk) -> Iterator[None]:
    """After each test nobody waits and nobody is in the room."""
    yield

    def clear(session: Session) -> None:
        for loan in lending.waiting(session):
            lending.cancel(session, loan.id, OFFICER)
        for loan in finding.find_loans(session, "open"):
            lending.return_items(session, loan.id, [item.id for item in loan.open_items], OFFICER)
        for visit in session.scalars(sa.select(Visit).where(Visit.state != VisitState.LEFT)):
            visiting.leave(session, visit.id, OFFICER)
        for paper in printouts.needing_attention(session):
            printouts.came_out(session, paper.id, OFFICER)
    desk.do(clear)


def a_signed_guest(session: Session, desk: Desk, name: str) -> Visit:
    guest = a_guest(session, desk.kiosk, name=name)
    guest.state = VisitState.SIGNED
    return guest


def a_loan_of(session: Session, desk: Desk, name: str, *titles: str) -> Loan:
    return a_loan(session, desk.kiosk, *(a_title(session, title) for title in titles), visit=a_guest(session, desk.kiosk, name=name))


def a_request_of(session: Session, desk: Desk, name: str, *titles: str) -> Loan:
    return a_request(session, desk.kiosk, *(a_title(session, title) for title in titles), visit=a_guest(session, desk.kiosk, name=name))


def scan(page: Page, code: str) -> None:
    """As a scanner does: at once, into whatever has the focus, with Enter at the end."""
    for key in [*code, "Enter"]:
        page.keyboard.press(key)


def test_a_guest_appears_by_itself_and_is_let_in_with_one_key(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/desk")
    expect(page.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    desk.do(lambda s: a_signed_guest(s, desk, "Lukman Hadi"))
    expect(page.get_by_role("link", name="Lukman Hadi")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_text("Tamu diizinkan masuk.")).to_be_visible()
    expect(page.locator(".here").get_by_role("link", name="Lukman Hadi")).to_be_visible()


def test_a_request_is_handed_over_by_mouse_and_its_slip_printed(desk: Desk, page: Page) -> None:
    loan = desk.do(lambda s: a_request_of(s, desk, "Ratna W", "Hukum Administrasi (fiktif)"))
    page.goto(f"{desk.url}/desk")
    page.get_by_role("button", name="Serahkan").click()
    expect(page.get_by_text("Diserahkan; bukti sedang dicetak.")).to_be_visible()
    expect(page.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    page.goto(f"{desk.url}/desk/loan/{loan.id}")
    expect(page.get_by_text("dipinjam", exact=True)).to_be_visible()
    page.wait_for_function("async () => (await (await fetch(location.href)).text()).includes('tercetak')")


def test_arrows_move_along_what_waits_and_the_focus_survives_a_refresh(desk: Desk, page: Page) -> None:
    desk.do(lambda s: [a_signed_guest(s, desk, name) for name in ("Guest Satu", "Guest Dua")])
    page.goto(f"{desk.url}/desk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.id")
    assert focused.startswith("admit-")
    desk.do(lambda s: a_signed_guest(s, desk, "Guest Tiga"))
    expect(page.get_by_role("link", name="Guest Tiga")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == focused
    page.keyboard.press("Enter")
    expect(page.locator(".here").get_by_role("link", name="Guest Dua")).to_be_visible()


def test_a_slip_scanned_at_any_moment_opens_its_loan_and_labels_tick_the_copies(desk: Desk, page: Page) -> None:
    loan = desk.do(lambda s: a_loan_of(s, desk, "Maria T", "Satu (fiktif)", "Dua (fiktif)"))
    page.goto(f"{desk.url}/desk")
    scan(page, slips.slip_code(loan, desk.keys))
    page.wait_for_url(f"**/desk/loan/{loan.id}")
    boxes = page.get_by_role("checkbox", name="fiktif")
    expect(boxes).to_have_count(2)
    expect(boxes.first).not_to_be_checked()
    scan(page, loan.items[1].copy.code.lower())
    expect(boxes.nth(1)).to_be_checked()
    expect(boxes.first).not_to_be_checked()
    page.keyboard.press("t")
    expect(page.get_by_text("kembali sebagian")).to_be_visible()
    page.goto(f"{desk.url}/desk")
    scan(page, loan.items[0].copy.code)
    expect(page.get_by_role("checkbox", name="Satu (fiktif)")).to_be_checked()
    page.get_by_role("button", name="Terima yang dicentang").click()
    expect(page.get_by_text("Sudah dikembalikan pada")).to_be_visible()


def test_a_scanned_label_is_no_key_though_it_has_letters_of_keys(desk: Desk, page: Page) -> None:
    desk.do(lambda s: a_signed_guest(s, desk, "Guest Satu"))
    page.goto(f"{desk.url}/desk")
    scan(page, "SITI-IT")
    expect(page.get_by_role("heading", name="Label “SITI-IT”")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Izinkan")).to_be_visible()


def test_copies_announced_at_the_kiosk_are_taken_back_with_one_key(desk: Desk, page: Page) -> None:
    def announced(session: Session) -> Loan:
        loan = a_loan_of(session, desk, "Bagas S", "Kembali (fiktif)")
        return lending.announce_return(session, loan.id, [item.id for item in loan.items], desk.kiosk)
    loan = desk.do(announced)
    page.goto(f"{desk.url}/desk")
    page.keyboard.press("t")
    expect(page.get_by_text("Sudah diterima kembali.")).to_be_visible()
    with desk.database.reading() as session:
        assert session.get_one(Loan, loan.id).state is LoanState.RETURNED


def test_a_slip_is_printed_once_more_as_a_copy(desk: Desk, page: Page) -> None:
    def with_slip(session: Session) -> Loan:
        loan = a_loan_of(session, desk, "Dewi P", "Ulang (fiktif)")
        slips.queue_slip(session, loan, desk.keys)
        return loan
    loan = desk.do(with_slip)
    page.goto(f"{desk.url}/desk/loan/{loan.id}")
    page.keyboard.press("p")
    expect(page.get_by_text("Satu bukti lagi sedang dicetak")).to_be_visible()
    expect(page.get_by_text("Salinan ke-2 (SALINAN)")).to_be_visible()


def test_an_uncertain_slip_is_settled_with_one_tap(desk: Desk, page: Page) -> None:
    def uncertain(session: Session) -> None:
        loan = a_loan_of(session, desk, "Hendra A", "Ragu (fiktif)")
        paper = Printout(what="slip", subject=f"loan:{loan.id}", copy_no=1, station_id=desk.kiosk.station_id, payload=b"", width_mm=80)
        session.add(paper)
        session.flush()
        printouts.take(session, paper.id, "send", PROGRAM)
        printouts.take(session, paper.id, "lose sight", PROGRAM, printouts.OWNER_ENDED)
    desk.do(uncertain)
    page.goto(f"{desk.url}/desk")
    page.get_by_role("button", name="Tidak: cetak salinan").click()
    expect(page.get_by_text("Satu bukti lagi sedang dicetak")).to_be_visible()
    expect(page.get_by_text("keluar lengkap?")).to_have_count(0)


def test_papers_that_waited_too_long_are_printed_when_the_officer_still_wants_them(desk: Desk, page: Page) -> None:
    set_fault(desk.folder / "paper", "out of paper")

    def expired(session: Session) -> list[int]:
        queued = [slips.queue_slip(session, a_loan_of(session, desk, f"Lama {n}", f"Lama {n} (fiktif)"), desk.keys) for n in (1, 2)]
        printouts.expire(session, now() + timedelta(minutes=1))
        return [printout.id for printout in queued]
    papers = desk.do(expired)
    page.goto(f"{desk.url}/desk")
    expect(page.get_by_text("2 kertas terlalu lama menunggu printer")).to_be_visible()
    expect(page.locator(".devices").get_by_text("kertas habis")).to_be_visible(timeout=20_000)
    expect(page.locator(".devices").get_by_text("sejak ")).to_be_visible()
    page.get_by_role("button", name="Cetak sekarang").click()
    expect(page.get_by_text("terlalu lama menunggu")).to_have_count(0)
    expect(page.locator(".devices").get_by_text("Kertas yang menunggu printer ini: 2")).to_be_visible()
    set_fault(desk.folder / "paper")
    expect(page.locator(".devices").get_by_text("menunggu printer ini")).to_have_count(0, timeout=20_000)
    with desk.database.reading() as session:
        assert {session.get_one(Printout, paper).state for paper in papers} == {printouts.PRINTED}


@pytest.mark.parametrize(("end", "said"), [("Enter", "diakhiri Enter"), ("Tab", "diakhiri Tab"), (None, "tidak diakhiri apa pun")])
def test_the_set_up_page_says_how_the_scanner_ends_a_code(desk: Desk, page: Page, end: str | None, said: str) -> None:
    page.goto(f"{desk.url}/office/stations/{desk.kiosk.station_id}/printer")
    expect(page.get_by_label("Yang diketik pemindai")).to_be_focused()
    page.keyboard.type(SAMPLE)
    if end:
        page.keyboard.press(end)
    expect(page.locator(".note--success")).to_contain_text(said)


def test_what_somebody_else_did_first_is_said_where_the_officer_looks(desk: Desk, page: Page) -> None:
    guest = desk.do(lambda s: a_signed_guest(s, desk, "Guest Cepat"))
    page.goto(f"{desk.url}/desk")
    page.route("**/desk/live*", lambda route: route.abort())
    desk.do(lambda s: visiting.admit(s, guest.id, OFFICER))
    page.get_by_role("button", name="Izinkan").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("ada yang lebih dulu")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_single_letters_can_be_switched_off(desk: Desk, page: Page) -> None:
    desk.do(lambda s: a_signed_guest(s, desk, "Guest Tetap"))
    page.goto(f"{desk.url}/desk")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Satu huruf berlaku").uncheck()
    page.keyboard.press("Escape")
    with page.expect_response("**/desk/live*"):
        page.keyboard.press("i")
    expect(page.get_by_role("button", name="Izinkan")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Cari nama, nomor, atau kode")).to_be_focused()


def test_a_guest_is_written_in_and_lent_to_without_the_kiosk(desk: Desk, page: Page) -> None:
    code = desk.do(lambda s: a_title(s, "Tanpa Kiosk (fiktif)", copies=2).copies[1].code)
    page.goto(f"{desk.url}/desk")
    page.keyboard.press("n")
    page.get_by_label("Nama", exact=True).fill("Yusuf Karim")
    page.get_by_label("Instansi").fill("Umum")
    page.get_by_label("Kategori").select_option("public")
    page.get_by_label("Keperluan", exact=True).select_option("borrow")
    page.get_by_role("button", name="… dan pinjamkan").click()
    page.locator("h1").click()
    scan(page, code)
    expect(page.locator(".list").get_by_text(code)).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("Diserahkan; bukti sedang dicetak.")).to_be_visible()
    expect(page.get_by_text(code)).to_be_visible()


def test_the_desk_works_without_javascript(desk: Desk, browser: Browser, signed_in: dict) -> None:
    desk.do(lambda s: a_signed_guest(s, desk, "Guest Polos"))
    context = browser.new_context(storage_state=signed_in, java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    page.goto(f"{desk.url}/desk")
    page.get_by_role("button", name="Izinkan").click()
    expect(page.locator(".here").get_by_role("link", name="Guest Polos")).to_be_visible()
    context.close()


@pytest.fixture(scope="module")
def busy(desk: Desk) -> dict[str, int]:
    """A day with everything on it, with the longest texts there can be: ids of what is on the pages."""
    def fill(session: Session) -> dict[str, int]:
        long_title = "Penetapan Rekapitulasi Hasil Penghitungan Suara dan Tata Kerja Badan Adhoc Penyelenggara Pemilihan " * 4
        guest = a_guest(session, desk.kiosk, name="Maharani " * 10, institution="Universitas-" * 9)
        loan = a_loan(session, desk.kiosk, a_title(session, long_title), a_title(session, "Dua (fiktif)"), visit=guest)
        calendar.close_days(session, {loan.due_on + timedelta(n): "Cuti bersama (fiktif)" for n in range(3)}, OFFICER)
        loan.due_at -= timedelta(days=30)
        loan.due_on -= timedelta(days=30)
        slips.queue_slip(session, loan, desk.keys)
        for title in (a_title(session, long_title), a_title(session, long_title)):  # one lies ready for the guest, one is waited for
            other = a_loan(session, desk.kiosk, title, visit=a_guest(session, desk.kiosk, name="Pemegang (fiktif)"))
            a_reservation(session, desk.kiosk, title, guest)
        lending.return_items(session, other.id, [other.items[0].id], OFFICER)
        rights.ask(session, guest.person_key, Wish.ERASE, OFFICER)
        survey = a_survey(session, today("Asia/Jakarta"), answers=[[3] * 9] * 3)
        return {"loan": loan.id, "guest": guest.id, "copy": loan.items[0].copy.id, "survey": survey.id, "year": today("Asia/Jakarta").year}
    return desk.do(fill)


PAGES = [
    "/", "/password", "/desk", "/desk/loan/{loan}", "/desk/loans", "/desk/loans?show=overdue", "/desk/overdue", "/desk/holds",
    "/desk/loans?show=requested", "/desk/copy/{copy}", "/desk/visitors", "/desk/visitor/{guest}", "/desk/guest",
    "/desk/lend/{guest}?q=fiktif", "/desk/find?q=maharani", "/desk/find?q=zzz", "/desk/day", "/desk/day/2020-01-01",
    "/desk/reports", "/desk/reports/2026", "/desk/visits", "/desk/surveys", "/desk/survey/{survey}", "/desk/survey/{survey}/edit",
    "/desk/titles", "/desk/titles?q=tidak+ada+sama+sekali", "/desk/titles?show=withdrawn", "/desk/titles/new?kind=ruling", "/desk/titles/1",
    "/desk/titles/1/edit", "/desk/titles/1/merge", "/desk/titles/1/merge?with=2", "/desk/titles/1/product", "/desk/copies/1", "/desk/stock",
    "/desk/scan?code=LAIN", "/office", "/office/calendar",
    "/office/calendar?year={year}&moved=3", "/office/rules?category=public&kind=book",
    "/office/privacy", "/office/privacy/exports", "/desk/personal-data?q=maharani", "/desk/personal-data/visit/{guest}",
    "/office/rules/new", "/office/rules/1", "/office/people", "/office/people/new", "/office/people/1",
    "/office/stations", "/office/stations/new", "/office/stations/1", "/office/stations/1/printer",
    "/office/collection", "/office/trail",
    "/desk/papers/slip/{loan}", "/desk/papers/slip/{loan}?width=58", "/desk/papers/visitor-ticket/{guest}",
    "/desk/papers/day-book-slip/2020-01-01", "/office/labels", "/office/labels?which=range&layout=3x8&start=2",
    "/office/labels?which=range&first=ZZZ", "/office/labels?which=range&layout=own&columns=x&width=1"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible_and_fits(desk: Desk, page: Page, busy: dict, axe: Callable[[Page], list[str]], path: str) -> None:
    address = f"{desk.url}{path.format(**busy)}"
    if path == "/desk":
        desk.do(lambda s: a_request_of(s, desk, "Guest Menunggu", "Menunggu (fiktif)"))
    for width, height in ((1280, 800), (800, 1000), (640, 800)):  # 640: a screen of 1280 at 200 %
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"scrolls sideways at {width}"
        assert axe(page) == []


COVERED = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect(), head = document.querySelector(".d-head");
  if (it.matches("body, .skip") || head.contains(it)) return false;
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return box.top < head.getBoundingClientRect().bottom || !there || !it.contains(there) && !there.contains(it);
}"""


@pytest.mark.parametrize("path", ["/desk/titles/1/edit", "/desk/titles/1/merge", "/office/calendar?year={year}", "/desk/surveys"])
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_what_has_the_focus_lies_under_no_bar(desk: Desk, page: Page, busy: dict, path: str, key: str) -> None:
    desk.do(lambda s: [a_title(s, f"Judul yang mirip {number} (fiktif)") for number in range(12)])
    page.goto(f"{desk.url}{path.format(**busy)}")
    for _ in range(page.locator("a, button, input, select, summary, textarea").count()):
        page.keyboard.press(key)
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_the_tabs_are_one_line_that_says_where_one_is(desk: Desk, page: Page) -> None:
    for language, names in (("en", ("Office", "Board")), ("id", ("Kantor", "Papan kerja"))):
        page.goto(f"{desk.url}/desk")
        page.locator("details.menu:not(.tabs) > summary").click()
        page.locator(f"button[name=language][value={language}]").click()
        for path, name in zip(("/office", "/products"), names, strict=True):
            page.goto(f"{desk.url}{path}")
            for width in (1280, 1080, 800):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.locator(".d-head").bounding_box()["height"] < 60
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
                expect(page.locator(".d-head nav > a[aria-current], .d-head nav summary[aria-current]")).to_contain_text(name)


def test_the_tabs_of_legal_products_open_by_keyboard_and_close_again(desk: Desk, page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto(f"{desk.url}/desk")
    group = page.locator(".d-head .tabs")
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(group.get_by_role("link")).to_have_text(["Pindai", "Dokumen", "Papan kerja", "Unggahan"])
    assert axe(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(group.get_by_role("link")).to_have_count(0)
    expect(group.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scanning")


def test_the_sign_in_page_is_accessible(desk: Desk, browser: Browser, axe: Callable[[Page], list[str]]) -> None:
    page = browser.new_page(locale="id-ID")
    page.goto(f"{desk.url}/sign-in")
    page.get_by_label("Nama pengguna").fill("sari")
    page.get_by_label("Kata sandi").fill("salah salah salah")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
    assert axe(page) == []
    page.close()


def test_the_day_book_prints_on_paper_without_the_screens_furniture(desk: Desk, page: Page, busy: dict, tmp_path: Path) -> None:
    page.goto(f"{desk.url}/desk/day")
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("heading", name="Buku tamu")).to_be_visible()
    assert page.pdf(path=tmp_path / "day.pdf", format="A4").startswith(b"%PDF")


def test_charts_can_be_read_in_grey_print_and_without_seeing_them(desk: Desk, page: Page, busy: dict) -> None:
    page.goto(f"{desk.url}/desk/reports/{busy['year']}")
    page.emulate_media(media="print")
    charts = page.get_by_role("img", name="Grafik: ")
    expect(page.locator("svg.chart")).to_have_count(charts.count())
    for chart in charts.all():
        named = chart.get_attribute("aria-label")
        about = named.removeprefix("Grafik: ").removesuffix(". Tabel di dekatnya memuat angka yang sama.")
        assert about != named
        expect(page.get_by_role("table", name=about, exact=True)).to_be_visible()
    series = page.get_by_role("img", name="Grafik: Peminjaman").locator("rect[width='14.0']")
    expect(series).to_have_count(3)
    greys = [sum((grey := Image.open(io.BytesIO(box.screenshot())).convert("L")).tobytes()) / (grey.width * grey.height)
             for box in series.all()]
    assert greys == sorted(greys)
    assert min(lighter - darker for darker, lighter in pairwise(greys)) > 30  # of 255: full, hatched, empty


@pytest.mark.parametrize("width", [58, 80])
def test_a_paper_from_the_browser_has_the_size_of_its_roll_and_content(desk: Desk, page: Page, busy: dict, width: int) -> None:
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'once'; }")
    printed = page.locator("html[data-printed]")
    page.goto(f"{desk.url}/desk/loan/{busy['loan']}")
    page.get_by_role("link", name="Buka slip sebagai halaman").click()
    page.get_by_role("group", name="Lebar kertas").get_by_text(f"{width} mm").click()
    page.get_by_role("button", name="Cetak dari peramban ini").click()
    expect(printed).to_be_attached()
    expect(page.get_by_text("SALINAN KE-", exact=False).last).to_be_visible()
    [(wide, long)] = pdf.sizes(page.pdf(prefer_css_page_size=True, print_background=True))
    assert wide == pytest.approx(width, abs=0.3)
    page.emulate_media(media="print")
    height = page.evaluate("document.querySelector('.receipt').getBoundingClientRect().height") / 96 * 25.4
    assert height < long < height + 3
    expect(page.get_by_role("banner")).to_be_hidden()
    page.reload()
    page.evaluate("document.fonts.ready.then(() => document.adoptedStyleSheets.length)")
    expect(printed).to_have_count(0)  # a reload is no second copy


def test_labels_are_made_by_keyboard_and_their_preview_is_what_the_pdf_is(desk: Desk, page: Page, busy: dict) -> None:
    page.goto(f"{desk.url}/office/labels")
    page.get_by_label("Kodenya").fill(desk.do(lambda s: s.get_one(Copy, busy["copy"]).code))
    expect(page.get_by_role("radio", name="Yang disebut satu per satu")).to_be_checked()
    page.get_by_label("Mulai pada label ke-").fill("2")
    page.keyboard.press("Enter")
    preview = page.get_by_role("img", name="Lembar pertama seperti akan dicetak")
    preview.evaluate("sheet => { sheet.style.maxWidth = 'none'; }")  # large enough for a decoder
    found = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(preview.screenshot(scale="device"))))}
    form = page.locator("form", has=page.get_by_role("button", name="Buat PDF"))
    made = page.request.post(f"{desk.url}{form.get_attribute('action')}", form={"csrf_token": form.locator("input").input_value()})
    printed = {code.text for code in zxingcpp.read_barcodes(pdf.pictures(made.body(), 300)[0])}
    assert found
    assert found <= printed


def test_nothing_comes_from_outside(desk: Desk, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{desk.url}/desk", wait_until="networkidle")
    assert [url for url in asked if not url.startswith((desk.url, "data:"))] == []
