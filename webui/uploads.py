"""Files a person has uploaded and not yet decided about: kept under a random name, for that person's session only."""

import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import abort, request, session
from werkzeug.datastructures import FileStorage

from foundation.errors import Refused
from foundation.text import clean
from scanner.station import taking_in
from webui.wiring import wiring

LARGEST_PDF = 150_000_000  # bytes that come over the network, with the form around them
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


@contextmanager
def pdf() -> Iterator[tuple[str, int, str, dict] | None]:
    """Of the PDF that came with the form: what taking_in.take is to know, its bytes in the store; None where none came.

    Raises Refused for what can be no document, and where the disk is full, then or while it is being entered.
    """
    given, wired = request.files.get("file"), wiring()
    if not given or not given.filename:
        yield None
        return
    keep(given)
    path, called = kept() or abort(404)
    try:
        said = wired.workshop.check(path)
        with path.open("rb") as file:
            sha256 = wired.files.put(file)
        yield sha256, path.stat().st_size, Path(called).stem, said
    except OSError:
        raise Refused(taking_in.FULL, taking_in.ROOM) from None
    finally:
        forget()


def _folder() -> Path:
    return wiring().settings.data / "uploads"
