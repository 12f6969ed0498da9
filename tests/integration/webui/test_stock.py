"""The stock-take over HTTP: begun, gone on with on two devices, closed, and taken along as a file."""

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa

from foundation.database import Database
from foundation.people import Role
from kiosk.ledger.collection import Copy, CopyStatus
from kiosk.ledger.stock import StockTake
from tests.builders import a_kiosk, a_loan, a_title
from tests.integration.webui.conftest import Browser

SHELVES = {"K-1": "A-1", "K-2": "A-1", "K-3": "B 2", "K-4": ""}


@pytest.fixture
def shelves(database: Database) -> Database:
    with database.transaction() as session:
        for code, shelf in SHELVES.items():
            copy = a_title(session, f"=Judul {code} (fiktif)").copies[0]
            copy.code, copy.shelf = code, shelf
    return database


def begin(officer: Browser, *chosen: str) -> str:
    answer = officer.post("/desk/stock", which="chosen" if chosen else "all", shelf=list(chosen))
    officer.follow(answer)
    return answer.location


def see(browser: Browser, take: str, label: str, shelf: str) -> str:
    return browser.follow(browser.post(f"{take}/see", q=label, shelf=shelf)).text


def copy(database: Database, code: str) -> Copy:
    with database.reading() as session:
        return session.scalars(sa.select(Copy).where(Copy.code == code)).one()


def test_a_label_is_judged_at_the_shelf_one_stands_at(shelves: Database, officer: Browser) -> None:
    with shelves.transaction() as session:
        loan = a_loan(session, a_kiosk(session), session.scalars(sa.select(Copy).where(Copy.code == "K-2")).one().title)
    take = begin(officer)
    page = officer.get(take, {"shelf": "A-1"}).text
    assert "0 dari 1" in page
    assert "K-1 · di tempatnya" in see(officer, take, "k-1", "A-1")
    page = see(officer, take, "K-2", "A-1")
    assert f"/desk/loan/{loan.id}" in page
    assert "masih dipinjam" in page
    assert "label tak dikenal" in see(officer, take, "ASING", "A-1")
    assert "tanpa rak" in see(officer, take, "K-4", "")
    assert officer.post(f"{take}/see", q=" ", shelf="A-1").status_code == 422


def test_a_shelf_s_name_leads_to_it(shelves: Database, officer: Browser) -> None:
    take = begin(officer)
    assert officer.post(f"{take}/see", q="b2", shelf="A-1").location == f"{take}?shelf=B+2"


def test_a_misplaced_copy_is_at_home_where_it_was_seen_when_somebody_says_so(shelves: Database, officer: Browser) -> None:
    take = begin(officer)
    page = see(officer, take, "K-3", "A-1")
    assert "seharusnya di rak B 2" in page
    copy_id = re.search(r'name="copy" value="(\d+)"', page)[1]
    page = officer.follow(officer.post(f"{take}/stands-here", copy=copy_id, shelf="A-1")).text
    assert "seharusnya di rak" not in page
    assert copy(shelves, "K-3").shelf == "A-1"


def test_what_one_reads_the_other_sees(shelves: Database, officer: Browser, signed_in) -> None:
    take = begin(officer)
    other = signed_in(Role.ADMIN, name="Rina Contoh")
    live = re.search(r'hx-get="([^"]+)"', other.get(take, {"shelf": "A-1"}).text)[1].replace("&amp;", "&")
    assert other.get(live).status_code == 204
    see(officer, take, "K-1", "A-1")
    part = other.get(live)
    assert "1 dari 2" in part.text
    assert "<html" not in part.text
    assert officer.post("/desk/stock", which="all").status_code == 409
    assert "Ada stok opname yang terbuka" in other.get("/desk/stock").text


def test_without_a_copy_there_is_nothing_to_begin(officer: Browser) -> None:
    page = officer.get("/desk/stock").text
    assert "Belum ada eksemplar yang dapat dicari." in page
    assert 'name="which"' not in page


def test_only_chosen_shelves_are_gone_through(shelves: Database, officer: Browser) -> None:
    refused = officer.post("/desk/stock", which="chosen")
    assert refused.status_code == 422
    assert "Belum ada rak yang dipilih" in refused.text
    assert 'value="chosen" checked' in refused.text
    take = begin(officer, "A-1")
    assert take.endswith("?shelf=A-1")  # there is no other to choose
    page = officer.get(take.split("?")[0]).text
    assert "shelf=A-1" in page
    assert "shelf=B+2" not in page


def test_closing_marks_what_was_not_seen_and_the_report_is_a_file(shelves: Database, officer: Browser) -> None:
    take = begin(officer)
    see(officer, take, "K-1", "A-1")
    see(officer, take, "-ASING", "A-1")
    page = officer.get(f"{take}/report").text
    assert "Belum ada label yang dibaca di rak ini" in page
    page = officer.follow(officer.post(f"{take}/close")).text
    assert "Stok opname ditutup" in page
    assert [copy(shelves, code).status for code in ("K-1", "K-2", "K-3")] == [
        CopyStatus.AVAILABLE, CopyStatus.MISSING, CopyStatus.AVAILABLE]
    assert "tidak ditemukan saat stok opname" in officer.get(f"/desk/titles/{copy(shelves, 'K-2').title_id}").text
    text = officer.get(f"{take}/report.csv").data.decode("utf-8-sig")
    assert "hilang,K-2,'=Judul K-2 (fiktif)" in text, "no cell is a formula"
    assert "label tak dikenal,'-ASING" in text
    rows = list(openpyxl.load_workbook(io.BytesIO(officer.get(f"{take}/report.xlsx").data)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["K-2", "-ASING"]
    assert officer.get(take).location == f"{take}/report", "a closed one is only looked at"
    assert officer.post(f"{take}/see", q="K-1", shelf="A-1").status_code == 409
    with shelves.reading() as session:
        assert session.scalars(sa.select(StockTake)).one().closed_by == "Sari Contoh"
