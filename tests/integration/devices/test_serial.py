"""A printer on a serial line: the contract, its slowness, and a port that another program has."""

import os
import select
import termios
import threading
import time

import pytest
import serial

from printer.connect import open_printer
from printer.conversation import Fence
from printer.device import PrinterStatus
from printer.serial import SerialLine
from tests.integration.devices.printer_contract import QUICK, AnsweringPrinter, wait_for
from tests.integration.devices.serial_port import SerialPort


class TestSerial(AnsweringPrinter):
    fence = Fence.STATUS

    @pytest.fixture
    def port(self, folder):
        with SerialPort(folder) as port:
            yield port

    @pytest.fixture
    def printer(self, port):
        return open_printer(f"serial://{port.path}?baud=115200", self.fence, **QUICK)

    @pytest.fixture
    def unreachable(self, tmp_path):
        return open_printer(f"serial://{tmp_path}/ttyUSB0", self.fence, **QUICK)

    def test_a_port_that_another_program_has_is_told_to_be_in_use(self, port, printer):
        with serial.Serial(port.path, exclusive=True):
            assert printer.status() is PrinterStatus.IN_USE
        wait_for(lambda: printer.status() is PrinterStatus.READY)


class TestSerialWithProcessIds(TestSerial):
    fence = Fence.PROCESS_ID


@pytest.fixture
def line():
    """Both ends of a line, with nobody at the far one."""
    far, near = os.openpty()
    yield far, os.ttyname(near)
    os.close(far)
    os.close(near)


def test_a_printer_that_says_wait_is_waited_for_and_not_for_ever(line):
    """XOFF and XON; what the printer says is heard by the system a moment later."""
    far, path = line
    port = SerialLine(path, 115200)
    os.write(far, b"\x13")
    with pytest.raises(OSError, match="timeout"):
        for _ in range(20):
            port.write(b"slip", within=0.1)
            time.sleep(0.01)
    os.write(far, b"\x11")
    wait_for(lambda: select.select([], [port.port], [], 0)[1])
    port.write(b"slip", within=0.1)
    port.close()


def test_a_slow_line_is_given_the_time_that_it_needs(line):
    """1,000 bytes at 1,200 baud take more than eight seconds, whatever the printer is given to answer a question."""
    far, path = line
    port, got = SerialLine(path, 1200), bytearray()

    def take_slowly():
        while len(got) < 20_000:
            got.extend(os.read(far, 1000))
            time.sleep(0.05)

    reader = threading.Thread(target=take_slowly)
    reader.start()
    port.write(bytes(20_000), within=0.1)
    reader.join()
    port.close()
    assert len(got) == 20_000


@pytest.mark.parametrize(("words", "speed"), [("", termios.B9600), ("?baud=19200", termios.B19200), ("?baud=115200", termios.B115200)])
def test_the_port_is_set_to_the_speed_that_the_address_names(line, words, speed):
    _, path = line
    open_printer(f"serial://{path}{words}", answer_within=0.01).status()
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    assert termios.tcgetattr(port)[4:6] == [speed, speed]
    os.close(port)


def test_a_file_that_is_no_serial_port_is_offline(tmp_path):
    (tmp_path / "file").touch()
    assert open_printer(f"serial://{tmp_path}/file").status() is PrinterStatus.OFFLINE
