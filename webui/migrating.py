"""Brings a database to the version this program needs, and says in a sentence when that cannot be."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from foundation.database import Database, DatabaseUnusable
from foundation.opening import prove_key

FOLDER = Path(__file__).with_name("migrations")
HEAD = sorted(path.stem.split("_")[0] for path in (FOLDER / "versions").glob("*.py"))[-1]  # 0001_front_desk.py -> 0001


def version(database: Database) -> str | None:
    """The database's version; None when it is empty. Raises DatabaseUnusable with a sentence when it cannot be read."""
    try:
        with database.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except (OperationalError, DatabaseError) as problem:
        raise DatabaseUnusable(_in_words(database, str(problem.orig))) from problem


def _in_words(database: Database, problem: str) -> str:
    where = database.url.database if database.on_sqlite else database.url.render_as_string(hide_password=True)
    if "readonly" in problem or "read-only" in problem:
        return f"The database {where} is read-only: give the account that runs Loket the right to write to it and its folder."
    if "unable to open" in problem:
        return f"The database {where} cannot be opened: check that its folder exists and may be written."
    if "locked" in problem:
        return f"The database {where} is locked by another program: close it (is another Loket running?) and start again."
    if "not a database" in problem or "malformed" in problem:
        return f"The file {where} is not a Loket database: move it away, or restore it from a backup."
    if "full" in problem:
        return f"The disk that holds {where} is full: free some space and start again."
    return f"The database {where} cannot be used: {problem.splitlines()[0]}"


def upgrade(database: Database) -> bool:
    """Make or update the tables; True when something was done. Raises DatabaseUnusable for a newer or unusable database, and for one
    whose contacts were sealed with another key than the one it was opened with."""
    found = version(database)
    if found == HEAD:
        check_writable(database)
        prove_key(database)
        return False
    if found is not None and found > HEAD:
        raise DatabaseUnusable(f"The database is of a newer Loket (version {found}, this one knows {HEAD}): "
                               "install the newer program, or restore the backup made before it.")
    try:
        _migrate(database)
    except (OperationalError, DatabaseError) as problem:
        raise DatabaseUnusable(_in_words(database, str(problem.orig))) from problem
    prove_key(database)
    return True


def check_writable(database: Database) -> None:
    """Write and commit one row that stays as it was. Raises DatabaseUnusable with a sentence when that fails."""
    try:
        with database.transaction() as session:
            session.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
    except (OperationalError, DatabaseError) as problem:
        raise DatabaseUnusable(_in_words(database, str(problem.orig))) from problem


def _migrate(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["database"] = database
    command.upgrade(config, "head")
