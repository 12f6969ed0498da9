"""Return receipt, visitor ticket, day-book slip: what is on them, that a second one says SALINAN, and that nothing is sent twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.errors import Refused
from foundation.keys import Keys
from foundation.people import VISITOR, Actor
from foundation.stations import Station
from kiosk.borrowing import lending
from kiosk.counter import papers
from kiosk.counter.papers import What
from kiosk.guests import visiting
from kiosk.ledger.visits import VisitState
from kiosk.reporting import reports
from printer import paper, printouts
from printer.printouts import Printout, PrintoutState
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_request, a_title, an_office

KEYS = Keys(session=b"s", slips={1: b"k" * 32}, contacts=b"c" * 32)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(params=[58, 80])
def kiosk(request: pytest.FixtureRequest, database: Database) -> Actor:
    """A kiosk with a printer of each width, in an office."""
    with database.transaction() as session:
        an_office(session)
        return a_kiosk(session, printer="simulated:///nowhere", paper_mm=request.param, has_cutter=False)


def said(printout: Printout) -> str:
    """What can be read on its paper, on one line."""
    [slip] = paper.pages(printout.payload, printout.width_mm)
    return " ".join(slip.text.split())


def loan_of_two(session, kiosk):
    return a_loan(session, kiosk, a_title(session, "Satu (fiktif)"), a_title(session, "Dua (fiktif)"))


def deeds(session):
    return session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed.like("% made")).order_by(AuditEntry.id)).all()


def test_a_return_receipt_says_what_is_back_and_what_is_still_out(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        loan = loan_of_two(session, kiosk)
        assert papers.return_key(loan) is None
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER, "Sampul robek")
        text = said(papers.print_next(session, KEYS, What.RETURN_RECEIPT, papers.return_key(loan), OFFICER))
        back, _, out = text.partition("Masih dipinjam")
        assert "Satu (fiktif)" in back
        assert "Dua (fiktif)" not in back
        assert "Kembali pada 10 Mar 2026 09.00" in back
        assert "Sampul robek" in back
        assert "Dua (fiktif)" in out
        assert "Selasa, 17 Maret 2026" in out
        assert "Ratna W." in out
        assert "SALINAN" not in text
        assert deeds(session) == ["return receipt made"]


def test_each_return_has_a_receipt_of_its_own_and_only_a_second_copy_of_one_is_a_copy(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        loan = loan_of_two(session, kiosk)
        for item in loan.items:
            lending.return_items(session, loan.id, [item.id], OFFICER)
            text = said(papers.print_next(session, KEYS, What.RETURN_RECEIPT, papers.return_key(loan), OFFICER))
            assert "SALINAN" not in text
        assert "Masih dipinjam" not in text
        assert "Semua eksemplar pada bukti ini sudah kembali." in text
        assert "SALINAN KE-2" in said(papers.print_next(session, KEYS, What.RETURN_RECEIPT, papers.return_key(loan), OFFICER))
        first = papers.draft(session, KEYS, What.RETURN_RECEIPT, f"{loan.id}.1", 1)
        assert "Still on loan" not in str(first.receipt)  # in the loan's language
        assert "Masih dipinjam" in str(first.receipt)


def test_a_ticket_has_a_short_name_and_the_number_that_is_called_out(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        visit = a_guest(session, kiosk, people=4, contact="0812-0000-0000")
        before = said(papers.print_next(session, KEYS, What.TICKET, str(visit.id), OFFICER))
        for words in ("Ratna W.", "10 Mar 2026", "09.00", "Keperluan", "mencari keputusan", "Orang 4"):
            assert words in before
        assert "Widyaningsih" not in before
        assert "0812" not in before
        assert "A-0" not in before
        loan = a_request(session, kiosk, a_title(session), visit=visit)
        after = said(papers.print_next(session, KEYS, What.TICKET, str(visit.id), OFFICER))
        assert loan.call_sign in after
        assert "SALINAN KE-2" in after


def test_there_is_no_ticket_before_the_guest_book_is_signed(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        visit = visiting.arrive(session, kiosk, "id")
        assert visit.state is VisitState.ARRIVED
        with pytest.raises(Refused, match="before the guest book is signed"):
            papers.print_next(session, KEYS, What.TICKET, str(visit.id), OFFICER)


def test_a_day_book_slip_has_the_numbers_of_the_day_book_and_a_line_to_sign(database: Database, kiosk: Actor, clock) -> None:
    with database.transaction() as session:
        loan = loan_of_two(session, kiosk)
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
        a_guest(session, kiosk, name="Bagas Sutrisno", people=30)
        day = reports.day_book(session, loan.visit.day).day.isoformat()
        clock.shift(timedelta(hours=2))
        text = said(papers.print_next(session, KEYS, What.DAY_SLIP, day, OFFICER))
        for words in ("Selasa, 10 Maret 2026", "Keadaan pada 10 Mar 2026 11.00", "Tamu 2", "Orang 31", "- umum 2", "Eksemplar dipinjam 2",
                      "Eksemplar kembali 1", "Baca di tempat 0", "____", "Petugas"):
            assert words in text, words


@pytest.mark.parametrize("key", ["", "2026-13-01", "kemarin", "9999-12-31", "0001-01-01", "1.1", "x" * 300])
def test_a_day_that_is_none_has_no_paper(database: Database, kiosk: Actor, key: str) -> None:
    with database.transaction() as session, pytest.raises(NoResultFound):
        papers.draft(session, KEYS, What.DAY_SLIP, key, 1)


@pytest.mark.parametrize("what", [What.SLIP, What.RETURN_RECEIPT, What.TICKET])
@pytest.mark.parametrize("key", ["", "999", "-1", "abc", "1.99", "99999999999999999999", "²"])
def test_a_paper_about_nothing_is_not_found(database: Database, kiosk: Actor, what: What, key: str) -> None:
    with database.transaction() as session, pytest.raises(NoResultFound):
        papers.draft(session, KEYS, what, key, 1)


def test_only_who_works_at_the_desk_prints(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        visit = a_guest(session, kiosk)
        assert VISITOR in kiosk.roles
        for use_case in (papers.print_next, papers.print_from_browser):
            with pytest.raises(Refused):
                use_case(session, KEYS, What.TICKET, str(visit.id), kiosk)


def test_a_copy_from_the_browser_counts_and_stays_unconfirmed(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        loan = loan_of_two(session, kiosk)
        first = papers.print_from_browser(session, KEYS, What.SLIP, str(loan.id), OFFICER)
        assert (first.copy_no, first.state, first.payload) == (1, PrintoutState.UNCONFIRMED, b"")
        assert papers.next_copy(session, What.SLIP, str(loan.id)) == 2
        assert "SALINAN KE-2" in said(papers.print_next(session, KEYS, What.SLIP, str(loan.id), OFFICER))
        assert [each.copy_no for each in papers.printed(session, What.SLIP, str(loan.id))] == [1, 2]
        assert deeds(session) == ["slip made", "slip made"]


def test_without_any_printer_the_officer_is_led_to_the_page(database: Database) -> None:
    with database.transaction() as session:
        an_office(session)
        loan = loan_of_two(session, a_kiosk(session))
        with pytest.raises(Refused) as refused:
            papers.print_next(session, KEYS, What.SLIP, str(loan.id), OFFICER)
        assert "as a page" in refused.value.next_step
        assert papers.print_from_browser(session, KEYS, What.SLIP, str(loan.id), OFFICER).copy_no == 1


def test_what_did_not_come_out_is_printed_again_as_what_it_was(database: Database, kiosk: Actor) -> None:
    with database.transaction() as session:
        visit = a_guest(session, kiosk)
        ticket = papers.print_next(session, KEYS, What.TICKET, str(visit.id), OFFICER)
        again = papers.print_again(session, KEYS, ticket, OFFICER)
        assert (again.what, again.subject, again.copy_no) == ("visitor ticket", ticket.subject, 2)
        test = printouts.queue(session, "test print", "station:1", session.get_one(Station, ticket.station_id), b"x")
        assert papers.print_again(session, KEYS, test, OFFICER) is None
