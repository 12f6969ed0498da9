"""Public pages as they were last made, so that many readers of one page cost what one does."""

import gzip
import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

FRESH = 60.0  # seconds: what another process has changed is seen by then; readers' own caches keep a page as long
MOST = 1000  # pages, about 20 MB


@dataclass(frozen=True)
class KeptPage:
    """A page as it is sent; `packed` is the same by gzip."""

    plain: bytes
    packed: bytes
    digest: str
    status: int
    until: float


class KeptPages:
    """A page is made anew once anything was committed in this process, and after FRESH seconds."""

    def __init__(self) -> None:
        self._pages: dict[Hashable, KeptPage] = {}
        self._changes = 0

    def forget(self, _info: dict[Any, Any]) -> None:
        """For Database.committed."""
        self._changes += 1
        self._pages = {}

    def get(self, key: Hashable, make: Callable[[], tuple[str, int]]) -> KeptPage:
        """The page of this key, by `make` (its text and status) where it is not kept."""
        kept, changes = self._pages.get(key), self._changes
        if kept and time.monotonic() < kept.until:
            return kept
        text, status = make()
        plain = text.encode()
        kept = KeptPage(plain, gzip.compress(plain, 6, mtime=0), hashlib.sha256(plain).hexdigest()[:32], status, time.monotonic() + FRESH)
        if changes == self._changes:  # else it may show what was before a commit
            if len(self._pages) >= MOST:
                self._pages = {}
            self._pages[key] = kept
        return kept
