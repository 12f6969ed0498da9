"""What is an address of a scanner, and what is told about everything else."""

import pytest

from foundation.errors import Refused
from scanner.devices.connect import check_address, open_scanner


@pytest.mark.parametrize("address", [
    "sane://test:0", "sane://hpaio:/usb/HP_LaserJet?serial=X1#duplex=yes&df-action=Stop", "scanimage://epson2:libusb:001:004",
    "sane://airscan:e0:Kantor Lantai 2", "escl://10.0.0.9", "escl://printer.local:8080", "escls://[fe80::1]:443", "escl://host/scans/one",
    "folder:///srv/scans", "simulated:///tmp/scanner", "  escl://host  "])
def test_every_form_of_the_documentation_is_one(address):
    assert check_address(address) == address.strip()


@pytest.mark.parametrize("address", [
    "", "scanner", "sane://", "sane://-L", "sane://a\nb", "sane://test#", "sane://test#=1", "scanimage://test#--help=1", "escl://",
    "escl://a b", "escl://host:0x", "escl://host:99999", "escl://user@host", "escl://host?x=1", "escl://a..b", "escl://[::1",
    "folder://relative", "folder://", "simulated://", "simulated:///a\0b", "ftp://host"])
def test_what_is_none_is_refused_with_the_forms_that_are(address):
    with pytest.raises(Refused) as refusal:
        check_address(address)
    assert refusal.value.fields["scanner"] == refusal.value.message
    assert "escl://host" in refusal.value.next_step


def test_options_of_one_scanner_stand_behind_a_mark_that_no_name_has():
    scanner = open_scanner("scanimage://hpaio:/usb/X?serial=Y#df-action=Stop&test-picture=Color%20pattern")
    assert (scanner.name, scanner.extra) == ("hpaio:/usb/X?serial=Y", {"df-action": "Stop", "test-picture": "Color pattern"})


@pytest.mark.parametrize(("address", "place"), [
    ("escl://h", ("h", 80, "/eSCL", False)), ("escls://h", ("h", 443, "/eSCL", True)), ("escl://h:8090/a/b/", ("h", 8090, "/a/b", False))])
def test_where_a_network_scanner_is(address, place):
    found = open_scanner(address).place
    assert (found.host, found.port, found.path, found.secure) == place
