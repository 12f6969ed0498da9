"""What staff type finds the document and the lines in which it stands, on SQLite and on PostgreSQL alike."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.people import Actor, Role
from scanner.documents.lines import DocumentLines
from scanner.documents.records import Document, DocumentPage, Origin
from scanner.documents.searching import MOST, Found, Hit, index_document, search
from scanner.legal import particulars
from scanner.workshop.texts import Box, Line, PageText, Word

LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
DECISION, MINUTES, LOOSE = "Map 1", "Map 2", "Surat 77/2021 (fiktif)"


def page(*lines: str, confidence: float = 95) -> dict:
    made = [Line(tuple(Word(word, Box(100 * n, 50 * row, 90, 40), confidence) for n, word in enumerate(line.split())))
            for row, line in enumerate(lines)]
    return PageText(2480, 3508, 300, tuple(made)).to_json()


def a_document(session: Session, name: str, pages: Sequence[dict | None] = (), product: Sequence | None = None, **more: object) -> int:
    made = Document(origin=Origin.SCANNED, name=name, made_by=LESTARI.name, **more)
    said = dict(zip(("type", "number", "year", "title"), map(str, product or ()), strict=False))
    made.product = particulars.register(session, said, LESTARI) if product else None
    made.pages = [DocumentPage(number=number, text=text) for number, text in enumerate(pages, start=1)]
    session.add(made)
    session.flush()
    index_document(session, made.id)
    return made.id


@pytest.fixture
def library(database: Database) -> Database:
    with database.transaction() as session:
        a_document(session, DECISION, [
            page("KEPUTUSAN KOMISI PEMILIHAN UMUM KOTA CONTOH", "tentang penetapan daerah pemi-", "lihan anggota dewan"),
            *[page("halaman ini tidak berisi apa pun") for _ in range(5)],
            page("biaya dibebankan pada anggaran", "Jumlah kursi sebanyak tiga puluh", "KURSI dan meja")],
            ("kpt", "134/Kpts/KPU/Tahun 2016", 2016, "Penetapan Daerah Pemilihan Kota Contoh"))
        a_document(session, MINUTES, [
            page("Membaca Keputusan KPU Nomor 134/Kpts/KPU/Tahun 2016", "rapat pleno terbuka"), None, page("kursz rapat", confidence=20)],
            ("ba", "9/PL.01-BA/5204/2022", 2022, "Rapat Pleno"))
        a_document(session, LOOSE, [page("undangan rapat untuk kantor")])
    return database


def found(database: Database, words: str, **more: int) -> Found:
    with database.reading() as session:
        return search(session, words, **more)


def places(hit: Hit) -> list[tuple[int, str, tuple[str, ...]]]:
    return [tuple(snippet) for snippet in hit.snippets]


def names(database: Database, words: str, **more: int) -> list[str]:
    return [hit.name for hit in found(database, words, **more).hits]


@pytest.mark.parametrize(("words", "expected"), [
    ("daerah penetapan", [DECISION]), ("peneta", [DECISION]), ("menetapkan kursi", [DECISION]),       # order, beginnings, stems
    ("kursi", [DECISION]), ("anggaran puluh", [DECISION]),                                           # on page 7 only
    ("memilih", [DECISION]), ("map 2", [MINUTES]), ("pleno", [MINUTES]), ("rapat", [MINUTES, LOOSE]),
    ("berita acara 2022", [MINUTES]), ("minutes", [MINUTES]), ("kpt 134", [DECISION, MINUTES]),              # the type, as it is called
    ("134/Kpts/KPU/2016", [DECISION, MINUTES]), ("134/Kpts/KPU/Tahun 2016", [DECISION, MINUTES]),
    ("134 kpts 2016", [DECISION, MINUTES]), ("nomor 134 tahun 2016", [DECISION, MINUTES]), ("no. 134/2016", [DECISION, MINUTES]),
    ("Keputusan Nomor 134 Tahun 2016", [DECISION, MINUTES]), ("134", [DECISION, MINUTES]),
    ("9/2022", [MINUTES]), ("9/PL.01-BA/5204/2022", [MINUTES]), ("009/2022", [MINUTES]),
    ("77/2021", [LOOSE]), ("surat 77", [LOOSE]),                                                     # the number in its name
    ("", [MINUTES, DECISION, LOOSE]), ("xylofon", []),
])
def test_the_words_find_the_document(library, words, expected):
    assert names(library, words) == expected
    assert found(library, words).corrected is None


def test_a_word_on_the_seventh_page_is_shown_there(library):
    [hit] = found(library, "kursi").hits
    assert places(hit) == [(7, "Jumlah kursi sebanyak tiga puluh", ("kursi",)), (7, "KURSI dan meja", ("KURSI",))]
    assert (hit.number, hit.year, hit.type, hit.title) == ("134/Kpts/KPU/Tahun 2016", 2016, "kpt", "Penetapan Daerah Pemilihan Kota Contoh")


def test_a_word_that_is_broken_at_the_end_of_a_line_is_found_whole_and_by_its_pieces(library):
    with library.transaction() as session:
        a_document(session, "Map 3", [page("perubahan atas peraturan non-", "partisan tersebut")])
    [hit] = found(library, "nonpartisan").hits
    assert places(hit) == [(1, "perubahan atas peraturan nonpartisan", ("nonpartisan",))]
    assert names(library, "partisan") == ["Map 3"]


def test_what_the_document_is_needs_no_line_that_says_so(library):
    [hit] = found(library, "surat").hits
    assert hit.snippets == []
    assert all(not hit.snippets for hit in found(library, "").hits)


def test_a_mistyped_word_becomes_one_that_was_surely_read(library):
    hits = found(library, "angaran")
    assert (hits.corrected, [hit.name for hit in hits.hits], hits.terms) == ("anggaran", [DECISION], ["anggaran"])
    assert places(hits.hits[0]) == [(7, "biaya dibebankan pada anggaran", ("anggaran",))]
    assert found(library, "kursx").corrected == "kursi"  # not "kursz", which is as near, but hardly readable
    assert names(library, "kursz") == [MINUTES]          # who looks for it finds it


def test_what_a_person_confirmed_counts_more_than_the_product(library):
    with library.transaction() as session:
        document = session.scalars(sa.select(Document).where(Document.name == LOOSE)).one()
        document.confirmed = {"number": {"value": "5/HK/2023"}, "year": {"value": "2023"}, "type": {"value": "se"},
                              "title": {"value": "Edaran Libur"}}
        index_document(session, document.id)
    assert names(library, "5/2023") == names(library, "surat edaran") == names(library, "libur") == [LOOSE]
    assert names(library, "")[0] == LOOSE
    assert found(library, "libur").hits[0].title == "Edaran Libur"


def test_the_index_follows_a_document_that_changes_or_goes(library):
    with library.transaction() as session:
        document = session.scalars(sa.select(Document).where(Document.name == DECISION)).one()
        document.pages = document.pages[:1]
        document.pages[0].text = page("jadwal kampanye")
        index_document(session, document.id)
    assert names(library, "kursi") == []
    [hit] = found(library, "kampaye").hits  # the new word is known at once
    assert places(hit) == [(1, "jadwal kampanye", ("kampanye",))]
    with library.transaction() as session:
        session.delete(session.get_one(Document, hit.id))
        index_document(session, hit.id)
    assert names(library, "kampanye") == names(library, "penetapan") == []
    assert names(library, "134/2016") == [MINUTES]
    with library.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(DocumentLines.document_id == hit.id)) == 0


def test_the_index_is_rolled_back_with_its_transaction(library):
    with pytest.raises(ZeroDivisionError), library.transaction() as session:
        a_document(session, "Naskah Batal")
        raise ZeroDivisionError
    assert names(library, "naskah batal") == []


def test_a_document_of_hundreds_of_pages_is_found_by_each_of_its_words(library):
    def letters(n: int) -> str:
        return "".join("abcdefghij"[int(digit)] for digit in f"{n:06d}")

    with library.transaction() as session:
        a_document(session, "Lampiran besar", [page(*[" ".join(f"zq{letters(n * 60 + m)}" for m in range(at, at + 10))
                                                       for at in range(0, 60, 10)]) for n in range(200)])
    for n in (0, 100, 199):
        [hit] = found(library, f"zq{letters(n * 60 + 59)}").hits
        assert [snippet.page for snippet in hit.snippets] == [n + 1]


def test_a_page_with_words_without_end_is_indexed_as_far_as_an_index_can(library):
    with library.transaction() as session:
        a_document(session, "Derau", [page(*[f"{n:039x}" for n in range(start, start + 9000)]) for start in range(0, 27000, 9000)])
    assert names(library, "derau") == names(library, f"{7:039x}") == ["Derau"]


def test_pages_follow_one_another_without_gaps_up_to_the_most(library):
    with library.transaction() as session:
        for n in range(MOST + 5):
            a_document(session, f"Lampiran Serial {n}")
    first, second = found(library, "lampiran", limit=30), found(library, "lampiran", limit=30, offset=30)
    assert len({hit.id for hit in first.hits + second.hits}) == 60
    assert (first.total, first.more) == (MOST, True)
    assert names(library, "lampiran", offset=MOST) == names(library, "lampiran", limit=0) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(words=st.text(st.characters(), max_size=40) | st.text('pemilhan "*():^-=\'\\&|!<>{}+ANDORNEAT\x00', max_size=40),
       offset=st.integers(-5, 300), limit=st.integers(-5, 300))
def test_nothing_anybody_types_is_an_error(library, words, offset, limit):
    found(library, words, offset=offset, limit=limit)
