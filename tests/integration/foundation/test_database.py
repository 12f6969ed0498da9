"""Transactions: all or nothing, fair under load, and never blocking those who only read."""

import threading
import time
from datetime import UTC

import pytest
import sqlalchemy as sa

from foundation.clock import now
from foundation.counters import Counter, next_number
from foundation.database import Database, FairLock
from foundation.office import Office, office
from foundation.stations import Station


def test_what_fails_leaves_nothing_behind(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(Station(name="half"))
        session.flush()
        1 / 0  # noqa: B018
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Station.id))) == 0


def test_sixteen_writers_at_once_take_every_number_once(database):
    taken, together = [], threading.Barrier(16)

    def write() -> None:
        together.wait()
        for _ in range(10):
            taken.append(database.run(lambda session: next_number(session, "slip")))

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 161))


def test_a_reader_does_not_wait_for_a_writer(database):
    with database.transaction() as session:
        session.add(Counter(name="held", last=1))
        session.flush()
        with database.reading() as other:
            assert other.get(Counter, "held") is None


def test_a_moment_is_in_utc_wherever_the_server_stands(database):
    with database.transaction() as session:
        session.add(Station(name="Kiosk", seen_at=now()))
    with database.reading() as session:
        if not database.on_sqlite:
            session.execute(sa.text("SET TIME ZONE 'Asia/Jakarta'"))
        assert session.scalar(sa.select(Station.seen_at)).tzinfo is UTC


def test_listeners_hear_of_commits_only(database):
    heard = []
    database.committed.append(lambda info: heard.append(info.get("what")))
    with database.transaction() as session:
        session.info["what"] = "done"
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.info["what"] = "not done"
        raise RuntimeError
    assert heard == ["done"]


def test_the_write_lock_is_given_in_the_order_it_was_asked_for():
    lock, order, queued = FairLock(), [], threading.Semaphore(0)
    assert lock.acquire(1)

    def wait(number: int) -> None:
        queued.release()
        lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        queued.acquire()
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_writer_that_gives_up_does_not_hold_up_the_next():
    lock = FairLock()
    assert lock.acquire(1)
    assert lock.acquire(0.01) is False
    lock.release()
    assert lock.acquire(1)


def test_sqlite_is_opened_to_survive_a_power_cut(new_sqlite, tmp_path):
    database = Database(new_sqlite(tmp_path))
    with database.reading() as session:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("mmap_size", 0)):
            assert session.scalar(sa.text(f"PRAGMA {pragma}")) == value
    database.close()


def test_who_only_reads_an_office_that_is_not_there_yet_sees_its_defaults_and_writes_nothing(database):
    with database.reading() as session:
        assert (office(session).library, office(session).request_minutes) == ("Perpustakaan Hukum JDIH", 30)
        assert not session.new
    with database.transaction() as session:
        assert session.get(Office, 1) is None
        assert office(session) in session
    with database.reading() as session:
        assert office(session).changed_at


def test_what_is_still_read_when_the_database_is_closed_leaves_no_connection_open(database_url):
    database, closed = Database(database_url), []
    sa.event.listen(database.engine, "close", lambda connection, record: closed.append(connection))
    with database.reading() as session:
        connection = session.connection().connection.dbapi_connection
        database.close()
        assert session.scalar(sa.text("SELECT 1")) == 1
        assert not closed
    with database.reading() as late:
        late.scalar(sa.text("SELECT 1"))
    assert connection in closed
    assert len(closed) == 2
