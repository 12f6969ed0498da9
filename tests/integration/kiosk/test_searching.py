"""What a visitor types is found, on SQLite and on PostgreSQL alike."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.database import Database
from kiosk.borrowing.lending import read_here
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.shelves.availability import Availability, availability
from kiosk.shelves.searching import MOST, Found, index_titles, search
from tests.builders import a_kiosk, a_loan, a_request, a_title, an_office

DECISION = "Penetapan Daerah Pemilihan Kota Contoh"
REGULATION = "Tata Cara Pemungutan Suara"
BOOK = "Pengantar Hukum Pemilihan Umum"


@pytest.fixture
def library(database: Database) -> Database:
    """Three titles, told apart by their kinds."""
    with database.transaction() as session:
        an_office(session)
        a_title(session, DECISION, number="134/Kpts/KPU/Tahun 2016", year=2016, author="KPU Kota Contoh", subject="Pencalonan",
                abstract="Menimbang perlunya pengaturan arsip dan alokasi kursi.", in_force=True).copies[0].code = "KPT-0001-1"
        a_title(session, REGULATION, kind=Kind.REGULATION, number="9 Tahun 2022", year=2022)
        a_title(session, BOOK, kind=Kind.BOOK, number="", year=2019, author="Sutan Café", isbn="978-602-0000-001",
                call_number="340.598 KPU p", copies=2)
        index_titles(session, None)
    return database


def found(database: Database, words: str, **more: object) -> Found:
    with database.reading() as session:
        return search(session, words, **more)


def titles(database: Database, words: str, **more: object) -> list[str]:
    return [hit.title for hit in found(database, words, **more).hits]


@pytest.mark.parametrize(("words", "title"), [
    ("daerah penetapan", DECISION),                                         # any order
    ("penet dae pemil", DECISION),                                          # beginnings
    ("peneta", DECISION), ("penetap", DECISION), ("penetapan", DECISION),   # of any length
    ("menetapkan", DECISION), ("pungut", REGULATION), ("memungut suara", REGULATION),  # other forms of the word
    ("PENGANTAR", BOOK), ("cafe", BOOK), ("CAFÉ", BOOK),                    # case and diacritics
    ("sutan hukum", BOOK), ("pencalonan", DECISION), ("alokasi kursi", DECISION),      # author, subject, abstract
    ("134/Kpts/KPU/2016", DECISION), ("134/Kpts/KPU/Tahun 2016", DECISION), ("134 kpts 2016", DECISION),
    ("nomor 134 tahun 2016", DECISION), ("no. 134/2016", DECISION), ("Keputusan Nomor 134 Tahun 2016", DECISION), ("134", DECISION),
    ("9/2022", REGULATION), ("peraturan 9 tahun 2022", REGULATION), ("9", REGULATION),
    ("KPT-0001-1", DECISION), ("kpt 0001 1", DECISION), ("kpt00011", DECISION), ("kpt-0001", DECISION),
    ("9786020000001", BOOK), ("978-602-0000-001", BOOK), ("340.598 KPU p", BOOK), ("340.598", BOOK),
    ("keputusan tentang penetapan di", DECISION), ("keputusan nomo", DECISION),        # words that say nothing
])
def test_the_words_find_the_title(library, words, title):
    hits = found(library, words)
    assert [hit.title for hit in hits.hits] == [title]
    assert hits.corrected is None


def test_a_single_mistyped_letter_still_finds(library):
    hits = found(library, "pemunguatn suara")
    assert [hit.title for hit in hits.hits] == [REGULATION]
    assert hits.corrected == "pemungutan suara"
    assert hits.terms == ["pemungutan", "suara"]


def test_words_that_stand_nowhere_find_nothing(library):
    nothing = found(library, "xylofon")
    assert nothing == Found([], 0, False, {}, None, ["xylofon"])


def test_the_very_number_comes_before_other_places_of_its_digits(library):
    with library.transaction() as session:
        other = a_title(session, "Laporan 134 Rapat", kind=Kind.OTHER, number="", year=2026)
        index_titles(session, [other.id])
    assert titles(library, "134") == [DECISION, "Laporan 134 Rapat"]


def test_titles_come_before_abstracts_and_newer_before_older(library):
    with library.transaction() as session:
        made = [a_title(session, title, year=year, number="", abstract=abstract) for title, year, abstract in [
            ("Tentang sesuatu", 2026, "logistik"), ("Logistik lama", 2001, ""), ("Logistik baru", 2020, ""), ("Logistik", None, "")]]
        index_titles(session, [title.id for title in made])
    assert titles(library, "logistik") == ["Logistik baru", "Logistik lama", "Logistik", "Tentang sesuatu"]


def test_without_words_the_newest_titles_are_shown(library):
    for nothing in ("", "   ", "p", "😀", "***"):
        assert titles(library, nothing) == [REGULATION, BOOK, DECISION]


def test_kinds_and_years_narrow_and_each_kind_says_what_it_would_give(library):
    by_kind = found(library, "pemilihan", kinds=[Kind.BOOK])
    assert [hit.title for hit in by_kind.hits] == [BOOK]
    assert by_kind.kinds == {Kind.BOOK: 1, Kind.DECISION: 1}
    assert titles(library, "pemilihan", years=(2017, None)) == [BOOK]
    assert titles(library, "", years=(None, 2019)) == [BOOK, DECISION]
    assert titles(library, "", years=(2016, 2016)) == [DECISION]
    assert titles(library, "", kinds=[Kind.BOOK, Kind.DECISION], years=(0, 99_999)) == [BOOK, DECISION]
    assert titles(library, "", years=(2020, 2010)) == []


def test_only_what_can_be_had_now_is_shown_where_that_is_asked(library, clock):
    with library.transaction() as session:
        decision, regulation, book = session.scalars(sa.select(Title).order_by(Title.id))
        kiosk = a_kiosk(session)
        a_request(session, kiosk, decision)
        a_loan(session, kiosk, book)
        read_here(session, regulation.id, None, "n1", kiosk)
    assert titles(library, "", only_available=True) == [BOOK]
    assert found(library, "pemilihan", only_available=True).kinds == {Kind.BOOK: 1}


def test_a_hit_tells_how_many_copies_there_are_and_when_the_next_comes_back(library, clock):
    with library.transaction() as session:
        decision, regulation, book = session.scalars(sa.select(Title).order_by(Title.id))
        a_loan(session, a_kiosk(session), book)
        regulation.copies[0].status = CopyStatus.REFERENCE_ONLY
        book.copies.append(Copy(code="HILANG-1", number=3, status=CopyStatus.MISSING))
        a_bare_one = a_title(session, "Tanpa eksemplar", copies=0)
        session.flush()
        now = availability(session, [decision.id, regulation.id, book.id, a_bare_one.id])
        assert now == {decision.id: Availability(1, 1, "B-2", None, False), regulation.id: Availability(1, 0, "B-2", None, True),
                       book.id: Availability(2, 1, "B-2", None, False), a_bare_one.id: Availability()}
        a_loan(session, a_kiosk(session), book)
    [hit] = found(library, "pengantar").hits
    assert hit.copies == Availability(2, 0, "B-2", date(2026, 3, 17), False)


def test_pages_follow_one_another_without_gaps_up_to_the_most(library):
    with library.transaction() as session:
        session.add_all(Title(title=f"Lampiran Serial {n}", kind=Kind.OTHER if n % 2 else Kind.JOURNAL, year=2000)
                        for n in range(MOST + 50))
        index_titles(session, None)
    first, second = found(library, "lampiran", limit=30), found(library, "lampiran", limit=30, offset=30)
    assert len({hit.id for hit in first.hits + second.hits}) == 60
    assert (first.total, first.more) == (MOST, True)
    one_kind = found(library, "lampiran", kinds=[Kind.JOURNAL], limit=MOST)
    assert (one_kind.total, one_kind.more) == (125, False)
    assert {hit.kind for hit in one_kind.hits} == {Kind.JOURNAL}
    assert titles(library, "lampiran", offset=MOST) == titles(library, "lampiran", limit=0) == []


def test_the_index_follows_a_title_that_changes_or_goes(library):
    with library.transaction() as session:
        decision = session.scalars(sa.select(Title).where(Title.title == DECISION)).one()
        decision.title, decision.year, decision.copies[0].code = "Jadwal Kampanye", 2025, "BARU-7"
        index_titles(session, [decision.id])
    assert titles(library, "penetapan daerah") == titles(library, "KPT-0001-1") == []
    assert titles(library, "kampanye") == titles(library, "baru-7") == ["Jadwal Kampanye"]
    assert titles(library, "")[0] == "Jadwal Kampanye"
    assert found(library, "kampaye").corrected == "kampanye"  # the new word is known at once
    with library.transaction() as session:
        session.delete(session.get_one(Title, decision.id))
        index_titles(session, [decision.id])
    assert titles(library, "kampanye") == []
    assert titles(library, "") == [REGULATION, BOOK]


def test_the_index_is_rolled_back_with_its_transaction(library):
    with pytest.raises(ZeroDivisionError), library.transaction() as session:
        index_titles(session, [a_title(session, "Naskah Batal").id])
        raise ZeroDivisionError
    assert titles(library, "naskah batal") == []


def test_indexing_again_finds_the_same(library):
    before = titles(library, "pemilihan")
    with library.transaction() as session:
        index_titles(session, None)
    assert titles(library, "pemilihan") == before
    assert len(before) == 2


@pytest.mark.parametrize("hostile", [
    '"', "'", "pemilihan\"", "NEAR(a b)", "title : x", "a AND", "OR", "NOT", "-pemilihan", "^p*", "p*", "*", "(((", "{title}: pem",
    "pem\x00ilihan", "\ud800", "%s :words %(x)s", "'; DROP TABLE title; --", "=decision", "'a' & !'b' <-> 'c':*", "\\", "😀 pemilihan",
    "\u202eliham", "مجلس", "ꦥꦼꦩꦶꦭꦸ", "x" * 1_000_000, "pemilihan " * 100_000, "9" * 500,
])
def test_hostile_words_are_only_words(library, hostile):
    assert found(library, hostile, kinds=[Kind.BOOK], only_available=True).total <= 1
    assert found(library, hostile).total <= 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(words=st.text(st.characters(), max_size=40) | st.text('pemilhan "*():^-=\'\\&|!<>{}+ANDORNEAT\x00', max_size=40),
       years=st.tuples(st.none() | st.integers(), st.none() | st.integers()), offset=st.integers(-5, 300), limit=st.integers(-5, 300))
def test_nothing_anybody_types_is_an_error(library, words, years, offset, limit):
    found(library, words, years=years, offset=offset, limit=limit)
