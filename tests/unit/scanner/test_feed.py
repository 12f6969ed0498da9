"""The feed of the national network: its 28 keys as the schema asks for them, and a file that is never empty and never half."""

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from foundation.database import Database
from foundation.office import Office
from scanner.legal.products import Product, ProductState, ProductType
from scanner.legal.publications import Publication, PublicationState
from scanner.publishing import feed
from tests.conftest import make_schema
from tests.published import publish

BASE = "https://jdih.example"
TEXT, OPTIONAL = {"type": "string", "minLength": 1}, {"type": "string"}
DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
ADDRESS = {"type": "string", "pattern": r"^https?://[^\s]+$"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "idData": TEXT, "tahun_pengundangan": {"type": "string", "pattern": r"^\d{4}$"}, "tanggal_penetapan": DAY, "tanggal_pengundangan": DAY,
    "jenis": {"type": "string", "pattern": r"^[A-Z ]+$"}, "noPeraturan": TEXT, "judul": TEXT, "noPanggil": OPTIONAL,
    "singkatanJenis": TEXT, "tempatTerbit": TEXT, "penerbit": OPTIONAL, "deskripsiFisik": OPTIONAL, "sumber": TEXT, "subjek": OPTIONAL,
    "isbn": OPTIONAL, "status": {"enum": ["Berlaku", "Tidak Berlaku"]}, "bahasa": {"const": "Indonesia"}, "bidangHukum": TEXT,
    "teuBadan": OPTIONAL, "nomorIndukBuku": OPTIONAL, "abstrak": OPTIONAL, "urlAbstrak": {"const": ""},
    "last_updated": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"}, "urlDetailPeraturan": ADDRESS,
    "fileDownload": {"type": "string", "pattern": r"^[^/\s]+\.pdf$"}, "urlDownload": ADDRESS, "operasi": {"const": "4"},
    "display": {"const": "1"},
}
# As BPHN's schema for members (ILDIS v4), strict where a regulation is meant: every key is there, and each is text.
SCHEMA = {"type": "array", "items": {"type": "object", "properties": PROPERTIES, "required": sorted(PROPERTIES),
                                     "additionalProperties": False}}


def check(products: list[dict[str, str]]) -> None:
    jsonschema.validate(products, SCHEMA, jsonschema.Draft202012Validator, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[feed.Feed]:
    """The feed of a database that has nothing in it yet."""
    url = f"sqlite:///{tmp_path / 'loket.db'}"
    make_schema(url)
    database = Database(url)
    yield feed.Feed(database, tmp_path / "feed" / "document.json", BASE)
    database.close()


def add(shelf: feed.Feed, **more: object) -> Product:
    with shelf.database.transaction() as session:
        return publish(session, None, **more)


def read(shelf: feed.Feed) -> list[dict[str, str]]:
    return json.loads(shelf.path.read_text(encoding="utf-8"))


def change(shelf: feed.Feed, statement: sa.Update) -> None:
    with shelf.database.transaction() as session:
        session.execute(statement)


def test_the_schema_has_the_28_keys():
    assert len(PROPERTIES) == 28


def test_a_decision_is_told_as_the_network_wants_it(shelf):
    add(shelf, number="9", year=2022, kind="kpt", title="Penetapan Jadwal (fiktif)", enacted_on=date(2022, 3, 14))
    assert shelf.refresh()
    told = read(shelf)
    check(told)
    assert told[0] | {"last_updated": ""} == {
        "idData": "1", "tahun_pengundangan": "2022", "tanggal_penetapan": "2022-03-14", "tanggal_pengundangan": "2022-03-14",
        "jenis": "KEPUTUSAN", "noPeraturan": "9",
        "judul": "Keputusan Perpustakaan Hukum Nomor 9 Tahun 2022 tentang Penetapan Jadwal (fiktif)",
        "noPanggil": "-", "singkatanJenis": "KPT", "tempatTerbit": "Wirasari", "penerbit": "-", "deskripsiFisik": "-", "sumber": "-",
        "subjek": "-", "isbn": "-", "status": "Berlaku", "bahasa": "Indonesia", "bidangHukum": "-", "teuBadan": "Perpustakaan Hukum",
        "nomorIndukBuku": "-", "abstrak": "", "urlAbstrak": "", "last_updated": "", "urlDetailPeraturan": f"{BASE}/produk/1",
        "fileDownload": "2022kpt9.pdf", "urlDownload": f"{BASE}/produk/1/2022kpt9.pdf", "operasi": "4", "display": "1"}


DAYS = st.dates(date(1945, 1, 1), date(2199, 12, 31))
SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


class Row:
    """The columns that a product and its publication have."""

    def __init__(self, **columns: object):
        self.__dict__ |= columns


@given(said=st.fixed_dictionaries({
    "type": st.sampled_from(ProductType), "number": st.text("0123456789/AKptHukum. -", min_size=1, max_size=40),
    "year": st.integers(1945, 2199), "title": SAID.filter(bool), "enacted_on": DAYS, "promulgated_on": st.none() | DAYS, "place": SAID,
    "subject": SAID, "source": SAID, "field_of_law": SAID, "in_force": st.booleans()}), heading=SAID)
def test_whatever_is_entered_the_schema_holds(said, heading):
    row = Row(**said, id=7, issuer="", changed_at=datetime(2026, 1, 1, tzinfo=UTC), published_at=None, file_name="2026kpt7.pdf")
    ours = Office(name="Kantor Contoh", heading=heading, place="", time_zone="Asia/Jayapura")
    out = io.BytesIO()
    feed.write(out, [feed.told(row, ours, BASE)])
    check(json.loads(out.getvalue()))


def test_a_withdrawn_product_leaves_and_a_product_without_any_date_is_not_told(shelf):
    first = add(shelf, number="1")
    add(shelf, number="2")
    add(shelf, number="3", enacted_on=None)
    shelf.refresh()
    assert [each["noPeraturan"] for each in read(shelf)] == ["1", "2"]
    change(shelf, sa.update(Publication).where(Publication.product_id == first.id).values({Publication.state: PublicationState.WITHDRAWN}))
    assert shelf.refresh()
    assert [each["noPeraturan"] for each in read(shelf)] == ["2"]


def test_what_changes_is_told_and_what_does_not_leaves_the_file_as_it_was(shelf):
    product = add(shelf, number="1")
    assert shelf.refresh()
    before = shelf.path.stat()
    assert not shelf.refresh()
    again = feed.Feed(shelf.database, shelf.path, BASE)  # the service was started anew
    assert not again.refresh()
    assert shelf.path.stat().st_mtime_ns == before.st_mtime_ns
    with shelf.database.transaction() as session:
        session.get_one(Product, product.id).in_force = False
    assert again.refresh()
    assert read(shelf)[0]["status"] == "Tidak Berlaku"


def test_an_empty_feed_never_takes_the_place_of_one_that_has_products(shelf):
    assert shelf.refresh()
    assert read(shelf) == []
    add(shelf, number="1")
    assert shelf.refresh()
    change(shelf, sa.update(Publication).values({Publication.state: PublicationState.WITHDRAWN}))
    assert not shelf.refresh()
    assert len(read(shelf)) == 1
    assert list(shelf.path.parent.iterdir()) == [shelf.path]


def test_a_feed_whose_products_were_all_withdrawn_by_a_person_becomes_empty(shelf):
    products = [add(shelf, number="1").id, add(shelf, number="2").id]
    assert shelf.refresh()
    change(shelf, sa.update(Publication).values({Publication.state: PublicationState.WITHDRAWN}))
    change(shelf, sa.update(Product).where(Product.id == products[0]).values({Product.state: ProductState.WITHDRAWN}))
    assert not shelf.refresh()  # the other one only failed
    change(shelf, sa.update(Product).values({Product.state: ProductState.WITHDRAWN}))
    assert shelf.refresh()
    assert read(shelf) == []


def test_what_a_killed_service_left_half_written_is_cleared_away(shelf):
    add(shelf, number="1")
    shelf.path.parent.mkdir()
    (shelf.path.parent / "new-half").write_bytes(b"[\n{")
    shelf.refresh()
    assert list(shelf.path.parent.iterdir()) == [shelf.path]


def test_a_full_disk_leaves_the_old_feed(shelf, monkeypatch):
    add(shelf, number="1")
    shelf.refresh()
    add(shelf, number="2")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(os, "fsync", full)
        shelf.refresh()
    assert [each["noPeraturan"] for each in read(shelf)] == ["1"]
    assert list(shelf.path.parent.iterdir()) == [shelf.path]
    assert shelf.refresh()


def test_a_reader_during_the_rewriting_sees_a_whole_file(shelf):
    for number in range(20):
        add(shelf, number=str(number + 1))
    shelf.refresh()
    seen, wrong, until = set(), [], time.monotonic() + 20

    def reads() -> None:
        while len(seen) < 10 and time.monotonic() < until:
            try:
                told = read(shelf)
                check(told)
                seen.add(told[0]["judul"])
            except ValueError as problem:
                wrong.append(problem)
    reader = threading.Thread(target=reads)
    reader.start()
    number = 0
    while reader.is_alive():
        number += 1
        with shelf.database.transaction() as session:
            session.get_one(Product, 1).title = f"Judul {number} (fiktif)"
        assert shelf.refresh()
    assert wrong == []
    assert len(seen) == 10
