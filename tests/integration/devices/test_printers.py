"""The contract, run over every kind of printer; and the faults of those that answer."""

import os
import socket
import time

import pytest

from printer.connect import open_printer
from printer.device import NotSent, Outcome, PrinterStatus, Uncertain
from printer.layout import Paper
from printer.paper import pages
from printer.receipt import QrCode, Receipt
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault, slips
from printer.thermal import render
from tests.integration.devices.printer_contract import SLIP, PrinterContract

QUICK = {"answer_within": 0.3, "print_within": 1.0}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "printer"


@pytest.fixture
def on_paper(folder):
    return lambda: b"".join(file.read_bytes() for file in slips(folder))


def wait_for(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


class AnsweringPrinter(PrinterContract):
    """A printer with a way back is honest about everything that happens to it."""

    ends = Outcome.PRINTED

    @pytest.mark.parametrize(("fault", "status"), [
        (FaultKind.OUT_OF_PAPER, PrinterStatus.NO_PAPER), (FaultKind.COVER_OPEN, PrinterStatus.COVER_OPEN),
        (FaultKind.OFFLINE, PrinterStatus.OFFLINE), (FaultKind.ERROR, PrinterStatus.ERROR), (FaultKind.MUTE, PrinterStatus.UNKNOWN),
        ("a word that nobody knows", PrinterStatus.ERROR)])
    def test_a_printer_that_is_not_ready_says_why_and_gets_nothing(self, printer, folder, on_paper, fault, status):
        set_fault(folder, fault)
        said = []
        assert printer.status() is status
        with pytest.raises(NotSent) as reason:
            printer.send(SLIP, lambda: said.append("sending"))
        assert (reason.value.status, said, on_paper()) == (status, [], b"")
        set_fault(folder)
        printer.send(SLIP, lambda: None).close()
        assert on_paper() == SLIP

    def test_paper_near_its_end_is_told_and_printed_on(self, printer, folder, on_paper):
        set_fault(folder, FaultKind.PAPER_NEAR_END)
        assert printer.status() is PrinterStatus.PAPER_LOW
        sending = printer.send(SLIP, lambda: None)
        sending.close()
        assert (sending.outcome, sending.status, on_paper()) == (Outcome.PRINTED, PrinterStatus.PAPER_LOW, SLIP)

    @pytest.mark.parametrize(("fault", "status"), [(FaultKind.OUT_OF_PAPER, PrinterStatus.NO_PAPER),
                                                   (FaultKind.COVER_OPEN, PrinterStatus.COVER_OPEN)])
    def test_a_slip_that_the_printer_holds_comes_out_when_the_fault_is_mended(self, printer, folder, on_paper, fault, status):
        sending = printer.send(SLIP, lambda: set_fault(folder, fault))
        assert (sending.outcome, sending.status, on_paper()) == (Outcome.HELD, status, b"")
        sending.poll()
        assert sending.outcome is Outcome.HELD
        set_fault(folder)
        sending.poll()
        sending.close()
        assert (sending.outcome, on_paper()) == (Outcome.PRINTED, SLIP)

    def test_paper_that_ends_within_a_slip_lets_it_be_finished_on_the_new_roll(self, printer, folder, on_paper):
        set_fault(folder, f"{FaultKind.OUT_OF_PAPER} 1000")
        sending = printer.send(SLIP, lambda: None)
        assert (sending.outcome, sending.status) == (Outcome.HELD, PrinterStatus.NO_PAPER)
        set_fault(folder)
        sending.poll()
        sending.close()
        assert (sending.outcome, on_paper()) == (Outcome.PRINTED, SLIP)

    def test_what_a_printer_holds_when_nobody_waits_any_more_comes_out_later(self, printer, folder, on_paper):
        printer.send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER)).close()
        set_fault(folder)
        wait_for(lambda: printer.status() is PrinterStatus.READY)
        wait_for(lambda: on_paper() == SLIP)

    @pytest.mark.parametrize("after", [0, 1, 1000, len(SLIP) - 1, 10**6])
    def test_a_power_cut_at_any_byte_leaves_it_uncertain(self, printer, folder, on_paper, after):
        set_fault(folder, f"{FaultKind.POWER_CUT} {after}")
        with pytest.raises(Uncertain):
            printer.send(SLIP, lambda: None)
        wait_for(lambda: after < 1000 or on_paper())
        assert SLIP.startswith(on_paper())
        assert (on_paper() == SLIP) == (after > len(SLIP))

    def test_a_printer_that_falls_silent_leaves_it_uncertain(self, printer, folder):
        with pytest.raises(Uncertain):
            printer.send(SLIP, lambda: set_fault(folder, FaultKind.MUTE))

    def send_half_a_picture(self, printer, folder):
        picture = render(Receipt((QrCode("1" * 34),)), Paper(80))
        set_fault(folder, f"{FaultKind.CONNECTION_LOST} {len(picture) // 2}")
        with pytest.raises(Uncertain):
            printer.send(picture, lambda: None)

    def test_half_a_picture_in_its_memory_does_not_swallow_the_next_slip(self, printer, folder, on_paper):
        self.send_half_a_picture(printer, folder)
        printer.send(SLIP, lambda: None, after_abort=True).close()
        assert on_paper().endswith(SLIP)
        assert "Bukti peminjaman" in pages(on_paper(), 80)[-1].text

    def test_without_the_recovery_it_would_swallow_it(self, printer, folder, on_paper):
        """Otherwise the test above would show nothing."""
        self.send_half_a_picture(printer, folder)
        printer.send(SLIP, lambda: None).close()
        assert "Bukti peminjaman" not in pages(on_paper(), 80)[-1].text


class TestSimulatedFolder(AnsweringPrinter):
    @pytest.fixture
    def printer(self, folder):
        return open_printer(f"simulated://{folder}", **QUICK)

    @pytest.fixture
    def unreachable(self, tmp_path):
        (tmp_path / "file").touch()
        return open_printer(f"simulated://{tmp_path}/file/folder", **QUICK)


class TestTcp(AnsweringPrinter):
    @pytest.fixture
    def printer(self, folder):
        with SimulatedPrinterServer(folder) as server:
            yield open_printer(server.address, **QUICK)

    @pytest.fixture
    def unreachable(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        return open_printer(f"tcp://127.0.0.1:{port}", **QUICK)

    def test_a_name_that_means_no_machine_is_offline(self):
        assert open_printer("tcp://printer.invalid", **QUICK).status() is PrinterStatus.OFFLINE

    def test_an_automatic_status_is_not_taken_for_an_answer(self, folder):
        """A printer may push four bytes on its own (Epson, GS a); the last three look like the answer to a fence."""
        class Chatty(SimulatedPrinterServer):
            def __init__(self, folder):
                super().__init__(folder)
                receive = self.machine.receive
                self.machine.receive = lambda data: (b"\x10\x00\x00\x00" if data else b"") + receive(data)

        with Chatty(folder) as server:
            sending = open_printer(server.address, **QUICK).send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER))
            sending.close()
            assert sending.outcome is Outcome.HELD


class TestPlainFile(PrinterContract):
    ends = Outcome.UNCONFIRMED

    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "slips"

    @pytest.fixture
    def printer(self, file):
        return open_printer(f"file://{file}")

    @pytest.fixture
    def unreachable(self, tmp_path):
        return open_printer(f"file://{tmp_path}/no/folder/slips")

    @pytest.fixture
    def on_paper(self, file):
        return lambda: file.read_bytes() if file.exists() else b""

    def test_a_device_that_is_not_there_is_not_made(self):
        printer = open_printer("file:///dev/loket-has-no-such-printer")
        with pytest.raises(NotSent):
            printer.send(SLIP, lambda: None)
        assert not os.path.exists("/dev/loket-has-no-such-printer")

    def test_a_device_that_takes_nothing_gets_nothing(self, tmp_path):
        """As usblp with its cover open: here a pipe that nobody empties."""
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        writer = os.open(tmp_path / "pipe", os.O_WRONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(BlockingIOError):
                while True:
                    os.write(writer, bytes(4096))
            with pytest.raises(NotSent):
                open_printer(f"file://{tmp_path}/pipe").send(SLIP, lambda: None)
        finally:
            os.close(writer)
            os.close(reader)

    def test_a_device_that_vanishes_leaves_it_uncertain(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        with pytest.raises(Uncertain):
            open_printer(f"file://{tmp_path}/pipe").send(SLIP, lambda: os.close(reader))
