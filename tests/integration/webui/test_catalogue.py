"""The catalogue over HTTP: titles and copies at the desk, covers and digital copies there and at the kiosk."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from foundation.clock import now
from foundation.database import Database
from kiosk.ledger.collection import Copy, Kind, Title
from kiosk.shelves.searching import index_titles
from scanner.legal.publications import Publication, PublicationState
from tests import written
from tests.builders import a_kiosk, a_loan, a_title
from tests.from_elsewhere import joined, printed
from tests.integration.webui.conftest import Browser
from tests.published import a_pdf, publish
from webui.wiring import Wiring
from webui.working import sweep_files


@pytest.fixture
def wired(app: Flask) -> Iterator[Wiring]:
    yield app.extensions["wiring"]
    app.extensions["wiring"].workshop.close()


@pytest.fixture
def title(database: Database) -> Title:
    with database.transaction() as session:
        made = a_title(session, "Telaah Arsip Pemilu (fiktif)", copies=2, kind=Kind.BOOK, number="", author="Rengganis, Dewi")
        index_titles(session, [made.id])
    return made


def picture(width: int = 40, height: int = 60, kind: str = "PNG", mode: str = "RGBA", **more: object) -> io.BytesIO:
    Image.new(mode, (width, height), "teal").save(out := io.BytesIO(), kind, **more)
    return io.BytesIO(out.getvalue())


def the(database: Database, title: Title) -> Title:
    with database.reading() as session:
        return session.get_one(Title, title.id)


def data(answer: TestResponse) -> bytes:
    """The file that was sent."""
    with answer:
        return answer.data


# ---- titles and copies

def test_a_title_is_entered_gets_copies_and_their_labels(database: Database, officer: Browser) -> None:
    page = officer.get("/desk/titles/new", {"kind": "ruling"}).text
    assert "Pengadilan" in page
    form = {"kind": "ruling", "title": "Sengketa Arsip (fiktif)", "number": "12/G/2025/PTUN", "year": "2025", "language": ""}
    answer = officer.post("/desk/titles/new", **form)
    page = officer.follow(answer).text
    assert "Tambahkan eksemplarnya" in page
    title_id = int(re.search(r"/desk/titles/(\d+)/copies", page)[1])
    page = officer.follow(officer.post(f"/desk/titles/{title_id}/copies", count="2", shelf="P-1")).text
    assert f"PUT-{title_id:04d}-2" in page
    sheet = officer.follow(officer.post(f"/desk/titles/{title_id}/labels", start="3"))
    assert sheet.mimetype == "application/pdf"
    assert "12/G/2025/PTUN" in officer.get("/desk/titles", {"q": "sengketa"}).text


def test_another_kind_shows_its_fields_and_keeps_what_was_typed(officer: Browser) -> None:
    page = officer.post("/desk/titles/new", **{"kind": "book", "as": "journal"}, title="Arsip dan Kita (fiktif)", author="Lesmana, K.").text
    assert "ISSN" in page
    assert 'value="Arsip dan Kita (fiktif)"' in page
    assert 'value="Lesmana, K."' in page


def test_a_likely_double_is_shown_before_it_is_saved(database: Database, officer: Browser, title: Title) -> None:
    form = {"kind": "book", "title": "TELAAH arsip pemilu (fiktif)", "author": "Rengganis, Dewi"}
    answer = officer.post("/desk/titles/new", **form)
    assert answer.status_code == 409
    assert f"/desk/titles/{title.id}" in answer.text
    assert officer.post("/desk/titles/new", **form, anyway="1").status_code == 303
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Title.id))) == 2


def test_a_form_with_mistakes_comes_back_with_a_sentence_at_each(officer: Browser, title: Title) -> None:
    answer = officer.post(f"/desk/titles/{title.id}/edit", kind="book", title="", year="dua", isbn="1", seen="")
    assert answer.status_code == 422
    assert answer.text.count('class="wrong"') == 3
    answer = officer.post(f"/desk/titles/{title.id}/edit", kind="book", title="Lain (fiktif)", seen="2020")
    assert "orang lain sudah mengubah" in answer.text
    assert officer.post("/desk/titles/new", kind="scroll").status_code == 400
    assert officer.get("/desk/titles/999/edit").status_code == 404


def test_a_copy_is_put_aside_with_a_reason_and_what_is_lent_is_not(database: Database, officer: Browser, title: Title) -> None:
    with database.transaction() as session:
        lent = a_loan(session, a_kiosk(session), session.get_one(Title, title.id)).items[0].copy
    other = next(copy for copy in title.copies if copy.id != lent.id)
    form = {"shelf": "C-9", "register_number": "B/12", "status": "in repair", "reason": "Punggung lepas"}
    page = officer.follow(officer.post(f"/desk/copies/{other.id}", **form)).text
    assert "Punggung lepas" in page
    assert "B/12" in page
    refused = officer.post(f"/desk/copies/{lent.id}", **form)
    assert refused.status_code == 409
    assert "sedang dipinjam" in refused.text
    with database.reading() as session:
        assert session.get_one(Copy, lent.id).shelf == "B-2", "nothing of a refused form is kept"
    assert officer.post(f"/desk/copies/{other.id}", **{**form, "status": "withdrawn", "reason": ""}).status_code == 422


def test_a_withdrawn_title_leaves_the_kiosk_and_has_a_list_at_the_desk(officer: Browser, kiosk: Browser, title: Title) -> None:
    assert officer.post(f"/desk/titles/{title.id}/withdraw", reason="").status_code == 422
    page = officer.follow(officer.post(f"/desk/titles/{title.id}/withdraw", reason="Rusak")).text
    assert "Rusak" in page
    assert title.title not in kiosk.get("/kiosk/search", {"q": "telaah arsip"}).text
    assert title.title in officer.get("/desk/titles", {"show": "withdrawn"}).text


def test_two_titles_become_one_after_a_look_at_both(database: Database, officer: Browser, title: Title) -> None:
    with database.transaction() as session:
        other = a_title(session, "Telaah Arsip Pemilu, cet. 2 (fiktif)", kind=Kind.BOOK, number="", subject="arsip")
        index_titles(session, [other.id])
    assert f"with={other.id}" in officer.get(f"/desk/titles/{title.id}/merge", {"q": "telaah"}).text
    page = officer.get(f"/desk/titles/{title.id}/merge", {"with": other.id}).text
    assert "1 eksemplar pindah ke sini" in page
    assert "cet. 2" in page
    assert officer.post(f"/desk/titles/{title.id}/merge", **{"with": title.id}).status_code == 422
    page = officer.follow(officer.post(f"/desk/titles/{title.id}/merge", **{"with": other.id, "from_other": "subject"})).text
    assert "Kedua judul sudah menjadi satu" in page
    assert (the(database, title).subject, the(database, title).title) == ("arsip", title.title)
    assert officer.get(f"/desk/titles/{other.id}").status_code == 404
    assert officer.post(f"/desk/titles/{title.id}/merge", **{"with": other.id}).status_code == 404, "a second tap"


def test_an_empty_catalogue_says_that_it_is_empty(officer: Browser) -> None:
    assert "Katalog masih kosong." in officer.get("/desk/titles").text
    assert "Belum ada judul jenis ini." in officer.get("/desk/titles", {"kind": "ruling"}).text
    assert "Tidak ada judul yang cocok dengan kata-kata ini." in officer.get("/desk/titles", {"q": "banjir"}).text


@pytest.mark.parametrize("path", ["/desk/members/cards.pdf?member={}", "/desk/overdue/letters.pdf?loan={}"])
def test_a_number_that_no_row_can_have_is_a_page_that_does_not_exist(officer: Browser, path: str) -> None:
    for number in (2**31, 10**20, -1, "satu"):
        assert officer.get(path.format(number)).status_code == 404


def test_a_title_merged_with_a_number_that_no_row_can_have_is_chosen_again(officer: Browser, title: Title) -> None:
    page = officer.get(f"/desk/titles/{title.id}/merge", {"with": 10**20})
    assert page.status_code == 200
    assert "Tidak ada judul lain yang mirip" in officer.get(f"/desk/titles/{title.id}/merge").text


def test_only_who_serves_sees_the_catalogue_s_desk(anybody: Browser, title: Title) -> None:
    for path in ("/desk/titles", f"/desk/titles/{title.id}", "/desk/titles/new", "/desk/stock", f"/desk/titles/{title.id}/digital.pdf"):
        assert anybody.get(path).location.startswith("/sign-in")


# ---- covers

def test_a_cover_is_drawn_anew_and_shown_at_desk_and_kiosk(database: Database, wired: Wiring, officer: Browser, kiosk: Browser,
                                                          title: Title) -> None:
    shown = f"/kiosk/title/{title.id}/cover.jpg"
    assert kiosk.get(shown).status_code == 404
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    given = picture(2000, 3000, "JPEG", "RGB", exif=exif)
    officer.follow(officer.post(f"/desk/titles/{title.id}/cover", picture=(given, "sampul.jpg")))
    kept = wired.files.path(the(database, title).cover).read_bytes()
    assert Image.open(io.BytesIO(kept)).size == (600, 900)
    assert b"Kamera Rahasia" not in kept, "what the camera wrote into it is not kept"
    page = kiosk.get("/kiosk/search", {"q": "telaah"}).text
    address = re.search(rf'src="({re.escape(shown)}[^"]+)"', page)[1].replace("&amp;", "&")
    answer = kiosk.get(address)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/jpeg", "private, max-age=86400")
    assert kiosk.client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert officer.get(f"/desk/titles/{title.id}/cover.jpg").status_code == 200
    officer.post(f"/desk/titles/{title.id}/cover", remove="1")
    assert not the(database, title).cover


@pytest.mark.one_database
@pytest.mark.parametrize(("given", "said"), [
    (b"GIF89a" + bytes(50), "bukan gambar"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bukan gambar"),
    (picture().getvalue()[:60], "rusak"), (picture(12_000, 12_000, mode="1").getvalue(), "terlalu banyak titik"), (b"", "bukan gambar")])
def test_what_is_no_picture_is_said_in_a_sentence(database: Database, wired: Wiring, officer: Browser, title: Title, given: bytes,
                                                  said: str) -> None:
    answer = officer.post(f"/desk/titles/{title.id}/cover", picture=(io.BytesIO(given), "x.png"))
    assert answer.status_code == 422
    assert said in answer.text
    assert not the(database, title).cover


# ---- digital copies

def attached(officer: Browser, title: Title, pdf: bytes) -> TestResponse:
    return officer.post(f"/desk/titles/{title.id}/digital", file=(io.BytesIO(pdf), "naskah.pdf"))


def test_a_digital_copy_is_read_page_by_page_at_the_kiosk(database: Database, wired: Wiring, officer: Browser, kiosk: Browser,
                                                         title: Title) -> None:
    pdf = a_pdf(3)
    page = officer.follow(attached(officer, title, pdf)).text
    assert "3 halaman" in page
    assert data(officer.get(f"/desk/titles/{title.id}/digital.pdf")) == pdf
    first = kiosk.get(f"/kiosk/title/{title.id}/digital/1").text
    assert "Baca di layar ini · 3 halaman" in kiosk.get(f"/kiosk/title/{title.id}").text
    assert "Halaman 1 dari 3" in first
    assert f"/kiosk/title/{title.id}/digital/2" in first
    image = kiosk.get(f"/kiosk/title/{title.id}/digital/3.jpg")
    assert Image.open(io.BytesIO(image.data)).height == 2400
    assert kiosk.get(f"/kiosk/title/{title.id}/cover.jpg").mimetype == "image/jpeg", "its first page stands for it"
    for number in (0, 4):
        assert kiosk.get(f"/kiosk/title/{title.id}/digital/{number}").status_code == 404
        assert kiosk.get(f"/kiosk/title/{title.id}/digital/{number}.jpg").status_code == 404
    officer.follow(officer.post(f"/desk/titles/{title.id}/digital/remove"))
    assert kiosk.get(f"/kiosk/title/{title.id}/digital/1").status_code == 404


def test_the_words_of_a_page_can_be_had_instead_of_its_picture(wired: Wiring, officer: Browser, kiosk: Browser, title: Title,
                                                               tmp_path: Path) -> None:
    (tmp_path / "blank.pdf").write_bytes(a_pdf(1))
    _, page = written.page()
    pdf = joined(tmp_path / "both.pdf", printed(tmp_path / "words.pdf", [page]), tmp_path / "blank.pdf")
    attached(officer, title, pdf.read_bytes())
    address = f"/kiosk/title/{title.id}/digital"
    assert re.search(r'aria-describedby="other-form"', kiosk.get(f"{address}/1").text)
    text = kiosk.get(f"{address}/1", {"words": "1"}).text
    assert "bahwa untuk kelancaran pelaksa-naan tugas perlu ditetapkan jadwal yang berlaku bagi semua bagian;" in text
    assert 'class="leaf"' not in text
    onward = re.search(rf'href="({address}/2[^"]+)"', text)[1].replace("&amp;", "&")
    assert "isinya hanya gambar" in kiosk.get(onward).text, "whoever reads the words goes on with the words"


def test_what_is_no_pdf_is_refused_where_it_was_chosen(database: Database, wired: Wiring, officer: Browser, title: Title) -> None:
    for given in (b"", b"halo", a_pdf()[:100]):
        answer = attached(officer, title, given)
        assert answer.status_code == 422
        assert 'id="file-wrong"' in answer.text
    assert officer.post(f"/desk/titles/{title.id}/digital").status_code == 422
    assert not the(database, title).digital


def test_a_published_product_is_read_until_it_is_withdrawn(database: Database, wired: Wiring, officer: Browser, kiosk: Browser,
                                                          title: Title) -> None:
    with database.transaction() as session:
        product = publish(session, wired.files, "77", title="Telaah Arsip (fiktif)", pages=2)
    assert f'value="{product.id}"' in officer.get(f"/desk/titles/{title.id}/product", {"q": "77"}).text
    officer.follow(officer.post(f"/desk/titles/{title.id}/product", product=product.id))
    assert "Halaman 2 dari 2" in kiosk.get(f"/kiosk/title/{title.id}/digital/2").text
    assert kiosk.get(f"/kiosk/title/{title.id}/digital/2.jpg").status_code == 200
    with database.transaction() as session:
        session.scalars(sa.select(Publication)).one().state = PublicationState.WITHDRAWN
    answer = kiosk.get(f"/kiosk/title/{title.id}/digital/1")
    assert answer.status_code == 410
    assert "sudah ditarik dari publik" in answer.text
    assert kiosk.get(f"/kiosk/title/{title.id}/digital/1.jpg").status_code == 410
    assert kiosk.get(f"/kiosk/title/{title.id}/cover.jpg").status_code == 404
    assert "Baca di layar ini" not in kiosk.get(f"/kiosk/title/{title.id}").text
    assert "Produknya sudah ditarik" in officer.get(f"/desk/titles/{title.id}").text
    assert officer.post(f"/desk/titles/{title.id}/product", product=product.id).status_code == 409


def test_the_files_of_titles_outlive_the_sweep(database: Database, wired: Wiring, officer: Browser, title: Title) -> None:
    officer.post(f"/desk/titles/{title.id}/cover", picture=(picture(), "sampul.png"))
    attached(officer, title, a_pdf())
    it = the(database, title)
    with time_machine.travel(now() + timedelta(days=2)):
        assert sweep_files(wired) == []
    assert it.cover in wired.files
    assert it.digital in wired.files


@pytest.mark.one_database
def test_a_page_beyond_the_last_one_is_the_last_one(officer: Browser, title: Title) -> None:
    assert officer.get("/desk/titles?page=999").location == "/desk/titles?page=1"
    assert officer.get("/desk/titles?page=9&show=withdrawn").location == "/desk/titles?page=1&show=withdrawn"
