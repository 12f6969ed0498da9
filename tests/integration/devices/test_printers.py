"""The contract, run over printers in a folder, on the network and behind a file."""

import os
import socket

import pytest

from printer.connect import open_printer
from printer.conversation import Fence
from printer.device import NotSent, Outcome, PrinterStatus, Uncertain
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault
from tests.integration.devices.printer_contract import QUICK, SLIP, AnsweringPrinter, PrinterContract


class TestSimulatedFolder(AnsweringPrinter):
    @pytest.fixture
    def printer(self, folder):
        return open_printer(f"simulated://{folder}", **QUICK)

    @pytest.fixture
    def unreachable(self, tmp_path):
        (tmp_path / "file").touch()
        return open_printer(f"simulated://{tmp_path}/file/folder", **QUICK)


class TestSimulatedFolderWithProcessIds(TestSimulatedFolder):
    @pytest.fixture
    def printer(self, folder):
        return open_printer(f"simulated://{folder}", Fence.PROCESS_ID, **QUICK)


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

    def test_an_answer_to_the_aborted_slip_before_is_not_taken_for_this_ones(self, folder):
        """What a printer still held comes out while the next slip is on its way, and its fence is answered then."""
        class Late(SimulatedPrinterServer):
            def __init__(self, folder):
                super().__init__(folder)
                receive = self.machine.receive
                self.machine.receive = lambda data: receive(data) + (b"\0" if SLIP[:8] in data else b"")

        for after_abort, outcome in ((False, Outcome.PRINTED), (True, Outcome.HELD)):  # the first shows that the second shows something
            with Late(folder) as server:
                set_fault(folder)
                sending = open_printer(server.address, **QUICK).send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER), after_abort)
                sending.close()
                assert sending.outcome is outcome


class TestTcpWithProcessIds(TestTcp):
    @pytest.fixture
    def printer(self, folder):
        with SimulatedPrinterServer(folder) as server:
            yield open_printer(server.address, Fence.PROCESS_ID, **QUICK)


class TestTcpThatNeverAnswers(PrinterContract):
    """A printer without a way back is asked nothing, and nothing about it is ever confirmed."""

    ends = Outcome.UNCONFIRMED
    maker = None

    @pytest.fixture
    def server(self, folder):
        set_fault(folder, FaultKind.MUTE)
        with SimulatedPrinterServer(folder) as server:
            yield server

    @pytest.fixture
    def printer(self, server):
        return open_printer(server.address, Fence.NONE, **QUICK)

    @pytest.fixture
    def unreachable(self):
        return open_printer("tcp://printer.invalid", Fence.NONE, **QUICK)

    @pytest.fixture
    def on_paper(self, server, on_paper):
        def taken_in():
            """It takes one connection at a time: a new one is answered when the last one was taken in."""
            set_fault(server.machine.folder)
            open_printer(server.address, answer_within=1.0).status()
            set_fault(server.machine.folder, FaultKind.MUTE)
            return on_paper()
        return taken_in


class TestPlainFile(PrinterContract):
    ends = Outcome.UNCONFIRMED
    maker = None

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
