import contextlib
import io
import re
import struct
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.people import Actor, Role
from foundation.text import translator
from kiosk.exchange import tables
from kiosk.exchange.columns import fields_of, rows
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import apply, check, summary
from kiosk.exchange.records import describe
from kiosk.exchange.tables import read_lines
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.shelves.searching import search

ADMIN = Actor("Dewi", frozenset({Role.ADMIN}))
EXAMPLE = Path(__file__).parents[3] / "docs" / "collection-example.csv"
HEADER = "Judul;Jenis;Nomor;Tahun;Kode Eksemplar;Jumlah Eksemplar;Rak"


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        yield session


def table_of(*lines: str, header: str = HEADER):
    return recognise("\n".join([header, *lines]).encode(), "koleksi.csv")


def bring(session, *lines: str, header: str = HEADER):
    return apply(session, table_of(*lines, header=header), ADMIN)


def workbook(*rows) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def rows_of(content: bytes) -> list[tuple[int, dict[str, str]]]:
    recognise(content, "koleksi")
    lines = read_lines(content, "koleksi")
    fields, _ = fields_of(next(lines)[1])
    return [(row.line, row.values) for row in rows(lines, fields)]


# ---- files that can be read

@pytest.mark.parametrize("content", [
    "judul,tahun\n“Pemilu” di Indonesia,2019\n".encode(),
    "judul,tahun\n“Pemilu” di Indonesia,2019\n".encode("utf-8-sig"),
    "judul,tahun\r\n“Pemilu” di Indonesia,2019\r\n".encode("cp1252"),
    "TAHUN;rak kosong;Title \n2019;;“Pemilu” di Indonesia".encode(),
    "judul\ttahun\n\n“Pemilu” di Indonesia\t2019".encode(),
    '"judul","tahun"\n"“Pemilu” di Indonesia","2019"'.encode(),
    workbook(["Judul", "Tahun"], ["“Pemilu” di Indonesia", 2019]),
    workbook(["Judul", "Tahun"], ["“Pemilu” di Indonesia", 2019.0], [None, None], ["", " "]),
])
def test_the_same_list_is_read_from_every_usual_file(content):
    (_, values), = rows_of(content)
    assert values == {"title": "“Pemilu” di Indonesia", "year": "2019"}


def test_columns_that_mean_nothing_here_are_named():
    table = table_of("1;Arsip;Buku;ya", header="No;Judul;Jenis;Warna Sampul")
    assert table.ignored == ("No", "Warna Sampul")


def test_lines_are_counted_as_a_person_counts_them():
    assert [line for line, _ in rows_of(b'judul,abstrak\n\nA,"dua\nbaris"\nB,\n')] == [3, 5]
    assert [line for line, _ in rows_of(workbook(["judul"], [None], ["A"]))] == [3]


def test_a_formula_is_never_evaluated():
    assert rows_of(workbook(["judul", "abstrak"], ["Arsip", "=1+1"])) == [(2, {"title": "Arsip", "abstract": ""})]


# ---- files that cannot

def zip_of(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def with_size(content: bytes, size: int) -> bytes:
    """The ZIP with another unpacked size said of its first file: what a bomb says, without being one."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", size) + content[at + 4:]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "is empty"), (b" \r\n\t ", "is empty"),
    (OLE, "no list that Loket can read"), (OLE + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
    (b"%PDF-1.7\n1 0 obj", "no list that Loket can read"), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no list that Loket can read"),
    (b"\x81\x8d judul", "no list that Loket can read"), (zip_of(word__document_xml=b"<x/>"), "no list that Loket can read"),
    (zip_of(xl__workbook_xml=b"<x/>", xl__vbaProject_bin=b"x"), "contains macros"),
    (re.sub(rb"(PK\x01\x02..).", b"\\1\xff", zip_of(xl__workbook_xml=b"<x/>"), flags=re.DOTALL), "damaged"),  # for a ZIP program to come
    (zip_of(xl__workbook_xml=b"<x/>"), "damaged"), (workbook(["judul"], ["A"])[:3000], "damaged"),
    (with_size(workbook(["judul"]), 2**31), "far larger"),
    (b"jenis,tahun\nBuku,2019\n", "names no column"), (b";;;\n;;", "names no column"), (workbook(), "names no column"),
    (b"j" * 1_200_000, "Line 1 cannot be read"), (b"judul,title\nA,B\n", "“judul” and “title” mean the same"),
    (b'judul,tahun\n"A,2019\n' + b"B,2020\n" * 150_000, "Line 2 cannot be read"),
    (b"judul\n" + b"A\n" * 500_001, "more than 500,000 rows"),
])
def test_what_is_no_list_is_refused_in_one_sentence_with_the_next_step(content, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        rows_of(content)
    assert refused.value.next_step
    for marked in (refused.value.message, refused.value.next_step):
        assert translator("id")(marked) != marked


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(Refused, match="“koleksi.csv” cannot be read"):
        recognise(tmp_path / "koleksi.csv", "koleksi.csv")
    large = tmp_path / "besar.csv"
    with large.open("wb") as file:
        file.truncate(tables.LARGEST_FILE + 1)
    with pytest.raises(Refused, match="larger than 200 MB"):
        recognise(large, "besar.csv")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda noise: workbook(["judul"], ["A"])[:4000] + noise)
       | st.text(max_size=200).map(lambda text: f"judul;tahun\n{text}".encode(errors="ignore")))
def test_no_content_whatever_gets_past_the_reader_as_anything_but_rows_or_a_refusal(content):
    with contextlib.suppress(Refused):
        rows_of(content)


# ---- the check

def test_every_bad_row_is_listed_with_its_line_field_and_reason(session):
    bring(session, "Buku Lama;Buku;;2001;LAMA-1;;A-1")
    plan = check(session, table_of(
        ";Keputusan;1/Kpts/2019;2019;;;",            # 2
        "Tanpa jenis;;2;2019;;;",                    # 3
        "Jenis aneh;Piringan hitam;3;2019;;;",       # 4
        "Tahun aneh;Buku;;20x9;;;",                  # 5
        "Tahun depan;Buku;;2027;;;",                 # 6
        "Baik;Buku;;2019;B-1;;A-1",                  # 7
        "Kode ganda;Buku;;2019;b-1;;",               # 8
        "Kode lama;Buku;;2019;lama - 1;;",           # 9
        "Dua kali;Buku;;2019;C-1|C-1;;",             # 10
        "Jumlah aneh;Buku;;2019;;banyak;",           # 11
        "Tidak cocok;Buku;;2019;D-1;3;",             # 12
        f"{'panjang ' * 70};Buku;;2019;;;{'R' * 41}"))  # 13, two mistakes
    assert [(bad.line, bad.field) for bad in plan.bad] == [
        (2, "title"), (3, "kind"), (4, "kind"), (5, "year"), (6, "year"), (8, "codes"), (9, "codes"), (10, "codes"),
        (11, "copies"), (12, "copies"), (13, "title"), (13, "shelf")]
    assert (plan.titles, plan.records, plan.wrong) == (1, 12, 11)
    assert describe(plan.bad[3], translator("en")) == "Line 5, year “20x9”: This is not a year, or it has not come yet."
    assert describe(plan.bad[5], translator("id")) == "Baris 8, kode eksemplar “B-1”: Kode eksemplar ini sudah ada di baris 7."
    assert describe(plan.bad[0], translator("id")) == "Baris 2, judul: Judul belum diisi."
    for bad in plan.bad:
        assert describe(bad, translator("id")) != describe(bad, translator("en"))


@pytest.mark.parametrize(("column", "cell", "is_bad"), [
    ("tanggal penetapan", "21/05/2019", False), ("tanggal penetapan", "2019-05-21", False),
    ("tanggal penetapan", "21 Mei 2019", False),
    ("tanggal penetapan", "31/02/2019", True), ("tanggal penetapan", "2026-03-11", True), ("status", "Tidak Berlaku", False),
    ("status", "mungkin", True), ("referensi", "Ya", False), ("referensi", "kadang", True), ("jumlah", "0", False),
    ("jumlah", "101", True), ("jumlah", "-3", True), ("kode eksemplar", "A\x01B", True), ("kode eksemplar", "A" * 41, True),
    ("kode eksemplar", "ß", True), ("bahasa", "x" * 41, True), ("isbn", "978-602-1234-56-7", False),
])
def test_a_cell_is_taken_or_named(session, column, cell, is_bad):
    plan = check(session, table_of(f"Arsip;Buku;{cell}", header=f"judul;jenis;{column}"))
    assert [bad.line for bad in plan.bad] == ([2] if is_bad else [])


def test_dates_and_yes_and_no_come_from_a_workbook_as_they_are(session):
    content = workbook(["judul", "jenis", "tanggal penetapan", "status", "referensi"],
                       ["Penetapan Jadwal", "Keputusan", date(2019, 5, 21), "Berlaku", True])
    record, = recognise(content, "koleksi.xlsx").read(date(2026, 3, 10))
    assert (record.values["enacted_on"], record.values["year"], record.values["in_force"]) == (date(2019, 5, 21), 2019, True)
    assert record.copies[0].status is CopyStatus.REFERENCE_ONLY


def test_the_example_in_the_documentation_can_be_imported(session):
    plan = check(session, recognise(EXAMPLE, EXAMPLE.name))
    assert plan.bad == []
    assert summary(plan, translator("en")) == "Good titles: 5, copies: 9, bad rows: 0."


def test_a_list_of_column_names_alone_is_refused(session):
    with pytest.raises(Refused, match="no rows below"):
        check(session, table_of())


# ---- the import

def test_nothing_is_imported_until_the_file_is_clean_or_bad_rows_are_skipped(session):
    listed = table_of("Baik;Buku;;2019;;;", ";Buku;;2019;;;")
    with pytest.raises(Refused, match="Nothing was imported"), session.begin_nested():
        apply(session, listed, ADMIN)
    assert session.scalar(sa.select(sa.func.count(Title.id))) == 0
    assert apply(session, listed, ADMIN, skip_bad=True).titles == 1


def test_titles_come_in_with_their_copies_and_can_be_found(session):
    done = bring(session, "Pedoman\x07 Teknis  Pemungutan Suara;Keputusan KPU;134/Kpts/KPU/2016;2016;kpt - 7; ;F-2",
                 "Pengantar Hukum Tata Negara;Buku;;1999;;3;A-1", "Hanya digital;Buku;;2020;;0;")
    decision, book, digital = session.scalars(sa.select(Title).order_by(Title.id))
    assert (done.titles, done.copies, done.title_ids) == (3, 4, [decision.id, book.id, digital.id])
    assert (decision.title, decision.kind) == ("Pedoman Teknis Pemungutan Suara", Kind.DECISION)
    assert [(copy.code, copy.shelf) for copy in decision.copies] == [("KPT-7", "F-2")]
    assert [(copy.code, copy.number) for copy in book.copies] == [(f"BUK-{book.id:04d}-{n}", n) for n in (1, 2, 3)]
    assert digital.copies == []
    assert [hit.id for hit in search(session, "134/Kpts/KPU/2016").hits] == [decision.id]
    session.flush()
    assert session.scalars(sa.select(AuditEntry.details)).one() == {"titles": 3, "copies": 4, "bad_rows": 0}


def test_lines_of_one_work_become_one_title(session):
    bring(session, "Arsip;Buku;;2019;A-1;;F-1", "ARSIP ;buku;;2019;A-2;;F-2", "Arsip;Buku;;2020;A-3;;")
    assert [[copy.code for copy in title.copies] for title in session.scalars(sa.select(Title).order_by(Title.id))] == [
        ["A-1", "A-2"], ["A-3"]]


def test_a_title_that_is_there_gets_the_copies_it_lacks_and_is_not_doubled(session):
    bring(session, "Arsip;Buku;;2019;A-1;;F-1", "Hukum;Buku;;2019;;2;")
    done = bring(session, "Arsip;Buku;;2019;A-1;A-2;F-1".replace("A-1;A-2", "A-1|A-2;2"), "Hukum;Buku;;2019;;3;")
    arsip, hukum = session.scalars(sa.select(Title).order_by(Title.id).execution_options(populate_existing=True))
    assert (done.titles, done.copies) == (0, 2)
    assert [(copy.code, copy.number) for copy in arsip.copies] == [("A-1", 1), ("A-2", 2)]
    assert [copy.number for copy in hukum.copies] == [1, 2, 3]


def test_the_same_file_twice_changes_nothing_the_second_time(session):
    lines = ["Arsip;Buku;;2019;A-1;;F-1", "Hukum;Buku;;2019;;2;", "Hukum;Buku;;2019;;1;", "Undang-Undang;Peraturan;7;2017;;;"]
    bring(session, *lines)
    again = bring(session, *lines)
    assert (again.titles, again.copies, again.title_ids) == (0, 0, [])


def test_a_code_that_is_made_never_takes_one_from_a_label(session):
    bring(session, "Satu;Buku;;2019;BUK-0002-1|BUK-0003-1;;", "Dua;Buku;;2019;;;")
    bring(session, "Tiga;Buku;;2019;;;", "Empat;Buku;;2019;BUK-0004-1;;")
    codes = {copy.title.title: copy.code for copy in session.scalars(sa.select(Copy).where(Copy.number == 1))}
    assert codes == {"Satu": "BUK-0002-1", "Dua": "BUK-0002-1X", "Tiga": "BUK-0003-1X", "Empat": "BUK-0004-1"}


def test_what_the_library_overtook_is_left_out_and_named(session):
    listed = table_of("Arsip;Buku;;2019;A-1;;")
    assert check(session, listed).bad == []
    bring(session, "Hukum;Buku;;2019;A-1;;")
    done = apply(session, listed, ADMIN, skip_bad=True)
    assert ([mistake.line for mistake in done.bad], done.titles) == ([2], 0)


def test_only_an_administrator_imports(session):
    with pytest.raises(Refused) as refused:
        apply(session, table_of("Arsip;Buku;;2019;A-1;;"), Actor("Sari", frozenset({Role.OFFICER})))
    assert refused.value.status == 403


def test_ten_thousand_rows_come_in_at_once(session):
    done = bring(session, *(f"Keputusan ke-{n};Keputusan;{n}/Kpts/2019;2019;;2;F-1" for n in range(10_000)))
    assert (done.titles, done.copies) == (10_000, 20_000)
