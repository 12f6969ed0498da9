"""What was merged away does not come back when the list it came from is imported once more."""

from datetime import date
from itertools import permutations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.text import translator
from kiosk.exchange.columns import fields_of, read_row, rows
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import apply, check, tell_merged
from kiosk.ledger.collection import Copy, Kind, MergedTitle, Title
from kiosk.shelves import cataloguing
from kiosk.shelves.merging import FIELDS, merge
from tests.exchanging import ADMIN, SAMPLES, bring, empty, everything

OWN_LIST = b"""judul;jenis;nomor;tahun;kode eksemplar;jumlah eksemplar;nomor induk
Pedoman Arsip;Buku;;2019;A-1|A-2;2;I-1
Pedoman Arsip Edisi Dua;Buku;;2020;;3;I-2
Penetapan Jadwal;Keputusan;7/Kpts/2016;2016;K-1;1;
"""
LISTS = {**SAMPLES, "own list": OWN_LIST}


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        yield session


def ids(session) -> list[int]:
    return list(session.scalars(sa.select(Title.id).order_by(Title.id)))


@pytest.mark.parametrize("taken", [(), FIELDS], ids=["nothing taken", "all taken"])
@pytest.mark.parametrize("name", LISTS)
def test_whichever_of_two_stays_the_same_file_again_changes_nothing(session, name, taken):
    bring(session, LISTS[name])
    for kept, gone in permutations(range(len(ids(session))), 2):
        empty(session)
        bring(session, LISTS[name])
        there = ids(session)
        merge(session, there[kept], there[gone], taken, ADMIN)
        before = everything(session)
        assert len(before) == len(there) - 1
        bring(session, LISTS[name])
        assert everything(session) == before


def test_the_check_says_into_which_title_it_was_merged(session):
    bring(session, OWN_LIST)
    first, second, _ = ids(session)
    merge(session, first, second, [], ADMIN)
    plan = check(session, recognise(OWN_LIST, "koleksi.csv"))
    assert (plan.records, plan.titles, plan.here) == (3, 2, 2)
    assert [tell_merged(each, translator("en")) for each in plan.merged] == [
        "Line 3, “Pedoman Arsip Edisi Dua”: already here (merged into “Pedoman Arsip”)."]
    assert [each.title_id for each in plan.merged] == [first]


def test_a_title_that_was_merged_twice_leads_to_the_last_one(session):
    bring(session, OWN_LIST)
    first, second, third = ids(session)
    merge(session, second, first, [], ADMIN)
    merge(session, third, second, ["title", "number"], ADMIN)
    assert set(session.scalars(sa.select(MergedTitle.title_id))) == {third}
    before = everything(session)
    bring(session, OWN_LIST)
    assert everything(session) == before
    assert len(before) == 1


@pytest.mark.parametrize("taken", [(), FIELDS], ids=["nothing taken", "all taken"])
@pytest.mark.parametrize("column", ["nomor induk", "kode eksemplar"])
def test_a_title_that_was_described_anew_before_it_was_merged_is_known_by_its_register_number_or_a_copy(session, column, taken):
    content = b"judul;jenis;%s\nLama;Buku;X-1\nLain;Buku;Y-1\n" % column.encode()
    bring(session, content)
    old, other = ids(session)
    cataloguing.save_title(session, {"title": "Baru", "kind": Kind.BOOK}, ADMIN, old, session.get_one(Title, old).changed_at.isoformat())
    merge(session, other, old, taken, ADMIN)
    before = everything(session)
    bring(session, content)
    assert everything(session) == before


def test_copies_that_were_bought_since_come_to_the_title_that_stayed(session):
    bring(session, OWN_LIST)
    first, second, _ = ids(session)
    merge(session, first, second, [], ADMIN)
    bring(session, b"judul;jenis;tahun;kode eksemplar\nPedoman Arsip Edisi Dua;Buku;2020;B-9\n")
    assert session.scalars(sa.select(Copy.title_id).where(Copy.code == "B-9")).one() == first


TODAY = date(2026, 3, 10)
names = st.text("abc", min_size=1, max_size=3)


@pytest.mark.one_database
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(names, st.sampled_from(["Buku", "Jurnal"]), st.integers(0, 3)), min_size=2, max_size=6,
                unique_by=lambda row: row[:2]), st.data())
def test_after_any_mergers_the_same_list_leaves_the_counts_as_they_are(session, listed, data):
    empty(session)
    fields, _ = fields_of(["judul", "jenis", "jumlah"])

    def bring_again() -> None:
        lines = enumerate(([title, kind, str(copies)] for title, kind, copies in listed), 2)
        apply(session, [read_row(row, TODAY) for row in rows(lines, fields)], ADMIN)
    bring_again()
    while len(there := ids(session)) > 1 and data.draw(st.booleans()):
        kept, gone = data.draw(st.permutations(there))[:2]
        merge(session, kept, gone, data.draw(st.sets(st.sampled_from(["title", "kind"]))), ADMIN)
    before = everything(session)
    bring_again()
    assert everything(session) == before
