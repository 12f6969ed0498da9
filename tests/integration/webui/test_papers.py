"""Papers over HTTP: from the loan, the guest and the day to the printer, to a page and to a PDF; and sheets of labels."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.database import Database
from kiosk.borrowing import lending
from kiosk.counter.papers import What
from printer.printouts import Printout, PrintoutState
from tests import pdf
from tests.builders import OFFICER, a_kiosk, a_loan, a_title
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both


@pytest.fixture
def loan_id(database: Database, tmp_path: Path) -> int:
    """A loan of two, one of which is back, at a kiosk with a printer."""
    with database.transaction() as session:
        kiosk = a_kiosk(session, printer=f"simulated://{tmp_path}/paper")
        loan = a_loan(session, kiosk, a_title(session, "Hukum Tata Negara <b>"), a_title(session, "السياسة الشرعية"))
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
        return loan.id


@pytest.fixture
def without_printer(database: Database) -> int:
    with database.transaction() as session:
        return a_loan(session, a_kiosk(session), a_title(session)).id


def printouts(database: Database) -> list[tuple[str, int, PrintoutState]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(Printout.what, Printout.copy_no, Printout.state).order_by(Printout.id))]


@pytest.mark.parametrize(("page", "button", "what"), [
    ("/desk/loan/1", "/desk/papers/return-receipt/1.1", What.RETURN_RECEIPT),
    ("/desk/visitor/1", "/desk/papers/visitor-ticket/1", What.TICKET),
    ("/desk/day", "/desk/papers/day-book-slip/", What.DAY_SLIP), ("/desk/loan/1", "/desk/papers/slip/1", What.SLIP)])
def test_each_paper_is_printed_from_where_the_officer_looks_for_it(
        database: Database, officer: Browser, loan_id: int, page: str, button: str, what: What) -> None:
    address = re.search(rf'action="({button}[^"]*)"', officer.get(page).text)[1]
    back = officer.follow(officer.post(address))
    assert back.request.path.startswith(page)
    assert "printer" in back.text or "dicetak" in back.text
    assert printouts(database) == [(what, 1, PrintoutState.QUEUED)]


def test_a_slip_opens_as_a_page_and_looking_at_it_makes_no_copy(database: Database, officer: Browser, loan_id: int) -> None:
    page = officer.get(f"/desk/papers/slip/{loan_id}")
    assert "Hukum Tata Negara &lt;b&gt;" in page.text
    assert 'dir="rtl">السياسة' in page.text
    assert 'class="inverse"' not in page.text
    assert printouts(database) == []


def test_printing_from_the_browser_is_a_copy_that_stays_unconfirmed(database: Database, officer: Browser, without_printer: int) -> None:
    address = f"/desk/papers/slip/{without_printer}"
    first = officer.follow(officer.post(address, to="page"))
    assert "data-ask" in first.text
    assert 'class="inverse"' not in first.text
    second = officer.follow(officer.post(address, to="page", width="58"))
    assert 'class="inverse">SALINAN' in second.text
    assert "receipt--58" in second.text
    assert printouts(database) == [("slip", 1, PrintoutState.UNCONFIRMED), ("slip", 2, PrintoutState.UNCONFIRMED)]
    assert 'class="inverse"' not in officer.get(f"{address}/1").text
    assert officer.get(f"{address}/3").status_code == 404


@pytest.mark.parametrize("width", [58, 80])
def test_the_pdf_is_the_same_copy(database: Database, officer: Browser, without_printer: int, width: int) -> None:
    officer.post(f"/desk/papers/slip/{without_printer}", to="page")
    answer = officer.follow(officer.post(f"/desk/papers/slip/{without_printer}", to="pdf", width=width))
    assert answer.mimetype == "application/pdf"
    assert "SALINAN KE-2" in pdf.text(answer.data)
    [(wide, _)] = pdf.sizes(answer.data)
    assert wide == pytest.approx(width, abs=0.1)
    assert printouts(database)[-1] == ("slip", 2, PrintoutState.UNCONFIRMED)


def test_without_a_printer_the_next_step_is_the_page(officer: Browser, without_printer: int) -> None:
    answer = officer.post(f"/desk/papers/slip/{without_printer}")
    assert answer.status_code == 409
    assert "sebagai halaman" in answer.text


@pytest.mark.parametrize("path", ["slip/999", "slip/x", "lain/1", "return-receipt/1.9", "visitor-ticket/0", "day-book-slip/2026-02-30",
                                  "slip/1/9", "slip/1/9.pdf", "slip/" + "9" * 300])
def test_a_paper_that_is_not_there_is_a_page_with_a_sentence(officer: Browser, loan_id: int, path: str) -> None:
    answer = officer.get(f"/desk/papers/{path}")
    assert answer.status_code == 404
    assert "refusal" in answer.text


@pytest.mark.parametrize("width", ["", "0", "57", "-80", "9" * 30, "x"])
def test_a_width_that_no_roll_has_is_the_usual_one(officer: Browser, loan_id: int, width: str) -> None:
    assert 'data-width="80"' in officer.get(f"/desk/papers/slip/{loan_id}?width={width}").text


def test_papers_are_the_officers(anybody: Browser, loan_id: int) -> None:
    assert anybody.get(f"/desk/papers/slip/{loan_id}").status_code == 303
    assert anybody.get("/office/labels").status_code == 303


def test_labels_are_shown_before_they_are_made(database: Database, admin: Browser, loan_id: int) -> None:
    assert 'class="label ' not in admin.get("/office/labels").text
    page = admin.get("/office/labels?which=range&layout=3x7&start=3")
    assert "2 label" in page.text
    assert 'class="label at2"' in page.text
    assert "Hukum Tata Negara &lt;b&gt;" in page.text
    made = admin.follow(admin.post("/office/labels?which=range&layout=3x7&start=3"))
    assert made.mimetype == "application/pdf"
    assert pdf.sizes(made.data) == [(pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))]
    assert "UJI-" in pdf.text(made.data)
    with database.reading() as session:
        assert session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed == "labels made")).all() == ["labels made"]


@pytest.mark.parametrize(("query", "sentence"), [
    ("which=range&first=LAIN", "Tidak ada eksemplar atau rak"), ("which=since&since=x", "tahun, bulan, dan hari"),
    ("which=chosen&codes=A+B", "A, B"),
    ("which=range&layout=own&columns=3&rows=7&width=90&height=40", "tidak muat"), ("which=range&start=99", "label kosong pertama"),
    ("which=since&since=2999-01-01", "Tidak ada eksemplar yang sesuai"), ("which=range&endpoint=x&_external=1", "label")])
def test_a_form_that_cannot_be_used_says_so_and_keeps_what_was_written(admin: Browser, loan_id: int, query: str, sentence: str) -> None:
    answer = admin.get(f"/office/labels?{query}")
    assert answer.status_code in (200, 422)
    assert sentence in answer.text
    if answer.status_code == 422:
        assert admin.post(f"/office/labels?{query}").status_code == 422


def test_without_a_collection_there_is_nothing_to_label(admin: Browser) -> None:
    answer = admin.get("/office/labels?which=range")
    assert answer.status_code == 422
    assert "Tidak ada eksemplar yang sesuai" in answer.text
