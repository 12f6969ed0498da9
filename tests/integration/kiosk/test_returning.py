"""What comes back late, damaged or not at all, and what turns up again; on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.errors import Refused
from kiosk.borrowing import lending
from kiosk.borrowing.rules import LoanRule
from kiosk.guests import membership
from kiosk.ledger.collection import CopyStatus, Kind
from kiosk.ledger.loans import LoanState, Outcome
from kiosk.ledger.members import Block, BlockKind
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_request, a_title, an_office


@pytest.fixture
def desk(database, clock):
    with database.transaction() as session:
        an_office(session)
        session.add(LoanRule(kind=Kind.BOOK, suspension_days=2, grace_days=1, max_copies=3))
        yield session


def a_late_loan(session, clock, days: int = 12):
    """A loan due on Tuesday 17 March, and the clock `days` later."""
    loan = a_loan(session, a_kiosk(session), a_title(session, "A", kind=Kind.BOOK), a_title(session, "B", kind=Kind.BOOK))
    clock.shift(timedelta(days=7 + days))
    return loan


def test_what_comes_back_late_keeps_from_borrowing_for_each_open_day_beyond_the_grace(desk, clock):
    loan = a_late_loan(desk, clock, days=6)  # Monday 23 March: four open days late, one of them of grace
    lending.return_items(desk, loan.id, [item.id for item in loan.items], OFFICER)
    block = desk.scalars(sa.select(Block)).one()
    assert (block.kind, block.until, block.loan_id, block.made_by) == (BlockKind.LATE, date(2026, 3, 29), loan.id, "Loket")
    assert membership.blocks_of(desk, loan.borrower_key, date(2026, 3, 29)) == [block]
    assert membership.blocks_of(desk, loan.borrower_key, date(2026, 3, 30)) == []


def test_within_the_days_of_grace_and_in_time_nobody_is_kept_from_borrowing(desk, clock):
    loan = a_late_loan(desk, clock, days=1)
    lending.return_items(desk, loan.id, [loan.items[0].id], OFFICER)
    assert desk.scalars(sa.select(Block)).all() == []


def test_a_rule_without_suspension_keeps_nobody(desk, clock):
    loan = a_loan(desk, a_kiosk(desk), a_title(desk))
    clock.shift(timedelta(days=40))
    lending.return_items(desk, loan.id, [loan.items[0].id], OFFICER)
    assert desk.scalars(sa.select(Block)).all() == []


@pytest.mark.parametrize(("late", "days"), [(0, 0), (1, 0), (2, 3), (5, 12)])
def test_suspension_days_are_the_late_days_beyond_the_grace_times_those_of_the_rule(late, days):
    assert lending.suspension_days({"grace_days": 1, "suspension_days": 3}, late) == days


def test_a_lost_copy_is_missing_and_the_loan_goes_on_with_the_rest(desk, clock):
    loan = a_late_loan(desk, clock)
    first, second = loan.items
    lending.declare_lost(desk, loan.id, [first.id], "terbakar", OFFICER)
    assert (loan.state, first.outcome, first.copy.status, first.copy.status_reason) == (
        LoanState.PARTIALLY_RETURNED, Outcome.LOST, CopyStatus.MISSING, "terbakar")
    lending.return_items(desk, loan.id, [second.id], OFFICER)
    assert loan.state is LoanState.RETURNED


def test_a_loan_is_closed_when_its_last_copy_is_lost(desk, clock):
    loan = a_late_loan(desk, clock)
    lending.declare_lost(desk, loan.id, [item.id for item in loan.items], "", ADMIN)
    assert (loan.state, loan.closed_at is not None) == (LoanState.LOST, True)
    assert loan.items[0].copy.status_reason == "Lost by a borrower."
    with pytest.raises(Refused, match="declared lost"):
        lending.return_items(desk, loan.id, [loan.items[0].id], OFFICER)


def test_only_the_desk_declares_a_copy_lost(desk, clock):
    at = a_kiosk(desk)
    loan = a_loan(desk, at, a_title(desk))
    with pytest.raises(Refused, match="not yours"):
        lending.declare_lost(desk, loan.id, [loan.items[0].id], "", at)


def test_a_damaged_copy_is_not_lent_until_it_is_mended(desk, clock):
    at, title = a_kiosk(desk), a_title(desk)
    loan = a_loan(desk, at, title)
    lending.return_items(desk, loan.id, [loan.items[0].id], OFFICER, "basah", to_repair=True)
    assert (loan.items[0].condition, title.copies[0].status, title.copies[0].status_reason) == ("basah", CopyStatus.IN_REPAIR, "basah")
    assert lending.free_copy(desk, title.id) is None


def test_a_missing_copy_that_turns_up_can_be_borrowed_again(desk, clock):
    at, title = a_kiosk(desk), a_title(desk)
    loan = a_loan(desk, at, title)
    lending.declare_lost(desk, loan.id, [loan.items[0].id], "", OFFICER)
    copy = lending.turned_up(desk, title.copies[0].id, OFFICER)
    assert (copy.status, copy.status_reason) == (CopyStatus.AVAILABLE, "")
    assert a_request(desk, at, title, visit=a_guest(desk, at, name="Bagas")).open_items[0].copy is copy
    assert lending.turned_up(desk, copy.id, OFFICER).status is CopyStatus.AVAILABLE  # a second tap changes nothing
