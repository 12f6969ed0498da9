"""The collection with its covers and digital copies: out of one office as a ZIP, into an empty one, and nothing in a ZIP is believed."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.database import Database
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.text import translator
from kiosk.exchange import bringing, exporting, package
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import apply, check
from kiosk.exchange.imports import CollectionImport, ImportState
from kiosk.exchange.records import Filing, describe
from kiosk.ledger.collection import Kind, Title
from kiosk.shelves.searching import search
from scanner.workshop.processes import Workshop
from tests.builders import a_title
from tests.exchanging import ADMIN, empty, everything
from webui.wiring import filing

OF_FILES = (Title.title, Title.cover, Title.digital, Title.digital_pages)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "here")


@pytest.fixture
def elsewhere(tmp_path: Path, workshop: Workshop) -> Filing:
    """The empty store of another office."""
    return filing(FileStore(tmp_path / "elsewhere"), workshop)


def a_picture(tone: int, form: str = "JPEG", pages: int = 1) -> bytes:
    file, paper = io.BytesIO(), Image.new("RGB", (60, 90), (tone, 90, 90))
    paper.save(file, form, **({"save_all": True, "append_images": [paper] * (pages - 1)} if form == "PDF" else {}))
    return file.getvalue()


def put(store: FileStore, content: bytes) -> str:
    return store.put(io.BytesIO(content))


def fill(database: Database, store: FileStore) -> None:
    """A title with both, one with a cover, one that is a linked product's copy, and one with neither."""
    cover, pdf = put(store, a_picture(200)), put(store, a_picture(100, "PDF", pages=3))
    with database.transaction() as session:
        a_title(session, "Dengan Keduanya", kind=Kind.BOOK, copies=2, cover=cover, digital=pdf, digital_pages=3)
        a_title(session, "Dengan Sampul", kind=Kind.BOOK, number="", year=None, copies=0, cover=cover)
        a_title(session, "Salinan Produk", kind=Kind.REGULATION, number="", product_id=7)
        a_title(session, "=Tanpa Berkas", kind=Kind.OTHER, number="")


def package_of(database: Database, store: FileStore, published: Callable[[int], str] = lambda product: "") -> bytes:
    file = io.BytesIO()
    with database.reading() as session:
        names = exporting.write(session, "everything", file, published)
    exporting.add_files(file, names, store)
    return file.getvalue()


def changed(content: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """The ZIP with each of its files as `change` makes it of its name and content; None leaves it out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            if kept := change(name, before.read(name)):
                after.writestr(*kept)
    return file.getvalue()


def troubles(database: Database, content: bytes) -> list[str]:
    with database.reading() as session:
        return [describe(bad, translator("en")) for bad in check(session, recognise(content, "koleksi.zip")).bad]


def work_off(database: Database, content: bytes, to: Filing) -> CollectionImport:
    """As the office does: the ZIP goes into the store, and a job brings in what is in it."""
    kept = put(to.store, content)
    asked = database.run(lambda session: bringing.order(session, "koleksi.zip", "own list with files", kept, 4, True, ADMIN))
    bringing.Importer(database, to).bring_in(asked.id)
    with database.reading() as session:
        return session.get_one(CollectionImport, asked.id)


def with_files(database: Database) -> list[sa.Row]:
    with database.reading() as session:
        return list(session.execute(sa.select(*OF_FILES).order_by(Title.id)))


def test_titles_copies_and_files_come_into_an_empty_office_as_they_left(database, clock, store, elsewhere):
    fill(database, store)
    product = put(store, a_picture(50, "PDF"))
    left = package_of(database, store, {7: product}.__getitem__)
    with database.transaction() as session:
        before, files_before = everything(session), [tuple(row) for row in session.execute(sa.select(*OF_FILES).order_by(Title.id))]
        empty(session)
    assert troubles(database, left) == []
    done = work_off(database, left, elsewhere)
    assert (done.state, done.titles, done.bad) == (ImportState.DONE, 4, [])
    with database.reading() as session:
        assert everything(session) == before
        assert search(session, "Dengan Keduanya").total == 1
    files_before[2] = ("Salinan Produk", "", product, 1)  # what was a link is a file of its own where the product is not
    assert with_files(database) == files_before
    names = {name for row in files_before for name in row[1:3] if name}
    assert all(elsewhere.store.is_whole(name) for name in names)
    assert len(names) == 3


def test_the_zip_can_be_looked_into_by_anybody(database, clock, store):
    fill(database, store)
    with zipfile.ZipFile(io.BytesIO(package_of(database, store))) as archive:
        assert sorted(re.sub("[0-9a-f]{64}", "…", name) for name in archive.namelist()) == ["files/….jpg", "files/….pdf", "koleksi.csv"]
        assert archive.testzip() is None
        assert "'=Tanpa Berkas" in archive.read("koleksi.csv").decode("utf-8-sig"), "no cell is a formula"


def test_the_same_zip_again_changes_nothing_and_a_title_gets_only_what_it_lacks(database, clock, store, elsewhere):
    fill(database, store)
    left = package_of(database, store)
    own = put(store, a_picture(10))
    with database.transaction() as session:
        session.execute(sa.update(Title).where(Title.title == "Dengan Keduanya").values(cover=own, digital="", digital_pages=0))
    here = Filing(store, elsewhere.pages_of, elsewhere.look_at)
    assert work_off(database, left, here).titles == 0
    both = with_files(database)[0]
    assert (both.cover, both.digital_pages) == (own, 3)
    before = with_files(database)
    work_off(database, left, here)
    assert with_files(database) == before


def test_a_file_that_is_not_in_the_zip_is_told_by_its_line(database, clock, store):
    fill(database, store)
    left = package_of(database, store)
    without = changed(left, lambda name, content: None if name.endswith(".pdf") else (name, content))
    assert [re.sub("[0-9a-f]{40,}", "…", each) for each in troubles(database, without)] == [
        "Line 2, digital copy “files/…”: This file is not in the ZIP."]


@pytest.mark.parametrize("name", ["../keluar.pdf", "/etc/passwd", "files/../../keluar.jpg", "..\\keluar.jpg", "C:\\keluar.jpg"])
def test_a_zip_with_a_name_that_leads_out_of_it_is_refused(database, clock, store, name):
    fill(database, store)
    left = changed(package_of(database, store), lambda there, content: (name if there.endswith(".pdf") else there, content))
    with pytest.raises(Refused, match="leads out of it"):
        recognise(left, "koleksi.zip")


@pytest.mark.parametrize("cell", ["../../etc/passwd", "files/../koleksi.csv", "koleksi.csv", "https://contoh.test/a.pdf"])
def test_a_list_that_names_something_else_is_told_so(database, clock, store, cell):
    fill(database, store)
    left = changed(package_of(database, store), lambda name, content: (
        name, re.sub(rb"files/\w+\.pdf", cell.encode(), content) if name == package.LIST else content))
    assert troubles(database, left) == [f"Line 2, digital copy “{cell}”: This is not the name of a file as Loket exports it."]


def test_a_file_that_was_changed_on_its_way_is_left_out_and_told(database, clock, store, elsewhere):
    fill(database, store)
    left = changed(package_of(database, store), lambda name, content: (name, content + b"!" if name.endswith(".pdf") else content))
    with database.transaction() as session:
        empty(session)
    done = work_off(database, left, elsewhere)
    assert (done.state, done.titles) == (ImportState.DONE, 3)
    assert "it is not what it was" in describe(bringing.mistakes(done)[0], translator("en"))


@pytest.mark.parametrize(("end", "content", "sentence"), [("pdf", b"<html>no PDF</html>", "no PDF"), ("jpg", b"<svg/>", "no JPEG")])
def test_a_file_that_is_not_what_it_is_said_to_be_is_left_out_and_told(database, clock, store, elsewhere, end, content, sentence):
    name = put(store, content)
    with database.transaction() as session:
        a_title(session, "Palsu", **{"digital" if end == "pdf" else "cover": name})
    left = package_of(database, store)
    with database.transaction() as session:
        empty(session)
    done = work_off(database, left, elsewhere)
    assert done.titles == 0
    assert sentence in describe(bringing.mistakes(done)[0], translator("en"))


def test_a_list_that_was_damaged_inside_its_zip_is_a_sentence(database, clock, store):
    fill(database, store)
    left = bytearray(package_of(database, store))
    begins = left.index(package.LIST.encode()) + len(package.LIST) + 60
    left[begins:begins + 40] = bytes(40)
    with database.reading() as session, pytest.raises(Refused, match="The file is damaged"):
        check(session, recognise(bytes(left), "koleksi.zip"))


@pytest.mark.one_database
def test_a_zip_that_unpacks_to_far_more_than_it_is_is_refused(database, clock, store, monkeypatch):
    fill(database, store)
    left = package_of(database, store)
    monkeypatch.setattr("kiosk.exchange.tables.LARGEST_UNPACKED", 2**20)
    with pytest.raises(Refused, match="far larger"):
        recognise(with_zeros(left, 40 * 2**20), "koleksi.zip")


def with_zeros(content: bytes, size: int) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"files/{'0' * 64}.pdf", bytes(size))
    return file.getvalue()


def test_the_list_out_of_the_zip_alone_says_that_its_files_are_passed_over(database, clock, store):
    fill(database, store)
    with zipfile.ZipFile(io.BytesIO(package_of(database, store))) as archive:
        alone = recognise(archive.read(package.LIST), "koleksi.csv")
    assert alone.ignored == ("sampul", "salinan digital")
    with database.reading() as session:
        assert check(session, alone).bad == []


def test_a_file_that_is_gone_from_the_store_is_a_sentence_and_no_zip_without_it(database, clock, store):
    fill(database, store)
    for kept in store.folder.glob("*/*"):
        kept.unlink()
    with pytest.raises(Refused, match="missing in the store"):
        package_of(database, store)


def test_what_is_applied_in_one_transaction_brings_no_files_that_are_not_in_the_store(database, clock, store):
    fill(database, store)
    left = package_of(database, store)
    with database.transaction() as session:
        empty(session)
        apply(session, recognise(left, "koleksi.zip"), ADMIN)
    assert {(row.cover, row.digital) for row in with_files(database)} == {("", "")}
