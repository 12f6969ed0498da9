"""Printer addresses: the forms that are known, and a sentence for every other."""

import pytest

from foundation.errors import Refused
from printer.connect import check_address
from printer.device import PrinterStatus


@pytest.mark.parametrize("address", ["tcp://10.0.0.9:9100", "tcp://printer.local", "tcp://[::1]:9100", "tcp://[::1]", "file:///dev/usb/lp0",
                                     "file:///var/spool/my slips", "simulated:///srv/tray"])
def test_a_known_form_is_accepted_and_blanks_around_it_are_nothing(address):
    assert check_address(f" {address}\n") == address


@pytest.mark.parametrize("address", [
    "", "printer", "tcp", "tcp:10.0.0.9", "tcp://", "tcp://:9100", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://host:lpt",
    "tcp://host:9100/queue", "tcp://a b:9100", "tcp://host:" + "9" * 5000, "file://slips", "file:slips", "file:///dev/\x00lp0",
    "simulated://folder", "usb", "http://host", "TCP ://host", "tcp://user@host"])
def test_another_form_is_refused_with_a_sentence_and_the_forms_that_are_known(address):
    with pytest.raises(Refused) as refusal:
        check_address(address)
    assert refusal.value.message.endswith(".")
    assert "tcp://host:9100" in refusal.value.next_step
    assert set(refusal.value.fields) == {"printer"}


def test_every_state_of_a_printer_has_its_sentence():
    assert all(status.sentence.endswith(".") for status in PrinterStatus)
