"""A printer on USB: the contract, its descriptors, and what can be wrong with a plug, a permission or another program."""

import errno

import pytest

from printer.connect import open_printer
from printer.conversation import Fence
from printer.device import NotSent, Outcome, PrinterStatus, Uncertain
from printer.simulated import FaultKind, set_fault
from tests.integration.devices.printer_contract import QUICK, SLIP, AnsweringPrinter
from tests.integration.devices.usb_bus import IN, MASS_STORAGE, OUT, PRINTER, SERIAL, UsbBus, interface

ADDRESS = "usb://0416:5011"
HUMAN, VENDORS_OWN = 3, 0xFF  # classes of interfaces


@pytest.fixture
def bus(folder, monkeypatch):
    """It stands where pyusb would load libusb."""
    bus = UsbBus(folder)
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: bus)
    return bus


class TestUsb(AnsweringPrinter):
    fence = Fence.STATUS

    @pytest.fixture
    def printer(self, bus):
        return open_printer(ADDRESS, self.fence, **QUICK)

    @pytest.fixture
    def unreachable(self, bus):
        return open_printer("usb://0416:5012", self.fence, **QUICK)


class TestUsbWithProcessIds(TestUsb):
    fence = Fence.PROCESS_ID


@pytest.fixture
def printer(bus):
    return open_printer(ADDRESS, **QUICK)


def test_the_device_with_the_serial_number_is_taken_and_no_other(bus, on_paper):
    open_printer(f"{ADDRESS}?serial={SERIAL}", **QUICK).send(SLIP, lambda: None).close()
    assert on_paper() == SLIP
    assert open_printer(f"{ADDRESS}?serial=another").status() is PrinterStatus.OFFLINE


def test_it_is_let_go_after_each_slip(bus, printer):
    printer.send(SLIP, lambda: None).close()
    assert not bus.claimed


@pytest.mark.parametrize(("refuses", "status"), [(errno.EACCES, PrinterStatus.NOT_ALLOWED), (errno.EBUSY, PrinterStatus.IN_USE)])
@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}?serial={SERIAL}"])
def test_what_this_computer_refuses_is_told_by_name_and_nothing_is_sent(bus, on_paper, refuses, status, address):
    bus.refuses = refuses
    printer = open_printer(address, **QUICK)
    assert printer.status() is status
    with pytest.raises(NotSent) as reason:
        printer.send(SLIP, lambda: None)
    assert (reason.value.sentence, on_paper()) == (status.sentence, b"")


def test_a_computer_without_libusb_is_told_so(monkeypatch):
    for library in ("libusb1", "openusb", "libusb0"):
        monkeypatch.setattr(f"usb.backend.{library}.get_backend", lambda: None)
    assert open_printer(ADDRESS).status() is PrinterStatus.NO_DRIVER


def test_a_device_that_is_no_printer_or_cannot_answer_is_offline(bus, printer):
    bus.interfaces = [[interface(0, 0, MASS_STORAGE, 0x50, 0x01, 0x82)], [interface(1, 0, PRINTER, 1, OUT)]]
    assert printer.status() is PrinterStatus.OFFLINE


@pytest.mark.parametrize("ways", [[interface(1, 0, PRINTER, 1, 0x05), interface(1, 1, PRINTER, 2, OUT, IN)],
                                  [interface(1, 0, PRINTER, 4, 0x05, 0x86), interface(1, 1, PRINTER, 2, OUT, IN)],
                                  [interface(1, 0, VENDORS_OWN, 0, OUT, IN)]], ids=["one way first", "IPP first", "Epson’s own class"])
def test_the_way_that_answers_is_taken(bus, printer, on_paper, ways):
    bus.interfaces = [[interface(0, 0, HUMAN, 1)], ways]
    sending = printer.send(SLIP, lambda: None)
    sending.close()
    assert (sending.outcome, on_paper()) == (Outcome.PRINTED, SLIP)


def test_a_device_that_nobody_has_used_yet_is_set_up(bus, printer):
    bus.configuration = 0
    assert printer.status() is PrinterStatus.READY


def test_a_plug_pulled_while_sending_leaves_it_uncertain(bus, printer):
    with pytest.raises(Uncertain):
        printer.send(SLIP, lambda: setattr(bus, "plugged", False))


def test_a_plug_pulled_while_it_is_held_leaves_it_uncertain(bus, printer, folder):
    sending = printer.send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER))
    assert sending.outcome is Outcome.HELD
    bus.plugged = False
    with pytest.raises(Uncertain):
        sending.poll()
    sending.close()


def test_a_halted_endpoint_before_sending_gets_nothing_and_within_leaves_it_uncertain(bus, printer, on_paper):
    with pytest.raises(Uncertain):
        printer.send(SLIP, lambda: setattr(bus, "stalls", True))
    assert on_paper() == b""
    with pytest.raises(NotSent):
        printer.send(SLIP, lambda: None)


def test_a_printer_that_takes_nothing_more_is_not_waited_for_for_ever(bus, printer):
    bus.takes = 0
    assert printer.status() is PrinterStatus.OFFLINE


def test_a_slip_taken_in_pieces_comes_out_whole(printer, folder, on_paper, monkeypatch):
    class Small(UsbBus):
        def bulk_write(self, dev_handle, ep, intf, data, timeout):
            return super().bulk_write(dev_handle, ep, intf, data[:100], timeout)

    small = Small(folder)
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: small)
    printer.send(SLIP, lambda: None).close()
    assert on_paper() == SLIP


def test_answers_left_over_from_before_are_not_taken_for_new_ones(bus, printer, folder):
    bus.answers = b"\x7e" * 200  # to DLE EOT, when there was no paper
    assert printer.status() is PrinterStatus.READY
    bus.answers = b"\0" * 200     # to GS r, behind slips of long ago
    sending = printer.send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER))
    sending.close()
    assert sending.outcome is Outcome.HELD
