"""What others export comes in whole, and goes out again as it came."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pymarc
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.text import clean
from kiosk.exchange import exporting
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import check
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.shelves.searching import search
from tests.builders import a_title
from tests.exchanging import ADMIN, SAMPLES, bring, empty, everything, exported
from tests.fictional import exports


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        yield session


def titles(session) -> dict[str, Title]:
    return {title.title: title for title in session.scalars(sa.select(Title))}


# ---- in

@pytest.mark.parametrize("format", SAMPLES)
def test_a_file_is_known_by_what_is_in_it(format):
    assert recognise(SAMPLES[format], "tanpa nama").format == format


def test_slims_lists_bring_every_field(session):
    bring(session, SAMPLES["SLiMS export"])
    book, regulation, formula = (titles(session)[row[0]] for row in exports.SLIMS_BIBLIO)
    assert (book.kind, book.edition, book.isbn, book.publisher, book.year, book.extent, book.call_number, book.language, book.place) == (
        Kind.BOOK, "Cet. 2", "978-602-0000-11-8", "Pustaka Rekaan", 2015, "xii, 310 hlm. ; 24 cm.", "342.598 HAR p", "Indonesia",
        "Wirasari")
    assert (book.author, book.subject) == ("Harun Contoh; Rini Teladan", "Hukum Tata Negara; Konstitusi")
    assert book.abstract == 'Baris satu baris dua; "dikutip"'
    assert book.extra == {"gmd_name": "Text", "series_title": "Seri Hukum", "classification": "342.598", "image": "hukum.jpg",
                          "sor": "Harun Contoh", "notes": 'Baris satu\nbaris dua; "dikutip"'}
    first, second = book.copies
    assert (first.code, first.shelf, first.status, first.register_number) == ("B0001", "A-1", CopyStatus.REFERENCE_ONLY, "INV-1/2015")
    assert {first.extra[name] for name in ("supplier_name", "order_no", "invoice", "price", "price_currency", "received_date")} == {
        "Toko Contoh", "PO-1", "F-77", "85000", "Rupiah", "2015-03-02"}
    assert (second.code, second.shelf, second.status) == ("B0002", "Gudang", CopyStatus.MISSING)
    assert (regulation.kind, regulation.number, regulation.year, regulation.extra["publish_year"]) == (
        Kind.REGULATION, "9 Tahun 2022", 2022, "[2022?]")
    assert [(copy.code, copy.status, copy.extra["item_code"]) for copy in regulation.copies] == [("P0003", CopyStatus.IN_REPAIR, "P 0003")]
    assert formula.copies == []
    assert [hit.id for hit in search(session, "9/2022").hits] == [regulation.id]


def test_slims_lists_without_the_names_of_their_columns_are_the_same(session):
    bring(session, SAMPLES["SLiMS export"])
    named = everything(session)
    empty(session)
    bring(session, exports.slims_pair(named=False))
    assert everything(session) == named


def test_the_bibliography_of_slims_alone_brings_titles_and_codes(session):
    bring(session, exports.slims_csv(exports.SLIMS_BIBLIO))
    assert sorted(session.scalars(sa.select(Copy.code))) == ["B0001", "B0002", "P0003"]


def test_the_items_of_slims_alone_say_what_is_missing():
    with pytest.raises(Refused, match="without the bibliography"):
        recognise(exports.slims_csv(exports.SLIMS_ITEMS, exports.SLIMS_ITEM_NAMES), "items.csv")


def test_a_backup_of_slims_is_joined_from_its_tables(session):
    bring(session, SAMPLES["SLiMS backup"])
    book = titles(session)["Hak 'Asasi' dan Pemilu; suatu kajian (edisi \"baru\")"]
    assert (book.elsewhere, book.publisher, book.place, book.language, book.year) == (
        "slims:7", "Pustaka Rekaan", "Wirasari", "Indonesia", 2019)
    assert (book.author, book.subject) == ("Sari Teladan; Lembaga Rekaan", "Hak asasi")
    assert book.abstract == "Baris satu baris dua, lalu 'kutip'; INSERT INTO `biblio` VALUES (99)"
    assert book.extra["biblio_custom"] == [{"asal_usul": "Hibah 2019"}]
    assert [row["authority_type"] for row in book.extra["of authors"]] == ["p", "o"]
    assert [(copy.code, copy.extra["item_code"], copy.shelf, copy.status) for copy in book.copies] == [
        ("H0007", "h0007", "B-2", CopyStatus.REFERENCE_ONLY), ("H0008", "h0008", "Perpustakaan Rekaan", CopyStatus.AVAILABLE)]
    ruling = titles(session)["Putusan Mahkamah Rekaan Nomor 12/PUU/2020 tentang Uji Contoh"]
    assert (ruling.kind, ruling.number, ruling.year, ruling.extra["publish_year"]) == (Kind.RULING, "12/PUU/2020", 2020, "t.t.")
    assert len(titles(session)) == 2


def test_a_backup_that_breaks_off_is_refused_with_its_line():
    broken = recognise(exports.SLIMS_BACKUP[:exports.SLIMS_BACKUP.index(b"978-602")], "cadangan.sql")
    with pytest.raises(Refused, match="from line 2. on"):
        list(broken.read(date(2026, 3, 10)))


def test_a_backup_of_something_else_is_refused():
    with pytest.raises(Refused, match="no titles of SLiMS"):
        list(recognise(b"CREATE TABLE `buku` (\n  `id` int\n);\nINSERT INTO `buku` VALUES (1);\n", "cadangan.sql").read(date(2026, 3, 10)))


def test_the_data_sheet_of_inlislite_brings_a_title_for_rows_that_are_alike(session):
    bring(session, SAMPLES["INLISLite data sheet"])
    book, magazine = titles(session)["Arsip Daerah : suatu pengantar"], titles(session)["Majalah Rekaan"]
    assert (book.author, book.edition, book.place, book.publisher, book.year, book.extent, book.isbn, book.call_number, book.language) == (
        "Contoh, Deni; Teladan, Sari", "Ed. 3", "Wirasari", "Pustaka Rekaan", 2018, "88 hlm.", "978-602-0000-13-2", "025.17 CON a",
        "Indonesia")
    assert book.extra == {"jenisbahan": "Monograf", "pernyataantanggungjawab": "Deni Contoh", "dimensi": "21 cm.", "noddc": "025.17"}
    assert [(copy.code, copy.register_number, copy.shelf, copy.status, copy.extra["jenissumber"]) for copy in book.copies] == [
        ("BC0001", "I-1/2018", "0101", CopyStatus.AVAILABLE, "Pembelian"),
        ("BC0002", "I-2/2018", "0101", CopyStatus.REFERENCE_ONLY, "Hibah")]
    assert (magazine.kind, magazine.year, magazine.copies[0].status) == (Kind.JOURNAL, 2020, CopyStatus.MISSING)
    assert magazine.copies[0].extra["edisiserial"] == "Vol. 3 No. 2"


@pytest.mark.parametrize("format", ["MARC 21", "MARCXML"])
def test_marc_records_bring_every_field(session, format):
    bring(session, SAMPLES[format])
    book = titles(session)["Filsafat hukum : suatu pengantar"]
    assert (book.author, book.edition, book.place, book.publisher, book.year, book.isbn, book.call_number, book.language) == (
        "Contoh, Deni, 1970-; Teladan, Sari", "Edisi 2", "Wirasari", "Pustaka Rekaan", 2018, "978-602-0000-14-9", "340.1", "Indonesia")
    assert (book.extent, book.subject, book.abstract) == ("210 hlm. : ilus. ; 21 cm.", "Hukum - Filsafat; Etika", "Tentang hukum dan café.")
    assert book.elsewhere == "marc:ID-Contoh/INLIS000000000012"
    assert ["490", "0 ", [["a", "Seri Hukum ;"], ["v", "4"]]] in book.extra["marc"]["fields"]
    assert [(copy.code, copy.shelf, copy.status, copy.register_number) for copy in book.copies] == [
        ("M0001", "A-3", CopyStatus.AVAILABLE, "I-99"), ("M0002", "RAK-7", CopyStatus.REFERENCE_ONLY, "")]
    regulation = titles(session)["Peraturan Bupati Rekaan Nomor 4 Tahun 2021 tentang Taman"]
    assert (regulation.kind, regulation.number, regulation.year) == (Kind.REGULATION, "4 Tahun 2021", 2021)
    assert [copy.code for copy in regulation.copies] == ["M0003"]


def test_letters_of_marc_8_are_read(session):
    record = pymarc.Record(leader="00000nam  2200000 a 4500")
    record.add_field(pymarc.Field("245", pymarc.Indicators("0", "0"), [pymarc.Subfield("a", "JUDUL")]))
    bring(session, record.as_marc().replace(b"nam a", b"nam  ").replace(b"JUDUL", b"Caf\xe2e"))
    assert list(titles(session)) == ["Café"]


def test_a_damaged_marc_record_is_named_and_the_others_are_good(session):
    good, other = (record.as_marc() for record in exports.marc_records())
    source = recognise(good + other.replace(b"Taman", b"Tam\xffn") + exports.marc_records()[1].as_marc(), "campur.mrc")
    plan = check(session, source)
    assert ([mistake.line for mistake in plan.bad], plan.records, plan.titles) == ([2], 3, 2)


def test_marcxml_that_breaks_off_is_refused():
    source = recognise(exports.marcxml()[:-60], "putus.xml")
    with pytest.raises(Refused, match="damaged after record"):
        list(source.read(date(2026, 3, 10)))


def test_the_same_file_of_others_twice_doubles_nothing(session):
    for content in SAMPLES.values():
        bring(session, content)
        before = everything(session)
        bring(session, content)
        assert everything(session) == before
        empty(session)


# ---- out, and in again

# what a backup tells and its two lists have no column for; the export page says so
BACKUP_ALONE = {"of authors", "biblio_custom", "item_id", "item_status_id", "no_loan"}
OWN = [("SLiMS export", "slims"), ("SLiMS backup", "slims"), ("MARC 21", "marc"), ("MARCXML", "marcxml")]


@pytest.mark.parametrize(("format", "form"), [*OWN, *((format, form) for format in SAMPLES for form in ("csv", "xlsx"))])
def test_what_came_in_goes_out_and_comes_in_as_the_same(session, format, form):
    bring(session, SAMPLES[format])
    before = everything(session)
    away = exported(session, form)
    empty(session)
    bring(session, away)
    after = everything(session)
    if (format, form) == ("SLiMS backup", "slims"):
        before = [_without(each, BACKUP_ALONE) for each in before]
    assert after == before


def _without(shelved: tuple[dict, list[dict]], names: set[str]) -> tuple[dict, list[dict]]:
    """A title and its copies without its origin and without these of their further data."""
    title, *copies = ({**each, "extra": {name: said for name, said in each["extra"].items() if name not in names}}
                      for each in (shelved[0], *shelved[1]))
    return {**title, "elsewhere": ""}, copies


def test_a_copy_that_only_a_backup_knows_not_to_be_lent_is_not_lent_by_the_lists_either(session):
    bring(session, SAMPLES["SLiMS backup"].replace(b"'No Loan'", b"'Khusus pimpinan'"))
    away = exported(session, "slims")
    empty(session)
    bring(session, away)
    assert session.scalars(sa.select(Copy.status).where(Copy.code == "H0007")).one() is CopyStatus.REFERENCE_ONLY


def test_what_the_lists_of_slims_cannot_hold_is_said_before_it_is_lost():
    assert "has no columns for" in exporting.FORMATS["slims"].stays


def test_slims_lists_go_out_as_they_came_in(session):
    bring(session, SAMPLES["SLiMS export"])
    with zipfile.ZipFile(io.BytesIO(exported(session, "slims"))) as archive:
        biblio, items = (list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in sorted(archive.namelist()))
    expected = [exports.SLIMS_BIBLIO_NAMES, *exports.SLIMS_BIBLIO]
    assert biblio[:3] == expected[:3]
    assert biblio[3][0] == "'=1+1 dan Rumus Lain"  # no spreadsheet runs it
    came = [exports.SLIMS_ITEM_NAMES, *exports.SLIMS_ITEMS]
    assert items == [["" if cell == "0000-00-00" else cell for cell in row] for row in came]


def test_marc_goes_out_as_it_came_in_and_with_what_was_changed_since(session):
    bring(session, SAMPLES["MARC 21"])
    assert [record.as_dict()["fields"] for record in pymarc.MARCReader(exported(session, "marc"))] == [
        record.as_dict()["fields"] for record in exports.marc_records()]
    book = titles(session)["Filsafat hukum : suatu pengantar"]
    book.publisher = "Penerbit Baru"
    session.flush()
    changed = next(pymarc.MARCReader(exported(session, "marc")))
    assert changed["264"].get("b") == "Penerbit Baru"
    assert (changed.get_fields("260"), changed["490"].get("v")) == ([], "4")


@pytest.mark.parametrize("form", ["csv", "xlsx", "marc", "marcxml"])
def test_our_own_titles_come_back_with_every_column(session, form):
    title = a_title(session, "Penetapan Jadwal: tahap satu /", copies=3, type_name="Keputusan KPU", enacted_on=date(2016, 5, 4),
                    promulgated_on=date(2016, 5, 9), signatory="Ketua Contoh", source="BN 2016 (7)", field_of_law="Pemilu", in_force=False,
                    author="KPU Rekaan", extra={"catatan": ["satu", {"dua": 2}]}, elsewhere="", abstract="=SUM(A1)", language="")
    first, second, _ = title.copies
    first.status, first.status_reason, first.status_at = CopyStatus.WITHDRAWN, "rusak; basah", datetime(2026, 3, 1, 4, 5, 6, 7, UTC)
    second.register_number, second.extra = "I-3", {"asal": "hibah"}
    a_title(session, "Tanpa Eksemplar", kind=Kind.OTHER, number="", year=None, copies=0)
    before = everything(session)
    away = exported(session, form)
    empty(session)
    bring(session, away)
    assert everything(session) == before


def test_no_cell_of_a_list_is_a_formula(session):
    for title in ("=HYPERLINK(1)", "+62", "-1", "@SUM", "'=satu", "'biasa"):
        a_title(session, title, number=title)
    written = list(csv.DictReader(io.StringIO(exported(session, "csv").decode("utf-8-sig"))))
    assert [row["judul"] for row in written] == ["'=HYPERLINK(1)", "'+62", "'-1", "'@SUM", "''=satu", "'biasa"]
    sheet = openpyxl.load_workbook(io.BytesIO(exported(session, "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


words = st.text(max_size=80).map(lambda text: clean(text, 80))


@pytest.mark.one_database
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(words.filter(bool), words, words, st.sampled_from(Kind), st.none() | st.integers(1700, 2026)), min_size=1,
                max_size=4, unique_by=lambda row: (row[0].casefold(), row[1].casefold())),
       st.sampled_from(["csv", "xlsx", "marcxml", "marc"]))
def test_whatever_a_title_says_comes_back(session, rows, form):
    empty(session)
    for title, number, author, kind, year in rows:
        a_title(session, title, kind=kind, number=number[:80], author=author, year=year)
    before = everything(session)
    away = exported(session, form)
    empty(session)
    bring(session, away)
    assert everything(session) == before


def test_who_took_the_collection_away_is_in_the_trail(session):
    exporting.note(session, "csv", ADMIN)
    noted = session.execute(sa.select(AuditEntry.by, AuditEntry.deed, AuditEntry.details)).one()
    assert noted == ("Dewi", "exported", {"kind": "csv"})
