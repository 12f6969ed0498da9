"""What a station's scanner is and can do, known before it is asked for pages, and where it went when it was plugged in again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.database import Database
from foundation.errors import Reason, Refused
from foundation.jobs import TRIES, Job, enqueue, job
from foundation.office import office
from foundation.people import PROGRAM, Actor, Role
from foundation.stations import Station
from foundation.text import t
from scanner.devices import connect
from scanner.devices.holding import device_at, holding
from scanner.devices.port import Identity, Mode, Options, Scanner, Source
from scanner.devices.troubles import Offline, Trouble

MOVES = ("sane://", "scanimage://", "escl://", "escls://")  # an unplugged one comes back under another name
NOTHING: dict[str, Any] = {"identity": asdict(Identity()), "options": None}


@dataclass(frozen=True)
class Known:
    """Who a scanner is, what it can do (None: it never said), and why it did not say so the last time (None: it did)."""

    identity: Identity
    options: Options | None
    trouble: Reason | None


def known(station: Station) -> Known | None:
    """What the scanner at the station's address said when it was asked; None: it was not asked yet."""
    said = station.scanner_known
    if said.get("address") != station.scanner:
        return None
    why = said["trouble"]
    return Known(Identity(**said["identity"]), said["options"] and _read(said["options"]),
                 why and Reason(why["sentence"], why["next_step"], why["details"]))


def known_options(station: Station) -> Options | None:
    """What the station's scanner can do, of a range of resolutions the common ones; None: nobody knows yet."""
    return (it := known(station)) and it.options


def _write(options: Options) -> dict[str, Any]:
    return {"sources": dict(options.sources), "modes": dict(options.modes), "resolutions": list(options.common_resolutions),
            "largest": {source: list(size) for source, size in options.largest.items()}}


def _read(kept: dict[str, Any]) -> Options:
    return Options({Source(word): its_own for word, its_own in kept["sources"].items()},
                   {Mode(word): its_own for word, its_own in kept["modes"].items()}, tuple(kept["resolutions"]),
                   {Source(word): (wide, high) for word, (wide, high) in kept["largest"].items()})


# --- asking it ----------------------------------------------------------------------------------------------------------------------


class Learning(Protocol):
    """What a station needs of the worker beside the scanner."""

    @job("scanning")
    def learn(self, station: int) -> None: ...


def ask(session: Session, station_id: int, by: Actor) -> Station:
    """Have the station's scanner asked who it is and what it can do. Raises Refused where it has none."""
    by.must_be(Role.ADMIN)
    station = session.get_one(Station, station_id)
    if not station.active or not station.scanner:
        raise Refused(t("This station has no scanner."), t("Write its address into the form and save it first."))
    learn_soon(session, station)
    return station


def learn_soon(session: Session, station: Station) -> None:
    """The same in the name of the program, when the worker beside the scanner is free; once where it waits already."""
    if session.scalar(_waiting(station).where(Job.tries == 0)) is None:
        enqueue(session, Learning.learn, at=str(station.id), station=station.id)


def being_asked(session: Session, station: Station) -> bool:
    return session.scalar(_waiting(station)) is not None


def _waiting(station: Station) -> sa.Select[tuple[int]]:
    return sa.select(Job.id).where(Job.queue == f"scanning/{station.id}", Job.name == "learn", Job.done_at.is_(None),
                                   Job.tries < TRIES).limit(1)


class Learner:
    """Asks the scanners of this process. `folder` is the data folder, with its locks."""

    def __init__(self, database: Database, folder: Path, open_scanner: Callable[[str], Scanner] = connect.open_scanner):
        self.database, self.folder, self.open_scanner = database, folder, open_scanner

    def learn(self, station: int) -> None:
        """The job. What it was told, or why it was told nothing, is kept with the station; what was known before stays then."""
        with self.database.reading() as session:
            found = session.get_one(Station, station)
        if not found.scanner:
            return
        address = found.scanner
        try:
            with at_hand(self.database, self.folder, found, PROGRAM.name, self.open_scanner) as (scanner, address):
                said = _told(scanner)
        except Trouble as trouble:
            said = {"trouble": {"type": type(trouble).__name__, "sentence": trouble.sentence, "next_step": trouble.next_step,
                                "details": dict(trouble.details)}}
        self.database.run(partial(_keep, station_id=station, address=address, said=said))


def _told(scanner: Scanner) -> dict[str, Any]:
    return {"options": _write(scanner.options()), "identity": asdict(scanner.identify()), "trouble": None}


def _keep(session: Session, station_id: int, address: str, said: dict[str, Any]) -> None:
    station = session.get_one(Station, station_id, with_for_update=True)
    if station.scanner != address:
        return  # somebody wrote another one into the form meanwhile, and that is asked next
    before = station.scanner_known if station.scanner_known.get("address") == address else NOTHING
    after = {**before, **said, "address": address}
    if after["identity"] != before["identity"]:
        who = after["identity"]
        record(session, PROGRAM, "scanner known", station, name=f"{who['maker']} {who['model']}".strip(), number=who["serial"])
    station.scanner_known, station.scanner_known_at = after, now()


# --- reaching it --------------------------------------------------------------------------------------------------------------------


@contextmanager
def at_hand(database: Database, folder: Path, station: Station, name: str,
            open_scanner: Callable[[str], Scanner]) -> Iterator[tuple[Scanner, str]]:
    """The station's scanner and its address: ours until the block ends, and there.

    It is asked what it can do before anything moves in it. When it does not answer and is known, it is looked for, and the station
    gets the address at which it is found; what nobody knew of it is kept. `name`: what the next person at it is told. Raises Trouble.
    """
    with database.reading() as session:
        zone = office(session).time_zone
    with ExitStack() as held:
        def reach(address: str) -> tuple[Scanner, str]:
            held.enter_context(holding(folder, address, name, zone, database))
            scanner = _open(address, open_scanner)
            scanner.options()
            return scanner, address

        try:
            scanner, address = reach(station.scanner)
        except Offline:
            if not (there := _follow(database, station)):
                raise
            scanner, address = reach(there)
        if known_options(station) is None:
            with suppress(Trouble):  # of who it is: it can scan all the same
                said = _told(scanner)
                database.run(partial(_keep, station_id=station.id, address=address, said=said))
        yield scanner, address


def _open(address: str, open_scanner: Callable[[str], Scanner]) -> Scanner:
    try:
        return open_scanner(address)
    except Refused as refusal:
        raise Offline(sentence=refusal.message, next_step=refusal.next_step) from None


def _follow(database: Database, station: Station) -> str | None:
    """Where the station's scanner is now, which its address then says; None: nowhere, or nobody knows who it is."""
    it = known(station)
    if not it or not it.identity.maker or not it.identity.model or not station.scanner.startswith(MOVES):
        return None
    from scanner.devices.finding import find_again  # and with it pyinsane2's module and Pillow: only where it is needed

    address, mark, options = station.scanner.partition("#")
    try:
        there = find_again(it.identity, address)
    except Trouble:
        return None
    if not there or device_at(there) == device_at(address):
        return None
    there = f"{there}{mark}{options}"
    return there if database.run(partial(_move, station_id=station.id, was=station.scanner, there=there)) else None


def _move(session: Session, station_id: int, was: str, there: str) -> bool:
    """Whether the station's scanner is the one at `there` from now on, and not another station's of the same kind."""
    station = session.get_one(Station, station_id, with_for_update=True)
    others = session.scalars(sa.select(Station.scanner).where(Station.id != station_id, Station.active))
    if station.scanner != was or device_at(there) in map(device_at, others):
        return False
    station.scanner, station.scanner_known = there, {**station.scanner_known, "address": there}
    record(session, PROGRAM, "scanner found again", station, was=was, address=there)
    return True
