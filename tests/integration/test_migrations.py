"""The schema that an installation has is the one the models ask for, on both databases."""

from datetime import date

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from foundation.clock import now
from foundation.database import Database, DatabaseUnusable
from foundation.stations import Station
from webui import migrating, models

INDEX_TABLES = ("title_search", "title_fts", "search_word", "document_search", "document_fts", "document_word")  # derived data; no models


def differences(database: Database) -> list:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            "compare_type": True, "include_name": lambda name, kind, _parents: not (kind == "table" and name.startswith(INDEX_TABLES))})
        return compare_metadata(context, models.TABLES)


def test_the_migrations_make_what_the_models_describe(database):
    assert differences(database) == []


def test_going_down_and_up_again_ends_in_the_same_schema(database):
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    config.attributes["database"] = database
    command.downgrade(config, "base")
    with database.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version"}
    assert migrating.upgrade(database)
    assert differences(database) == []


def test_a_current_database_is_left_alone(database):
    assert migrating.upgrade(database) is False


def test_a_database_of_a_newer_program_is_refused_in_a_sentence(database):
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="of a newer Loket"):
        migrating.upgrade(database)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    path = tmp_path / "loket.db"
    path.write_text("this is a shopping list, not a database\n" * 200)
    with pytest.raises(DatabaseUnusable, match="not a Loket database"):
        migrating.upgrade(Database(f"sqlite:///{path}"))


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(DatabaseUnusable, match="cannot be opened"):
        migrating.upgrade(Database(f"sqlite:///{tmp_path}/nowhere/loket.db"))


def test_a_locked_database_says_so(new_sqlite, tmp_path):
    url = new_sqlite(tmp_path)
    holder, database = Database(url), Database(url)
    sa.event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50").close())
    with holder.transaction() as session:
        session.execute(sa.text("SELECT 1"))  # the transaction begins with its first statement
        with pytest.raises(DatabaseUnusable, match="locked by another program"):
            migrating.upgrade(database)
    holder.close()
    database.close()


def test_a_read_only_database_says_so(new_sqlite, tmp_path):
    path = new_sqlite(tmp_path).removeprefix("sqlite:///")
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(DatabaseUnusable, match="is read-only: give the account"):
        migrating.upgrade(database)
    database.close()


def test_a_full_disk_says_so_and_loses_nothing(new_sqlite, tmp_path):
    database = Database(new_sqlite(tmp_path))

    def full(connection, _record):
        connection.execute("PRAGMA max_page_count=1").close()  # SQLite's own "full": it never shrinks below what is there

    sa.event.listen(database.engine, "connect", full)
    with pytest.raises(sa.exc.OperationalError, match="database or disk is full"), database.transaction() as session:
        session.add_all([Station(name=f"Kiosk {number}", printer_note="x" * 300) for number in range(2000)])
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Station.id))) == 0
        assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    database.close()


def test_visitors_from_before_members_are_counted_each_once_a_month(database):
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    config.attributes["database"] = database
    command.downgrade(config, "0011")
    people = [("2026-03-02", "ratna|umum"), ("2026-03-09", "ratna|umum"), ("2026-03-09", "bagus|umum"), ("2026-04-01", "ratna|umum"),
              ("2026-01-05", ""), ("2026-01-05", "")]
    line = {"state": "left", "name": "", "institution": "", "purpose_text": "", "people": 1, "contact": "", "language": "id",
            "arrived_at": now(), "signed_at": now(), "left_estimated": False, "notice_version": 1, "version": 1}
    with database.engine.begin() as connection:
        table = sa.Table("visit", sa.MetaData(), autoload_with=connection)
        connection.execute(sa.insert(table), [{**line, "day": date.fromisoformat(day), "person_key": key} for day, key in people])
    migrating.upgrade(database)
    with database.reading() as session:
        assert list(session.scalars(sa.text("SELECT first_of_month FROM visit ORDER BY id"))) == [True, False, True, True, True, True]
