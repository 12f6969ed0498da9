"""What a scanner can do, known before somebody stands there with paper, and a scanner that is found under its new address."""

import os
import time
from dataclasses import asdict

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import Job, Worker
from foundation.owning import owning
from foundation.people import PROGRAM, Actor, Role
from foundation.settings import Settings as ServiceSettings
from foundation.stations import Station, StationKind
from scanner.devices import connect, knowing
from scanner.devices.knowing import Learner
from scanner.devices.port import Identity, Mode, Options, Settings, Source
from scanner.devices.simulated import LARGEST, MODES, RESOLUTIONS, SOURCES, set_fault
from scanner.devices.simulated_escl import SimulatedEsclServer
from scanner.pages.batches import Page, Run, RunState
from scanner.pages.capturing import Capturer
from scanner.station import digitising
from webui.wiring import wire
from webui.working import Works

LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
RINA = Actor("Rina Contoh", frozenset({Role.ADMIN}))
FEEDER = Settings(Source.FEEDER, Mode.GRAY, 75, 105, 148)
SIMULATED = Identity("Loket", "Simulated", "0001")
TESTER = Identity("Noname", "frontend-tester")
SHEETS = 3


class Desk:
    """A scanner station with a stack of three sheets, and the worker beside it."""

    def __init__(self, database, folder):
        self.database, self.folder, self.stack = database, folder, folder / "stack"
        self.stack.mkdir(parents=True)
        for sheet in range(SHEETS):
            Image.new("L", (310, 437), 40 + 60 * sheet).save(self.stack / f"{sheet + 1}.png")
        with database.transaction() as session:
            station = Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{self.stack}")
            session.add(station)
            session.flush()
            self.id = station.id

    @property
    def station(self) -> Station:
        with self.database.reading() as session:
            return session.get_one(Station, self.id)

    @property
    def known(self) -> knowing.Known | None:
        return knowing.known(self.station)

    def at(self, address, **known) -> None:
        """As if the scanner had been asked at `address`, and said who it is."""
        with self.database.transaction() as session:
            station = session.get_one(Station, self.id)
            station.scanner = address
            if known:
                station.scanner_known = {"address": address, "identity": asdict(Identity(**known)), "options": None, "trouble": None}

    def learn(self, open_scanner=connect.open_scanner) -> knowing.Known | None:
        Learner(self.database, self.folder, open_scanner).learn(self.id)
        return self.known

    def ask(self, settings=FEEDER) -> int:
        with self.database.transaction() as session:
            batch = digitising.open_batch(session, self.id, "Keputusan 12/2026 (fiktif)", None, LESTARI)
            session.flush()
            return digitising.scan(session, batch.id, settings, LESTARI).id

    def scan(self, settings=FEEDER) -> Run:
        run = self.ask(settings)
        capturer = Capturer(self.database, FileStore(self.folder / "files"), self.folder)
        Worker(self.database, {"capture": capturer.capture}, [f"scanning/{self.id}"]).run_one()
        with self.database.reading() as session:
            return session.get_one(Run, run)

    def pages(self, run: Run) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).where(Page.run_id == run.id))

    def entries(self, deed) -> list[AuditEntry]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == deed)))


@pytest.fixture
def desk(database, tmp_path):
    return Desk(database, tmp_path)


@pytest.fixture
def sane(tmp_path, monkeypatch):
    """SANE knows no device but so many of its test backend: test:0, test:1, …"""
    folder = tmp_path / "sane.d"
    folder.mkdir()
    (folder / "dll.conf").write_text("test\n")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(folder))

    def plug_in(devices: int) -> None:
        # as it comes, it is smaller than A4
        (folder / "test.conf").write_text(f"number_of_devices {devices}\ngeometry_min 0.0\ngeometry_max 360.0\ngeometry_quant 1.0\n"
                                          "resolution_min 1.0\nresolution_max 1200.0\nresolution_quant 1.0\n")
    return plug_in


@pytest.fixture
def discover(tmp_path, monkeypatch):
    """In the place of sane-airscan's program: one that finds the scanners that a test lets it find."""
    def find(*servers: SimulatedEsclServer) -> None:
        program = tmp_path / "bin" / "airscan-discover"
        program.parent.mkdir(exist_ok=True)
        lines = "".join(f"  Kantor = http://127.0.0.1:{server.port}/eSCL/, eSCL\n" for server in servers)
        program.write_text(f"#!/bin/sh\ncat <<'END'\n[devices]\n{lines}END\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return find


# --- what it can do -----------------------------------------------------------------------------------------------------------------


def test_a_scanner_says_who_it_is_and_what_it_can_do(desk):
    assert desk.known is None
    assert knowing.known_options(desk.station) is None
    assert desk.learn() == knowing.Known(SIMULATED, Options(SOURCES, MODES, RESOLUTIONS, LARGEST), None)
    options = knowing.known_options(desk.station)
    assert options.papers(Source.FLATBED) == ("A5", "A4", "Letter")
    assert "Legal" in options.papers(Source.DUPLEX)
    assert desk.station.scanner_known_at is not None
    assert [entry.details["name"] for entry in desk.entries("scanner known")] == ["Loket Simulated"]
    desk.learn()
    assert len(desk.entries("scanner known")) == 1  # it is the same one


@pytest.mark.parametrize("program", ["sane", "scanimage"])
def test_of_every_resolution_the_common_ones_are_kept(desk, sane, program):
    sane(1)
    desk.at(f"{program}://test:0")
    known = desk.learn()
    assert known.identity == TESTER
    assert known.options.resolutions == (75, 100, 150, 200, 240, 300, 400, 600, 1200)


def test_why_it_could_not_be_asked_is_kept_beside_what_was_known(desk):
    desk.learn()
    set_fault(desk.stack, "offline")
    known = desk.learn()
    assert known.trouble.sentence == "The scanner cannot be reached, or the connection to it broke."
    assert "cable" in known.trouble.next_step
    assert (known.identity, known.options.resolutions) == (SIMULATED, RESOLUTIONS)
    assert desk.station.scanner_known["trouble"]["type"] == "Offline"
    set_fault(desk.stack)
    assert desk.learn().trouble is None


def test_who_has_it_is_kept_too(desk):
    with owning(desk.folder, f"simulated://{desk.stack}", "Galih Contoh") as mine:
        assert mine
        trouble = desk.learn().trouble
    assert trouble.sentence == "The scanner is in use by %(name)s since %(since)s."
    assert trouble.details["name"] == "Galih Contoh"


def test_what_is_true_of_one_address_is_not_said_of_another(desk):
    desk.learn()
    desk.at("escl://10.0.0.9")
    assert desk.known is None
    assert desk.learn(lambda address: connect.open_scanner(f"simulated://{desk.stack}")).identity == SIMULATED


def test_an_answer_is_dropped_when_another_address_was_saved_meanwhile(desk):
    def while_it_answers(address):
        desk.at("escl://10.0.0.9")
        return connect.open_scanner(address)
    assert desk.learn(while_it_answers) is None


def test_it_is_asked_once_however_often_somebody_asks_for_it(desk):
    for _ in range(3):
        desk.database.run(lambda session: knowing.ask(session, desk.id, RINA))
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
        assert knowing.being_asked(session, desk.station)
    learner = Learner(desk.database, desk.folder)
    Worker(desk.database, {"learn": learner.learn}, [f"scanning/{desk.id}"]).run_one()
    assert desk.known.identity == SIMULATED
    with desk.database.reading() as session:
        assert not knowing.being_asked(session, desk.station)


def test_only_an_administrator_asks_and_only_where_there_is_a_scanner(desk):
    with pytest.raises(Refused):
        desk.database.run(lambda session: knowing.ask(session, desk.id, LESTARI))
    desk.at("")
    assert desk.known is None
    with pytest.raises(Refused):
        desk.database.run(lambda session: knowing.ask(session, desk.id, RINA))
    assert desk.learn() is None


def test_the_first_scan_makes_a_scanner_known(desk):
    assert desk.scan().state is RunState.FINISHED
    assert desk.known.identity == SIMULATED
    assert desk.known.options.resolutions == RESOLUTIONS


# --- where it went ------------------------------------------------------------------------------------------------------------------


def test_a_network_scanner_with_a_new_address_scans_in_the_same_run(desk, discover):
    with SimulatedEsclServer(desk.stack) as before:
        desk.at(before.address)
        assert desk.learn().identity == SIMULATED
    with SimulatedEsclServer(desk.stack) as after:
        discover(after)
        run = desk.scan()
        assert (run.state, run.trouble, desk.pages(run)) == (RunState.FINISHED, "", SHEETS)
        assert desk.station.scanner == after.address
        assert desk.known.options.resolutions == RESOLUTIONS
        [entry] = desk.entries("scanner found again")
        assert (entry.by, entry.details) == (PROGRAM.name, {"was": before.address, "address": after.address})


@pytest.mark.parametrize("program", ["sane", "scanimage"])
def test_a_scanner_plugged_in_again_scans_in_the_same_run(desk, sane, program):
    sane(2)
    desk.at(f"{program}://test:1#hand-scanner=no")
    assert desk.learn().identity == TESTER
    sane(1)
    run = desk.scan(Settings(Source.FEEDER, Mode.GRAY, 75, 105, 148, sheets=2))
    assert (run.state, run.trouble, desk.pages(run)) == (RunState.FINISHED, "", 2)
    assert desk.station.scanner == f"{program}://test:0#hand-scanner=no"


def test_it_is_found_again_also_when_it_is_only_asked(desk, sane):
    sane(1)
    desk.at("scanimage://test:1", maker=TESTER.maker, model=TESTER.model)
    known = desk.learn()
    assert (desk.station.scanner, known.trouble, known.options.sources.keys()) == (
        "scanimage://test:0", None, {Source.FLATBED, Source.FEEDER})


def test_the_scanner_of_another_station_is_not_taken_for_it(desk, sane):
    sane(1)
    desk.at("sane://test:1", maker=TESTER.maker, model=TESTER.model)
    with desk.database.transaction() as session:
        session.add(Station(name="Meja lain", kind=StationKind.SCANNER, scanner="scanimage://test:0"))
    run = desk.scan()
    assert (run.state, run.trouble, desk.station.scanner) == (RunState.STOPPED, "Offline", "sane://test:1")


@pytest.mark.parametrize("known", [{}, {"model": TESTER.model}, {"maker": "Noname", "model": "another"}])
def test_a_scanner_that_nobody_knows_or_finds_stays_where_it_was(desk, sane, known):
    sane(1)
    desk.at("sane://test:1", **known)
    run = desk.scan()
    assert (run.state, run.trouble, desk.station.scanner) == (RunState.STOPPED, "Offline", "sane://test:1")


def test_a_cable_cut_in_the_first_page_ends_the_run(desk, discover):
    """The sheet has gone in: going on by itself would lose it."""
    with SimulatedEsclServer(desk.stack) as server, SimulatedEsclServer(desk.stack) as other:
        discover(other)
        desk.at(server.address)
        desk.learn()
        set_fault(desk.stack, "cut 1")
        run = desk.scan()
        assert (run.state, run.trouble, desk.pages(run), other.fed) == (RunState.STOPPED, "Offline", 0, 0)
        assert desk.station.scanner == server.address


def test_the_worker_beside_a_scanner_stays_when_its_address_changes(database_url, tmp_path):
    wired = wire(ServiceSettings(data=tmp_path / "data", database_url=database_url))
    works, desk = Works(wired), Desk(wired.database, tmp_path)
    works.start()
    try:
        worker = works.devices["scanning", desk.id]
        desk.at("escl://10.0.0.9")
        with wired.database.transaction() as session:
            session.add(Station(id=99, name="Meja lain", scanner="escl://10.0.0.8"))
        wait_for(lambda: ("scanning", 99) in works.devices)  # it has looked
        assert works.devices["scanning", desk.id] is worker
        desk.at("")
        wait_for(lambda: ("scanning", desk.id) not in works.devices)
    finally:
        works.stop()
        wired.database.close()


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
