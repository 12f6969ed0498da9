"""Documents over HTTP: what a person confirms, the PDF and its pages, search, officials, and PDFs that come in."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from foundation.database import Database
from foundation.jobs import Worker
from foundation.people import Role
from scanner import document_overview
from scanner.documents import Document, DocumentState
from tests import drawn, from_elsewhere, pdf
from tests.integration.scanner.test_assembling import Bindery
from tests.integration.scanner.test_sealing import certificate
from tests.integration.webui.conftest import Browser
from webui.bench.fictional import layout
from webui.bench.fictional.decisions import decision
from webui.routes.scanning import documents

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
    staff.post(f"{address}/take-back", field="year")
    assert "year" not in look(scanned.id).confirmed


def test_what_cannot_be_is_marked_and_keeps_what_was_typed(staff: Browser, scanned: Document, look: Callable[[int], Document]) -> None:
    answer = staff.post(f"/scanning/document/{scanned.id}/confirm", field="date", value="17 Agustus")
    assert answer.status_code == 422
    assert "Tulis tanggal sebagai tahun-bulan-hari" in answer.text
    assert 'value="17 Agustus"' in answer.text
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
    assert "sudah pernah masuk" in staff.follow(again).text


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


def test_no_file_is_refused_and_so_is_one_that_is_too_large(
        staff: Browser, born: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert staff.post("/scanning/documents").status_code == 422
    monkeypatch.setattr(documents, "LARGEST", 1000)
    answer = send(staff, born)
    assert answer.status_code == 413
    assert "Berkas terlalu besar" in answer.text


def test_pages_as_large_as_a_field_are_taken_and_drawn_small(
        staff: Browser, born: Path, tmp_path: Path, work: Callable[[], None]) -> None:
    address = f"/scanning/document/{number(send(staff, from_elsewhere.huge_pages(tmp_path / 'huge.pdf', born)))}"
    work()
    with Image.open(io.BytesIO(staff.get(f"{address}/page/1/screen.jpg").data)) as picture:
        assert max(picture.size) == 1600
