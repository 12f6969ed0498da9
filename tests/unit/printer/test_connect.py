"""Printer addresses: the forms that are known, and a sentence for every other."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.errors import Refused
from printer.connect import check_address
from printer.device import PrinterStatus, status_of

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("address", ["tcp://10.0.0.9:9100", "tcp://printer.local", "tcp://[::1]:9100", "tcp://[::1]", "file:///dev/usb/lp0",
                                     "file:///var/spool/my slips", "simulated:///srv/tray", "usb://04b8:0e15",
                                     "usb://0416:5011?serial=L0K%203T", "serial:///dev/ttyUSB0", "serial:///dev/ttyS1?baud=115200",
                                     "cups://slips", "cups://Front_desk-58.mm"])
def test_a_known_form_is_accepted_and_blanks_around_it_are_nothing(address):
    assert check_address(f" {address}\n") == address


@pytest.mark.parametrize("address", [
    "", "printer", "tcp", "tcp:10.0.0.9", "tcp://", "tcp://:9100", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://host:lpt",
    "tcp://host:9100/queue", "tcp://a b:9100", "tcp://host:" + "9" * 5000, "file://slips", "file:slips", "file:///dev/\x00lp0",
    "simulated://folder", "usb", "http://host", "TCP ://host", "tcp://user@host", "tcp://a..b", "tcp://" + "a" * 64,
    "usb://", "usb://04b8", "usb://04b8:0e15:1",
    "usb://04B8:0E15", "usb://4b8:e15", "usb://04b8:0e15?", "usb://04b8:0e15?serial=", "usb://04b8:0e15?baud=9600",
    "usb://04b8:0e15?serial=1&serial=2", "serial://ttyUSB0", "serial:///dev/ttyUSB0?baud=9601", "serial:///dev/ttyUSB0?baud=",
    "serial:///dev/ttyUSB0?baud=99999999999", "serial:///dev/ttyUSB0?baud=٩٦٠٠", "serial:///dev/ttyUSB0?parity=even", "serial://?baud=9600",
    "cups://", "cups://two words", "cups://-x", "cups://a/b", "cups://host/queue", "cups://a;b"])
def test_another_form_is_refused_with_a_sentence_and_the_forms_that_are_known(address):
    with pytest.raises(Refused) as refusal:
        check_address(address)
    assert refusal.value.message.endswith(".")
    assert "tcp://host:9100" in refusal.value.next_step
    assert set(refusal.value.fields) == {"printer"}


def test_every_state_of_a_printer_has_its_sentence():
    assert all(status.sentence.endswith(".") for status in PrinterStatus)


@pytest.mark.parametrize(("number", "status"), [
    (errno.EACCES, PrinterStatus.NOT_ALLOWED), (errno.EPERM, PrinterStatus.NOT_ALLOWED), (errno.EBUSY, PrinterStatus.IN_USE),
    (errno.ENOENT, PrinterStatus.OFFLINE), (errno.ECONNREFUSED, PrinterStatus.OFFLINE), (None, PrinterStatus.OFFLINE)])
def test_why_a_printer_cannot_be_opened_is_told_apart(number, status):
    assert status_of(OSError(number, "")) is status


def test_no_driver_is_loaded_for_an_address_that_needs_none():
    asked = "import sys; from printer.connect import open_printer; open_printer('tcp://host'); open_printer('file:///dev/usb/lp0');" \
            "print([name for name in ('usb', 'serial') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=True).stdout == "[]\n"
