"""A table on the disk for what a file tells in one place and needs in another: rows by a key, in the order they came, gone when closed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AT_ONCE = 2000


class Scratch:
    """Keeps lists of rows by name and key; a row is anything that JSON can hold."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # a file without a name
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("CREATE TABLE kept (name TEXT, key TEXT, row TEXT)")
        self._waiting: list[tuple[str, str, str]] = []

    def put(self, name: str, key: str, row: Any) -> None:
        self._waiting.append((name, key, json.dumps(row, ensure_ascii=False)))
        if len(self._waiting) >= AT_ONCE:
            self._write()

    def sort(self) -> None:
        """Everything is there: from now on it is asked for."""
        self._write()
        self._connection.execute("CREATE INDEX by_key ON kept (name, key)")

    def get(self, name: str, key: str) -> list[Any]:
        """The rows of this name with this key, in the order they were put in."""
        found = self._connection.execute("SELECT row FROM kept WHERE name = ? AND key = ? ORDER BY rowid", (name, key))
        return [json.loads(row) for row, in found]

    def every(self, name: str) -> Iterator[Any]:
        for row, in self._connection.execute("SELECT row FROM kept WHERE name = ? ORDER BY rowid", (name,)):
            yield json.loads(row)

    def _write(self) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO kept VALUES (?, ?, ?)", self._waiting)
        self._connection.execute("COMMIT")
        self._waiting.clear()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def scratch() -> Iterator[Scratch]:
    kept = Scratch()
    try:
        yield kept
    finally:
        kept.close()
