"""Members, their cards and their blocks, on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now, today
from foundation.errors import Refused
from foundation.keys import Keys
from foundation.office import office
from kiosk.borrowing import lending
from kiosk.counter import papers, slips
from kiosk.guests import cards, membership, visiting
from kiosk.guests.membership import MemberEntry, Namesake
from kiosk.ledger.members import BlockKind
from kiosk.ledger.visits import Category, Purpose, Visit, VisitState, unique_visitors
from kiosk.privacy import retention
from printer import codes
from printer.codes import WrongCode
from printer.receipt import Pair
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_member, a_title, an_office

KEYS = Keys(b"s" * 32, {1: b"k" * 32}, b"c" * 32)
FORM = {"name": "Ratna Widyaningsih", "institution": "Universitas Nusa Raya", "category": "student", "contact": "", "valid_until": ""}
DAY = date(2026, 3, 10)


def test_members_get_numbers_without_gaps_and_a_first_card(database):
    with database.transaction() as session:
        one, two = a_member(session, "Ratna Widyaningsih"), a_member(session, "Bagus Hartanto")
        assert (one.number, two.number, one.card) == (1, 2, 1)
        assert one.number_on_card == "00001"


def test_a_namesake_is_asked_about_and_not_refused(database):
    with database.transaction() as session:
        first = a_member(session, "Ratna Widyaningsih", "Umum")
        again = MemberEntry("RATNA Widyaningsih", "umum", Category.PUBLIC)
        with pytest.raises(Namesake) as asked:
            membership.join(session, again, OFFICER)
        assert asked.value.numbers == {first.id: "00001"}
        assert membership.join(session, again, OFFICER, another=True).number == 2


def test_every_field_that_cannot_be_used_has_its_sentence():
    with pytest.raises(Refused) as refusal:
        membership.read_member({"name": "7", "institution": "x" * 200, "category": "king", "contact": "0" * 101, "valid_until": "soon"})
    assert set(refusal.value.fields) == {"name", "institution", "category", "contact", "valid_until"}


def test_a_card_opens_its_member_and_an_older_card_says_that_it_was_replaced(database):
    with database.transaction() as session:
        member = a_member(session)
        old = cards.card_code(member, KEYS)
        assert slips.identify(session, KEYS, f" {old}\r").member is member
        membership.replace_card(session, member.id, OFFICER)
        assert cards.find_by_card(session, KEYS, cards.card_code(member, KEYS)) is member
        with pytest.raises(Refused, match="replaced by a newer one"):
            cards.find_by_card(session, KEYS, old)


def test_a_card_of_another_library_or_of_nobody_opens_nothing(database):
    with database.transaction() as session:
        member = a_member(session)
        with pytest.raises(WrongCode, match="was not made by this library"):
            cards.find_by_card(session, KEYS, cards.card_code(member, Keys(b"", {1: b"x" * 32}, b"")))
        with pytest.raises(Refused, match="nobody who is known here"):
            cards.find_by_card(session, KEYS, codes.make(KEYS.slips, 77_001, codes.Of.CARD))
        with pytest.raises(WrongCode, match="not the code of a loan slip"):
            codes.read(KEYS.slips, cards.card_code(member, KEYS))


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(database):
    with database.transaction() as session:
        member = a_member(session)
        seen = member.version
        membership.change(session, member.id, membership.read_member({**FORM, "name": "Ratna W."}), seen, OFFICER)
    with database.transaction() as session, pytest.raises(Refused, match="has just changed this"):
        membership.change(session, member.id, membership.read_member(FORM), seen, OFFICER)


def test_a_membership_goes_on_from_its_last_day_and_a_past_one_from_today(database, clock):
    with database.transaction() as session:
        office(session).member_months = 12
        member = a_member(session, valid_until=DAY + timedelta(days=21))
        assert membership.renew(session, member.id, OFFICER).valid_until == date(2027, 3, 31)
        member.valid_until = DAY - timedelta(days=400)
        assert not membership.may_borrow(member, DAY)
        assert membership.renew(session, member.id, OFFICER).valid_until == date(2027, 3, 10)
        office(session).member_months = 0
        assert membership.renew(session, member.id, OFFICER).valid_until is None


def test_a_year_from_the_29th_of_february_ends_on_the_28th(database):
    with database.transaction() as session:
        assert membership.valid_from(session, date(2028, 2, 29)) == date(2029, 2, 28)


def test_a_membership_with_copies_out_is_not_ended(database, clock):
    with database.transaction() as session:
        an_office(session)
        at, member = a_kiosk(session), a_member(session)
        loan = a_loan(session, at, a_title(session), visit=a_visit_by_card(session, at, member))
        with pytest.raises(Refused, match="still has copies"):
            membership.end(session, member.id, OFFICER)
        lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
        assert membership.end(session, member.id, OFFICER).ended_on == DAY
        assert [reason.sentence for reason in membership.against_borrowing(session, member.key, DAY)] == ["This membership has ended."]


def a_visit_by_card(session, at, member, purpose=Purpose.BORROW):
    return visiting.sign(session, visiting.arrive(session, at, "id").id, visiting.entry_of(member, purpose), at, member)


def test_a_block_stands_until_its_last_day_is_over_or_it_is_lifted(database, clock):
    with database.transaction() as session:
        key = a_member(session).key
        block = membership.block(session, key, BlockKind.OFFICE, "Halaman hilang", DAY + timedelta(days=2), OFFICER)
        assert membership.blocks_of(session, key, DAY + timedelta(days=2)) == [block]
        assert membership.blocks_of(session, key, DAY + timedelta(days=3)) == []
        for_good = membership.block(session, key, BlockKind.OFFICE, "Buku rusak", None, OFFICER)
        assert membership.blocks_of(session, key, DAY) == [for_good, block]
        membership.lift(session, for_good.id, OFFICER)
        membership.lift(session, for_good.id, OFFICER)
        assert membership.blocks_of(session, key, DAY + timedelta(days=3)) == []
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.deed == "block lifted")) == 1


def test_a_block_without_a_reason_or_in_the_past_is_not_made(database, clock):
    with database.transaction() as session, pytest.raises(Refused) as refusal:
        membership.block(session, "a|b", BlockKind.OFFICE, " ", DAY - timedelta(days=1), OFFICER)
    assert set(refusal.value.fields) == {"reason", "until"}


def test_a_visitor_is_told_of_a_block_and_not_why(database, clock):
    with database.transaction() as session:
        member = a_member(session, valid_until=DAY - timedelta(days=1))
        membership.block(session, member.key, BlockKind.OFFICE, "Rahasia kantor", None, OFFICER)
        against = membership.against_borrowing(session, member.key, DAY)
        assert [reason.sentence for reason in against] == ["Your membership was valid until %(day)s.",
                                                           "You cannot borrow for the time being."]
        assert "Rahasia" not in str(against)


def test_a_guest_who_becomes_a_member_brings_visits_loans_and_blocks_along(database, clock):
    with database.transaction() as session:
        an_office(session)
        at = a_kiosk(session)
        visit = a_guest(session, at)
        loan, key = a_loan(session, at, a_title(session), visit=visit), visit.person_key
        membership.block(session, key, BlockKind.OFFICE, "Terlambat", None, OFFICER)
        member = membership.join(session, membership.read_member(FORM), OFFICER, was=key)
        session.expire_all()
        visits, loans = lending.history(session, member.key)
        assert (visits, loans, len(membership.blocks_of(session, member.key, DAY))) == ([visit], [loan], 1)
        assert lending.history(session, key) == ([], [])


def test_a_member_who_signed_without_the_card_is_recognised_with_what_was_borrowed(database, clock):
    with database.transaction() as session:
        an_office(session)
        at, member = a_kiosk(session), a_member(session)
        visit = a_guest(session, at)
        loan = a_loan(session, at, a_title(session), visit=visit)
        membership.recognise(session, visit.id, member.id, OFFICER)
        session.expire_all()
        assert (visit.member_id, visit.person_key, loan.borrower_key) == (member.id, member.key, member.key)


def test_members_are_found_by_name_number_institution_and_old_number(database, clock):
    with database.transaction() as session:
        ratna = a_member(session, "Ratna Widyaningsih", "Universitas Nusa Raya", elsewhere="M-77")
        bagus = a_member(session, "Bagus Hartanto", "Umum", valid_until=DAY - timedelta(days=1))
        gone = a_member(session, "Citra Lestari", "Umum")
        membership.end(session, gone.id, OFFICER)
        membership.block(session, ratna.key, BlockKind.OFFICE, "Buku rusak", DAY, OFFICER)

        def found(words, show="all"):
            return membership.find_members(session, words, show, DAY)
        assert found("") == [bagus, ratna]
        assert found("nusa ratna") == found("00001") == found("M-77") == [ratna]
        assert found("100%") == []
        assert found("", "expired") == [bagus]
        assert found("", "valid") == found("", "blocked") == [ratna]
        assert found("", "ended") == [gone]
        assert membership.blocked_among(session, [ratna, bagus], DAY) == {ratna.id}


def test_a_card_signs_the_guest_book_and_a_second_scan_finds_the_same_visit(database, clock):
    with database.transaction() as session:
        at, member = a_kiosk(session), a_member(session, "Ratna Widyaningsih", "")
        assert visiting.here_today(session, member.id) is None
        visit = a_visit_by_card(session, at, member)
        assert (visit.name, visit.institution, visit.category, visit.state) == (
            "Ratna Widyaningsih", "Umum", Category.STUDENT, VisitState.ADMITTED)
        assert (visit.member_id, visit.person_key) == (member.id, member.key)
        assert visiting.here_today(session, member.id) is visit
        visiting.leave(session, visit.id, at)
        assert visiting.here_today(session, member.id) is None


def test_what_is_recorded_of_members_holds_no_name(database, clock):
    with database.transaction() as session:
        member = a_member(session, "Ratna Widyaningsih", contact="ratna@contoh.test")
        membership.change(session, member.id, membership.read_member({**FORM, "name": "Ratna Kusuma"}), member.version, OFFICER)
        membership.replace_card(session, member.id, OFFICER)
        membership.renew(session, member.id, OFFICER)
        told = str([(entry.deed, entry.subject, entry.details) for entry in session.scalars(sa.select(AuditEntry))])
        assert "Ratna" not in told
        assert "contoh.test" not in told


def unique(session):
    """Visits, and visitors."""
    return session.execute(sa.select(sa.func.count(), unique_visitors()).select_from(Visit).where(Visit.signed_at.is_not(None))).one()


def test_visits_and_visitors_are_counted_apart_and_each_person_once_a_month(database, clock):
    with database.transaction() as session:
        at = a_kiosk(session)
        member = a_member(session, "Bagus Hartanto")
        for _ in range(3):
            visiting.leave(session, a_guest(session, at).id, at)
            visiting.leave(session, a_visit_by_card(session, at, member).id, at)
        assert unique(session) == (6, 2)
        clock.shift(timedelta(days=31))
        a_guest(session, at)
        assert unique(session) == (7, 3)
        assert today("Asia/Jakarta").month == 4


def test_a_corrected_name_and_a_recognised_member_are_counted_right(database, clock):
    with database.transaction() as session:
        at = a_kiosk(session)
        first = a_guest(session, at, name="Ratna Salah")
        a_guest(session, at, name="Ratna Salah")
        assert unique(session) == (2, 1)
        visiting.sign(session, first.id, visiting.GuestEntry("Ratna Widyaningsih", "Umum", Category.PUBLIC, Purpose.READ), at)
        assert unique(session) == (2, 2)
        member = a_member(session)
        for visit_id in session.scalars(sa.select(Visit.id)).all():
            membership.recognise(session, visit_id, member.id, OFFICER)
        assert unique(session) == (2, 1)


def test_names_are_kept_until_their_month_is_over(database, clock):
    with database.transaction() as session:
        office(session).retention_days = 1
        assert a_guest(session, a_kiosk(session)).keep_until == date(2026, 3, 31)


def test_the_number_of_visitors_is_the_same_when_their_names_are_erased(database, clock):
    with database.transaction() as session:
        at = a_kiosk(session)
        for name in ("Ratna", "Bagus", "Ratna"):
            visiting.leave(session, a_guest(session, at, name=name).id, at)
    clock.shift(timedelta(days=200))
    with database.transaction() as session:
        before = unique(session)
        assert retention.forget(session, today("Asia/Jakarta")) > 0
        session.expire_all()
        assert {visit.name for visit in session.scalars(sa.select(Visit))} == {""}
        assert unique(session) == before == (3, 2)


def test_the_ticket_of_a_class_names_the_class(database, clock):
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session), people=41, group_name="Kelas XI IPS 2")
        made = papers.draft(session, KEYS, papers.What.TICKET, str(visit.id), 1).receipt
        assert {"Kelas XI IPS 2", "41"} <= {part.value for part in made.parts if isinstance(part, Pair)}


def test_a_class_and_a_member_have_left_at_closing_time(database, clock):
    with database.transaction() as session:
        at = a_kiosk(session)
        visits = [a_guest(session, at, people=41, group_name="Kelas XI IPS 2"), a_visit_by_card(session, at, a_member(session))]
        clock.shift(timedelta(hours=8))
        assert visiting.close_visits(session, before=now()) == 2
        assert {(visit.state, visit.left_estimated) for visit in visits} == {(VisitState.LEFT, True)}


def test_a_visit_whose_name_is_erased_is_nobody_s_any_more(database, clock):
    with database.transaction() as session:
        visit, member = a_guest(session, a_kiosk(session)), a_member(session)
        visit.name = visit.institution = visit.person_key = ""
        with pytest.raises(Refused) as refused:
            membership.recognise(session, visit.id, member.id, OFFICER)
        assert refused.value.next_step
        assert (visit.member_id, visit.person_key) == (None, "")
