"""The trail cannot be changed in silence."""

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry, broken_at, record, seal
from foundation.people import Actor

SOMEBODY = Actor("Sari Contoh", frozenset({"officer"}), person_id=7)


@pytest.fixture
def trail(database):
    with database.transaction() as session:
        for number in range(5):
            record(session, SOMEBODY, "deed", f"thing:{number}", number=number, word="é")
    with database.transaction() as session:
        assert seal(session, most=3) == 3
    with database.transaction() as session:
        assert seal(session) == 2
        assert seal(session) == 0
    return database


def test_an_untouched_trail_is_whole(trail):
    with trail.reading() as session:
        assert broken_at(session) is None
        assert session.scalars(sa.select(AuditEntry.sealed).order_by(AuditEntry.sealed)).all() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("change", [{"by": "somebody else"}, {"details": {"number": 99}}, {"subject": "thing:9"}, {"seal": "0" * 64}])
def test_a_changed_entry_is_found(trail, change):
    with trail.transaction() as session:
        third = session.scalar(sa.select(AuditEntry).where(AuditEntry.sealed == 3))
        for name, value in change.items():
            setattr(third, name, value)
    with trail.reading() as session:
        assert broken_at(session) == third.id


def test_a_removed_entry_is_found(trail):
    with trail.transaction() as session:
        session.execute(sa.delete(AuditEntry).where(AuditEntry.sealed == 3))
    with trail.reading() as session:
        assert broken_at(session) is not None
