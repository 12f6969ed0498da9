"""One database, on SQLite or PostgreSQL; every change happens inside `transaction()`."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker  # routes know the session from here, and no SQL
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from foundation.sealing import Sealer

T = TypeVar("T")

# Below 3.51.3 a WAL reset can corrupt the file (sqlite.org, release notes of 3.51.3); Debian 12 ships 3.40.1.
OLDEST_SQLITE = (3, 51, 3)
# A database this small lies in memory or on an SSD, where a page anywhere costs hardly more than the next one; taken for a turning
# disk's, every word of every document is read, where the index knows the answer (8 ms instead of 130 in 2,500 documents).
PLANNING = "-c random_page_cost=1.1"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000",
           "trusted_schema=OFF", "cell_size_check=ON", "journal_size_limit=67108864", "cache_size=-16000",
           "secure_delete=ON")  # what is forgotten is gone from the file too


class DatabaseUnusable(Exception):
    """The database cannot be used as it is; the message is a sentence that says what to do."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, the same moments in UTC out, on every engine."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # PostgreSQL: in its server's zone


class Words(TypeDecorator[StrEnum]):
    """A StrEnum stored as its word, so that the table can be read without the program."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]):
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Model(DeclarativeBase):
    metadata = sa.MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"})
    type_annotation_map = {datetime: UtcDateTime, dict: sa.JSON, list: sa.JSON}


READS = "reads only"  # in the info of a session that writes nothing


class FairLock:
    """A lock that is given in the order it was asked for, so that no writer waits for ever."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self, timeout: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed over in the moment the waiting ended

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """The database at `url` (`sqlite:///path` or `postgresql+psycopg://…`); `key` (32 bytes) seals and opens its Sealed columns."""

    def __init__(self, url: str, key: bytes = b""):
        self.url = sa.engine.make_url(url)
        self.on_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.on_sqlite else sa.create_engine(
            self.url, pool_size=20, max_overflow=20, pool_pre_ping=True,
            connect_args={"options": f"{PLANNING} {self.url.query.get('options', '')}"})
        self.sealer = Sealer(key) if key else None
        self.engine.dialect.sealer = self.sealer  # where the type Sealed finds it: each engine has a dialect of its own
        self._lock = FairLock() if self.on_sqlite else None
        self._writing = sessionmaker(self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE"), expire_on_commit=False)
        self._reading = sessionmaker(self.engine, expire_on_commit=False, info={READS: True})
        self.committed: list[Callable[[dict[Any, Any]], None]] = []  # told the session's info after each commit

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything done with the session happens, or none of it does; committed when the block ends."""
        if self._lock and not self._lock.acquire(timeout=10):
            raise DatabaseUnusable("The database has been busy for 10 seconds.")
        try:
            with self._writing.begin() as session:
                yield session
        finally:
            if self._lock:
                self._lock.release()
        for listener in self.committed:
            listener(session.info)

    def run(self, work: Callable[[Session], T], tries: int = 4) -> T:
        """Do `work` in a transaction; when another one won a race (a unique index, a version), do it again from the start."""
        for attempt in range(1, tries + 1):
            try:
                with self.transaction() as session:
                    return work(session)
            except (IntegrityError, StaleDataError):
                if attempt == tries:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look at the database that never waits for a writer and writes nothing."""
        with self._reading() as session:
            yield session

    def close(self) -> None:
        """Close every connection; one that a thread still works with, as soon as it is done."""
        sa.event.listen(self.engine, "checkin", lambda _connection, record: record.invalidate())
        self.engine.dispose()


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    import pysqlite3.dbapi2 as sqlite

    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseUnusable(f"SQLite {sqlite.sqlite_version} can corrupt its file; pysqlite3 with 3.51.3 or newer is needed.")
    engine = sa.create_engine(url, module=sqlite, pool_size=40, max_overflow=10, pool_use_lifo=True,
                              connect_args={"timeout": 5, "check_same_thread": False})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql(c.get_execution_options().get("sqlite_begin", "BEGIN")))
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late and reads outside it
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
