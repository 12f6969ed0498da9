"""From a stack of paper to pages that cannot be lost: runs, troubles, going on, and workers that die."""

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import Job, Worker
from foundation.owning import owning
from foundation.people import Actor, Role
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import set_fault
from scanner.pages import arranging
from scanner.pages.batches import Batch, Page, Run, RunState
from scanner.pages.capturing import Capturer
from scanner.station import digitising

LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
VISITOR = Actor("Tamu", frozenset({"visitor"}))
FEEDER = Settings(Source.FEEDER, Mode.GRAY, 75, 105, 148)


class Desk:
    """A scanner station with a stack of 25 numbered sheets, and the worker beside it."""

    def __init__(self, database, folder: Path):
        self.database, self.folder, self.stack = database, folder, folder / "stack"
        self.files = FileStore(folder / "files")
        self.stack.mkdir(parents=True)
        for sheet in range(25):
            Image.new("L", (310, 437), 40 + 8 * sheet).save(self.stack / f"{sheet + 1:03d}.png")
        with database.transaction() as session:
            station = Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{self.stack}")
            session.add(station)
            session.flush()
            self.station = station.id
            self.batch = digitising.open_batch(session, station.id, "Keputusan 12/2026 (fiktif)", 25, LESTARI).id

    def ask(self, settings=FEEDER):
        return self.database.run(lambda session: digitising.scan(session, self.batch, settings, LESTARI)).id

    def worker(self):
        capturer = Capturer(self.database, self.files, self.folder)
        return Worker(self.database, {"capture": capturer.capture}, [f"scanning/{self.station}"])

    def scan(self, settings=FEEDER):
        run = self.ask(settings)
        self.worker().run_one()
        return self.run(run)

    def run(self, run):
        with self.database.reading() as session:
            return session.get_one(Run, run)

    def numbers(self):
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Page.number).where(Page.batch_id == self.batch).order_by(Page.place)))

    def pages(self):
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Page).where(Page.batch_id == self.batch).order_by(Page.place)))

    def do(self, use_case, *arguments):
        return self.database.run(lambda session: use_case(session, *arguments))


@pytest.fixture
def desk(database, tmp_path):
    return Desk(database, tmp_path)


def test_a_stack_becomes_pages_in_the_store(desk):
    run = desk.scan()
    assert (run.state, run.page, run.ended_at is not None) == (RunState.FINISHED, None, True)
    assert desk.numbers() == list(range(1, 26))
    assert all(desk.files.is_whole(page.sha256) for page in desk.pages())
    assert len({page.sha256 for page in desk.pages()}) == 25
    assert not (desk.folder / "scanning" / str(run.id)).exists()


@pytest.mark.parametrize(("fault", "trouble", "kept"), [
    ("jam 17", "PaperJam", 16), ("cover open 3", "CoverOpen", 2), ("cut 4", "Offline", 3), ("crash 8", "Crashed", 7),
    ("multifeed 5", "Multifeed", 4)])
def test_what_stops_a_run_keeps_its_pages_and_the_next_goes_on_with_the_next_number(desk, fault, trouble, kept):
    set_fault(desk.stack, fault)
    run = desk.scan()
    assert (run.state, run.trouble) == (RunState.STOPPED, trouble)
    assert run.sentence
    assert run.next_step
    assert desk.numbers() == list(range(1, kept + 1))
    again = desk.scan()
    assert (again.state, again.first) == (RunState.FINISHED, kept + 1)
    assert desk.numbers() == list(range(1, 26))
    assert len({page.sha256 for page in desk.pages()}) == 25


def test_a_run_that_is_cancelled_keeps_what_is_finished(desk):
    set_fault(desk.stack, "slow")
    run = desk.ask()
    thread = threading.Thread(target=desk.worker().run_one)
    thread.start()
    wait_for(lambda: len(desk.numbers()) >= 2)
    desk.do(digitising.cancel, run, LESTARI)
    thread.join(20)
    assert desk.run(run).state is RunState.CANCELLED
    assert 2 <= len(desk.numbers()) < 25
    set_fault(desk.stack)
    assert desk.scan().state is RunState.FINISHED
    assert desk.numbers() == list(range(1, 26))


def test_a_run_that_has_not_begun_is_cancelled_at_once(desk):
    run = desk.ask()
    desk.do(digitising.cancel, run, LESTARI)
    desk.worker().run_one()
    assert desk.run(run).state is RunState.CANCELLED
    assert desk.numbers() == []


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("died", ["before the first page", "with a page not yet in the store"])
def test_a_run_whose_worker_died_has_stopped_and_lost_no_page(desk, died):
    run = desk.ask()
    incoming = desk.folder / "scanning" / str(run)
    with desk.database.transaction() as session:
        session.get_one(Run, run).state = RunState.SCANNING
    if died == "with a page not yet in the store":
        incoming.mkdir(parents=True)
        Image.new("L", FEEDER.pixels, 77).save(incoming / "00001.tiff")
        (incoming / "incoming").mkdir()
        (incoming / "incoming" / "half.part").write_bytes(b"II")
    desk.worker().run_one()
    assert (desk.run(run).state, desk.run(run).trouble) == (RunState.STOPPED, "Crashed")
    assert desk.numbers() == ([1] if died == "with a page not yet in the store" else [])
    assert not incoming.exists()
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.done_at.is_(None), Job.name == "capture")) == 0


def test_the_second_person_is_told_who_has_the_scanner(desk):
    with owning(desk.folder, f"simulated://{desk.stack}", "Galih Contoh") as mine:
        assert mine
        run = desk.scan()
    assert (run.state, run.trouble, run.details["name"]) == (RunState.STOPPED, "Busy", "Galih Contoh")
    assert desk.scan().state is RunState.FINISHED


def test_one_run_of_a_batch_at_a_time(desk):
    desk.ask()
    with pytest.raises(Refused):
        desk.ask()


def test_a_scanner_that_cannot_do_what_is_asked_says_so(desk):
    run = desk.scan(Settings(Source.FEEDER, Mode.GRAY, 1234))
    assert (run.state, run.trouble) == (RunState.STOPPED, "WrongSettings")
    assert "dpi" in run.sentence


def test_pages_are_turned_moved_removed_and_put_back_and_their_pictures_stay(desk):
    desk.scan()
    first, second, *_, last = desk.pages()
    desk.do(arranging.turn, first.id, 90, LESTARI)
    desk.do(arranging.turn, first.id, 270, LESTARI)
    desk.do(arranging.turn, first.id, 180, LESTARI)
    desk.do(arranging.move, last.id, first.id, LESTARI)
    desk.do(arranging.move, second.id, None, LESTARI)
    desk.do(arranging.remove, first.id, LESTARI)
    assert desk.numbers() == [25, 1, *range(3, 25), 2]
    assert [page.turned for page in desk.pages()][1] == 180
    desk.do(arranging.put_back, first.id, LESTARI)
    desk.do(arranging.remove, second.id, LESTARI)
    desk.do(digitising.close, desk.batch, LESTARI)
    assert desk.numbers() == [25, 1, *range(3, 25)]
    assert desk.files.is_whole(second.sha256)  # a picture that no row names any more is swept by itself, later
    closed = ((arranging.turn, (first.id, 90)), (arranging.remove, (first.id,)), (digitising.scan, (desk.batch, FEEDER)))
    for use_case, arguments in closed:
        with pytest.raises(Refused):
            desk.do(use_case, *arguments, LESTARI)


def test_a_batch_is_staffs_and_has_a_name_a_scanner_and_pages(desk):
    for station, name, sheets in ((desk.station, " ", 1), (999, "Ada", 1), (desk.station, "Ada", 0)):
        with pytest.raises(Refused) as refused:
            desk.do(digitising.open_batch, station, name, sheets, LESTARI)
        assert refused.value.fields
    with pytest.raises(Refused):
        desk.do(digitising.open_batch, desk.station, "Ada", None, VISITOR)
    with pytest.raises(Refused):
        desk.do(digitising.scan, desk.batch, FEEDER, VISITOR)
    with pytest.raises(Refused):
        desk.do(digitising.close, desk.batch, LESTARI)


def test_a_page_of_another_batch_is_no_place_to_move_to(desk):
    desk.scan(Settings(Source.FLATBED, Mode.GRAY, 75, 105, 148))
    with desk.database.transaction() as session:
        other = Batch(name="Lain", station_id=desk.station, made_by="x")
        session.add(other)
        session.flush()
    with pytest.raises(Refused):
        desk.do(arranging.move, desk.pages()[0].id, 10_000, LESTARI)
