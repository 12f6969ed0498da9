"""From a closed batch to a document: made once and whole, whatever becomes of a page, of a process, or of the disk."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from html import unescape
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import sqlalchemy as sa
import zxingcpp
from pikepdf import pdfa
from PIL import Image

from foundation.database import Database
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import Job, Worker, enqueue
from foundation.office import office
from foundation.people import Actor, Role
from foundation.settings import Settings as Installation
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode, Settings, Source
from scanner.documents import document_overview, searching
from scanner.documents.reading import Field
from scanner.documents.records import Document, DocumentPage, DocumentState
from scanner.documents.remarks import Code
from scanner.legal import particulars
from scanner.legal.products import Product, ProductState
from scanner.pages import arranging
from scanner.pages.batches import Page, Purpose, Run, RunState
from scanner.pages.inspecting import Inspecting, Inspector
from scanner.pages.transcribing import Transcriber
from scanner.station import confirming, digitising
from scanner.station.assembling import Assembler
from scanner.workshop.processes import Workshop
from scanner.workshop.ways import MISSING, SENTENCES, Why
from tests import drawn, pdf
from tests.builders import a_checked_product
from tests.integration.scanner.test_sealing import WHO, sealing_key
from tests.integration.scanner.test_workshop import children, has_open, until, worked
from tests.written import stamped
from webui.bench.documents import recall
from webui.bench.long_batch import Staff, make
from webui.bench.service import Service
from webui.fictional import layout
from webui.fictional.decisions import decision

pytestmark = pytest.mark.one_database
LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
GRAY = {"profile": "own", "source": "feeder", "mode": "gray", "dpi": "300", "paper": "A4"}
KINDS = {".jpg": {"quality": 90}, ".png": {"compress_level": 1}, ".tiff": {}}
PAPER = decision(20)  # two pages
MANY = 300             # small ones
SEEN_DPI = 150
ADDRESS = "https://loket.example/verify/{}-UJI".format
MARGIN = round(1 / 25.4 * SEEN_DPI)  # a millimetre


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    """The paper's pages as they come out of a scanner."""
    return [drawn.scanned(layout.drawn(page), seed) for seed, page in enumerate(PAPER.pages)]


def card(text: str, dpi: int = 100) -> Image.Image:
    """A small page, for where there must be many."""
    page = Image.new("L", (420, 300), drawn.PAPER)
    for line in range(4):
        drawn.ImageDraw.Draw(page).text((30, 40 + 50 * line), f"{text} keputusan nomor {line}", drawn.BLACK, drawn.font(11, dpi))
    return page


class Bindery:
    """A station whose batches hold the pictures that are laid in, and whose jobs are done when it is told so."""

    def __init__(self, database: Database, folder: Path, workshop: Workshop, assembling: Path | None = None):
        self.database, self.workshop, self.files = database, workshop, FileStore(folder / "files")
        self.assembling = assembling or folder / "assembling"
        self.jobs = {"inspect": Inspector(database, self.files, workshop.examine).inspect,
                     "transcribe": Transcriber(database, self.files, workshop.read).transcribe}
        self.seal_with("", "")
        with database.transaction() as session:
            session.add(Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{folder}"))

    def seal_with(self, key: str, password: str) -> None:
        self.jobs["assemble"] = Assembler(self.database, self.files, self.assembling, self.workshop.compose, self.workshop.seal,
                                          {"key": key, "password": password, "timestamps": ""}, ADDRESS).assemble

    def do(self, use_case: Callable, *arguments: object) -> object:
        return self.database.run(lambda session: use_case(session, *arguments))

    def batch(self, pictures: Sequence[Image.Image], kind: str = ".jpg", dpi: int | None = 300, product: int | None = None) -> int:
        """A batch whose pages wait to be looked at."""
        batch = self.do(digitising.open_batch, 1, "Berkas coba (fiktif)", None, LESTARI, product).id
        with self.database.transaction() as session:
            run = Run(batch_id=batch, settings=asdict(Settings(Source.FEEDER, Mode.GRAY, 300)), first=1, asked_by="uji",
                      purpose=Purpose.ADD, state=RunState.FINISHED)
            session.add(run)
            session.flush()
            for number, picture in enumerate(pictures, start=1):
                page = Page(batch_id=batch, run_id=run.id, number=number, place=number, sheet=number, sha256=self._kept(picture, kind),
                            kind=kind, width_px=picture.width, height_px=picture.height, dpi=dpi, mode=Mode.GRAY)
                session.add(page)
                session.flush()
                enqueue(session, Inspecting.inspect, page=page.id)
        return batch

    def _kept(self, picture: Image.Image, kind: str) -> str:
        draft = self.files.folder.with_suffix(kind)
        picture.save(draft, **KINDS[kind])
        with draft.open("rb") as file:
            return self.files.put(file)

    def work(self, *queues: str) -> None:
        """Do what waits, until nothing waits any more."""
        worker = Worker(self.database, self.jobs, list(queues or ("inspecting", "transcribing", "assembling")))
        while worker.run_one():
            pass

    def close(self, batch: int) -> int:
        """The document that is made of it, which is not made yet."""
        self.do(digitising.close, batch, LESTARI)
        with self.database.reading() as session:
            return document_overview.of_batch(session, batch)

    def bind(self, pictures: Sequence[Image.Image], **more: object) -> Document:
        """Everything, from the pictures to the document."""
        batch = self.batch(pictures, **more)
        self.work()
        document = self.close(batch)
        self.work()
        return self.document(document)

    def pages(self, batch: int) -> list[Page]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Page).where(Page.batch_id == batch).options(sa.orm.undefer(Page.reading))
                                        .order_by(Page.place)))

    def document(self, document: int) -> Document:
        with self.database.reading() as session:
            wanted = sa.orm.selectinload(Document.pages).undefer(DocumentPage.text)
            return session.get_one(Document, document, options=[wanted])

    def data(self, document: Document) -> bytes:
        return self.files.path(document.sha256).read_bytes()

    def runs(self) -> list[RunState]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Run.state)))

    def count(self, model: type) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.fixture
def bindery(database: Database, tmp_path: Path, workshop: Workshop) -> Bindery:
    return Bindery(database, tmp_path, workshop)


def assert_whole(bindery: Bindery, document: Document, truths: Sequence[str]) -> None:
    """Ready, once, with the text of every page, and nothing left over."""
    assert document.state is DocumentState.READY
    assert [page.number for page in document.pages] == list(range(1, len(truths) + 1))
    for page, truth in zip(document.pages, truths, strict=True):
        assert recall(page.words.text, truth) > 0.9 if truth else page.words.text == ""
    assert bindery.files.is_whole(document.sha256)
    assert len(pdf.sizes(bindery.data(document))) == len(truths)
    assert list(bindery.assembling.iterdir()) == []
    assert bindery.count(Document) == 1
    with bindery.database.reading() as session:
        assert session.scalars(sa.select(Job.name).where(Job.done_at.is_(None))).all() == []


def test_a_closed_batch_becomes_a_document_with_what_it_says(bindery, pictures):
    document = bindery.bind(pictures)
    assert_whole(bindery, document, [page.text for page in PAPER.pages])
    assert document.report == {"profile": "2b", "verdict": "pass"}
    assert {name: document.suggested[name]["value"] for name in ("number", "year", "date", "place")} == {
        "number": PAPER.number, "year": str(PAPER.year), "date": PAPER.date, "place": PAPER.place}
    assert document.suggested["number"]["page"] == 1
    assert document.suggested[Field.DATE.value]["page"] == 2
    assert [remark for remark in document.remarks if remark["severity"] == "stop"] == []
    assert document.confirmed == {}
    assert recall(pdf.text(bindery.data(document)), "\n".join(page.text for page in PAPER.pages)) > 0.9
    with bindery.database.reading() as session:
        assert [hit.id for hit in searching.search(session, PAPER.place).hits] == [document.id]


def test_what_is_missing_is_remarked(bindery, pictures):
    document = bindery.bind(pictures[:1])
    assert document.state is DocumentState.READY
    assert Code.NO_END in [remark["code"] for remark in document.remarks]
    assert all(remark["sentence"] for remark in document.remarks)


def test_a_blank_page_is_kept_and_not_read(bindery, pictures):
    document = bindery.bind([pictures[0], drawn.scanned(drawn.empty()), pictures[1]])
    assert_whole(bindery, document, [PAPER.pages[0].text, "", PAPER.pages[1].text])
    assert [remark for remark in document.remarks if 2 in remark["pages"]] == []
    with bindery.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.name == "transcribe")) == 2


def test_pages_are_upright_and_straight_in_it(bindery, pictures):
    document = bindery.bind([pictures[0].rotate(180), drawn.crooked(pictures[1], 1.5)])
    assert_whole(bindery, document, [page.text for page in PAPER.pages])
    assert [page.turned for page in document.pages] == [180, 0]
    assert [page.skew_degrees for page in document.pages] == pytest.approx([0, 1.5], abs=0.05)
    shown = pdf.pictures(bindery.data(document), 100)
    for page, picture in zip(shown, pictures, strict=True):
        true = picture.resize(page.size).convert("L")
        assert np.corrcoef(np.asarray(page).ravel(), np.asarray(true).ravel())[0, 1] > 0.5


def test_a_page_that_was_turned_after_it_was_read_is_read_again(bindery, pictures):
    batch = bindery.batch([pictures[0].rotate(180), pictures[1]])
    bindery.work()
    first = bindery.pages(batch)[0]
    assert (first.reading_turned, first.upright) == (180, 180)
    bindery.do(arranging.turn, first.id, 90, LESTARI)  # by mistake
    document = bindery.close(batch)
    bindery.work("transcribing")
    wrong = bindery.pages(batch)[0]
    assert (wrong.upright, wrong.reading_turned) == (90, 90)
    assert wrong.reading != first.reading
    bindery.work()
    assert [page.turned for page in bindery.document(document).pages] == [90, 0]


@pytest.mark.one_database(False)
def test_a_document_is_made_again_with_what_was_confirmed(bindery, pictures):
    document = bindery.bind(pictures)
    bindery.do(confirming.confirm, document.id, "title", "Judul yang dipastikan", LESTARI)
    bindery.do(confirming.make_again, document.id, LESTARI)
    bindery.work()
    again = bindery.document(document.id)
    assert again.sha256 != document.sha256
    assert_whole(bindery, again, [page.text for page in PAPER.pages])
    with pikepdf.open(bindery.files.path(again.sha256)) as made, made.open_metadata() as said:
        assert said["dc:title"] == "Judul yang dipastikan"
    assert again.confirmed["title"]["value"] == "Judul yang dipastikan"


def test_a_document_that_is_made_already_is_left_as_it_is(bindery, pictures):
    document = bindery.bind(pictures[:1])
    bindery.jobs["assemble"](document=document.id)
    assert bindery.document(document.id).sha256 == document.sha256


# --- processes that die -------------------------------------------------------------------------------------------------------------

READING, WRITING = 0.3, 0.5  # seconds of CPU: a process is then in the middle of its first page


def during(work: Callable[[], object], seconds: float, deed: Callable[[], object]) -> None:
    """Do the deed when a process has worked for so many seconds of CPU on the work, which goes on."""
    before = {child: worked(child) for child in children()}

    def moment() -> bool:
        return any(worked(child) > before.get(child, 0.0) + seconds for child in children())
    with ThreadPoolExecutor(1) as thread:
        going = thread.submit(work)
        limit = time.monotonic() + 60
        while not moment():
            assert not going.done(), "the moment never came"
            assert time.monotonic() < limit
            time.sleep(0.005)
        deed()
        going.result(timeout=100)


def kill_all(how: signal.Signals) -> None:
    for child in children():
        os.kill(child, how)


def test_a_process_that_is_killed_while_it_reads_costs_nothing(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work("inspecting")
    during(lambda: bindery.work("transcribing"), READING, lambda: kill_all(signal.SIGKILL))
    document = bindery.close(batch)
    bindery.work()
    assert_whole(bindery, bindery.document(document), [page.text for page in PAPER.pages])


def test_a_process_that_is_killed_while_it_writes_costs_nothing(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work()
    document = bindery.close(batch)
    during(lambda: bindery.work("assembling"), WRITING, lambda: kill_all(signal.SIGKILL))
    assert_whole(bindery, bindery.document(document), [page.text for page in PAPER.pages])


def test_a_service_that_is_killed_while_it_writes_makes_it_when_it_is_there_again(tmp_path, workshop, pictures):
    data, stack = tmp_path / "data", tmp_path / "stack"
    stack.mkdir()
    for number, picture in enumerate(pictures):
        picture.save(stack / f"{number}.png", compress_level=1)
    make(data, f"simulated://{stack}")
    bindery = Bindery(Database(Installation(data=data).database), data, workshop)
    with Service(data) as service:
        staff = Staff(service.port)
        staff.sign_in()
        batch = staff.open_batch(len(pictures))
        staff.scan(batch, GRAY)
        until(lambda: bindery.count(Page) == len(pictures) and bindery.runs() == [RunState.FINISHED])
        staff.browser.post(f"{batch}/close")
        staff.close()
        until(lambda: list(bindery.assembling.glob("*/new-*")))
        service.process.process.kill()
        service.process.process.wait()
        assert bindery.document(1).state is DocumentState.MAKING
        service.start()
        until(lambda: bindery.document(1).state is not DocumentState.MAKING, patience=90)  # and the dead one's lease has run out
    assert_whole(bindery, bindery.document(1), [page.text for page in PAPER.pages])
    bindery.database.close()


def test_a_page_that_breaks_its_reader_costs_its_text_and_nothing_else(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work("inspecting")
    during(lambda: bindery.work("transcribing"), READING, lambda: kill_all(signal.SIGSEGV))
    document = bindery.close(batch)
    bindery.work()
    made = bindery.document(document)
    assert made.state is DocumentState.READY
    assert [page.words is None for page in made.pages] == [True, False]
    assert len(pdf.sizes(bindery.data(made))) == 2
    assert [remark["pages"] for remark in made.remarks if remark["code"] == Code.UNREADABLE] == [[1]]


def test_a_page_that_broke_its_reader_is_read_again_when_somebody_has_the_document_made_again(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work("inspecting")
    during(lambda: bindery.work("transcribing"), READING, lambda: kill_all(signal.SIGSEGV))
    document = bindery.close(batch)
    bindery.work()
    bindery.do(confirming.make_again, document, LESTARI)
    bindery.work()
    again = bindery.document(document)
    assert_whole(bindery, again, [page.text for page in PAPER.pages])
    assert [remark for remark in again.remarks if remark["code"] == Code.UNREADABLE] == []


# --- a page that cannot be put in ---------------------------------------------------------------------------------------------------


def assert_stands_for(bindery: Bindery, document: Document, missing: int, why: Why, truths: Sequence[str]) -> None:
    """Made, with a sheet that says so for page `missing`, and every other page as it should be; and a person is told to scan it again."""
    assert (document.state, document.is_whole) == (DocumentState.READY, False)
    first, *others = document.remarks
    assert (first["code"], first["severity"], first["pages"], first["details"]) == (Code.NOT_PUT_IN, "stop", [missing], {"count": 1})
    assert "Open the batch again" in first["next_step"]
    assert [remark for remark in others if remark["code"] in (Code.NOT_PUT_IN, Code.UNREADABLE)] == []
    assert len(document.pages) == len(truths)
    path = bindery.files.path(document.sha256)
    for page, truth in zip(document.pages, truths, strict=True):
        options = ("-f", str(page.number), "-l", str(page.number))
        printed = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True).stdout
        if page.number == missing:
            assert (page.method, page.why, page.said) == (MISSING, why, SENTENCES[why])
            assert " ".join(printed.split()).startswith(f"Halaman {missing} tidak ada di sini")
        else:
            assert (page.method, page.said) == ("mrc", "")
            assert recall(printed, truth) > 0.9
    with pikepdf.open(path) as made:
        assert pdfa.check(made, "2b").verdict == "pass"
    assert bindery.count(Document) == 1


def damage(kept: Path) -> bytes:
    """Half of the file is lost; what it was."""
    whole = kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(whole[:len(whole) // 2])
    return whole


@contextmanager
def endless(kept: Path) -> Iterator[None]:
    """While the block lasts, whoever opens the file waits."""
    aside = kept.rename(kept.with_suffix(".aside"))
    os.mkfifo(kept)
    yield
    aside.rename(kept)


def test_a_page_over_which_the_writer_hangs_is_given_up_alone(database, pictures, tmp_path):
    workshop = Workshop(time_limit=10)
    bindery = Bindery(database, tmp_path, workshop)
    batch = bindery.batch(pictures)
    bindery.work()
    document = bindery.close(batch)
    with endless(bindery.files.path(bindery.pages(batch)[0].sha256)):
        bindery.work()
    made = bindery.document(document)
    assert_stands_for(bindery, made, 1, Why.TOO_LONG, [page.text for page in PAPER.pages])
    assert made.suggested["number"]["value"] == PAPER.number  # what was read before is kept
    workshop.close()


def test_a_page_over_which_the_writer_breaks_down_costs_that_page_alone(bindery, pictures):
    batch = bindery.batch([*pictures, drawn.scanned(layout.drawn(PAPER.pages[1]), 5)])
    bindery.work()
    document = bindery.close(batch)
    page = bindery.files.path(bindery.pages(batch)[1].sha256)
    with endless(page), ThreadPoolExecutor(2) as threads:
        going = threads.submit(bindery.work, "assembling")
        with threads.submit(page.open, "wb").result(timeout=60):  # the writer has it open too
            victim, = (child for child in children() if has_open(child, page))
            os.kill(victim, signal.SIGSEGV)
            going.result(timeout=100)
    assert_stands_for(bindery, bindery.document(document), 2, Why.BROKE, [PAPER.pages[number].text for number in (0, 1, 1)])


def test_a_page_that_is_damaged_in_the_store_costs_that_page_and_comes_back_from_a_backup(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work()
    kept = bindery.files.path(bindery.pages(batch)[1].sha256)
    whole = damage(kept)
    document = bindery.close(batch)
    bindery.work()
    made = bindery.document(document)
    assert_stands_for(bindery, made, 2, Why.DAMAGED, [page.text for page in PAPER.pages])
    assert recall(made.pages[1].words.text, PAPER.pages[1].text) > 0.9  # what was read is found
    kept.write_bytes(whole)
    bindery.do(confirming.make_again, document, LESTARI)
    bindery.work()
    again = bindery.document(document)
    assert_whole(bindery, again, [page.text for page in PAPER.pages])
    assert again.is_whole


def test_a_page_that_is_damaged_before_anybody_looked_is_flagged_and_costs_that_page(bindery, pictures):
    batch = bindery.batch(pictures)
    damage(bindery.files.path(bindery.pages(batch)[0].sha256))
    bindery.work()
    first, second = bindery.pages(batch)
    assert [each["flag"] for each in first.findings] == ["unseen"]
    assert second.reading is not None
    document = bindery.close(batch)
    bindery.work()
    assert_stands_for(bindery, bindery.document(document), 1, Why.DAMAGED, ["", PAPER.pages[1].text])


def test_a_strip_costs_that_page(bindery, pictures):
    document = bindery.bind([pictures[0], Image.new("L", (30_000, 1), 255)], kind=".png")
    assert_stands_for(bindery, document, 2, Why.STRIP, [PAPER.pages[0].text, ""])
    assert pdf.sizes(bindery.data(document))[1] == pytest.approx((210, 297), abs=0.2)


def test_without_a_single_page_there_is_no_document(bindery, pictures):
    batch = bindery.batch(pictures)
    bindery.work()
    for page in bindery.pages(batch):
        damage(bindery.files.path(page.sha256))
    document = bindery.close(batch)
    bindery.work()
    failed = bindery.document(document)
    assert (failed.state, failed.details, failed.sha256) == (DocumentState.FAILED, {"number": 1}, None)
    assert failed.sentence.startswith("Page %(number)d cannot be read")
    assert failed.next_step
    assert failed.suggested["number"]["value"] == PAPER.number
    assert bindery.bind([drawn.scanned(layout.drawn(PAPER.pages[0]), 7)]).state is DocumentState.READY


# --- pages that are strange ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "kind"), [("I;16", ".png"), ("CMYK", ".tiff"), ("P", ".png"), ("1", ".tiff")])
def test_every_kind_of_picture_becomes_a_page_with_its_text(bindery, pictures, mode, kind):
    page = pictures[1]
    other = Image.fromarray(np.asarray(page).astype(np.uint16) * 257) if mode == "I;16" else page.convert("RGB").convert(mode)
    document = bindery.bind([other], kind=kind)
    assert_whole(bindery, document, [PAPER.pages[1].text])


# --- the disk, and many pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of a hundred kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a small disk can be made by root only")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_a_sentence_and_later_the_document_is_made(database, tmp_path, workshop, pictures, small_disk):
    bindery = Bindery(database, tmp_path, workshop, assembling=small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(80_000))
    document = bindery.bind(pictures)
    assert document.state is DocumentState.FAILED
    assert document.sentence == "The document could not be written: the disk is full or cannot be used."
    assert [file.name for file in small_disk.iterdir()] == ["filler"]
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
    bindery.do(confirming.make_again, document.id, LESTARI)
    bindery.work()
    assert_whole(bindery, bindery.document(document.id), [page.text for page in PAPER.pages])


@pytest.mark.timeout(300)
def test_three_hundred_pages_stay_under_the_memory_limit(new_sqlite, tmp_path, workshop):
    bindery = Bindery(Database(new_sqlite(tmp_path)), tmp_path, workshop)
    batch = bindery.batch([card(f"kartu {number}") for number in range(MANY)], kind=".png", dpi=100)
    at_most = 0
    with ThreadPoolExecutor(2) as threads:
        for queues in (("inspecting", "transcribing"), ("assembling",)):
            if queues == ("assembling",):
                document = bindery.close(batch)
            going = [threads.submit(bindery.work, *queues) for _ in range(2)]
            while not all(each.done() for each in going):
                at_most = max(at_most, sum(map(resident, children())))
                time.sleep(0.02)
            assert [each.result() for each in going] == [None, None]
    made = bindery.document(document)
    assert_whole(bindery, made, [page.words.text for page in made.pages])
    assert len(made.pages) == MANY
    assert all("keputusan" in page.words.text for page in made.pages)
    assert 50_000_000 < at_most < 1_000_000_000
    bindery.database.close()


def resident(process: int) -> int:
    """Bytes."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


# --- the text on the letters --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, new_sqlite: Callable[[Path], str], workshop: Workshop) -> Path:
    """The PDF of three pages that were scanned crooked, upside down, and with a seal over the text."""
    folder = tmp_path_factory.mktemp("read")
    paper = decision(0)
    first, second, third = (layout.drawn(page) for page in paper.pages)
    database = Database(new_sqlite(folder))
    bindery = Bindery(database, folder, workshop)
    document = bindery.bind([drawn.scanned(drawn.crooked(first, 1.2), 1), drawn.scanned(second.rotate(180), 2),
                             drawn.scanned(stamped(third), 3)])
    assert document.state is DocumentState.READY
    database.close()
    return bindery.files.path(document.sha256)


def selected(path: Path) -> list[list[tuple[str, tuple[float, ...]]]]:
    """Of each page its words, each with left, top, right and bottom of what is marked when it is selected, in mm."""
    told = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    word = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.+?)</word>')
    return [[(unescape(found[5]), tuple(float(found[side]) / 72 * 25.4 for side in (1, 2, 3, 4))) for found in word.finditer(page)]
            for page in told.split("<page ")[1:]]


def test_what_is_selected_lies_on_the_ink_of_its_word_on_three_pages(read):
    shown = pdf.pictures(read.read_bytes(), SEEN_DPI)
    for picture, words in zip(shown, selected(read), strict=True):
        ink = np.asarray(picture) < 128
        bare = ink.copy()
        for text, box in words:
            left, top, right, bottom = (round(side / 25.4 * SEEN_DPI) for side in box)
            bare[max(0, top - MARGIN):bottom + MARGIN, max(0, left - MARGIN):right + MARGIN] = False
            letters = ink[top:bottom, left:right]
            if text.isalpha() and len(text) > 2:
                columns, rows = np.flatnonzero(letters.any(axis=0)), np.flatnonzero(letters.any(axis=1))
                assert columns.size, text
                away = max(columns[0], letters.shape[1] - 1 - columns[-1], rows[0], letters.shape[0] - 1 - rows[-1])
                assert away <= MARGIN, (text, box)
        assert len(words) > 20
        assert bare.sum() < 0.02 * ink.sum() or picture is shown[2]  # the seal is no word


@pytest.mark.parametrize("options", [(), ("-raw",)], ids=["by its layout", "as written"])
def test_what_is_copied_keeps_labels_before_their_clauses(read, options):
    words = subprocess.run(["pdftotext", *options, read, "-"], capture_output=True, text=True, check=True).stdout.split()
    truth = [word for page in decision(0).pages for word in page.text.split()]
    wanted = [label for label in ("Menimbang", "Mengingat", "MEMUTUSKAN:", "Menetapkan", "KESATU", "KEDUA") if label in truth]
    assert len(wanted) > 4
    at, true = -1, -1
    for label in wanted:
        at, true = words.index(label, at + 1), truth.index(label, true + 1)
        after = [word for word in truth[true + 1:] if word.strip(":").isalnum()][:3]
        assert [word for word in words[at + 1:] if word.strip(":").isalnum()][:3] == after, label


@pytest.mark.one_database(False)
def test_a_batch_is_opened_again_for_what_was_found_in_its_document_which_is_then_made_anew(bindery, pictures):
    document = bindery.bind(pictures)
    bindery.do(confirming.confirm, document.id, "title", "Judul yang dipastikan", LESTARI)
    batch = document.batch_id
    bindery.do(digitising.reopen, batch, LESTARI)
    with pytest.raises(Refused, match="open already"):
        bindery.do(digitising.reopen, batch, LESTARI)
    first, *_, last = bindery.pages(batch)
    bindery.do(arranging.remove, last.id, LESTARI)
    assert bindery.close(batch) == document.id
    with pytest.raises(Refused, match="being made"):
        bindery.do(digitising.reopen, batch, LESTARI)
    bindery.work()
    again = bindery.document(document.id)
    assert [page.page_id for page in again.pages][0] == first.id
    assert len(again.pages) == len(document.pages) - 1
    assert (again.sha256 != document.sha256, again.confirmed["title"]["value"]) == (True, "Judul yang dipastikan")


def test_a_document_has_the_offices_line_and_a_seal_where_they_are_wanted(bindery, pictures, tmp_path):
    key, password = sealing_key(tmp_path)
    bindery.seal_with(str(key), str(password))
    with bindery.database.transaction() as session:
        office(session).copy_footer = "jdih.example/wirasari"
    document = bindery.bind(pictures[:1])
    assert (document.report["seal"]["who"], document.report["seal"]["whole"]) == (WHO, True)
    assert "jdih.example/wirasari" in pdf.text(bindery.data(document))
    assert document.size_bytes == len(bindery.data(document))


def codes(data: bytes) -> list[list[str]]:
    """Of each page the texts of its QR codes."""
    return [[found.text for found in zxingcpp.read_barcodes(picture)] for picture in pdf.pictures(data, 200)]


def test_a_products_copy_has_a_code_that_leads_to_where_it_is_compared_where_that_is_wanted(bindery, pictures):
    product = bindery.do(particulars.register, {"type": "kpt", "number": "7", "year": "2026", "title": "Uji (fiktif)"}, LESTARI).id
    without = bindery.bind(pictures[:1], product=product)
    with bindery.database.transaction() as session:
        office(session).copy_code = True
    loose, its = bindery.bind(pictures[:1]), bindery.bind(pictures, product=product)
    assert [codes(bindery.data(each)) for each in (without, loose, its)] == [[[]], [[]], [[], [ADDRESS(product)]]]


@pytest.mark.one_database(False)
def test_a_checked_products_file_that_is_made_again_is_checked_again(bindery, pictures):
    document = bindery.bind(pictures[:1])
    product = bindery.do(a_checked_product, document).id
    bindery.do(confirming.confirm, document.id, "title", "Judul lain (fiktif)", LESTARI)
    for name, value in (("type", "se"), ("number", "99"), ("year", "2001")):  # as of another product: it stays with the one it was for
        bindery.do(confirming.confirm, document.id, name, value, LESTARI)
    bindery.do(confirming.make_again, document.id, LESTARI)
    bindery.work()
    with bindery.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Product)) == 1
        assert bindery.document(document.id).sha256 != document.sha256
        assert session.get(Product, product).state is ProductState.SCANNED


def test_a_document_that_cannot_be_sealed_is_made_all_the_same_and_says_so(bindery, pictures, tmp_path):
    bindery.seal_with(str(tmp_path / "none.p12"), str(tmp_path / "none"))
    document = bindery.bind(pictures[:1])
    assert document.state is DocumentState.READY
    assert "not_sealed" in document.report
    assert document.report["not_sealed"][0].startswith("The key for the seal cannot be used")
