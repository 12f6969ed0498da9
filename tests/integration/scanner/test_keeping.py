"""Pages that came uncompressed take less room later, and not a dot of them has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from foundation.database import Database
from scanner.documents.records import Document, Origin, files_in_use
from scanner.pages.batches import Page
from scanner.pages.keeping import Keeper
from scanner.workshop.processes import Workshop
from tests import drawn
from tests.integration.scanner.desk import Desk


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture
def desk(database: Database, tmp_path: Path, workshop: Workshop) -> Desk:
    return Desk(database, tmp_path, workshop)


def came(desk: Desk, picture: Image.Image, kind: str = ".tiff") -> Page:
    """A page whose picture the scanner gave like this."""
    desk.scan("a")
    loose = desk.stack.parent / f"loose{kind}"
    picture.save(loose)
    with loose.open("rb") as file:
        name = desk.files.put(file)

    def work(session):
        page = session.get_one(Page, desk.pages()[-1].id)
        page.sha256, page.kind = name, kind
        return page
    return desk.database.run(work)


def packed(desk: Desk, workshop: Workshop, page: Page) -> Page:
    Keeper(desk.database, desk.files, desk.stack.parent / "packing", workshop.pack).pack_page(page.id)
    with desk.database.reading() as session:
        return session.get_one(Page, page.id)


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_a_page_is_packed_and_every_dot_stays(desk, workshop, mode):
    picture = drawn.text(1, 150) if mode == "1" else drawn.scanned(drawn.text(1, 150))
    page = came(desk, picture.convert(mode))
    now = packed(desk, workshop, page)
    before, after = desk.files.path(page.sha256), desk.files.path(now.sha256)
    assert now.came_as == page.sha256 != now.sha256
    assert after.stat().st_size < 0.9 * before.stat().st_size
    with Image.open(before) as one, Image.open(after) as other:
        assert (one.mode, one.tobytes()) == (other.mode, other.tobytes())
    assert packed(desk, workshop, now).sha256 == now.sha256


def test_what_is_small_already_or_damaged_or_of_another_kind_stays_as_it_is(desk, workshop):
    jpeg = came(desk, drawn.text(1, 75), ".jpg")
    assert packed(desk, workshop, jpeg).sha256 == jpeg.sha256
    page = came(desk, drawn.text(2, 75))
    once = packed(desk, workshop, page)
    path = desk.files.path(once.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:300])
    desk.database.run(lambda session: setattr(session.get_one(Page, page.id), "came_as", None))
    assert packed(desk, workshop, page).sha256 == once.sha256


def test_files_of_documents_are_in_use_as_those_of_pages_are(desk):
    page = desk.scan("a") and desk.pages()[0]
    with desk.database.transaction() as session:
        session.add(Document(origin=Origin.BORN_DIGITAL, made_by="x", sha256="ab" + "0" * 62, came_as="ab" + "1" * 62))
    with desk.database.reading() as session:
        assert files_in_use(session, "ab") >= {"ab" + "0" * 62, "ab" + "1" * 62}
        assert files_in_use(session, page.sha256[:2]) >= {page.sha256}
        assert "ab" + "0" * 62 not in files_in_use(session, "ac")
