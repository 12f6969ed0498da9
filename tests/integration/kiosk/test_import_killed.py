"""The power goes off in the middle of an import, again and again: it goes on where it was, and nothing is there twice or missing."""

import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.database import Database
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.people import Actor, Role
from kiosk.exchange import bringing, columns, package, tables
from kiosk.exchange.imports import CollectionImport, ImportState
from kiosk.exchange.records import BLANK, NewCopy
from kiosk.ledger.collection import Copy, Kind, Title
from kiosk.shelves.searching import search
from scanner.workshop.processes import Workshop
from webui.demo.many import many_titles
from webui.wiring import filing

ADMIN = Actor("Dewi", frozenset({Role.ADMIN}))
TITLES, KILLS = 3000, 3
# the same as the worker of a service does, in a process that can be killed alone
WORKER = """
import sys
from pathlib import Path
import webui.models
from foundation.database import Database
from foundation.files import FileStore
from kiosk.exchange.bringing import Importer
from scanner.workshop.processes import Workshop
from webui.wiring import filing
Importer(Database(sys.argv[1]), filing(FileStore(Path(sys.argv[2])), Workshop())).bring_in(int(sys.argv[3]))
"""


def a_list(count: int) -> bytes:
    file = io.BytesIO()
    rows = list(many_titles(count))
    tables.write_csv(file, [[columns.COLUMNS[field][0] for field in columns.COLUMNS],
                            *([row.values.get(field, "") for field in columns.COLUMNS] for row in rows)])
    return file.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def ordered(database: Database, files: FileStore, content: bytes, total: int) -> int:
    kept = files.put(io.BytesIO(content))
    return database.run(lambda session: bringing.order(session, "koleksi.csv", "own list", kept, total, True, ADMIN)).id


def importer(database: Database, files: FileStore) -> bringing.Importer:
    return bringing.Importer(database, filing(files, Workshop()))


def progress(database: Database, import_id: int) -> CollectionImport:
    with database.reading() as session:
        return session.get_one(CollectionImport, import_id)


def work(database: Database, files: FileStore, import_id: int) -> subprocess.Popen:
    url = database.url.render_as_string(hide_password=False)
    return subprocess.Popen([sys.executable, "-c", WORKER, url, str(files.folder), str(import_id)], cwd=Path(__file__).parents[3])


def test_an_import_that_is_killed_goes_on_and_doubles_nothing(database, files):
    import_id = ordered(database, files, a_list(TITLES), TITLES)
    for _ in range(KILLS):
        before = progress(database, import_id).done
        worker = work(database, files, import_id)
        while progress(database, import_id).done == before:
            assert worker.poll() is None
            time.sleep(0.01)
        worker.kill()
        worker.wait()
        now = progress(database, import_id)
        with database.reading() as session:
            assert session.scalar(sa.select(sa.func.count(Title.id))) == now.titles == now.done < TITLES
    assert work(database, files, import_id).wait(60) == 0
    done = progress(database, import_id)
    assert (done.state, done.done, done.titles, done.bad) == (ImportState.DONE, TITLES, TITLES, [])
    with database.reading() as session:
        kept = session.execute(sa.select(Title.number, Title.title).order_by(Title.id)).all()
        assert kept == [(row.values.get("number", ""), row.values["title"]) for row in many_titles(TITLES)]
        copies = sum(int(row.values["copies"]) for row in many_titles(TITLES))
        assert session.scalar(sa.select(sa.func.count(Copy.id))) == done.copies == copies
        indexed, words = session.execute(sa.text("SELECT (SELECT count(*) FROM title_search), (SELECT count(*) FROM search_word)")).one()
        assert indexed == TITLES
        assert words > 0
        assert search(session, kept[1400].title).total >= 1


def a_package(count: int, files: FileStore) -> bytes:
    """Titles of which each has a cover of its own."""
    covers = []
    for number in range(count):
        Image.new("RGB", (20, 30), (number % 256, number // 256, 0)).save(picture := io.BytesIO(), "PNG")
        covers.append(files.put(io.BytesIO(picture.getvalue())))
    titles = (({**BLANK, "title": f"Judul {number}", "kind": Kind.BOOK, "elsewhere": "", "extra": {}, "cover": cover, "digital": ""},
               [NewCopy(0)]) for number, cover in enumerate(covers))
    package.add_files(file := io.BytesIO(), package.write_list(file, titles), files)
    return file.getvalue()


def test_a_package_that_is_killed_goes_on_with_the_files_it_lacks(database, files, tmp_path):
    count = 500
    content, elsewhere = a_package(count, files), FileStore(tmp_path / "elsewhere")
    import_id = ordered(database, elsewhere, content, count)
    worker = work(database, elsewhere, import_id)
    while progress(database, import_id).done == 0:
        assert worker.poll() is None
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    assert progress(database, import_id).done < count
    assert work(database, elsewhere, import_id).wait(120) == 0
    done = progress(database, import_id)
    assert (done.state, done.titles, done.copies, done.bad) == (ImportState.DONE, count, count, [])
    with database.reading() as session:
        covers = session.scalars(sa.select(Title.cover)).all()
    assert len({*covers}) == count
    assert all(elsewhere.is_whole(cover) for cover in covers)


def test_a_worker_that_was_overtaken_changes_nothing(database, files):
    import_id = ordered(database, files, a_list(10), 10)
    importer(database, files).bring_in(import_id)
    importer(database, files).bring_in(import_id)
    assert progress(database, import_id).titles == 10


def test_a_file_that_breaks_off_says_so_and_keeps_what_came_in(database, files):
    import_id = ordered(database, files, a_list(250) + b'"' + b"x" * 1_100_000, 250)
    importer(database, files).bring_in(import_id)
    row = progress(database, import_id)
    assert (row.state, row.done) == (ImportState.FAILED, 200)
    assert "cannot be read" in row.trouble


def test_two_imports_at_once_are_refused(database, files):
    ordered(database, files, a_list(3), 3)
    with pytest.raises(Refused, match="still being imported"):
        ordered(database, files, a_list(3), 3)


def test_the_file_of_an_import_on_its_way_is_not_swept(database, files):
    import_id = ordered(database, files, a_list(3), 3)
    with database.reading() as session:
        name = session.get_one(CollectionImport, import_id).file
        assert bringing.files_of_imports(session, name[:2]) == {name}
    importer(database, files).bring_in(import_id)
    with database.reading() as session:
        assert bringing.files_of_imports(session, name[:2]) == set()
