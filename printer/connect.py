"""From a printer's address to the printer."""

from pathlib import Path

from foundation.errors import Refused
from foundation.text import t
from printer.device import Printer
from printer.file import FilePrinter
from printer.simulated import simulated_printer
from printer.tcp import tcp_printer


def check_address(address: str) -> str:
    """`address` without surrounding blanks, when `open_printer` can make a printer of it. Raises Refused; asks no device."""
    address = address.strip()
    open_printer(address)
    return address


def open_printer(address: str, **seconds: float) -> Printer:
    """The printer at `address`: tcp://host:port, file:///path or simulated:///folder. Touches no device yet.

    `seconds`, for printers that answer: `answer_within` and `print_within` as StreamPrinter takes them. Raises Refused
    when nothing can be made of the address.
    """
    match address.partition("://"):
        case "tcp", "://", place:
            return tcp_printer(*_host_and_port(place), **seconds)
        case "file", "://", place:
            return FilePrinter(_path(place))
        case "simulated", "://", place:
            return simulated_printer(_path(place), **seconds)
    raise _refusal(t("This is not the address of a printer."))


def _host_and_port(place: str) -> tuple[str, int]:
    host, port = place, "9100"
    if ":" in place.rpartition("]")[2]:  # an IPv6 address stands in brackets
        host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(character.isspace() or character in "/@?#" for character in host):
        raise _refusal(t("The printer’s address names no host."))
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise _refusal(t("The printer’s port is not a number from 1 to 65535."))
    return host, int(port)


def _path(place: str) -> Path:
    if not place.startswith("/") or not place.isprintable():
        raise _refusal(t("The printer’s address names no file or folder (three slashes, then its whole path)."))
    return Path(place)


def _refusal(sentence: str) -> Refused:
    return Refused(sentence, t("Write tcp://host:9100, file:///dev/usb/lp0 or simulated:///folder."),
                   fields={"printer": sentence})
