"""Who may talk to a device: its one owner, in this process or another, whom the one who comes second can be told."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from foundation.clock import now


@dataclass(frozen=True)
class Owner:
    name: str
    since: datetime


@contextmanager
def owning(folder: Path, address: str, name: str = "") -> Iterator[bool]:
    """Whether the device at `address` is ours until the block ends; `folder` is the service's data folder, `name` says who we are.

    The system frees the lock of a process that dies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(_lock(folder, address), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = True
        with suppress(OSError):  # a full disk keeps nobody from the device
            os.ftruncate(file, 0)
            os.write(file, json.dumps({"name": name, "since": now().isoformat()}).encode())
    except BlockingIOError:
        mine = False
    try:
        yield mine
    finally:
        os.close(file)


def owner(folder: Path, address: str) -> Owner | None:
    """Who has the device, when `owning` has just said that it is not ours; None where that is not known."""
    try:
        written = json.loads(_lock(folder, address).read_text())
        return Owner(written["name"], datetime.fromisoformat(written["since"]))
    except (OSError, ValueError, KeyError):
        return None


def _lock(folder: Path, address: str) -> Path:
    return folder / f"device-{hashlib.sha256(address.encode()).hexdigest()[:16]}.lock"
