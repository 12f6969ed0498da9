"""PDFs that come in: kept as they came, read, described and found, and given text where they are pictures."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.database import Database
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import Worker
from foundation.people import Actor, Role
from foundation.settings import Settings
from scanner.documents import document_overview, searching
from scanner.documents.records import Document, DocumentState, Origin
from scanner.documents.remarks import Code
from scanner.legal.products import Product, ProductState
from scanner.pages import thumbnails
from scanner.pages.thumbnails import Size
from scanner.station import confirming, taking_in
from scanner.workshop.checking_pdf import check
from scanner.workshop.processes import BROKE, NO_MEMORY, PRINT_ANEW, STAYS, TOO_LONG, Failed, Workshop
from tests import drawn, from_elsewhere
from tests.builders import a_checked_product
from tests.integration.scanner.test_sealing import certificate
from tests.integration.scanner.test_workshop import children, until
from webui.bench.long_batch import make
from webui.bench.service import Service
from webui.fictional import layout
from webui.fictional.decisions import decision

pytestmark = pytest.mark.one_database
LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
PAPER = decision(20)  # two pages


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("from elsewhere")


@pytest.fixture(scope="module")
def born(folder: Path) -> Path:
    """The paper as its word processor wrote it."""
    return from_elsewhere.printed(folder / "born.pdf", PAPER.pages)


@pytest.fixture(scope="module")
def scan(folder: Path) -> Path:
    """The paper's last page, scanned upside down."""
    return from_elsewhere.scanned(folder / "scan.pdf", [drawn.scanned(layout.drawn(PAPER.pages[-1])).rotate(180)])


class Counter:
    """Takes in PDFs, and does what waits when it is told so."""

    def __init__(self, database: Database, folder: Path, workshop: Workshop, working: Path | None = None):
        self.database, self.files = database, FileStore(folder / "files")
        self.working = working or folder / "taking-in"
        taker = taking_in.Taker(database, self.files, self.working, workshop.extract, workshop.put_text_under)
        self.jobs = {"take_in": taker.take_in, "make_searchable": taker.make_searchable}

    def do(self, use_case: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.run(lambda session: use_case(session, *arguments))

    def take(self, path: Path, said: dict[str, Any] | None = None) -> tuple[int, bool]:
        with path.open("rb") as file:
            sha256 = self.files.put(file)
        size = path.stat().st_size
        return self.database.run(lambda session: self._taken(session, sha256, size, path.stem, said or check(path)))

    def _taken(self, session: Any, *what: Any) -> tuple[int, bool]:
        document, known = taking_in.take(session, *what, LESTARI)
        session.flush()
        return document.id, known

    def work(self) -> None:
        worker = Worker(self.database, self.jobs, ["taking in", "putting text under"])
        while worker.run_one():
            pass

    def document(self, document: int) -> Document:
        with self.database.reading() as session:
            return session.get_one(Document, document, options=[sa.orm.selectinload(Document.pages)])

    def taken(self, path: Path) -> Document:
        document, _ = self.take(path)
        self.work()
        return self.document(document)

    def search(self, words: str) -> searching.Found:
        with self.database.reading() as session:
            return searching.search(session, words)


@pytest.fixture
def counter(database: Database, tmp_path: Path, workshop: Workshop) -> Counter:
    return Counter(database, tmp_path, workshop)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- a PDF that never was paper ---------------------------------------------------------------------------------------------------


def test_its_bytes_stay_as_they_came(counter, born):
    document = counter.taken(born)
    assert (document.state, document.origin) == (DocumentState.READY, Origin.BORN_DIGITAL)
    assert document.sha256 == document.came_as == digest(born)
    assert counter.files.path(document.sha256).read_bytes() == born.read_bytes()
    assert document.report["scans"] == []


def test_what_it_says_is_suggested_with_its_place_and_found(counter, born):
    document = counter.taken(born)
    assert {name: document.suggested[name]["value"] for name in ("type", "year", "title", "date")} == {
        "type": PAPER.type, "year": str(PAPER.year), "title": PAPER.title, "date": PAPER.date}
    assert document.suggested["number"]["value"] == PAPER.number
    assert document.remarks == []
    title = document.suggested["title"]
    assert title["size"] == [PAPER.pages[0].width, PAPER.pages[0].height]
    hit, = counter.search(PAPER.title).hits
    assert hit.id == document.id
    assert hit.snippets[0].page == 1


def test_the_same_file_twice_is_the_same_document(counter, born):
    first, known = counter.take(born)
    again, known_again = counter.take(born)
    assert (again, known, known_again) == (first, False, True)


def test_the_same_file_sent_twice_at_once_is_one_document(counter, born):
    said = check(born)  # PDFium is for one thread: the service asks it in a process of its own
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(counter.take, [born] * 4, [said] * 4))
    assert len({document for document, _ in came}) == 1
    assert sorted(known for _, known in came) == [False, True, True, True]


def test_a_blank_page_is_no_scan(counter, born, tmp_path):
    blank = from_elsewhere.many_pages(tmp_path / "blank.pdf", 1)
    document = counter.taken(from_elsewhere.joined(tmp_path / "both.pdf", born, blank))
    assert (document.report["scans"], document.remarks) == ([], [])


def test_only_staff_of_the_scanner_take_in(counter, born):
    with pytest.raises(Refused):
        counter.do(taking_in.take, "0" * 64, 1, "x", check(born), Actor("Sari Contoh", frozenset({Role.OFFICER})))


def test_what_is_in_it_beside_its_pages_is_told(counter, born, tmp_path):
    report = counter.taken(from_elsewhere.loaded(tmp_path / "loaded.pdf", born)).report
    assert (report["scripts"], report["attachments"], report["forms"], report["encrypted"]) == (1, 1, 1, False)
    assert counter.taken(from_elsewhere.locked(tmp_path / "locked.pdf", born)).report["encrypted"]


def test_it_is_made_again_only_where_it_failed(counter, born):
    document = counter.taken(born)
    with pytest.raises(Refused, match="stays as it is"):
        counter.do(confirming.make_again, document.id, LESTARI)


def test_a_page_that_takes_for_ever_costs_that_page_its_text(database, tmp_path, born):
    bomb = from_elsewhere.bomb(tmp_path / "bomb.pdf", born)
    impatient = Workshop(time_limit=2)
    counter = Counter(database, tmp_path, impatient)
    try:
        document, _ = counter.take(bomb, check(born) | {"pages": 3})
        counter.work()
    finally:
        impatient.close()
    found = counter.document(document)
    assert (found.state, [bool(page.text) for page in found.pages]) == (DocumentState.READY, [True, True, False])
    assert [remark["pages"] for remark in found.remarks if remark["code"] == Code.UNREADABLE] == [[3]]


def test_a_file_of_which_no_page_can_be_opened_says_so_and_is_read_again_when_it_can(counter, tmp_path):
    pages = from_elsewhere.many_pages(tmp_path / "pages.pdf", 12)
    document, _ = counter.take(pages)
    kept = counter.files.path(digest(pages))
    kept.rename(tmp_path / "away")
    counter.work()
    found = counter.document(document)
    assert (found.state, found.sentence) == (DocumentState.FAILED, "Too many pages of the PDF cannot be opened.")
    (tmp_path / "away").rename(kept)
    counter.do(confirming.make_again, document, LESTARI)
    counter.work()
    assert counter.document(document).state is DocumentState.READY


# --- a scan that was made elsewhere -----------------------------------------------------------------------------------------------


@pytest.mark.one_database(False)
def test_a_scan_is_read_when_somebody_asks_for_it(counter, scan):
    document = counter.taken(scan)
    assert (document.origin, document.report["scans"], document.suggested, document.remarks) == (Origin.IMPORTED, [1], {}, [])
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    read = counter.document(document.id)
    assert (read.state, read.sentence, read.came_as) == (DocumentState.READY, "", digest(scan))
    assert counter.files.is_whole(read.came_as)
    told = check(counter.files.path(read.sha256))
    assert (told["claims"], told["verdict"], told["without_text"]) == ("2b", "pass", [])
    words = [word.text for word in read.pages[0].words.words]
    right = [word.text for word in PAPER.pages[-1].words if word.text.isalnum()]
    assert sum(word in words for word in right) >= 0.95 * len(right)
    assert read.suggested["date"]["value"] == PAPER.date
    assert [hit.id for hit in counter.search(PAPER.signatory).hits] == [document.id]
    with pytest.raises(Refused, match="no pages here"):
        counter.do(taking_in.order_reading, document.id, LESTARI)


@pytest.mark.one_database(False)
def test_a_checked_products_scan_that_is_made_searchable_is_checked_again(counter, scan):
    document = counter.taken(scan)
    product = counter.do(a_checked_product, document).id
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    with counter.database.reading() as session:
        assert session.get(Product, product).state is ProductState.SCANNED


def test_what_is_text_already_stays_and_only_pictures_are_read(counter, born, scan, tmp_path):
    document = counter.taken(from_elsewhere.joined(tmp_path / "both.pdf", born, scan))
    assert (document.origin, document.report["scans"]) == (Origin.BORN_DIGITAL, [3])
    assert document.suggested["title"]["value"] == PAPER.title
    before = document.pages[0].text
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    read = counter.document(document.id)
    assert read.pages[0].text == before
    assert {word.confidence for word in read.pages[0].words.words} == {100}
    assert len(list(read.pages[2].words.words)) >= 0.9 * len(list(PAPER.pages[-1].words))


def test_a_signed_scan_is_not_touched(counter, scan, tmp_path):
    document = counter.taken(from_elsewhere.signed(tmp_path / "signed.pdf", scan, certificate("Pejabat Contoh")))
    seal, = document.report["seals"]
    assert (seal["who"], seal["intact"], seal["whole"], seal["trusted"]) == ("Pejabat Contoh", True, True, None)
    with pytest.raises(Refused, match="break the signature"):
        counter.do(taking_in.order_reading, document.id, LESTARI)
    assert counter.document(document.id).state is DocumentState.READY


def test_a_locked_scan_is_not_touched(counter, scan, tmp_path):
    document = counter.taken(from_elsewhere.locked(tmp_path / "locked.pdf", scan))
    with pytest.raises(Refused, match="locked against changes"):
        counter.do(taking_in.order_reading, document.id, LESTARI)


def test_a_scan_that_cannot_be_read_in_time_stays_as_it_came(database, tmp_path, scan):
    impatient = Workshop(time_limit=1)
    counter = Counter(database, tmp_path, impatient)
    try:
        document = counter.taken(scan)
        counter.do(taking_in.order_reading, document.id, LESTARI)
        counter.work()
    finally:
        impatient.close()
    found = counter.document(document.id)
    assert (found.state, found.sentence, found.sha256) == (DocumentState.READY, TOO_LONG, found.came_as)
    assert not any((tmp_path / "taking-in").iterdir())


def test_a_disk_that_cannot_be_written_loses_nothing(database, tmp_path, scan, workshop):
    (tmp_path / "file").touch()
    counter = Counter(database, tmp_path, workshop, working=tmp_path / "file" / "in it")
    document = counter.taken(scan)
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    found = counter.document(document.id)
    assert (found.state, found.sentence, found.sha256) == (DocumentState.READY, taking_in.FULL, digest(scan))


# --- what is made to do harm, and what is killed ----------------------------------------------------------------------------------


def test_a_pdf_that_draws_without_end_is_refused_with_what_can_be_done_and_the_next_one_is_taken(tmp_path, born):
    impatient = Workshop(time_limit=5)
    try:
        with pytest.raises(Failed) as refused:
            impatient.check(from_elsewhere.bomb(tmp_path / "bomb.pdf"))
        assert (refused.value.message in (TOO_LONG, NO_MEMORY, BROKE), refused.value.next_step) == (True, PRINT_ANEW)
        assert impatient.check(born)["pages"] == 2
    finally:
        impatient.close()


def test_a_page_with_millions_of_strokes_costs_that_page_its_text_and_no_other(counter, tmp_path, born):
    found = counter.taken(from_elsewhere.strokes(tmp_path / "strokes.pdf", born))
    assert (found.state, [bool(page.text) for page in found.pages]) == (DocumentState.READY, [True, True, False])


def test_a_picture_that_is_larger_than_the_memory_stays_as_it_came_with_what_can_be_done(counter, tmp_path):
    giant = from_elsewhere.giant_picture(tmp_path / "giant.pdf")
    document = counter.taken(giant)
    assert document.report["scans"] == [1]
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    found = counter.document(document.id)
    assert (found.state, found.sha256, found.sentence, found.next_step) == (DocumentState.READY, digest(giant), NO_MEMORY, STAYS)
    assert not any(counter.working.iterdir())


def test_a_page_that_cannot_be_drawn_is_not_tried_again_for_each_who_looks(tmp_path):
    files, impatient = FileStore(tmp_path / "files"), Workshop(time_limit=2)
    with from_elsewhere.bomb(tmp_path / "bomb.pdf").open("rb") as file:
        name = files.put(file)
    try:
        sentences = []
        for size in (Size.SMALL, Size.SCREEN):
            with pytest.raises(Failed) as failed:
                thumbnails.pdf_page(files, tmp_path / "thumbnails", name, size, 1, impatient.draw)
            sentences.append(failed.value.message)
    finally:
        impatient.close()
    assert sentences == [TOO_LONG, "The picture of this page cannot be drawn."]
    thumbnails.forget(tmp_path / "thumbnails", name)
    assert [file for file in (tmp_path / "thumbnails").rglob("*") if file.is_file()] == []


def test_a_process_that_is_killed_while_it_puts_text_under_a_scan_costs_nothing(counter, scan):
    document = counter.taken(scan)
    counter.do(taking_in.order_reading, document.id, LESTARI)
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(counter.work)
        until(lambda: list(counter.working.glob("*/ocrmypdf.io.*")))
        for child in children():
            os.kill(child, signal.SIGKILL)
        working.result(timeout=120)
    assert_read_once(counter, document.id, scan)


def test_a_service_that_is_killed_while_it_puts_text_under_a_scan_does_it_when_it_is_there_again(tmp_path, workshop, scan):
    data = tmp_path / "data"
    make(data, "")
    counter = Counter(Database(Settings(data=data).database), data, workshop)
    document = counter.taken(scan).id
    with Service(data) as service:
        counter.do(taking_in.order_reading, document, LESTARI)
        until(lambda: list(counter.working.glob("*/ocrmypdf.io.*")))
        service.process.process.kill()
        service.process.process.wait()
        assert counter.document(document).state is DocumentState.MAKING
        service.start()
        until(lambda: counter.document(document).state is not DocumentState.MAKING, patience=120)  # and the dead one's lease has run out
    assert_read_once(counter, document, scan)
    counter.database.close()


def assert_read_once(counter: Counter, document: int, scan: Path) -> None:
    """Searchable, whole, with the file beside it as it came, and nothing left over."""
    found = counter.document(document)
    assert (found.state, found.sentence, found.report["read"], len(found.pages)) == (DocumentState.READY, "", True, 1)
    assert counter.files.path(found.came_as).read_bytes() == scan.read_bytes()
    assert counter.files.is_whole(found.sha256)
    assert check(counter.files.path(found.sha256))["without_text"] == []
    assert not any(counter.working.iterdir())
    assert [hit.id for hit in counter.search(PAPER.signatory).hits] == [document]
    with counter.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Document)) == 1


def test_the_screen_of_a_document_does_not_load_the_words_of_its_pages(counter, born):
    document = counter.taken(born)
    with counter.database.reading() as session:
        look = document_overview.look_at(session, document.id)
        assert ["text" in sa.inspect(page).unloaded for page in look.pages] == [True, True]
        assert PAPER.title.split()[0] in document_overview.text_of(session, document.id, 1)


@pytest.mark.one_database(False)
def test_the_file_of_a_document_that_is_here_already_is_that_document(counter, scan):
    document = counter.taken(scan)
    counter.do(taking_in.order_reading, document.id, LESTARI)
    counter.work()
    searchable = counter.files.path(counter.document(document.id).sha256)
    assert counter.take(searchable) == (document.id, True)
    assert counter.take(scan) == (document.id, True)

