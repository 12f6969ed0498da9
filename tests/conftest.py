"""What every test may ask for: a database of its own, on SQLite and on PostgreSQL, and a clock that stands still."""

import gc
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from foundation.database import Database
from tests.postgresql import Cluster
from webui.migrating import upgrade

TUESDAY_MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # 09:00 in Jakarta, on an ordinary opening day

KEY = bytes(range(32))  # seals the contacts in the databases of tests


def make_schema(url: str) -> None:
    """Bring the empty database at `url` to today's schema, as an installation does."""
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def new_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Makes a database file in a folder and answers its URL: a copy of one that was migrated once."""
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    make_schema(f"sqlite:///{template}")

    def new(folder: Path) -> str:
        shutil.copyfile(template, folder / "loket.db")
        return f"sqlite:///{folder / 'loket.db'}"
    return new


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with one migrated database, `template_loket`, to copy."""
    try:
        cluster = Cluster()
    except RuntimeError as problem:
        pytest.exit(str(problem), returncode=1)  # half of what is promised would go untested
    cluster.say("CREATE DATABASE template_loket")
    make_schema(cluster.url("template_loket"))
    yield cluster
    cluster.stop()


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end; to look through it for garbage again and again took a quarter of the time."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a database runs on each engine; what is marked one_database, because it is about something else, on one."""
    if "database_url" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("one_database")  # one_database(False): of a marked file's tests this on both
        engines = ["sqlite"] if mark and mark.args != (False,) else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", engines, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with today's schema, on the engine `request.param`."""
    if request.param == "sqlite":
        yield request.getfixturevalue("new_sqlite")(tmp_path)
        return
    yield request.getfixturevalue("cluster").fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, KEY)
    yield database
    database.close()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, stopped on a Tuesday morning; `clock.shift(timedelta)` and `clock.move_to(datetime)` move it."""
    with time_machine.travel(TUESDAY_MORNING, tick=False) as clock:
        yield clock
