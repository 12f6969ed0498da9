"""From a printer's address to the printer."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

from foundation.errors import Refused
from foundation.text import t
from printer.conversation import Fence
from printer.device import Printer


def check_address(address: str) -> str:
    """`address` without surrounding blanks, when `open_printer` can make a printer of it. Raises Refused; asks no device."""
    address = address.strip()
    open_printer(address)
    return address


def open_printer(address: str, fence: Fence = Fence.STATUS, **seconds: float) -> Printer:
    """The printer at `address`, of one of the forms in docs/printers.md. Touches no device yet.

    For printers that answer: `fence`, how they say that a slip is out, and as `seconds` `answer_within` and `print_within`, as
    StreamPrinter takes them. A driver is loaded only for an address that needs it. Raises Refused when nothing can be made
    of the address.
    """
    scheme, colon, place = address.partition("://")
    match scheme if colon else "":
        case "tcp":
            from printer.tcp import tcp_printer

            return tcp_printer(*_host_and_port(place), fence=fence, **seconds)
        case "usb":
            from printer.usb import usb_printer

            return usb_printer(*_usb_device(place), fence=fence, **seconds)
        case "serial":
            from printer.serial import serial_printer

            return serial_printer(*_port_and_baud(place), fence=fence, **seconds)
        case "file":
            from printer.file import FilePrinter

            return FilePrinter(_path(place))
        case "cups":
            from printer.cups import CupsPrinter

            return CupsPrinter(_queue(place))
        case "simulated":
            from printer.simulated import simulated_printer

            return simulated_printer(_path(place), fence=fence, **seconds)
    raise _refusal(t("This is not the address of a printer."))


def _host_and_port(place: str) -> tuple[str, int]:
    host, port = place, "9100"
    if ":" in place.rpartition("]")[2]:  # an IPv6 address stands in brackets
        host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not _can_be_looked_up(host) or any(character.isspace() or character in "/@?#" for character in host):
        raise _refusal(t("The printer’s address names no host."))
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise _refusal(t("The printer’s port is not a number from 1 to 65535."))
    return host, int(port)


def _can_be_looked_up(host: str) -> bool:
    try:
        return bool(host.encode("idna"))
    except UnicodeError:  # two dots in a row, or more than 63 characters between them
        return False


def _usb_device(place: str) -> tuple[int, int, str]:
    numbers, options = _options(place, "serial")
    if not re.fullmatch("[0-9a-f]{4}:[0-9a-f]{4}", numbers):
        raise _refusal(t("The printer’s USB numbers are not two times four of the characters 0-9 and a-f, as lsusb shows them."))
    vendor, _, product = numbers.partition(":")
    return int(vendor, 16), int(product, 16), options.get("serial", "")


def _port_and_baud(place: str) -> tuple[Path, int]:
    from printer.serial import BAUD_RATES

    path, options = _options(place, "baud")
    baud = options.get("baud", "9600")
    if baud not in map(str, BAUD_RATES):
        raise _refusal(t("The printer’s baud rate is none that printers have: 9600, 19200, 38400, 57600 or 115200, for example."))
    return _path(path), int(baud)


def _options(place: str, known: str) -> tuple[str, dict[str, str]]:
    """What stands before the question mark, and what behind it: only the option `known`, once, with a value."""
    before, mark, query = place.partition("?")
    pairs = parse_qsl(query)
    if mark and [name for name, _ in pairs] != [known] or not query.isprintable():
        raise _refusal(t("Nobody knows what stands behind the question mark in the printer’s address."))
    return before, dict(pairs)


def _queue(place: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,126}", place):
        raise _refusal(t("The printer’s address names no queue of this computer (lpstat -e lists them)."))
    return place


def _path(place: str) -> Path:
    if not place.startswith("/") or not place.isprintable():
        raise _refusal(t("The printer’s address names no file or folder (three slashes, then its whole path)."))
    return Path(place)


def _refusal(sentence: str) -> Refused:
    return Refused(sentence, t("Write tcp://host:9100, usb://04b8:0e15, serial:///dev/ttyUSB0?baud=9600, file:///dev/usb/lp0, "
                               "cups://queue or simulated:///folder."), fields={"printer": sentence})
