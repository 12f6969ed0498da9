"""Files a person has uploaded and not yet decided about: kept under a random name, for that person's session only."""

import secrets
import time
from contextlib import closing
from pathlib import Path

from flask import session
from werkzeug.datastructures import FileStorage

from foundation.text import clean
from webui.wiring import wiring

KEPT = 24 * 3600  # seconds; what nobody decided about by then goes


def keep(upload: FileStorage) -> None:
    """Put the file aside instead of the one before."""
    forget()
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEPT:
            old.unlink(missing_ok=True)
    name = secrets.token_urlsafe(16)
    with closing(upload):
        upload.save(folder / name)
    session["upload"] = [name, clean(Path(upload.filename or "").name, 120)]


def kept() -> tuple[Path, str] | None:
    """Where the file lies and what it was called; None when there is none (any more)."""
    name, called = session.get("upload") or ("", "")
    path = _folder() / name
    return (path, called) if name and path.is_file() else None


def forget() -> None:
    if found := kept():
        found[0].unlink(missing_ok=True)
    session.pop("upload", None)


def _folder() -> Path:
    return wiring().settings.data / "uploads"
