"""Jobs are rows: none is lost, whoever dies, and none is done by two."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation import jobs
from foundation.clock import now
from foundation.jobs import Job, Later, Worker, enqueue, job
from tests.builders import OFFICER

HERE = Path(__file__).resolve().parents[3]


@job("upkeep")
def note_down(text: str) -> None:
    """Only its name matters: each test gives the worker its own handler."""


def a_job(database, text="hello", **more) -> int:
    with database.transaction() as session:
        queued = enqueue(session, note_down, text=text, **more)
        session.flush()
        return queued.id


def look(database, job_id: int) -> Job:
    with database.reading() as session:
        return session.get_one(Job, job_id)


def test_a_job_is_done_once_in_the_order_of_asking(database):
    done = []
    for text in "abc":
        a_job(database, text)
    worker = Worker(database, {"note_down": lambda text: done.append(text)}, ["upkeep"])
    while worker.run_one():
        pass
    assert done == ["a", "b", "c"]


def test_a_job_rolled_back_with_its_change_never_was(database):
    with pytest.raises(RuntimeError), database.transaction() as session:
        enqueue(session, note_down, text="x")
        raise RuntimeError
    assert Worker(database, {}, ["upkeep"]).run_one() is False


def test_a_job_for_one_place_is_left_alone_by_others(database):
    a_job(database, at="3")
    assert Worker(database, {}, ["upkeep", "upkeep/4"]).run_one() is False
    assert Worker(database, {"note_down": lambda text: None}, ["upkeep/3"]).run_one() is True


def test_later_is_no_failure_and_comes_back(database, clock):
    job_id, answers = a_job(database), [Later(3), None]

    def handler(text: str) -> None:
        if answer := answers.pop(0):
            raise answer

    worker = Worker(database, {"note_down": handler}, ["upkeep"])
    assert worker.run_one()
    assert (look(database, job_id).tries, look(database, job_id).error) == (0, None)
    assert not worker.run_one()
    clock.shift(timedelta(seconds=4))
    assert worker.run_one()
    assert look(database, job_id).done_at is not None


def test_a_job_that_always_fails_is_given_up_with_its_reason_and_can_be_tried_again(database, clock):
    job_id = a_job(database)

    def broken(text: str) -> None:
        raise ValueError("no such shelf")

    worker = Worker(database, {"note_down": broken}, ["upkeep"])
    for _ in range(jobs.TRIES):
        assert worker.run_one()
        clock.shift(timedelta(minutes=2))
    assert not worker.run_one()
    with database.reading() as session:
        [given_up] = jobs.exhausted(session)
        assert "no such shelf" in given_up.error
    with database.transaction() as session:
        jobs.try_again(session, job_id, OFFICER)
    assert worker.run_one()


def test_a_worker_that_lost_its_lease_can_change_nothing(database, clock):
    job_id = a_job(database)
    slow = Worker(database, {}, ["upkeep"])._claim()
    clock.shift(jobs.LEASE + timedelta(seconds=1))
    assert Worker(database, {"note_down": lambda text: None}, ["upkeep"]).run_one()
    assert jobs.change(database, slow, {"error": "I am late"}) is False
    assert look(database, job_id).error is None


def test_old_finished_jobs_are_forgotten_and_others_kept(database):
    old, waiting = a_job(database), a_job(database)
    with database.transaction() as session:
        session.execute(sa.update(Job).where(Job.id == old).values(done_at=now() - timedelta(days=40)))
        assert jobs.sweep(session) == 1
    assert look(database, waiting).done_at is None


WORK = """
import sys, time
from foundation.database import Database
from foundation.jobs import Worker
from tests.integration.foundation.test_jobs import note_down  # noqa: F401
database = Database(sys.argv[1])
def handler(text):
    with open(sys.argv[2], "a") as file:
        file.write(text + "\\n")
    time.sleep(0.02)
print("ready", flush=True)
Worker(database, {"note_down": handler}, ["upkeep"]).run_forever(0.05)
"""


def test_workers_killed_in_the_middle_lose_no_job(database, database_url, tmp_path):
    with database.transaction() as session:
        for number in range(60):
            enqueue(session, note_down, text=str(number))
    written = tmp_path / "written"

    def start() -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", WORK, database_url, str(written)], cwd=HERE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        assert process.stdout.readline() == b"ready\n"
        return process

    def open_jobs() -> int:
        with database.reading() as session:
            return session.scalar(sa.select(sa.func.count(Job.id)).where(Job.done_at.is_(None)))

    def wait_until_below(number: int) -> None:
        deadline = time.monotonic() + 60
        while open_jobs() > number:
            assert time.monotonic() < deadline, "the jobs do not go on"
            time.sleep(0.02)

    for still_open in (45, 30, 15):
        worker = start()
        wait_until_below(still_open)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        with database.transaction() as session:  # the dead worker's lease runs out
            session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=now()))
    last = start()
    wait_until_below(0)
    last.terminate()
    last.wait()
    last.stdout.close()
    assert set(written.read_text().split()) == {str(number) for number in range(60)}
