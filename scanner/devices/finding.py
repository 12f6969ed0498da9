"""Which scanners there are, and where one went that has a new address."""

import shutil
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from scanner.devices.backends import only
from scanner.devices.connect import open_scanner
from scanner.devices.port import Identity
from scanner.devices.sane import listed
from scanner.devices.supervising import answer
from scanner.devices.troubles import Trouble

WITHIN = 15.0      # seconds: SANE asks every backend, and each its bus or the network
FRESH_FOR = 60.0   # seconds
_lock = threading.Lock()  # two searches at once would be in each other's way
_last: tuple[float, list["Found"]] = (-FRESH_FOR, [])


@dataclass(frozen=True)
class Found:
    """A scanner, and the address at which it is today."""

    address: str
    identity: Identity


def find(anew: bool = False) -> list[Found]:
    """The scanners that SANE and the network show, in a process of their own; at most a minute old, unless `anew`. Not while one scans.

    Raises DriverMissing where there is no SANE, Stalled when it does not answer in time.
    """
    global _last
    with _lock:
        when, found = _last
        if anew or time.monotonic() - when > FRESH_FOR:
            network = _on_the_network()
            # a machine that is spoken to directly is not offered a second time through SANE
            found = network + [Found(f"sane://{name}", identity) for name, identity in listed({}, WITHIN)
                               if not (network and name.startswith("airscan:e"))]
            _last = time.monotonic(), found
        return found


def find_again(identity: Identity, address: str) -> str | None:
    """Where the scanner that was at `address` is now: an unplugged one comes back under another name. None: nowhere.

    It is known by its serial number, and without one by maker and model, where there is only one of them.
    """
    scheme, _, name = address.partition("://")
    if scheme in ("sane", "scanimage"):
        with only(name) as environment:
            there = [Found(f"{scheme}://{other}", who) for other, who in listed(environment, WITHIN)]
    else:
        there = _on_the_network()
    same = [found.address for found in there if (found.identity.maker, found.identity.model) == (identity.maker, identity.model)
            and (not identity.serial or found.identity.serial == identity.serial)]
    return same[0] if len(same) == 1 else None


def _on_the_network() -> list[Found]:
    """eSCL scanners, as sane-airscan's own program finds them; none where it is not installed."""
    if not (program := shutil.which("airscan-discover")):
        return []
    try:
        lines, _, _ = answer([program], {}, WITHIN)
    except Trouble:
        return []
    found = []
    for line in lines:  # Name = http://10.0.0.9:80/eSCL/, eSCL
        _, equals, where = line.partition(" = ")
        url, _, protocol = where.rpartition(", ")
        if equals and protocol.strip() == "eSCL" and (address := _address(url)):
            try:
                found.append(Found(address, open_scanner(address).identify()))
            except Trouble:
                found.append(Found(address, Identity(model=line.partition(" = ")[0].strip())))
    return found


def _address(url: str) -> str:
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/")
    return f"{'escls' if parts.scheme == 'https' else 'escl'}://{parts.netloc}{'' if path == '/eSCL' else path}" if parts.netloc else ""


