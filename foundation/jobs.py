"""Work done outside a request, kept as rows in our own database.

`enqueue` adds the job to the caller's session: it is committed, or rolled back, with the change that needs it. A worker
leases a job and renews the lease while it works; when a worker dies its lease runs out and another worker takes the job
over. So a job runs at least once, and its handler must be safe to run again.
"""

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.audit import record
from foundation.clock import now
from foundation.database import Database, DatabaseUnusable, Model
from foundation.people import Actor, Role

LEASE = timedelta(seconds=10)
TRIES = 5
QUEUE_OF: dict[str, str] = {}
log = structlog.get_logger()


class Job(Model):
    """`due` is when it may start; while it runs, when its lease ends. `tries` counts starts and is the lease's number."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_waiting", "queue", "due", sqlite_where=sa.text("done_at IS NULL"),
                               postgresql_where=sa.text("done_at IS NULL")),)
    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(60))
    args: Mapped[dict]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due: Mapped[datetime] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    done_at: Mapped[datetime | None]


class Later(Exception):
    """A handler's way to say: not now, try again in `seconds`; it does not count as a failure."""

    def __init__(self, seconds: float):
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def job(queue: str) -> Callable:
    """Declare a function to be a job that is worked off from `queue`."""
    def declare(function: Callable) -> Callable:
        QUEUE_OF[function.__name__] = queue
        return function
    return declare


def enqueue(session: Session, function: Callable, *, at: str = "", due: datetime | None = None, **args: object) -> Job:
    """Add a job to the caller's transaction; `at` narrows its queue to one place (`printing/3`: the printer of station 3)."""
    name = function.__name__
    queue = f"{QUEUE_OF[name]}/{at}" if at else QUEUE_OF[name]
    queued = Job(queue=queue, name=name, args=args, due=due or now())
    session.add(queued)
    session.info.setdefault("queues", set()).add(queue)
    return queued


def hurry(session: Session, function: Callable, **args: object) -> None:
    """What waits for its time does not wait any longer. It is the caller's to know that none of these jobs runs just now."""
    for queued in session.scalars(sa.select(Job).where(Job.name == function.__name__, Job.done_at.is_(None), Job.due > now())):
        if queued.args == args:
            queued.due = now()
            session.info.setdefault("queues", set()).add(queued.queue)


# Hot statements of the product are made once: making one anew costs more than running it.
_table = Job.__table__
_WAITING = (sa.select(_table.c.id)
            .where(_table.c.queue.in_(sa.bindparam("queues", expanding=True)), _table.c.done_at.is_(None),
                   _table.c.due <= sa.bindparam("moment"), _table.c.tries < TRIES).order_by(_table.c.due, _table.c.id).limit(1))
_CLAIM = (sa.update(_table).where(_table.c.id == _WAITING.with_for_update(skip_locked=True).scalar_subquery())
          .values(due=sa.bindparam("lease_ends"), tries=_table.c.tries + 1).returning(_table))
_CHANGE = sa.update(_table).where(_table.c.id == sa.bindparam("job"), _table.c.tries == sa.bindparam("tried"),
                                  _table.c.done_at.is_(None))


class Worker:
    """Works off jobs of `queues`, one after the other, in the thread that calls it."""

    def __init__(self, database: Database, handlers: Mapping[str, Callable[..., None]], queues: list[str],
                 idle: Callable[[], None] | None = None):
        self.database, self.handlers, self.queues, self.idle = database, handlers, queues, idle
        self._wake = threading.Event()
        self._stop = False

    def run_forever(self, pause: float = 0.5) -> None:
        """Work until `stop`; a commit in this process wakes it at once, others' jobs are seen within `pause` seconds."""
        self.database.committed.append(self._on_commit)
        try:
            while not self._stop:
                self._wake.clear()
                try:
                    if self.run_one():
                        continue
                    if self.idle:
                        self.idle()
                except (SQLAlchemyError, DatabaseUnusable, OSError):
                    log.exception("worker stumbled", queues=self.queues)
                    time.sleep(1)
                self._wake.wait(pause)
        finally:
            self.database.committed.remove(self._on_commit)

    def stop(self) -> None:
        self._stop = True
        self._wake.set()

    def _on_commit(self, info: dict) -> None:
        if info.get("queues", set()) & set(self.queues):
            self._wake.set()

    def run_one(self) -> bool:
        """Do the job that has waited longest; False when there is none."""
        job = self._claim()
        if job is None:
            return False
        with _leases.keep(self.database, job):
            _running.job, _running.ended = job, False
            try:
                self.handlers[job.name](**job.args)
                if _running.ended:
                    return True
                outcome = _done()
            except Later as later:
                outcome = {"due": now() + timedelta(seconds=later.seconds), "tries": job.tries - 1}
            except Exception:
                log.exception("job failed", job=job.id, name=job.name, tries=job.tries)
                outcome = {"error": traceback.format_exc(limit=8), "due": now() + timedelta(seconds=2**job.tries)}
        change(self.database, job, outcome)
        return True

    def _claim(self) -> sa.Row | None:
        waiting = {"queues": self.queues, "moment": now()}
        with self.database.reading() as session:
            if session.scalar(_WAITING, waiting) is None:  # an idle worker takes no write lock
                return None
        with self.database.transaction() as session:
            return session.execute(_CLAIM, {**waiting, "lease_ends": now() + LEASE}).one_or_none()


_running = threading.local()  # job: what this thread works on; ended: whether its end is part of a transaction already


def finish(session: Session) -> None:
    """End the job that this thread works on together with its last change, in the caller's transaction."""
    if job := getattr(_running, "job", None):
        session.execute(_CHANGE, {"job": job.id, "tried": job.tries, **_done()})
        _running.ended = True


def _done() -> dict:
    return {"done_at": now(), "error": None}


class _Leases:
    """Keeps running jobs ours by moving their due times ahead, all from one thread that begins with the first job."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[Database, sa.Row]] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, database: Database, job: sa.Row) -> Iterator[None]:
        with self._guard:
            self._running[id(job)] = (database, job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._guard:
                del self._running[id(job)]

    def _renew(self) -> None:
        while True:
            time.sleep(LEASE.total_seconds() / 3)
            with self._guard:
                running = list(self._running.values())
            for database, job in running:
                try:
                    change(database, job, {"due": now() + LEASE})
                except (SQLAlchemyError, DatabaseUnusable):
                    log.exception("lease not renewed", job=job.id)


_leases = _Leases()


def change(database: Database, job: sa.Row, values: dict) -> bool:
    """Change a leased job only while it is still ours: a later try makes an earlier one powerless."""
    with database.transaction() as session:
        return bool(session.execute(_CHANGE, {"job": job.id, "tried": job.tries, **values}).rowcount)


def exhausted(session: Session) -> list[Job]:
    """Jobs that were given up after their tries: the officer sees them with their reason and "try again"."""
    return list(session.scalars(sa.select(Job).where(Job.done_at.is_(None), Job.tries >= TRIES).order_by(Job.id)))


def try_again(session: Session, job_id: int, by: Actor) -> None:
    """Start a job that was given up once more, with all its tries."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    job = session.get_one(Job, job_id)
    job.tries, job.due, job.error = 0, now(), None
    record(session, by, "job tried again", job)
    session.info.setdefault("queues", set()).add(job.queue)


def sweep(session: Session, older_than: timedelta = timedelta(days=30)) -> int:
    """Forget finished jobs; how many."""
    return session.execute(sa.delete(Job).where(Job.done_at < now() - older_than)).rowcount
