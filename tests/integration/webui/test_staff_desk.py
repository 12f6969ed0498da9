"""What the officer does at the desk, over HTTP: admit, hand over, take back, print again, lend without the kiosk."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.jobs import TRIES, Job
from foundation.keys import Keys
from foundation.people import PROGRAM, Role
from foundation.stations import Station
from kiosk.borrowing import lending
from kiosk.counter import slips
from kiosk.counter.finding import MOST_GUESTS
from kiosk.guests import visiting
from kiosk.ledger.collection import CopyStatus, Kind
from kiosk.ledger.loans import Loan, LoanState, Reading
from kiosk.ledger.visits import HelpCall, Visit, VisitState
from printer import printouts
from printer.printouts import Printout, PrintoutState
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_request, a_title
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # but for what searches, counts or races


@pytest.fixture
def keys(app: Flask) -> Keys:
    return app.extensions["wiring"].keys


@pytest.fixture
def request_of_two(database: Database, tmp_path: Path) -> int:
    """A request for two titles at a kiosk with a printer; its id."""
    with database.transaction() as session:
        kiosk = a_kiosk(session, printer=f"simulated://{tmp_path}/paper")
        return a_request(session, kiosk, a_title(session, "Hukum Administrasi (fiktif)"), a_title(session, "Tata Arsip (fiktif)")).id


@pytest.fixture
def loan_of_two(database: Database, request_of_two: int, keys: Keys) -> int:
    with database.transaction() as session:
        slips.queue_slip(session, lending.hand_over(session, request_of_two, OFFICER), keys)
    return request_of_two


def the(database: Database, model: type, **having: object):
    """The one row of this model."""
    with database.reading() as session:
        return session.scalars(sa.select(model).filter_by(**having)).one()


def items_of(database: Database, loan_id: int) -> list[tuple[int, str]]:
    with database.reading() as session:
        return [(item.id, item.copy.code) for item in lending.find_loan(session, loan_id).items]


def test_the_live_page_shows_what_waits_longest_first(database: Database, officer: Browser, request_of_two: int) -> None:
    with database.transaction() as session:
        session.get_one(Visit, 1).state = VisitState.ADMITTED
        waiting = a_guest(session, a_kiosk(session), name="Lukman Hadi")
        waiting.state = VisitState.SIGNED
    page = officer.get("/desk").text
    assert page.index("Hukum Administrasi (fiktif)") < page.index("Lukman Hadi")
    assert "Serahkan" in page
    assert "Izinkan" in page


def test_the_live_part_is_answered_only_when_something_changed(database: Database, officer: Browser, request_of_two: int) -> None:
    address = re.search(r'hx-get="([^"]+)"', officer.get("/desk").text)[1]
    assert officer.get(address).status_code == 204
    with database.transaction() as session:
        a_guest(session, a_kiosk(session), name="Maria Tandean")
    part = officer.get(address)
    assert part.status_code == 200
    assert "Maria Tandean" in part.text
    assert "<html" not in part.text


def test_a_printer_that_runs_out_of_paper_is_a_change_too(database: Database, officer: Browser, request_of_two: int) -> None:
    address = re.search(r'hx-get="([^"]+)"', officer.get("/desk").text)[1]
    with database.transaction() as session:
        session.execute(sa.update(Station).values(printer_state="out of paper"))
    assert "kertas habis" in officer.get(address).text


def test_one_tap_lets_a_guest_in(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        guest = a_guest(session, a_kiosk(session))
        guest.state = VisitState.SIGNED
    assert "Tamu diizinkan masuk." in officer.follow(officer.post(f"/desk/visit/{guest.id}/admit")).text
    assert the(database, Visit).admitted_by == "Sari Contoh"
    assert officer.post(f"/desk/visit/{guest.id}/admit").status_code == 409
    officer.post(f"/desk/visit/{guest.id}/leave")
    assert the(database, Visit).state is VisitState.LEFT


def test_a_call_for_help_is_answered(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        kiosk = a_kiosk(session)
        visiting.call_for_help(session, kiosk)
    assert f"{kiosk.name} meminta bantuan" in officer.get("/desk").text
    officer.post("/desk/help/1/answer")
    assert the(database, HelpCall).answered_at


def test_handing_over_twice_prints_one_slip(database: Database, officer: Browser, request_of_two: int) -> None:
    first, second = (officer.post(f"/desk/loan/{request_of_two}/hand-over") for _ in range(2))
    assert first.status_code == 303
    assert second.status_code == 409
    assert "Tidak dapat dilakukan lagi" in second.text or "keadaannya" in second.text
    assert the(database, Loan).state is LoanState.ON_LOAN
    assert the(database, Printout).copy_no == 1


def test_without_a_printer_the_loan_goes_out_and_the_officer_is_told(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        loan = a_request(session, a_kiosk(session), a_title(session))
    page = officer.follow(officer.post(f"/desk/loan/{loan.id}/hand-over"))
    assert "bukti elektronik berlaku" in page.text
    assert the(database, Loan).state is LoanState.ON_LOAN


def test_a_request_is_cancelled(database: Database, officer: Browser, request_of_two: int) -> None:
    page = officer.follow(officer.post(f"/desk/loan/{request_of_two}/cancel"))
    assert "eksemplarnya dapat dipinjam lagi" in page.text
    assert the(database, Loan).state is LoanState.CANCELLED


def test_some_copies_come_back_and_later_the_rest(database: Database, officer: Browser, loan_of_two: int) -> None:
    (first, _), (second, _) = items_of(database, loan_of_two)
    page = officer.follow(officer.post(f"/desk/loan/{loan_of_two}/return", item=[first], at="loan", condition="Sampul robek"))
    assert "kembali sebagian" in page.text
    assert "Sampul robek" in page.text
    officer.post(f"/desk/loan/{loan_of_two}/return", item=[second], at="loan")
    assert the(database, Loan).state is LoanState.RETURNED
    again = officer.post(f"/desk/loan/{loan_of_two}/return", item=[second], at="loan")
    assert again.status_code == 409
    assert "sudah dikembalikan pada" in again.text
    assert "Sudah dikembalikan pada" in officer.get(f"/desk/loan/{loan_of_two}").text


def test_taking_back_nothing_says_what_to_do(officer: Browser, loan_of_two: int) -> None:
    answer = officer.post(f"/desk/loan/{loan_of_two}/return")
    assert answer.status_code == 409
    assert "Pindai label" in answer.text


def test_one_more_slip_is_marked_as_a_copy(database: Database, officer: Browser, loan_of_two: int) -> None:
    page = officer.follow(officer.post(f"/desk/papers/slip/{loan_of_two}"))
    assert "Salinan ke-2 (SALINAN)" in page.text
    with database.reading() as session:
        assert session.scalars(sa.select(Printout.copy_no).order_by(Printout.id)).all() == [1, 2]


@pytest.mark.parametrize(("answer", "copies", "state"), [("came-out", [1], PrintoutState.PRINTED),
                                                         ("did-not-come-out", [1, 2], PrintoutState.NOT_PRINTED)])
def test_the_officer_says_what_became_of_an_uncertain_slip(
        database: Database, officer: Browser, loan_of_two: int, answer: str, copies: list[int], state: PrintoutState) -> None:
    with database.transaction() as session:
        printouts.take(session, 1, "send", PROGRAM)
        printouts.take(session, 1, "lose sight", PROGRAM, printouts.OWNER_ENDED)
    assert "keluar lengkap?" in officer.get("/desk").text
    page = officer.follow(officer.post(f"/desk/paper/1/{answer}"))
    assert "keluar lengkap?" not in page.text
    with database.reading() as session:
        assert session.scalars(sa.select(Printout.copy_no).order_by(Printout.id)).all() == copies
        assert session.get_one(Printout, 1).state is state


def test_a_job_that_was_given_up_is_tried_again(database: Database, officer: Browser, loan_of_two: int) -> None:
    with database.transaction() as session:
        session.execute(sa.update(Job).values(tries=TRIES, error="Traceback\nOSError: no such printer"))
    assert "OSError: no such printer" in officer.get("/desk").text
    officer.post(f"/desk/job/{the(database, Job).id}/again")
    assert the(database, Job).tries == 0


def test_a_scan_opens_what_it_is_the_code_of(database: Database, officer: Browser, loan_of_two: int, keys: Keys) -> None:
    with database.transaction() as session:
        loan = lending.find_loan(session, loan_of_two)
        code, number = slips.slip_code(loan, keys), slips.slip_number(loan, keys)
        label, resting = loan.items[0].copy.code, a_title(session).copies[0]
    page = f"/desk/loan/{loan_of_two}"
    assert officer.get(f"/desk/scan?code={code}%0D").location == page
    assert officer.get(f"/desk/scan?code={number}").location == page
    assert officer.get("/desk/scan?code=loket:product:7").location.startswith("/products/scan?code=")
    assert officer.get(f"/desk/scan?code={label.lower()}").location == f"{page}?copy={label}"
    assert officer.get(f"/desk/scan?code={resting.code}").location == f"/desk/copy/{resting.id}"
    assert "Tidak ada yang memegangnya" in officer.get(f"/desk/copy/{resting.id}").text


def test_the_e_slip_of_a_request_opens_the_request(database: Database, officer: Browser, request_of_two: int, keys: Keys) -> None:
    with database.reading() as session:
        code = slips.slip_code(lending.find_loan(session, request_of_two), keys)
    assert officer.get(f"/desk/scan?code={code}").location == f"/desk/loan/{request_of_two}"


@pytest.mark.parametrize("code", ["1" * 34, "9" * 20, "BUKAN-LABEL-1", "2026-00001-0000", "<script>", "%00", "x" * 5000, ""])
def test_a_code_of_nothing_is_answered_with_a_sentence_and_a_next_step(officer: Browser, code: str) -> None:
    page = officer.get(f"/desk/scan?code={code}")
    assert page.status_code in (404, 409, 422)
    assert re.search(r'class="next">[^<]+', page.text)
    assert "<script>" not in page.text.partition("<main")[2]


@pytest.mark.one_database(False)
def test_the_search_field_finds_codes_guests_and_loans(database: Database, officer: Browser, loan_of_two: int, keys: Keys) -> None:
    with database.reading() as session:
        number = slips.slip_number(lending.find_loan(session, loan_of_two), keys)
    assert officer.get(f"/desk/find?q={number}").location == f"/desk/loan/{loan_of_two}"
    page = officer.get("/desk/find?q=ratna").text
    assert "Universitas Nusa Raya" in page
    assert number in page
    assert "Tidak ada yang bernama begini." in officer.get("/desk/find?q=zzzz").text


@pytest.mark.one_database(False)
@pytest.mark.parametrize("words", ["", "ratna", "administrasi", "RATNA nusa", "1", "%", "_", "\\", "' OR 1=1 --"])
def test_loans_are_listed_by_state_and_by_words(officer: Browser, loan_of_two: int, words: str) -> None:
    found = [show for show in ("open", "overdue", "requested", "returned", "all")
             if "Hukum Administrasi" in officer.get("/desk/loans", query={"show": show, "q": words}).text]
    assert found == ([] if words in ("%", "_", "\\", "' OR 1=1 --") else ["open", "all"])


@pytest.mark.one_database(False)
def test_a_guest_is_found_with_everything_known_of_them(database: Database, officer: Browser, loan_of_two: int) -> None:
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session))
    listed = officer.get("/desk/visitors?q=ratna").text
    assert listed.count("Ratna Widyaningsih") == 1  # two visits, one person
    page = officer.get(f"/desk/visitor/{visit.id}").text
    assert "Tata Arsip (fiktif)" in page


GUEST = {"name": "Yusuf Karim", "institution": "Umum", "category": "public", "purpose": "borrow", "people": "1"}


def test_the_officer_writes_a_guest_into_the_book(database: Database, officer: Browser) -> None:
    refused = officer.post("/desk/guest", **GUEST | {"name": "", "people": "0"})
    assert refused.status_code == 422
    assert 'value="Umum"' in refused.text
    assert officer.post("/desk/guest", **GUEST).location == "/desk?done=signed"
    visit = the(database, Visit)
    assert (visit.state, visit.name) == (VisitState.ADMITTED, "Yusuf Karim")


def test_the_copies_in_the_officers_hand_are_the_ones_lent(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        a_kiosk(session, printer="simulated:///nowhere")
        first, second = a_title(session, copies=2).copies
    address = officer.post("/desk/guest", **GUEST, lend="1").location
    chosen = officer.get(f"{address}?q={second.code.lower()}")
    assert chosen.location.endswith(f"copy={second.code}")
    page = officer.get(chosen.location)
    assert second.code in page.text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)[1]
    taps = [officer.post(address, nonce=nonce, copy=[second.code]) for _ in range(2)]
    assert taps[0].location == taps[1].location
    assert items_of(database, the(database, Loan).id) == [(1, second.code)]
    assert the(database, Printout).copy_no == 1
    assert str(second.id) in the(database, Loan).rules["items"]
    with database.reading() as session:
        asked = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "loan requested")).one()
        assert asked.details["copies"] == [second.code]


def test_a_copy_being_read_leaves_the_reading_table_with_its_loan(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        kiosk = a_kiosk(session)
        title = a_title(session)
        visit = a_guest(session, kiosk)
        lending.read_here(session, title.id, visit.id, "n", kiosk)
    officer.post(f"/desk/lend/{visit.id}", nonce="mine", copy=[title.copies[0].code])
    assert the(database, Reading).ended_at
    assert the(database, Loan).state is LoanState.ON_LOAN


def test_every_reason_against_lending_is_shown_before_and_after_the_tap(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        kiosk = a_kiosk(session)
        visit, journal = a_guest(session, kiosk), a_title(session, "Jurnal (fiktif)", kind=Kind.JOURNAL)
        taken = a_title(session, "Buku Dipinjam (fiktif)")
        a_loan(session, kiosk, taken, visit=a_guest(session, kiosk, name="Orang Lain"))
    codes = [journal.copies[0].code, taken.copies[0].code]
    page = officer.get(f"/desk/lend/{visit.id}?copy={codes[0]}&copy={codes[1]}")
    answer = officer.post(f"/desk/lend/{visit.id}", nonce="n1", copy=codes)
    assert answer.status_code == 409
    for text in (page.text, answer.text):
        assert "“Jurnal (fiktif)”" in text
        assert "“Buku Dipinjam (fiktif)”" in text


def test_two_copies_of_one_title_are_not_lent_together(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        visit, title = a_guest(session, a_kiosk(session)), a_title(session, copies=2)
    answer = officer.post(f"/desk/lend/{visit.id}", nonce="n1", copy=[copy.code for copy in title.copies])
    assert answer.status_code == 409
    assert "Dua eksemplar" in answer.text


def test_a_reading_ends_when_its_copy_is_back_on_the_shelf(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        kiosk = a_kiosk(session)
        title = a_title(session, status=CopyStatus.REFERENCE_ONLY)
        lending.read_here(session, title.id, None, "n", kiosk)
    assert "Di meja baca" in officer.get("/desk").text
    officer.post("/desk/reading/1/end")
    assert "Di meja baca" not in officer.get("/desk").text


def test_the_day_book_counts_what_it_lists(database: Database, officer: Browser, loan_of_two: int) -> None:
    (first, _), _ = items_of(database, loan_of_two)
    officer.post(f"/desk/loan/{loan_of_two}/return", item=[first])
    page = officer.get("/desk/day")
    totals = re.findall(r"<dd>(\d+)</dd>", page.text)
    assert totals == ["1", "1", "2", "1", "0"]
    assert "Ratna Widyaningsih" in page.text
    assert "Tidak ada yang mengisi buku tamu pada hari ini." in officer.get("/desk/day/2020-02-29").text
    assert officer.get("/desk/day?day=2020-02-29").location == "/desk/day/2020-02-29"
    assert officer.get("/desk/day/gestern").status_code == 404


def test_a_name_cannot_become_part_of_the_page(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        a_guest(session, a_kiosk(session), name="<script>alert(1)</script>", institution="‮Umum\" onclick=\"x")
    for path in ("/desk", "/desk/visitors", "/desk/day", "/desk/visitor/1", "/desk/find?q=alert"):
        text = officer.get(path).text
        assert "<script>alert" not in text
        assert 'onclick="x' not in text


def test_an_officer_who_also_administers_sees_both(signed_in: Callable[..., Browser]) -> None:
    page = signed_in(Role.OFFICER, Role.ADMIN).get("/desk").text
    assert "/office" in page
    assert "/desk/loans" in page


@pytest.mark.one_database
def test_what_the_officer_writes_for_a_guest_is_not_asked_in_the_guest_s_words(officer: Browser) -> None:
    page = officer.post("/desk/guest", name="", institution="", group_name="Kelas XI").text
    for sentence in ("Tuliskan nama orangnya.", "Tulis asal tamu", "bersama ketuanya"):
        assert sentence in page, sentence
    assert "Anda" not in page.partition("<main")[2]


def test_a_head_count_is_corrected_on_the_guest_s_page(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session), people=40)
    where = f"/desk/visitor/{visit.id}"
    assert "Koreksi jumlah orang" in officer.get(where).text
    refused = officer.post(f"{where}/count", people="many", women="3")
    assert (refused.status_code, 'value="many"' in refused.text, "1 sampai 500" in refused.text) == (422, True, True)
    assert "38 orang" in officer.follow(officer.post(f"{where}/count", people="38", women="", men="")).text
    assert the(database, Visit).people == 38


@pytest.mark.one_database
def test_a_list_of_guests_that_is_cut_says_so(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        at = a_kiosk(session)
        for number in range(MOST_GUESTS):
            a_guest(session, at, name=f"Tamu Contoh {chr(65 + number // 26)}{chr(65 + number % 26)}")
    assert f"{MOST_GUESTS} pertama" in officer.get("/desk/visitors").text
    assert f"{MOST_GUESTS} pertama" not in officer.get("/desk/visitors", query={"q": "AB"}).text
