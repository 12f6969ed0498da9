"""The collection goes in and out over the office's page."""

import io
import zipfile

import openpyxl
import sqlalchemy as sa
from flask import Flask

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.jobs import Worker
from foundation.people import Role
from kiosk.ledger.collection import Kind, Title
from kiosk.shelves import merging
from tests.builders import ADMIN, a_title
from tests.fictional import exports


def test_the_two_lists_of_slims_are_chosen_together(app: Flask, signed_in, database: Database) -> None:
    admin = signed_in(Role.ADMIN)
    biblio, items = (io.BytesIO(exports.slims_csv(rows)) for rows in (exports.SLIMS_BIBLIO, exports.SLIMS_ITEMS))
    lists = [(biblio, "biblio.csv"), (items, "item.csv")]
    page = admin.follow(admin.post("/office/collection", file=lists)).text
    assert "Dikenali sebagai: ekspor SLiMS" in page
    assert "biblio.csv + item.csv" in page
    asked = admin.post("/office/collection/import")
    wired = app.extensions["wiring"]
    assert Worker(wired.database, wired.jobs, ["importing"]).run_one()
    assert "3 judul dan 3 eksemplar diimpor." in admin.get(asked.location).text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Title.id))) == 3


def test_the_part_that_tells_how_far_an_import_is_asks_for_itself_until_it_is_done(app: Flask, signed_in) -> None:
    admin = signed_in(Role.ADMIN)
    admin.follow(admin.post("/office/collection", file=(io.BytesIO(exports.marc21()), "buku.mrc")))
    asked = admin.post("/office/collection/import").location
    part = admin.client.get(asked, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part
    assert 'max="2" value="0"' in part
    wired = app.extensions["wiring"]
    Worker(wired.database, wired.jobs, ["importing"]).run_one()
    assert "hx-trigger" not in admin.client.get(asked, headers={"HX-Request": "true"}).text
    assert "buku.mrc" in admin.get("/office/collection").text


def test_the_collection_is_exported_in_every_format_and_that_is_noted(signed_in, database: Database) -> None:
    with database.transaction() as session:
        a_title(session, "=Arsip", copies=2)
    admin = signed_in(Role.ADMIN)
    sent = {}
    for form in ("xlsx", "csv", "everything", "slims", "marc", "marcxml"):
        with admin.post("/office/collection/export", format=form) as answer:
            assert answer.status_code == 200, form
            assert "koleksi-" in answer.headers["Content-Disposition"]
            sent[form] = answer.data
    assert openpyxl.load_workbook(io.BytesIO(sent["xlsx"])).active["A2"].value == "=Arsip"
    assert b"'=Arsip" in sent["csv"]
    assert zipfile.ZipFile(io.BytesIO(sent["everything"])).namelist() == ["koleksi.csv"]
    assert len(zipfile.ZipFile(io.BytesIO(sent["slims"])).namelist()) == 2
    assert b"Arsip" in sent["marc"]
    assert b"<record" in sent["marcxml"]
    with database.reading() as session:
        noted = session.scalars(sa.select(AuditEntry.details).where(AuditEntry.deed == "exported").order_by(AuditEntry.id)).all()
    assert [each["kind"] for each in noted] == list(sent)
    assert admin.post("/office/collection/export", format="pdf").status_code == 400


def test_everything_leaves_with_its_files_and_the_check_counts_them(app: Flask, signed_in, database: Database) -> None:
    wired, admin = app.extensions["wiring"], signed_in(Role.ADMIN)
    cover, digital = (wired.files.put(io.BytesIO(content)) for content in (b"picture", b"%PDF-1.7"))
    with database.transaction() as session:
        a_title(session, "Berkas Lengkap", cover=cover, digital=digital, digital_pages=1)
    with admin.post("/office/collection/export", format="everything") as answer:
        left = answer.data
    with zipfile.ZipFile(io.BytesIO(left)) as archive:
        assert {*archive.namelist()} == {"koleksi.csv", f"files/{cover}.jpg", f"files/{digital}.pdf"}
        assert archive.read(f"files/{digital}.pdf") == b"%PDF-1.7"
    page = admin.follow(admin.post("/office/collection", file=(io.BytesIO(left), "koleksi.zip"))).text
    assert "Dikenali sebagai: daftar Loket dengan berkas" in page
    assert "<dt>sampul dan salinan digital</dt><dd>2</dd>" in page
    assert "<dt>di antaranya sudah ada</dt><dd>1</dd>" in page


def test_the_check_names_what_was_merged_and_leads_to_the_title_that_stayed(signed_in, database: Database) -> None:
    with database.transaction() as session:
        kept, gone = (a_title(session, name, kind=Kind.BOOK, number="", year=None) for name in ("Yang Tinggal", "Yang <Lebur>"))
        merging.merge(session, kept.id, gone.id, [], ADMIN)
    admin = signed_in(Role.ADMIN)
    page = admin.follow(admin.post("/office/collection", file=(io.BytesIO(b"judul;jenis\nYang <Lebur>;Buku\n"), "buku.csv"))).text
    assert f'href="/desk/titles/{kept.id}">Baris 2, “Yang &lt;Lebur&gt;”: sudah ada (digabung ke “Yang Tinggal”).</a>' in page


def test_an_export_of_which_a_file_is_missing_is_a_sentence_and_no_file(signed_in, database: Database) -> None:
    with database.transaction() as session:
        a_title(session, "Tanpa Sampulnya", cover="c" * 64)
    answer = signed_in(Role.ADMIN).post("/office/collection/export", format="everything")
    assert "tidak ada di tempat penyimpanan" in answer.text
    with database.reading() as session:
        assert not session.scalars(sa.select(AuditEntry.id).where(AuditEntry.deed == "exported")).all()


def test_an_officer_neither_imports_nor_exports(signed_in) -> None:
    officer = signed_in(Role.OFFICER)
    assert officer.post("/office/collection/export", format="csv").status_code == 403
    assert officer.get("/office/collection").status_code == 403
