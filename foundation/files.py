"""Files kept by their content: what was put in once is never changed, never doubled, and never half there."""

import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO

CHUNK = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """The files in `folder`, each under its SHA-256. A file is put in before the row that names it is committed: what nobody
    names can be swept, what is named is always there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._changing = threading.Lock()

    def put(self, source: IO[bytes]) -> str:
        """Keep what `source` has from here to its end; the SHA-256 that it is found by, once it is safe on the disk.

        Raises OSError, with nothing left behind, when the disk is full or may not be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="new-", delete=False) as draft:
            try:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    draft.write(chunk)
                draft.flush()
                os.fsync(draft.fileno())
                self._name(Path(draft.name), digest.hexdigest())
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        return digest.hexdigest()

    def _name(self, draft: Path, name: str) -> None:
        """Give the finished file its name, and see that the disk knows it by that."""
        target = self.path(name)
        with self._changing:
            if target.exists():
                os.utime(target)  # as young as its newest use: `sweep` leaves it
                draft.unlink()
                return
            target.parent.mkdir(exist_ok=True)
            draft.chmod(0o440)
            draft.rename(target)
        for folder in (target.parent, self.folder):
            _sync(folder)

    def path(self, name: str) -> Path:
        """Where the file is, or would be. Raises ValueError for what is no SHA-256 in hexadecimal."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not the name of a kept file: {name[:80]!r}")
        return self.folder / name[:2] / name[2:]

    def __contains__(self, name: str) -> bool:
        return self.path(name).exists()

    def is_whole(self, name: str) -> bool:
        """Whether the file is there and still has the content that it was named by."""
        try:
            with self.path(name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == name
        except FileNotFoundError:
            return False

    def sweep(self, in_use: Callable[[str], set[str]], older_than: timedelta) -> list[str]:
        """Remove what nobody names any more; the names of what was removed.

        `in_use` gives the names that are in use among those that begin with the two letters it is told. A file that was put in more
        recently stays, because the row that will name it may not be committed yet.
        """
        removed, limit = [], time.time() - older_than.total_seconds()
        for shelf in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            files = list(shelf.iterdir())
            keep = in_use(shelf.name) if files else set()
            for file in files:
                with self._changing:
                    if shelf.name + file.name not in keep and file.stat().st_mtime < limit:
                        file.unlink()
                        removed.append(shelf.name + file.name)
        return removed

    def sweep_drafts(self) -> int:
        """At the start: remove what a process that died was putting in; how many."""
        drafts = list(self.folder.glob("new-*"))
        for draft in drafts:
            draft.unlink(missing_ok=True)
        return len(drafts)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
