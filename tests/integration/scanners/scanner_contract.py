"""What every scanner promises, whatever is behind its address; each adapter's test class inherits this."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.devices.port import Mode, PageFile, Patience, Progress, Scanner, Source
from scanner.devices.simulated import FaultKind, set_fault
from scanner.devices.troubles import (
    Busy,
    CoverOpen,
    Crashed,
    Denied,
    FeederEmpty,
    Multifeed,
    NoSpace,
    Offline,
    PaperJam,
    Stalled,
    Trouble,
    WrongSettings,
)
from tests.integration.scanners.conftest import FEEDER, HOME, SHEETS, number_on

QUICK = Patience(first=20, next=20)
HASTY = Patience(first=3, next=3)


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def scan(scanner: Scanner, out: Path, settings=FEEDER, first=1) -> tuple[list[PageFile], Trouble | None]:
    """The pages that came, and what ended the scan."""
    pages = []
    try:
        for event in scanner.scan(settings, out, first):
            if isinstance(event, PageFile):
                pages.append(event)
    except Trouble as trouble:
        return pages, trouble
    return pages, None


def numbers(pages: list[PageFile]) -> list[int]:
    """As they are called, once it is sure that this is what is on them."""
    called = [page.number for page in pages]
    assert [number_on(page.path) for page in pages] == called
    return called


def processes_that_name(text: str) -> list[str]:
    """The command lines of running programs in which `text` stands."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and int(process.name) != os.getpid():
            found.append(line)
    return found


class ScannerContract:
    """A test class gives the fixtures `address` of a scanner with `stack` in its feeder, and `put_back(first)`, which puts all sheets
    from `first` on into its feeder again. `ends`: how a fault ends a scan, where this adapter cannot tell as much as others."""

    ends: dict[FaultKind, type[Trouble] | tuple[type[Trouble], ...]] = {}
    modes = (Mode.LINEART, Mode.GRAY, Mode.COLOR)
    when_busy = HASTY

    @pytest.fixture
    def put_back(self):
        return lambda first: None

    def open(self, address: str, patience: Patience = QUICK) -> Scanner:
        from scanner.devices.connect import open_scanner

        return open_scanner(address, patience)

    def expected(self, fault: FaultKind, usually: type[Trouble]) -> type[Trouble] | tuple[type[Trouble], ...]:
        return self.ends.get(fault, usually)

    def test_it_says_what_it_can_do(self, address):
        options = self.open(address).options()
        assert (set(options.sources), set(options.modes)) == (set(Source), set(self.modes))
        assert {75, 150, 300} <= set(options.common_resolutions)
        assert "A4" in options.papers(Source.FEEDER)
        assert "F4" in options.papers(Source.FEEDER)
        assert "F4" not in options.papers(Source.FLATBED)

    def test_every_sheet_becomes_a_page_in_its_order(self, address, out):
        pages, trouble = scan(self.open(address), out)
        assert (numbers(pages), trouble) == (list(range(1, SHEETS + 1)), None)
        assert sorted(out.iterdir()) == [page.path for page in pages]
        assert len({page.sha256 for page in pages}) == SHEETS
        assert all(abs(page.width_px - 620) < 9 and abs(page.height_px - 877) < 9 and page.dpi == 75 for page in pages)

    def test_two_sides_come_front_before_back(self, address, out):
        pages, trouble = scan(self.open(address), out, replace(FEEDER, source=Source.DUPLEX, sheets=3))
        assert (numbers(pages), trouble) == ([1, 2, 3, 4, 5, 6], None)

    def test_no_more_sheets_than_wanted(self, address, out):
        pages, trouble = scan(self.open(address), out, replace(FEEDER, sheets=2))
        assert (numbers(pages), trouble) == ([1, 2], None)

    def test_a_flatbed_gives_one_page(self, address, out):
        pages, trouble = scan(self.open(address), out, replace(FEEDER, source=Source.FLATBED))
        assert (numbers(pages), trouble) == ([1], None)

    def test_colours_are_what_was_asked_for(self, address, out, put_back):
        for first, mode in enumerate(self.modes, 1):
            pages, _ = scan(self.open(address), out, replace(FEEDER, mode=mode, sheets=1), first)
            assert [page.mode for page in pages] == [mode]
            put_back(first + 1)

    def test_progress_is_told_within_the_page_and_not_too_often(self, address, out, stack):
        set_fault(stack, FaultKind.SLOW)
        told = [event for event in self.open(address).scan(replace(FEEDER, dpi=300, sheets=2), out) if isinstance(event, Progress)]
        assert {event.number for event in told} <= {1, 2}
        for _, group in itertools.groupby(told, lambda event: event.number):
            parts = [event.part for event in group]
            assert parts == sorted(parts)
            assert 0 <= parts[0] <= parts[-1] <= 1
            assert len(parts) < 12
        assert told

    def test_cancelling_keeps_the_finished_pages(self, address, out, stack):
        set_fault(stack, FaultKind.SLOW)
        scanner, pages = self.open(address), []
        for event in scanner.scan(FEEDER, out):
            if isinstance(event, PageFile):
                pages.append(event)
                if event.number == 2:
                    threading.Timer(0.2, scanner.cancel).start()
        assert 2 <= len(pages) < SHEETS
        assert sorted(out.iterdir()) == [page.path for page in pages]
        assert not processes_that_name(str(out))

    def test_a_cancelled_scanner_begins_nothing(self, address, out):
        scanner = self.open(address)
        scanner.cancel()
        assert scan(scanner, out) == ([], None)

    def test_a_scan_that_nobody_goes_on_with_ends(self, address, out):
        events = self.open(address).scan(FEEDER, out)
        page = next(event for event in events if isinstance(event, PageFile))
        events.close()
        assert list(out.iterdir()) == [page.path]
        assert not processes_that_name(str(out))

    @pytest.mark.parametrize(("fault", "usually"), [(FaultKind.EMPTY, FeederEmpty), (FaultKind.OFFLINE, Offline), (FaultKind.BUSY, Busy),
                                                    (FaultKind.DENIED, Denied)])
    def test_what_cannot_begin_says_why(self, address, out, stack, fault, usually):
        set_fault(stack, fault)
        pages, trouble = scan(self.open(address, self.when_busy if fault is FaultKind.BUSY else HASTY), out)
        assert (pages, isinstance(trouble, self.expected(fault, usually))) == ([], True), repr(trouble)
        assert trouble.sentence
        assert trouble.next_step

    @pytest.mark.parametrize(("fault", "number", "usually"), [
        (FaultKind.JAM, 17, PaperJam), (FaultKind.COVER_OPEN, 3, CoverOpen), (FaultKind.MULTIFEED, 2, Multifeed),
        (FaultKind.CUT, 4, Offline),
        (FaultKind.HANG, 3, Stalled), (FaultKind.CRASH, 5, Crashed)])
    def test_after_a_fault_it_goes_on_with_exactly_the_missing_pages(self, address, out, stack, put_back, fault, number, usually):
        set_fault(stack, f"{fault} {number}")
        before, trouble = scan(self.open(address, HASTY if fault in (FaultKind.HANG, FaultKind.MULTIFEED) else QUICK), out)
        assert isinstance(trouble, self.expected(fault, usually)), repr(trouble)
        assert numbers(before) == list(range(1, number))
        put_back(number)
        after, trouble = scan(self.open(address), out, first=number)
        assert trouble is None
        assert numbers(before + after) == list(range(1, SHEETS + 1))
        assert sorted(out.iterdir()) == [kept.path for kept in before + after]

    @pytest.mark.parametrize("wrong", [{"dpi": 123}, {"width_mm": 2000.0}, {"height_mm": -1.0}])
    def test_what_it_does_not_have_is_refused_before_a_sheet_moves(self, address, out, wrong):
        pages, trouble = scan(self.open(address), out, replace(FEEDER, **wrong))
        assert (pages, type(trouble), out.exists() and list(out.iterdir())) == ([], WrongSettings, out.exists() and [])
        assert "%" not in str(trouble)
        pages, _ = scan(self.open(address), out, replace(FEEDER, sheets=1))
        assert numbers(pages) == [1]

    def test_a_page_is_never_put_in_the_place_of_another(self, address, out):
        out.mkdir()
        (out / "00002.tiff").write_bytes(b"another scan's")
        with pytest.raises(FileExistsError):
            scan(self.open(address), out)
        assert (out / "00002.tiff").read_bytes() == b"another scan's"

    def test_a_full_disk_keeps_the_finished_pages(self, address, small_disk, put_back):
        out, before, trouble = small_disk / "out", [], None
        try:
            for event in self.open(address).scan(FEEDER, out):
                if isinstance(event, PageFile):
                    before.append(event)
                    if event.number == 3:
                        room = os.statvfs(small_disk)
                        (small_disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize - 1_000_000))
        except NoSpace as full:
            trouble = full
        assert trouble
        assert numbers(before) == list(range(1, len(before) + 1))
        assert 3 <= len(before) < SHEETS
        (small_disk / "ballast").unlink()
        put_back(len(before) + 1)
        after, trouble = scan(self.open(address), out, first=len(before) + 1)
        assert (numbers(before + after), trouble) == (list(range(1, SHEETS + 1)), None)

    def test_kill_9_leaves_no_program_behind_and_the_finished_pages(self, address, out, stack, put_back):
        set_fault(stack, FaultKind.SLOW)
        code = ("import sys; from pathlib import Path\n"
                "from scanner.devices.connect import open_scanner; from scanner.devices.port import *\n"
                "for event in open_scanner(sys.argv[1]).scan(Settings(Source.FEEDER, Mode.GRAY, 75), Path(sys.argv[2])): pass")
        worker = subprocess.Popen([sys.executable, "-c", code, address, str(out)], cwd=HOME, stderr=subprocess.DEVNULL)
        wait_for(lambda: list(out.glob("00002.*")))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait_for(lambda: not processes_that_name(str(out)))
        set_fault(stack)
        first = len(list(out.glob("0*"))) + 1
        put_back(first)
        after, trouble = scan(self.open(address), out, first=first)
        assert (numbers(after), trouble) == (list(range(first, SHEETS + 1)), None)
        assert [number_on(page) for page in sorted(out.iterdir())] == list(range(1, SHEETS + 1))
