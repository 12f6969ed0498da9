"""One person at a scanner: whoever comes second is told who has it, and since when, also from another machine."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import Database, DatabaseUnusable, Model
from foundation.owning import owner, owning
from foundation.text import t
from scanner.devices.troubles import Busy

IN_USE = t("The scanner is in use by %(name)s since %(since)s.")
WAIT_OR_ASK = t("Wait until the scan is done, or ask them to end it.")
LEASE = timedelta(seconds=30)  # for so long another machine keeps away from the scanner of one that died
RENEWED_EVERY = 10.0           # seconds
# SANE's names for what hangs on the network: sane-airscan, another computer's saned, and backends that name a host
_ON_THE_NETWORK = re.compile(r"escls?://|sane://(airscan:|net:|\w+:(net[: ]|tcp[: ]|/net/))")
_USUAL_PORT = re.compile(r"^(escl://[^/]+):80(?=/|$)|^(escls://[^/]+):443(?=/|$)")
log = structlog.get_logger()


class DeviceLease(Model):
    """Who has the scanner `key`: `holder` is what the next one is told, `machine` where that is; after `until` it is free."""

    __tablename__ = "device_lease"
    key: Mapped[str] = mapped_column(sa.String(500), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(100))
    machine: Mapped[str] = mapped_column(sa.String(500))
    since: Mapped[datetime]
    until: Mapped[datetime]


@contextmanager
def holding(folder: Path, address: str, name: str, zone: str | None = None, database: Database | None = None) -> Iterator[None]:
    """Have the scanner at `address` until the block ends; `folder` is the service's data folder, `name` what the next one is told.

    `zone`: the time zone in which that is said, None: this machine's. `database`: where other machines see it, None: this machine
    alone is kept off. Raises Busy. Of a process that dies the scanner is free at once on its own machine, and on others after LEASE.
    """
    device = device_at(address)
    with owning(folder, device, name) as mine, ExitStack() as held:
        if not mine:
            raise _busy((who.name, who.since) if (who := owner(folder, device)) else None, zone)
        if database:
            held.enter_context(_leased(database, folder, device, name, zone))
        yield


def device_at(address: str) -> str:
    """The same for every address of one device: through pyinsane2 or scanimage, with its own options or its usual port or without."""
    if address.startswith(("sane://", "scanimage://")):
        return f"sane://{address.partition('://')[2].partition('#')[0]}"
    return _USUAL_PORT.sub(r"\1\2", address)


def _busy(who: tuple[str, datetime] | None, zone: str | None) -> Busy:
    if not who:
        return Busy()
    name, since = who[0], who[1].astimezone(ZoneInfo(zone) if zone else None)
    return Busy(sentence=IN_USE, next_step=WAIT_OR_ASK, name=name, since=f"{since:%H.%M}")


# --- the lease row ------------------------------------------------------------------------------------------------------------------


@contextmanager
def _leased(database: Database, folder: Path, device: str, name: str, zone: str | None) -> Iterator[None]:
    """Have the row of `device`, whose lock in `folder` is ours, until the block ends. Raises Busy."""
    host, moment = socket.gethostname(), now()
    key = device if _ON_THE_NETWORK.match(device) else f"{host} {device}"
    mine = {"key": key, "machine": f"{host} {folder.resolve()}", "since": moment}  # "machine": all who share our locks
    with database.transaction() as session:
        if not _take(session, database.on_sqlite, {**mine, "holder": name, "until": moment + LEASE}):
            raise _busy((who.holder, who.since) if (who := session.get(DeviceLease, key)) else None, zone)
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(database, mine, done), name="device lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        _change(database, _GIVE_BACK, mine)


def _take(session: Session, on_sqlite: bool, row: dict[str, object]) -> bool:
    """Whether the row is ours now: there was none, it had run out, or it was left by a process of this machine, whose lock is ours."""
    insert = (sqlite if on_sqlite else postgresql).insert(DeviceLease).values(row)
    taken = insert.on_conflict_do_update(
        index_elements=["key"], set_={name: insert.excluded[name] for name in ("holder", "machine", "since", "until")},
        where=(DeviceLease.until < insert.excluded.since) | (DeviceLease.machine == insert.excluded.machine))
    return session.execute(taken.returning(DeviceLease.key)).first() is not None


_lease = DeviceLease.__table__
_OURS = [_lease.c[name] == sa.bindparam(f"my_{name}") for name in ("key", "machine", "since")]
_KEEP = sa.update(_lease).where(*_OURS)
_GIVE_BACK = sa.delete(_lease).where(*_OURS)


def _renew(database: Database, mine: dict[str, object], done: threading.Event) -> None:
    while not done.wait(RENEWED_EVERY):
        if _change(database, _KEEP, mine, until=now() + LEASE) == 0:
            log.warning("a scanner's lease was lost", key=mine["key"])
            return


def _change(database: Database, statement: sa.UpdateBase, mine: dict[str, object], **values: object) -> int | None:
    """How many rows it changed: 1, or 0 when the lease is another's by now. None: the database could not; the row runs out by itself."""
    try:
        with database.transaction() as session:
            return session.execute(statement, {f"my_{name}": value for name, value in mine.items()} | values).rowcount
    except (SQLAlchemyError, DatabaseUnusable):
        log.exception("a scanner's lease was not changed", key=mine["key"])
        return None
