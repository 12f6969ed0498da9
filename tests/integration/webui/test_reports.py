"""The reports of the desk: pages to sign, PDF, workbooks with charts and CSV, with nothing in them that a spreadsheet would run."""

import csv
import io
from datetime import date

import openpyxl
import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import today
from foundation.database import Database
from foundation.office import office
from foundation.people import Role
from kiosk.exchange import tables
from kiosk.guests.visiting import rate
from kiosk.ledger.loans import Reading
from kiosk.ledger.visits import Visit
from tests import pdf
from tests.builders import a_guest, a_kiosk, a_loan, a_title
from tests.integration.webui.conftest import Browser
from webui import spreadsheets
from webui.spreadsheets import Sheet

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx")
TODAY = today("Asia/Jakarta")
MONTH = f"{TODAY:%Y-%m}"


@pytest.fixture
def busy(database: Database) -> None:
    """A day with a group, somebody of an institution that looks like a formula, a loan and a reading."""
    with database.transaction() as session:
        here = office(session)
        here.place, here.signer_title, here.signer_name = "Wirasari", "Kepala Subbagian", "Ratri Prameswari"
        session.info["office changed"] = True
        kiosk = a_kiosk(session)
        a_guest(session, kiosk, name="Lukman Hadi", people=17)
        visit = a_guest(session, kiosk, institution="=HYPERLINK(1)", name="Maria Tandean")
        loan = a_loan(session, kiosk, a_title(session, "=SUM(A1) Uji (fiktif)"), a_title(session), visit=visit)
        session.add(Reading(nonce="r", copy=loan.items[0].copy, day=TODAY))
        rate(session, 4, kiosk)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_recap_shows_this_month_with_its_letterhead_and_who_signs(officer: Browser, busy: None) -> None:
    page = officer.get("/desk/reports")
    for words in ("Laporan Kegiatan Perpustakaan", "Rekap", "Pelajar/", "Kepala Subbagian", "Ratri Prameswari", "Sari Contoh",
                  "Wirasari, ", "=HYPERLINK(1)", "belum berakhir"):
        assert words in page.text, words
    assert page.text.count('<svg class="chart"') == 7
    assert page.text.count('role="img" aria-label="Grafik: ') == 7
    assert '<td class="n">18</td>' in page.text


@pytest.mark.one_database
@pytest.mark.parametrize(("key", "name"), [
    ("2026-03", "Maret 2026"), ("2026-Q1", "Triwulan 1 Tahun 2026"), ("2026-H2", "Semester 2 Tahun 2026"), ("2026", "Tahun 2026"),
    ("2017-2026", "Tahun 2017–2026")])
def test_every_period_has_its_page_and_its_name(officer: Browser, key: str, name: str) -> None:
    assert f"<p>{name}</p>" in officer.get(f"/desk/reports/{key}").text


@pytest.mark.one_database
def test_a_period_that_is_none_does_not_exist_and_another_year_is_one_step_away(officer: Browser) -> None:
    for path in ("/desk/reports/x", "/desk/reports/2026-13", "/desk/reports/2026-13.pdf", "/desk/reports?year=1&of=2026",
                 "/desk/day/x.csv"):
        assert officer.get(path).status_code == 404, path
    assert officer.get("/desk/reports?of=2026-Q2&year=2024").location == "/desk/reports/2024-Q2"


def test_the_workbook_has_a_sheet_and_a_chart_for_each_table_and_no_formula(officer: Browser, busy: None) -> None:
    answer = officer.get(f"/desk/reports/{MONTH}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[:3] == ["Ringkasan", "Kunjungan", "Peminjaman dan baca di tempat"]
    assert [len(sheet._charts) for sheet in book] == [0, 1, 1, 1, 1, 1, 1, 0, 0, 1]
    assert book["Kunjungan"].cell(book["Kunjungan"].max_row, 8).value == 2
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.value == "=HYPERLINK(1)" and cell.data_type == "s" for cell in cells)
    assert not any(cell.hyperlink for cell in cells)


def test_the_table_as_csv_says_the_same_and_no_cell_begins_a_formula(officer: Browser, busy: None) -> None:
    rows = rows_of(officer.get(f"/desk/reports/{MONTH}.csv").data)
    assert ["Ringkasan"] in rows
    assert ["kunjungan", "2"] in rows
    assert ["'=HYPERLINK(1)", "1", "1"] in rows
    assert ["'=SUM(A1) Uji (fiktif)", "1"] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.one_database
def test_the_report_is_a_pdf_with_charts_and_signatures(officer: Browser, busy: None) -> None:
    answer = officer.get(f"/desk/reports/{MONTH}.pdf")
    assert answer.mimetype == "application/pdf"
    text = pdf.text(answer.data)
    for words in ("Laporan Kegiatan Perpustakaan", "Kepala Subbagian", "Ratri Prameswari", "Universitas Nusa Raya", "1 / "):
        assert words in text, words
    assert pdf.sizes(answer.data)[0] == pytest.approx((210, 297), abs=0.5)


@pytest.mark.one_database
def test_a_number_below_zero_stays_a_number_and_every_text_can_be_read_back() -> None:
    written = spreadsheets.csv([["Selisih", "Nama"], [-5, "-5"], [-1.5, "'=x"]])
    assert rows_of(written)[1:] == [["-5", "'-5"], ["-1.5", "''=x"]]
    assert [cells for _, cells in tables.read_lines(written, "laporan.csv")] == [["Selisih", "Nama"], ["-5", "-5"], ["-1.5", "'=x"]]


@pytest.mark.one_database
@pytest.mark.parametrize("beginning", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text_in_every_file(beginning: str) -> None:
    sheet = Sheet("S", ["Nama"], [[beginning]], ["Jumlah"])
    assert rows_of(spreadsheets.csv([[beginning]])) == [[f"'{beginning}"]]
    cell = openpyxl.load_workbook(io.BytesIO(spreadsheets.xlsx([sheet])))["S"]["A2"]
    assert (cell.data_type, str(cell.value).replace("_x000D_", "\r")) == ("s", beginning)


@pytest.mark.one_database
def test_sheets_have_names_that_a_workbook_may_have() -> None:
    sheets = [Sheet(name, ["a"], [[1]]) for name in ("Baca/tulis: [uji]*?", "x" * 40, "X" * 40, "''")]
    names = openpyxl.load_workbook(io.BytesIO(spreadsheets.xlsx(sheets))).sheetnames
    assert len({name.casefold() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)


@pytest.mark.one_database
def test_a_day_in_a_workbook_is_a_day_and_a_number_a_number() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(spreadsheets.xlsx([Sheet("S", ["a", "b", "c"], [[date(2026, 3, 10), 1.5, None]])])))["S"]
    assert (sheet["A2"].value.date(), sheet["B2"].value, sheet["C2"].value) == (date(2026, 3, 10), 1.5, None)


def test_the_day_book_leaves_as_a_workbook_a_table_and_a_pdf_to_sign(officer: Browser, busy: None) -> None:
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"/desk/day/{TODAY}.xlsx").data))
    assert book.sheetnames == ["Buku tamu", "Dipinjam", "Sudah kembali", "Baca di tempat"]
    assert [sheet.max_row for sheet in book] == [3, 3, 1, 2]
    assert "Maria Tandean" in officer.get(f"/desk/day/{TODAY}.csv").data.decode("utf-8-sig")
    text = pdf.text(officer.get(f"/desk/day/{TODAY}.pdf").data)
    for words in ("Buku tamu", "Lukman Hadi", "Petugas", "Sari Contoh", "Ratri Prameswari"):
        assert words in text, words


def test_visits_are_filtered_on_the_page_and_in_the_file(officer: Browser, database: Database, busy: None) -> None:
    page = officer.get("/desk/visits", {"institution": "nusa raya"})
    assert "Lukman Hadi" in page.text
    assert "Maria Tandean" not in page.text
    rows = rows_of(officer.get("/desk/visits.csv", {"institution": "nusa raya"}).data)
    assert [row[4] for row in rows[1:]] == ["Lukman Hadi"]
    assert "Tidak ada kunjungan seperti ini." in officer.get("/desk/visits", {"category": "media"}).text
    with database.transaction() as session:
        session.execute(sa.update(Visit).values(name="", person_key=""))
    assert "nama sudah dihapus" in officer.get("/desk/visits").text


def test_the_trail_says_who_took_which_report(officer: Browser, database: Database, busy: None) -> None:
    for path in (f"/desk/reports/{MONTH}.csv", f"/desk/day/{TODAY}.xlsx", "/desk/visits.csv?institution=nusa"):
        assert officer.get(path).status_code == 200
    with database.reading() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "exported").order_by(AuditEntry.id)).all()
    assert [(entry.subject, entry.by) for entry in entries] == [
        (f"recap:{MONTH}", "Sari Contoh"), (f"day:{TODAY}", "Sari Contoh"), ("visits", "Sari Contoh")]
    assert entries[-1].details["rows"] == 1
    assert entries[-1].details["institution"] == "nusa"


@pytest.mark.one_database
def test_nobody_else_sees_reports(signed_in, anybody: Browser) -> None:
    staff = signed_in(Role.LEGAL_STAFF)
    for path in ("/desk/reports", "/desk/visits", "/desk/visits.csv", f"/desk/reports/{MONTH}.xlsx", "/desk/surveys"):
        assert staff.get(path).status_code == 403, path
        assert anybody.get(path).status_code == 303, path


@pytest.mark.one_database
def test_a_page_of_visits_beyond_the_last_one_leads_to_the_last_one(officer: Browser, busy: None) -> None:
    assert "page=1" in officer.get("/desk/visits?page=9999").location


@pytest.mark.one_database
def test_large_numbers_have_their_points_on_paper_and_none_in_a_spreadsheet(officer: Browser, busy: None, database: Database) -> None:
    with database.transaction() as session:
        kiosk = a_kiosk(session)
        for _ in range(3):
            a_guest(session, kiosk, people=500)
    page = officer.get("/desk/reports").text
    assert '<td class="n">1.518</td>' in page
    assert "<dd>1.518</dd>" in page
    assert "1.518" in pdf.text(officer.get(f"/desk/reports/{MONTH}.pdf").data)
    assert any("1518" in row for row in rows_of(officer.get(f"/desk/reports/{MONTH}.csv").data))
