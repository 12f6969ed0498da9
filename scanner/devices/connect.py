"""From a scanner's address to the scanner."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from foundation.errors import Refused
from foundation.text import t
from scanner.devices.port import Patience, Scanner


def check_address(address: str) -> str:
    """`address` without surrounding blanks, when `open_scanner` can make a scanner of it. Raises Refused; asks no device."""
    address = address.strip()
    open_scanner(address)
    return address


def open_scanner(address: str, patience: Patience = Patience()) -> Scanner:  # noqa: B008  it is frozen
    """The scanner at `address`, of one of the forms in docs/scanners.md, for one scan. Touches no device yet.

    A driver is loaded only for an address that needs it. Raises Refused when nothing can be made of the address.
    """
    scheme, colon, place = address.partition("://")
    match scheme if colon else "":
        case "sane":
            from scanner.devices.sane import SaneScanner

            return SaneScanner(*_name_and_options(place), patience)
        case "scanimage":
            from scanner.devices.scanimage import ScanimageScanner

            return ScanimageScanner(*_name_and_options(place), patience)
        case "escl" | "escls":
            from scanner.devices.escl import EsclScanner, Place

            return EsclScanner(Place(*_host_port_path(address, 443 if scheme == "escls" else 80), secure=scheme == "escls"), patience)
        case "folder":
            from scanner.devices.folder import FolderScanner

            return FolderScanner(_path(place), patience)
        case "simulated":
            from scanner.devices.simulated import SimulatedScanner

            return SimulatedScanner(_path(place), patience)
    raise _refusal(t("This is not the address of a scanner."))


def _name_and_options(place: str) -> tuple[str, dict[str, str]]:
    """A name may hold every other mark, also a question mark, so that options stand behind #."""
    name, mark, rest = place.partition("#")
    options = parse_qsl(rest, keep_blank_values=True)
    if not name or not name.isprintable() or name.startswith("-"):
        raise _refusal(t("The scanner’s address names no scanner (“loket scanner list” shows them)."))
    if (mark and not options) or any(not re.fullmatch("[a-z][a-z0-9-]*", option) or not value.isprintable() for option, value in options):
        raise _refusal(t("Behind # in the scanner’s address stand options of the scanner, as name=value, with & between them."))
    return name, dict(options)


def _host_port_path(address: str, usual: int) -> tuple[str, int, str]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or usual
        host.encode("idna")
    except ValueError:  # a port that is none, brackets that do not close, a name that no host has
        raise _refusal(t("The scanner’s address names no host, or its port is no number from 1 to 65535.")) from None
    if not host or not re.fullmatch(r"[\w.:%-]+", host) or parts.username is not None or parts.query or parts.fragment:
        raise _refusal(t("The scanner’s address names no host, or its port is no number from 1 to 65535."))
    if not re.fullmatch(r"[\w./~-]*", parts.path):
        raise _refusal(t("What stands behind the host in the scanner’s address is no path."))
    return host, port, parts.path.rstrip("/") or "/eSCL"


def _path(place: str) -> Path:
    if not place.startswith("/") or not place.isprintable():
        raise _refusal(t("The scanner’s address names no folder (three slashes, then its whole path)."))
    return Path(place)


def _refusal(sentence: str) -> Refused:
    return Refused(sentence, t("Write sane://name, scanimage://name, escl://host, folder:///path or simulated:///folder."),
                   fields={"scanner": sentence})
