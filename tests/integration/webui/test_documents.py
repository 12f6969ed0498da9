"""Documents over HTTP: what a person confirms, the PDF and its pages, search, officials, and PDFs that come in."""

import html
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.jobs import Worker
from foundation.people import Role
from foundation.stations import Station
from scanner.documents import document_overview
from scanner.documents.records import Document, DocumentState
from scanner.legal import products
from scanner.pages.batches import Batch
from tests import drawn, from_elsewhere, pdf
from tests.integration.scanner.test_assembling import Bindery
from tests.integration.scanner.test_sealing import certificate
from tests.integration.webui.conftest import Browser
from webui import serving, uploads
from webui.fictional import layout
from webui.fictional.decisions import decision

pytestmark = pytest.mark.one_database
PAPER = decision(20)  # two pages


@pytest.fixture
def staff(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.LEGAL_STAFF, name="Lestari Contoh")


@pytest.fixture(autouse=True)
def workshop(app: Flask) -> Iterator[None]:
    yield
    app.extensions["wiring"].workshop.close()


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Does what waits for the pages of PDFs."""
    wired = app.extensions["wiring"]

    def work() -> None:
        worker = Worker(wired.database, wired.jobs, ["taking in", "putting text under"])
        while worker.run_one():
            pass
    return work


@pytest.fixture
def look(database: Database) -> Callable[[int], Document]:
    def look(document: int) -> Document:
        with database.reading() as session:
            return document_overview.look_at(session, document).document
    return look


@pytest.fixture
def bindery(app: Flask, database: Database) -> Bindery:
    wired = app.extensions["wiring"]
    return Bindery(database, wired.settings.data, wired.workshop)


@pytest.fixture
def scanned(bindery: Bindery) -> Document:
    """The paper's first page, scanned and made a document of."""
    return bindery.bind([drawn.scanned(layout.drawn(PAPER.pages[0]))])


@pytest.fixture
def born(tmp_path: Path) -> Path:
    return from_elsewhere.printed(tmp_path / "Keputusan 1886.pdf", PAPER.pages)


def send(staff: Browser, path: Path) -> TestResponse:
    return staff.post("/scanning/documents", file=(io.BytesIO(path.read_bytes()), path.name))


def data(answer: TestResponse) -> bytes:
    """The file that was sent."""
    with answer:
        return answer.data


def number(answer: TestResponse) -> int:
    """The document that it leads to."""
    return int(re.search(r"/scanning/document/(\d+)", answer.location)[1])


# --- documents of scanned pages ---------------------------------------------------------------------------------------------------


def test_only_legal_staff_see_documents(scanned: Document, signed_in: Callable[..., Browser], anybody: Browser) -> None:
    officer = signed_in(Role.OFFICER)
    address = f"/scanning/document/{scanned.id}"
    for path in ("/scanning/documents", "/scanning/officials", address, f"{address}.pdf", f"{address}/page/1/small.jpg", f"{address}/live"):
        assert (anybody.get(path).status_code, officer.get(path).status_code) == (303, 403), path
    for deed in ("confirm", "take-back", "again", "read"):
        assert officer.post(f"{address}/{deed}").status_code == 403


@pytest.mark.one_database(False)
def test_what_was_read_is_confirmed_field_by_field_until_the_document_is_a_products(
        staff: Browser, scanned: Document, look: Callable[[int], Document]) -> None:
    address = f"/scanning/document/{scanned.id}"
    page = staff.get(address).text
    assert PAPER.title in page
    assert "class=\"snippet\"" in page
    assert "0 dari 8" in page
    for name in ("type", "number", "year", "title"):
        answer = staff.post(f"{address}/confirm", field=name, value=scanned.suggested[name]["value"])
        assert answer.location.startswith(f"{address}#field-")
    found = look(scanned.id)
    assert (found.product.year, found.product.title) == (PAPER.year, PAPER.title)
    assert set(found.confirmed) == {"type", "number", "year", "title"}
    assert found.confirmed["year"]["by"] == "Lestari Contoh"


@pytest.fixture
def confirm(staff: Browser, scanned: Document) -> Callable[..., TestResponse]:
    """Somebody writes into a field what the page has, and confirms it; `who` has `seen` what the page shows now, or something older."""
    def confirm(name: str, value: str = "", who: Browser = staff, seen: str | None = None) -> TestResponse:
        return who.post(f"/scanning/document/{scanned.id}/confirm", field=name, value=value or scanned.suggested[name]["value"],
                        seen=shown(who, scanned.id, name) if seen is None else seen)
    return confirm


def shown(who: Browser, document: int, name: str) -> str:
    """Which confirmation of a field somebody sees now, as the page remembers it."""
    card = who.get(f"/scanning/document/{document}").text.partition(f'id="field-{name}"')[2]
    return html.unescape(re.search(r'name="seen" value="([^"]*)"', card)[1])


OF_A_PRODUCT = ("type", "number", "year", "title")


def all_products(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(each.number, each.title) for each in products.newest(session)]


def test_a_mistake_that_entered_a_product_is_corrected_and_leaves_none_behind(
        staff: Browser, scanned: Document, database: Database, confirm: Callable[..., TestResponse],
        look: Callable[[int], Document]) -> None:
    for name in OF_A_PRODUCT:
        confirm(name, {"number": "999/SALAH/2013", "title": "Judul yang salah"}.get(name, ""))
    assert all_products(database) == [("999/SALAH/2013", "Judul yang salah")]
    confirm("title")
    assert all_products(database) == [("999/SALAH/2013", PAPER.title)]
    confirm("number")
    assert all_products(database) == [(PAPER.number, PAPER.title)]
    assert look(scanned.id).product.number == PAPER.number
    with database.reading() as session:
        said = session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed.startswith("product")).order_by(AuditEntry.id)).all()
    assert said == ["product entered", "product corrected", "product removed", "product entered"]


def test_a_confirmation_that_is_taken_back_and_given_again_leaves_and_finds_the_product(
        staff: Browser, scanned: Document, database: Database, confirm: Callable[..., TestResponse],
        look: Callable[[int], Document]) -> None:
    for name in OF_A_PRODUCT:
        confirm(name)
    address = f"/scanning/document/{scanned.id}"
    assert staff.post(f"{address}/take-back", field="year", seen=shown(staff, scanned.id, "year")).status_code == 303
    assert (look(scanned.id).product, "year" in look(scanned.id).confirmed, all_products(database)) == (None, False, [])
    assert address in staff.get("/scanning/documents", {"q": PAPER.title}).text
    confirm("year")
    assert (look(scanned.id).product.number, all_products(database)) == (PAPER.number, [(PAPER.number, PAPER.title)])


@pytest.mark.one_database(False)
def test_a_product_that_somebody_entered_or_that_something_else_is_of_stays(
        staff: Browser, scanned: Document, database: Database, confirm: Callable[..., TestResponse]) -> None:
    for name in OF_A_PRODUCT:
        confirm(name)
    with database.transaction() as session:
        ours, = products.newest(session)
        session.add(Batch(name="Salinan", station_id=session.scalar(sa.select(Station.id)), product_id=ours.id, made_by="uji"))
    staff.post("/scanning/products", type="kpt", number="7/TANGAN/2024", year="2024", title="Dicatat dengan tangan")
    confirm("number", "7/TANGAN/2024")
    confirm("year", "2024")
    confirm("number", "8/LAIN/2024")
    kept = {number for number, _ in all_products(database)}
    assert kept == {PAPER.number, "7/TANGAN/2024", "8/LAIN/2024"}


def test_what_somebody_else_confirmed_meanwhile_is_shown_and_not_overwritten(
        scanned: Document, signed_in: Callable[..., Browser], confirm: Callable[..., TestResponse],
        look: Callable[[int], Document]) -> None:
    budi = signed_in(Role.ADMIN, name="Budi Contoh")
    seen = shown(budi, scanned.id, "place")
    confirm("place", "Kota Lestari")
    late = confirm("place", "Kota Budi", budi, seen)
    assert late.status_code == 422
    page = html.unescape(late.text)
    for said in ("Lestari Contoh sudah memastikan isian ini: Kota Lestari.", "Isian ini baru saja dipastikan", 'value="Kota Budi"'):
        assert said in page, said
    assert look(scanned.id).confirmed["place"]["value"] == "Kota Lestari"
    assert confirm("place", "Kota Lestari", budi, seen).status_code == 303  # the same: there is nothing to decide
    assert look(scanned.id).confirmed["place"]["by"] == "Lestari Contoh"
    assert confirm("place", "Kota Budi", budi).status_code == 303           # who has seen it may change it
    assert look(scanned.id).confirmed["place"] | {"at": ""} == {"value": "Kota Budi", "by": "Budi Contoh", "at": ""}


def test_what_somebody_else_corrected_meanwhile_is_not_taken_back(
        staff: Browser, scanned: Document, signed_in: Callable[..., Browser], confirm: Callable[..., TestResponse],
        look: Callable[[int], Document]) -> None:
    confirm("place", "Kota Lama")
    seen = shown(staff, scanned.id, "place")
    confirm("place", "Kota Baru", signed_in(Role.ADMIN, name="Budi Contoh"))
    late = staff.post(f"/scanning/document/{scanned.id}/take-back", field="place", seen=seen)
    assert (late.status_code, "Budi Contoh sudah memastikan isian ini: Kota Baru." in html.unescape(late.text)) == (422, True)
    assert look(scanned.id).confirmed["place"]["value"] == "Kota Baru"


@pytest.mark.parametrize("written", ["14-3-2022", "Senin, 14 Maret 2022"])
def test_a_day_is_understood_however_it_is_written_and_shown_in_one_form(
        staff: Browser, scanned: Document, confirm: Callable[..., TestResponse], look: Callable[[int], Document], written: str) -> None:
    confirm("date", written)
    assert look(scanned.id).confirmed["date"]["value"] == "2022-03-14"
    assert "Senin, 14 Maret 2022" in staff.get(f"/scanning/document/{scanned.id}").text


def test_what_cannot_be_is_marked_and_keeps_what_was_typed(staff: Browser, scanned: Document, look: Callable[[int], Document]) -> None:
    for value in ("17 Agustus", "31-2-2022", "14 Embuh 2022", "3-14-2022", "14-3-22", "14-3-0022"):
        answer = staff.post(f"/scanning/document/{scanned.id}/confirm", field="date", value=value)
        assert answer.status_code == 422
        assert "Tulis tanggal, bulan, dan tahun" in answer.text
        assert f'value="{value}"' in answer.text
    assert staff.post(f"/scanning/document/{scanned.id}/confirm", field="nonsense", value="x").status_code == 404
    assert look(scanned.id).confirmed == {}


def test_the_pdf_and_its_pages_are_served_and_kept_by_the_browser(staff: Browser, scanned: Document) -> None:
    address = f"/scanning/document/{scanned.id}"
    answer = staff.get(f"{address}.pdf")
    assert (answer.mimetype, data(answer)[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" not in answer.headers["Content-Disposition"]
    with staff.client.get(f"{address}.pdf", headers={"If-None-Match": answer.headers["ETag"]}) as same:
        assert same.status_code == 304
    assert data(staff.client.get(f"{address}.pdf", headers={"Range": "bytes=0-4"})) == b"%PDF-"
    assert Image.open(io.BytesIO(staff.get(f"{address}/page/1/small.jpg").data)).format == "JPEG"
    for missing in (f"{address}/page/2/small.jpg", f"{address}/page/1/full.jpg", "/scanning/document/99", "/scanning/document/99.pdf",
                    f"{address}.pdf?file=came"):
        assert staff.get(missing).status_code == 404, missing
    assert PAPER.title.split()[0] in staff.get(address, {"text": 1}).text


@pytest.mark.one_database(False)
def test_it_is_made_again_and_the_screen_is_told_when_that_is_done(
        staff: Browser, scanned: Document, bindery: Bindery, look: Callable[[int], Document]) -> None:
    address = f"/scanning/document/{scanned.id}"
    assert staff.post(f"{address}/again").status_code == 303
    page = staff.get(address).text
    seen = re.search(r"live\?seen=([^\"&]+)", page)[1]
    assert look(scanned.id).state is DocumentState.MAKING
    assert staff.get(f"{address}/live", {"seen": seen}).status_code == 204
    bindery.work()
    assert staff.get(f"{address}/live", {"seen": seen}).status_code == 200
    assert look(scanned.id).state is DocumentState.READY
    assert staff.get("/scanning/document/99/live").status_code == 404


@pytest.mark.one_database(False)
def test_documents_are_found_by_what_stands_on_their_pages(staff: Browser, scanned: Document) -> None:
    page = staff.get("/scanning/documents", {"q": PAPER.title}).text
    assert f"/scanning/document/{scanned.id}" in page
    assert "<mark>" in page
    assert "Tidak ada dokumen" in staff.get("/scanning/documents", {"q": "zzzqqq"}).text
    assert f"/scanning/document/{scanned.id}" in staff.get("/scanning/documents").text


def test_officials_are_entered_and_changed(staff: Browser) -> None:
    assert staff.post("/scanning/officials", name=" ").status_code == 422
    staff.post("/scanning/officials", name="BUDI CONTOH", position="Ketua", active="1")
    assert "BUDI CONTOH" in staff.get("/scanning/officials").text
    staff.post("/scanning/officials", name="BUDI CONTOH", position="Ketua")
    page = staff.get("/scanning/officials").text
    assert page.count("<bdi>BUDI CONTOH</bdi>") == 1


# --- PDFs that come in ------------------------------------------------------------------------------------------------------------


def test_a_pdf_comes_in_and_shows_what_it_says(
        staff: Browser, born: Path, work: Callable[[], None], look: Callable[[int], Document]) -> None:
    answer = send(staff, born)
    address = f"/scanning/document/{number(answer)}"
    assert "sedang dibuat" in staff.follow(answer).text
    work()
    page = staff.get(address).text
    for said in (PAPER.title, "Keputusan 1886", "PDF yang tidak pernah berupa kertas", "Tidak ada tanda tangan elektronik",
                 "Teks halaman 1"):
        assert said in page, said
    assert data(staff.get(f"{address}.pdf")) == born.read_bytes()
    with Image.open(io.BytesIO(staff.get(f"{address}/page/2/small.jpg").data)) as picture:
        assert max(picture.size) == 300
    assert staff.get(f"{address}/page/3/small.jpg").status_code == 404
    assert address in staff.get("/scanning/documents", {"q": PAPER.title}).text
    assert staff.post(f"{address}/again").status_code == 409
    again = send(staff, born)
    assert number(again) == number(answer)
    assert "sudah ada di sini" in staff.follow(again).text


def test_a_scan_is_made_searchable_and_the_file_as_it_came_stays(
        staff: Browser, tmp_path: Path, work: Callable[[], None], look: Callable[[int], Document]) -> None:
    scan = from_elsewhere.scanned(tmp_path / "scan.pdf", [layout.drawn(PAPER.pages[1])])
    answer = send(staff, scan)
    address = f"/scanning/document/{number(answer)}"
    work()
    page = staff.get(address).text
    assert "Halamannya berupa gambar" in page
    assert "Tidak ditemukan" not in page
    assert staff.post(f"{address}/read").status_code == 303
    work()
    page = staff.get(address).text
    assert "Halamannya diberi teks di sini" in page
    assert "PDF/A-2b" in page
    assert data(staff.get(f"{address}.pdf", {"file": "came"})) == scan.read_bytes()
    assert "pada tanggal" in pdf.text(data(staff.get(f"{address}.pdf")))


def test_signatures_are_shown_and_nothing_that_breaks_them_is_done(
        staff: Browser, tmp_path: Path, work: Callable[[], None]) -> None:
    scan = from_elsewhere.scanned(tmp_path / "scan.pdf", [layout.drawn(PAPER.pages[1])])
    signed = from_elsewhere.signed(tmp_path / "signed.pdf", scan, certificate("Pejabat Contoh"))
    address = f"/scanning/document/{number(send(staff, signed))}"
    work()
    page = staff.get(address).text
    for said in ("Pejabat Contoh", "tidak berubah sejak ditandatangani", "tidak dinilai di sini"):
        assert said in page, said
    answer = staff.post(f"{address}/read")
    assert (answer.status_code, "merusak tanda tangan" in answer.text) == (409, True)
    assert data(staff.get(f"{address}.pdf")) == signed.read_bytes()


def test_what_is_in_it_beside_its_pages_is_said(staff: Browser, born: Path, tmp_path: Path, work: Callable[[], None]) -> None:
    address = f"/scanning/document/{number(send(staff, from_elsewhere.loaded(tmp_path / 'loaded.pdf', born)))}"
    work()
    page = staff.get(address).text
    for said in ("Ada program di dalam PDF", "Ada berkas lain yang dilampirkan", "PDF memiliki isian"):
        assert said in page, said


def _cut(folder: Path, born: Path) -> bytes:
    return born.read_bytes()[:2000]


def _locked(folder: Path, born: Path) -> bytes:
    return from_elsewhere.locked(folder / "locked.pdf", born, user="rahasia").read_bytes()


def _picture(folder: Path, born: Path) -> bytes:
    Image.new("L", (20, 20)).save(folder / "picture.jpg")
    return (folder / "picture.jpg").read_bytes()


def _endless(folder: Path, born: Path) -> bytes:
    return from_elsewhere.many_pages(folder / "many.pdf", 5_001).read_bytes()


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda *_: b"", "Berkas kosong"), (lambda *_: b"Surat biasa", "bukan PDF"), (_cut, "terpotong atau rusak"), (_locked, "kata sandi"),
    (_picture, "bukan PDF"), (_endless, "terlalu besar")])
def test_a_file_that_cannot_be_a_document_is_refused_in_one_sentence(
        staff: Browser, app: Flask, tmp_path: Path, born: Path, make: Callable[[Path, Path], bytes], sentence: str) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(make(tmp_path, born))
    answer = send(staff, bad)
    assert answer.status_code == 409
    assert sentence in answer.text
    data = app.extensions["wiring"].settings.data
    assert not [file for folder in ("uploads", "files") for file in (data / folder).rglob("*") if file.is_file()]


def test_no_file_is_refused_and_so_is_one_that_is_too_large_which_is_said_before(
        staff: Browser, born: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "paling besar 150 MB" in staff.get("/scanning/documents").text
    assert uploads.LARGEST_PDF < serving.RECEIVED  # else the server hangs up, without a sentence
    assert staff.post("/scanning/documents").status_code == 422
    monkeypatch.setattr(uploads, "LARGEST_PDF", 1000)
    answer = send(staff, born)
    assert answer.status_code == 413
    assert "Berkas terlalu besar" in answer.text


def test_pages_as_large_as_a_field_are_taken_and_drawn_small(
        staff: Browser, born: Path, tmp_path: Path, work: Callable[[], None]) -> None:
    address = f"/scanning/document/{number(send(staff, from_elsewhere.huge_pages(tmp_path / 'huge.pdf', born)))}"
    work()
    with Image.open(io.BytesIO(staff.get(f"{address}/page/1/screen.jpg").data)) as picture:
        assert max(picture.size) == 1600
