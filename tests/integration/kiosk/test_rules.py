from datetime import date

import pytest

from foundation.errors import Refused
from foundation.people import Actor, Role
from kiosk.borrowing.rules import choose, delete_rule, load, save_rule, seed_rules
from kiosk.ledger.collection import Kind
from kiosk.ledger.visits import Category

ADMIN = Actor("Dewi", frozenset({Role.ADMIN}))


@pytest.fixture
def session(database):
    with database.transaction() as session:
        seed_rules(session)
        yield session


def test_the_first_rules_lend_everything_but_journals(session):
    seed_rules(session)  # a second time changes nothing
    rules = load(session)
    assert len(rules) == 2
    books = choose(rules, Category.PUBLIC, Kind.BOOK, date(2026, 3, 10))
    assert (books.loanable, books.max_copies, books.days, books.max_renewals) == (True, 2, 7, 1)
    assert not choose(rules, Category.PUBLIC, Kind.JOURNAL, date(2026, 3, 10)).loanable


def test_two_rules_for_the_same_loans_are_refused_unless_their_dates_differ(session):
    march = {"kind": Kind.BOOK, "valid_from": date(2026, 3, 1), "valid_until": date(2026, 3, 31)}
    save_rule(session, ADMIN, **march)
    with pytest.raises(Refused) as refused:
        save_rule(session, ADMIN, kind=Kind.BOOK, valid_from=date(2026, 3, 31))
    assert set(refused.value.fields) == {"category", "kind"}
    save_rule(session, ADMIN, kind=Kind.BOOK, valid_from=date(2026, 4, 1))
    save_rule(session, ADMIN, kind=Kind.BOOK)


def test_a_rule_can_be_changed_without_being_its_own_rival(session):
    rule = save_rule(session, ADMIN, category=Category.STUDENT, days=7)
    assert save_rule(session, ADMIN, rule.id, category=Category.STUDENT, days=14) is rule
    assert rule.days == 14


@pytest.mark.parametrize(("values", "field"), [
    ({"days": 0}, "days"), ({"days": 100_000}, "days"), ({"max_copies": None}, "max_copies"),
    ({"fine_per_day": -1}, "fine_per_day"),
    ({"valid_from": date(2026, 3, 2), "valid_until": date(2026, 3, 1)}, "valid_until")])
def test_bad_values_are_named_by_their_field(session, values, field):
    with pytest.raises(Refused) as refused:
        save_rule(session, ADMIN, category=Category.MEDIA, **values)
    assert set(refused.value.fields) == {field}
    assert len(load(session)) == 2


def test_a_rule_is_deleted_once(session):
    rule = save_rule(session, ADMIN, kind=Kind.RULING)
    delete_rule(session, rule.id, ADMIN)
    with pytest.raises(Refused, match="no longer there"):
        delete_rule(session, rule.id, ADMIN)


def test_only_an_administrator_changes_rules(session):
    officer = Actor("Sari", frozenset({Role.OFFICER}))
    for change in (lambda: save_rule(session, officer, kind=Kind.BOOK), lambda: delete_rule(session, 1, officer)):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.status == 403
