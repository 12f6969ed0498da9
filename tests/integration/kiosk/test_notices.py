"""Which words a visitor read before writing anything is known for every visit."""

import pytest

from foundation.errors import Refused
from foundation.office import office
from kiosk.privacy.notices import current, publish, versions
from tests.builders import ADMIN, a_guest, a_kiosk

TEXTS = {"id": ("Nama Anda disimpan {days} hari oleh {office}.", "Butir satu\n\n  Butir dua  "),
         "en": ("Your name is kept for {days} days.", "One point")}


def test_an_office_begins_with_the_words_of_the_program(database):
    with database.transaction() as session:
        here = office(session)
        short, more = current(session, "id").said(here)
        assert "dihapus setelah 90 hari" in short
        assert more[0] == f"Penyimpan data: {here.name}."
        assert "Your name" in current(session, "en").short
        assert len(versions(session)) == 1


def test_a_new_version_is_read_from_then_on_and_every_visit_keeps_its_own(database):
    with database.transaction() as session:
        before = a_guest(session, a_kiosk(session))
        assert publish(session, TEXTS, ADMIN) == 2
        assert publish(session, TEXTS, ADMIN) == 2  # the same words are no new version
        after = a_guest(session, a_kiosk(session))
        assert (before.notice_version, after.notice_version) == (1, 2)
        assert current(session, "id").said(office(session)) == (
            f"Nama Anda disimpan 90 hari oleh {office(session).name}.", ["Butir satu", "Butir dua"])
        assert [version["id"].version for version in versions(session)] == [2, 1]


@pytest.mark.parametrize(("change", "fields"), [
    ({"id": ("", "x")}, {"short-id"}), ({"en": ("kata " * 61, "x")}, {"short-en"}), ({"en": ("Short", " \n ")}, {"more-en"}),
    ({"id": ("x" * 601, "x" * 3001)}, {"short-id", "more-id"})])
def test_a_notice_that_nobody_would_read_is_not_published(database, change, fields):
    with database.transaction() as session:
        with pytest.raises(Refused) as refused:
            publish(session, TEXTS | change, ADMIN)
        assert set(refused.value.fields) == fields
        assert office(session).notice_version == 1
