"""SANE's own names: which backend one belongs to, how to ask only that backend, and which machine on USB is meant."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USB = Path("/sys/bus/usb/devices")


@contextmanager
def only(backend: str) -> Iterator[dict[str, str]]:
    """The environment of a program whose SANE knows no backend but this one: it is ready at once, and not after some seconds.

    Such as "epson2", or the device's whole name. What the backend needs is read from where it was read before.
    """
    with tempfile.TemporaryDirectory(prefix="loket-sane-") as folder:
        Path(folder, "dll.conf").write_text(backend.partition(":")[0] + "\n")
        # SANE looks into its own folders after a colon at the end (sane-dll(5))
        yield {"SANE_CONFIG_DIR": f"{folder}:{os.environ.get('SANE_CONFIG_DIR', '')}"}


def serial_number(name: str, usb: Path = USB) -> str:
    """Of the device that SANE calls `name`, as it tells the USB port it hangs on; "" where it is on none or does not say."""
    if found := re.search(r"[?&]serial=([^&]+)", name):
        return found[1]
    if not (found := re.search(r"libusb:(\d+):(\d+)", name)):
        return ""
    wanted = int(found[1]), int(found[2])
    for device in usb.glob("*/devnum"):
        if (_number(device.with_name("busnum")), _number(device)) == wanted and (serial := device.with_name("serial")).exists():
            return serial.read_text(errors="replace").strip()
    return ""


def _number(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):  # unplugged just now
        return -1
