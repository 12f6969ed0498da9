"""A raw queue of CUPS: the contract, with CUPS itself between us and a simulated network printer."""

import pytest

from printer.connect import open_printer
from printer.device import NotSent, Outcome, PrinterStatus, Uncertain
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault
from tests.integration.devices.cups_daemon import Cups, why_not
from tests.integration.devices.printer_contract import SLIP, PrinterContract, wait_for

QUEUE = "slips-1"


@pytest.fixture(scope="module")
def daemon():
    if reason := why_not():
        pytest.skip(reason)
    with Cups() as daemon:
        yield daemon


@pytest.fixture
def cups(daemon, monkeypatch, folder):
    """The daemon with a queue, and a working printer behind it."""
    for name, value in daemon.environment.items():
        monkeypatch.setenv(name, value)
    with SimulatedPrinterServer(folder) as server:
        daemon.add(QUEUE, server.port)
        daemon.add(QUEUE + "-driven", server.port, "drv:///sample.drv/generpcl.ppd")
        yield daemon
        daemon.run("cancel", "-a", QUEUE)
        daemon.run("lpadmin", "-x", QUEUE)
        daemon.run("lpadmin", "-x", QUEUE + "-driven")


class TestCups(PrinterContract):
    ends = Outcome.UNCONFIRMED
    maker = None

    @pytest.fixture
    def printer(self, cups):
        return open_printer(f"cups://{QUEUE}")

    @pytest.fixture
    def unreachable(self, cups):
        return open_printer("cups://no-such-queue")

    @pytest.fixture
    def on_paper(self, cups, on_paper):
        def when_the_queue_is_empty():
            wait_for(lambda: not cups.run("lpstat", "-o", QUEUE).stdout)
            return on_paper()
        return when_the_queue_is_empty

    @pytest.mark.parametrize(("stop", "start"), [("cupsdisable", "cupsenable"), ("cupsreject", "cupsaccept")])
    def test_a_stopped_queue_is_told_and_keeps_no_slip_for_later(self, cups, printer, on_paper, stop, start):
        cups.run(stop, QUEUE).check_returncode()
        assert printer.status() is PrinterStatus.PAUSED
        with pytest.raises(NotSent):
            printer.send(SLIP, lambda: None)
        cups.run(start, QUEUE).check_returncode()
        assert on_paper() == b""

    def test_a_queue_with_a_driver_changes_nothing_either(self, cups, printer, on_paper):
        looks_like_text = b"Bukti peminjaman\n" * 20  # which CUPS would turn into pages
        open_printer(f"cups://{QUEUE}-driven").send(looks_like_text, lambda: None).close()
        wait_for(lambda: not cups.run("lpstat", "-o").stdout)
        assert on_paper() == looks_like_text

    def test_it_is_never_ready_because_cups_does_not_know(self, printer, folder):
        set_fault(folder, FaultKind.OUT_OF_PAPER)
        assert printer.status() is PrinterStatus.UNKNOWN

    def test_a_queue_that_takes_no_slip_after_all_leaves_it_uncertain(self, cups, printer):
        with pytest.raises(Uncertain) as reason:
            printer.send(SLIP, lambda: cups.run("cupsreject", QUEUE))
        assert "did not say that it took the slip" in reason.value.sentence

    def test_cups_in_another_language_is_understood_all_the_same(self, cups, printer, monkeypatch):
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
        monkeypatch.setenv("LANGUAGE", "de")
        cups.run("cupsdisable", QUEUE)
        assert printer.status() is PrinterStatus.PAUSED


def test_a_computer_without_cups_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert open_printer("cups://slips").status() is PrinterStatus.NO_DRIVER
    with pytest.raises(NotSent) as reason:
        open_printer("cups://slips").send(SLIP, lambda: None)
    assert reason.value.status is PrinterStatus.NO_DRIVER


def test_a_computer_whose_cups_does_not_run_is_told_to_be_offline(monkeypatch, tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody.sock"))
    assert open_printer("cups://slips").status() is PrinterStatus.OFFLINE
