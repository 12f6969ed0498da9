"""What is known of a person is forgotten in time, never while a loan is open, and no number changes by it."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.errors import Refused
from foundation.office import office
from kiosk.borrowing import lending
from kiosk.borrowing.reserving import cancel, say_where
from kiosk.guests import membership
from kiosk.guests.visiting import leave, rate
from kiosk.ledger.collection import Kind
from kiosk.ledger.loans import Loan, Reading
from kiosk.ledger.members import Block, BlockKind, Member
from kiosk.ledger.messages import Kind as MessageKind
from kiosk.ledger.messages import Message, MessageState
from kiosk.ledger.visits import Category, Visit
from kiosk.privacy import retention
from kiosk.privacy.retention import KINDS, due, forget, keep_for
from kiosk.reporting import recaps, reports
from kiosk.reporting.periods import Span, around
from printer.printouts import Printout, PrintoutState
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_member, a_reservation, a_title, an_office

LONG_AFTER = date(2031, 1, 1)


def forget_all(session, day: date = LONG_AFTER) -> int:
    forgotten = 0
    while count := forget(session, day):
        forgotten += count
    return forgotten


def test_after_its_time_a_visit_is_counted_and_nobody_is_named(database, clock):
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session), contact="0800 fiktif", people=3, group_name="Keluarga Fiktif")
        leave(session, visit.id, OFFICER)
        on_the_last_day, after = visit.keep_until, visit.keep_until + timedelta(days=1)
        contact_until = visit.day + timedelta(office(session).contact_days)
    with database.transaction() as session:
        assert forget(session, contact_until) == 0
        assert forget(session, contact_until + timedelta(1)) == 1
        assert session.get_one(Visit, visit.id).contact == ""
        assert session.get_one(Visit, visit.id).name == "Ratna Widyaningsih"
        assert forget(session, on_the_last_day) == 0
        assert forget(session, after) == 1
        assert forget(session, after) == 0
    with database.reading() as session:
        kept = session.get_one(Visit, visit.id)
        assert (kept.name, kept.contact, kept.person_key, kept.group_name) == ("", "", "", "")
        assert (kept.institution, kept.people, kept.category, kept.day) == (visit.institution, 3, visit.category, visit.day)
        assert office(session).forgotten_on == after


def test_whoever_still_has_a_book_is_not_forgotten(database, clock):
    with database.transaction() as session:
        an_office(session)
        loan = a_loan(session, a_kiosk(session), a_title(session))
        leave(session, loan.visit_id, OFFICER)
        after = loan.visit.keep_until + timedelta(days=1)
    with database.transaction() as session:
        assert forget(session, after) == 0
        assert {each.kind: (each.count, each.kept) for each in due(session, after)}["retention_days"] == (0, 1)
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
    with database.transaction() as session:
        assert [each.count for each in due(session, after) if each.kind == "retention_days"] == [1]
        assert forget(session, after) == 1
    with database.reading() as session:
        assert session.get_one(Loan, loan.id).borrower_key == ""


def test_what_was_said_to_and_of_people_goes_too(database, clock):
    with database.transaction() as session:
        an_office(session)
        at = a_kiosk(session)
        title = a_title(session)
        loan = a_loan(session, at, title)
        waiting = a_reservation(session, at, title, a_guest(session, at, name="Bayu Fiktif"))
        say_where(session, waiting.id, "bayu@contoh.example", at)
        cancel(session, waiting.id, OFFICER)
        session.add(Message(kind=MessageKind.OVERDUE, about="loan:1", day=date(2026, 3, 10), borrower_key="ratna|umum", contact="0800",
                            title="Terlambat", body="Judul", state=MessageState.SENT, made_by="Loket"))
        session.add(Message(kind=MessageKind.OVERDUE, about="loan:2", day=date(2026, 3, 10), borrower_key="ratna|umum", contact="0800",
                            title="Terlambat", body="Judul", state=MessageState.WAITING, made_by="Loket"))
        membership.block(session, "ratna|umum", BlockKind.OFFICE, "Merusak buku", date(2026, 3, 20), OFFICER)
        membership.block(session, "bayu|umum", BlockKind.OFFICE, "Sampai dicabut", None, OFFICER)
        for state in (PrintoutState.PRINTED, PrintoutState.HELD):
            session.add(Printout(what=f"slip {state}", subject=f"loan:{loan.id}", payload=b"Ratna W.", width_mm=80, state=state,
                                 created_at=now()))
    with database.transaction() as session:
        forget_all(session)
    with database.reading() as session:
        assert {(it.state, it.borrower_key, it.contact, it.body) for it in session.scalars(sa.select(Message))} == {
            (MessageState.SENT, "", "", ""), (MessageState.WAITING, "ratna|umum", "0800", "Judul")}
        assert {(it.borrower_key, it.reason) for it in session.scalars(sa.select(Block))} == {("", ""), ("bayu|umum", "Sampai dicabut")}
        gone = session.get_one(type(waiting), waiting.id)
        assert (gone.name, gone.contact, gone.borrower_key, gone.title_id) == ("", "", "", title.id)
        assert {it.state: it.payload for it in session.scalars(sa.select(Printout))} == {
            PrintoutState.PRINTED: b"", PrintoutState.HELD: b"Ratna W."}


def test_a_member_is_forgotten_a_while_after_the_membership_and_not_with_a_book(database, clock):
    with database.transaction() as session:
        an_office(session)
        at = a_kiosk(session)
        gone, reader, stays = (a_member(session, name=name) for name in ("Gita Fiktif", "Rama Fiktif", "Sekar Fiktif"))
        visit = a_guest(session, at)
        visit.person_key = reader.key
        a_loan(session, at, a_title(session), visit=visit)
        for member in (gone, reader):
            member.valid_until = date(2026, 12, 31)
        stays.valid_until = None
    with database.transaction() as session:
        forget_all(session)
        assert {member.name for member in session.scalars(sa.select(Member))} == {"", "Rama Fiktif", "Sekar Fiktif"}
        assert session.get_one(Member, gone.id).ended_on == date(2026, 12, 31)


def test_the_times_are_set_and_nonsense_is_refused(database, clock):
    form = dict.fromkeys(KINDS, "60")
    with database.transaction() as session:
        keep_for(session, form, ADMIN)
        keep_for(session, form, ADMIN)
        assert [each.days for each in due(session, date(2026, 3, 10))] == [60] * len(KINDS)
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.deed == "retention changed")) == 1
        with pytest.raises(Refused) as refused:
            keep_for(session, form | {"message_days": "0", "block_days": "selamanya"}, ADMIN)
        assert set(refused.value.fields) == {"message_days", "block_days"}
        with pytest.raises(Refused):
            keep_for(session, form, OFFICER)


def figures(session) -> dict:
    """Every number and table that a report shows; what the purge may take out of a day book are names only."""
    days = [date(2026, 2, 1) + timedelta(n) for n in range(90)]
    books = [reports.day_book(session, day) for day in days]
    return {"days": [book.counts for book in books], "categories": [book.categories for book in books],
            "rows": [(len(book.visits), len(book.loans), len(book.returned), len(book.readings)) for book in books],
            "recaps": [recaps.recap(session, around(day, span)) for span in Span for day in (days[0], days[40], days[-1])],
            "lists": reports.visits(session, reports.Wanted.read({"first": "2026-01-01", "last": "2026-12-31"}, days[-1]), 0).people}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_the_same_before_and_after_everybody_is_forgotten(database, clock, seed):
    chance = random.Random(seed)  # noqa: S311 data, no secret
    with database.transaction() as session:
        an_office(session)
        at = a_kiosk(session)
        titles = [a_title(session, f"Judul {n} (fiktif)", copies=3, kind=chance.choice([Kind.BOOK, Kind.DECISION])) for n in range(4)]
        member = a_member(session)
    for _ in range(25):
        clock.move_to(datetime(2026, chance.choice([2, 3, 4]), chance.randint(1, 28), chance.randint(1, 8), tzinfo=UTC))
        with database.transaction() as session:
            visit = a_guest(session, at, name=chance.choice(["Ratna Fiktif", "Bayu Fiktif", "Tirta Fiktif"]), people=chance.randint(1, 40),
                            institution=chance.choice(["Umum", "Universitas Nusa Raya"]), category=chance.choice(list(Category)),
                            contact="0800")
            if chance.random() < .5:
                loan = a_loan(session, at, chance.choice(titles), visit=visit)
                lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
            if chance.random() < .5:
                session.add(Reading(nonce=f"baca-{visit.id}", copy_id=titles[0].copies[0].id, visit_id=visit.id, day=visit.day,
                                    began_at=now(), ended_at=now()))
                rate(session, chance.randint(1, 4), at)
            if chance.random() < .3:
                visit.member_id, visit.person_key = member.id, member.key
            leave(session, visit.id, OFFICER)
    with database.reading() as session:
        before = figures(session)
    with database.transaction() as session:
        assert forget_all(session) > 20
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Visit).where(sa.or_(Visit.name != "", Visit.person_key != ""))) == 0
        assert figures(session) == before


def test_many_are_forgotten_in_small_transactions(database, clock, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    with database.transaction() as session:
        at = a_kiosk(session)
        for n in range(5):
            leave(session, a_guest(session, at, name=f"Tamu {n}").id, OFFICER)
    counts = []
    while not counts or counts[-1]:
        counts.append(database.run(lambda session: forget(session, LONG_AFTER)))
    assert counts == [2, 2, 1, 0]
