"""The installation's own secrets: made once, kept beside the database, readable by its owner only."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """`session` signs forms; `slips` holds every slip key by its id (0-9): the highest makes new codes, all are verified.

    `contacts` (32 bytes) seals how people can be reached, in the database: without it they cannot be read again.
    """

    session: bytes
    slips: dict[int, bytes]
    contacts: bytes


def load(folder: Path, secret_key: str = "") -> Keys:
    """The keys in `folder`/keys.json, made when missing; with `secret_key` (several machines share one) derived from it instead."""
    if secret_key:
        def derive(use: str) -> bytes:
            return hmac.digest(secret_key.encode(), use.encode(), hashlib.sha256)
        return Keys(derive("session"), {1: derive("slip 1")}, derive("contacts"))
    path = folder / "keys.json"
    if not path.exists():
        _write(path, {"session": secrets.token_hex(32), "slips": {"1": secrets.token_hex(32)}})
    kept = json.loads(path.read_text())
    if "contacts" not in kept:  # made by a program that did not seal yet
        kept["contacts"] = secrets.token_hex(32)
        _write(path, kept)
    return Keys(bytes.fromhex(kept["session"]), {int(k): bytes.fromhex(v) for k, v in kept["slips"].items()},
                bytes.fromhex(kept["contacts"]))


def rotate(folder: Path) -> int:
    """Make a new slip key beside the old ones and return its id; slips already on paper stay good."""
    path = folder / "keys.json"
    kept = json.loads(path.read_text())
    new = max(map(int, kept["slips"])) + 1
    if new > 9:
        raise ValueError("All ten key ids are used; start again with a new office key file.")
    kept["slips"][str(new)] = secrets.token_hex(32)
    _write(path, kept)
    return new


def _write(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
