"""What is known of a visitor is forgotten in time, and never while a loan is open."""

from datetime import timedelta

from kiosk import lending
from kiosk.loans import Loan
from kiosk.retention import forget_visitors
from kiosk.visiting import leave
from kiosk.visits import Visit
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_title, an_office


def test_after_its_time_a_visit_is_counted_and_nobody_is_named(database, clock):
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session), contact="0800 fiktif", people=3)
        leave(session, visit.id, OFFICER)
        on_the_last_day, after = visit.keep_until, visit.keep_until + timedelta(days=1)
    with database.transaction() as session:
        assert forget_visitors(session, on_the_last_day) == 0
        assert forget_visitors(session, after) == 1
        assert forget_visitors(session, after) == 0
    with database.reading() as session:
        kept = session.get_one(Visit, visit.id)
        assert (kept.name, kept.contact, kept.person_key) == ("", "", "")
        assert (kept.institution, kept.people, kept.category, kept.day) == (visit.institution, 3, visit.category, visit.day)


def test_whoever_still_has_a_book_is_not_forgotten(database, clock):
    with database.transaction() as session:
        an_office(session)
        loan = a_loan(session, a_kiosk(session), a_title(session))
        leave(session, loan.visit_id, OFFICER)
        after = loan.visit.keep_until + timedelta(days=1)
    with database.transaction() as session:
        assert forget_visitors(session, after) == 0
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
    with database.transaction() as session:
        assert forget_visitors(session, after) == 1
    with database.reading() as session:
        assert session.get_one(Loan, loan.id).borrower_key == ""
