"""The PostgreSQL database of one test is new for the next, whatever was done to it."""

import psycopg
import pytest

from tests.postgresql import Cluster


@pytest.fixture
def before(cluster: Cluster) -> list:
    cluster.fresh()
    with cluster.connect("test") as connection:
        return everything(connection)


def everything(connection: psycopg.Connection) -> list:
    """The rows of every table, what the next ones will be numbered, and the columns."""
    tables = [name for name, in connection.execute("SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND "
                                                   "relnamespace = 'public'::regnamespace ORDER BY relname")]
    return [*(connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in tables),  # noqa: S608 the server's own names
            connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall(),
            connection.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
                               "ORDER BY 1, 2").fetchall()]


@pytest.mark.parametrize("deed", [
    "INSERT INTO notice (version, language, short, more, published_at, published_by) VALUES (2, 'id', '', '', now(), 'Rina')",
    "INSERT INTO closed_day (day, reason) VALUES ('2026-03-10', 'libur')",
    "UPDATE notice SET short = ''; UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM notice",
    "DROP TABLE device_lease",
    "ALTER TABLE notice ADD COLUMN yet_more integer",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
])
def test_what_was_done_to_it_is_undone(cluster: Cluster, before: list, deed: str) -> None:
    with cluster.connect("test") as connection:
        connection.execute(deed)  # type: ignore[call-overload]
    cluster.fresh()
    with cluster.connect("test") as connection:
        assert everything(connection) == before
        assert connection.execute("SELECT count(*) FROM pg_proc WHERE proname = 'one'").fetchone() == (0,)


def test_who_is_still_connected_is_sent_away(cluster: Cluster, before: list) -> None:
    held = cluster.connect("test")
    held.execute("BEGIN")
    held.execute("LOCK TABLE notice")
    cluster.fresh()
    with pytest.raises(psycopg.OperationalError):
        held.execute("SELECT 1")
    with cluster.connect("test") as connection:
        assert everything(connection) == before
