"""The same faults for our spool and for a plain program around python-escpos: what is lost, what is doubled, what a person must look at."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from foundation.database import Database
from foundation.jobs import Job, Worker
from foundation.people import Actor, Role
from foundation.stations import Station
from printer import printouts, simulated
from printer.commands import split
from printer.connect import open_printer
from printer.device import Printer, PrinterStatus, Sending
from printer.layout import Paper
from printer.printouts import Printout, PrintoutState
from printer.receipt import Inverse, Line, QrCode, Receipt
from printer.simulated import SimulatedPrinterServer, set_fault
from printer.spool import Spool
from printer.thermal import render
from webui.bench.plain import print_plainly

NOBODY_HELPS = "fine"
OFFICER = Actor("Sari Contoh", frozenset({Role.OFFICER}))
MENDED_AFTER = 0.4  # seconds until somebody puts in paper or closes the cover
QUICK = {"answer_within": 0.15, "print_within": 0.5}
# name -> how often, and what the simulated printer is told; {within} is somewhere in the slip
FAULTS: dict[str, tuple[int, str]] = {
    NOBODY_HELPS: (40, ""),
    "no paper before it": (8, "out of paper"),
    "no paper within it": (10, "out of paper {within}"),
    "cover opened within it": (6, "cover open {within}"),
    "switched off before it": (6, "power cut 0"),
    "power cut within it": (8, "power cut {within}"),
    "cable pulled within it": (6, "connection lost {within}"),
    "cut after the last byte": (6, "power cut 100000"),
    "mute": (4, "mute"),
    "worker killed before sending": (3, ""),
    "worker killed after sending": (3, ""),
}
MENDED_BY_HAND = ("no paper before it", "no paper within it", "cover opened within it", "mute")


class Killed(BaseException):
    """The worker is gone in the middle: nothing of it runs any more, and the system closes its files."""


@dataclass(frozen=True)
class Tally:
    """Of `slips`, `faulted` met a fault. `lost`: nobody has it and nobody was told. `doubled`: a second whole one without
    SALINAN. `looked_at`: a person had to look, `printed_all_the_same` of them were on paper."""

    slips: int
    faulted: int
    lost: int
    doubled: int
    looked_at: int
    printed_all_the_same: int


def plan(seed: int, slips: int) -> list[tuple[str, str]]:
    """For each slip the name of its fault, and what the printer is told."""
    chance = random.Random(seed)  # noqa: S311 nothing secret
    names, weights = list(FAULTS), [weight for weight, _ in FAULTS.values()]
    return [(name, FAULTS[name][1].format(within=chance.randrange(1, 2000))) for name in chance.choices(names, weights, k=slips)]


def slip(number: int, copy_no: int = 1) -> bytes:
    copies = (Inverse(f"SALINAN KE-{copy_no}"),) if copy_no > 1 else ()
    return render(Receipt((*copies, Line(f"Awal {number}."), QrCode(f"{number:034d}"), Line(f"Akhir {number}."))), Paper(80))


def on_paper(tray: Path) -> tuple[Counter[int], Counter[int]]:
    """How many whole slips of each number lie in the tray: those without a mark, and those marked SALINAN."""
    plain, marked = Counter[int](), Counter[int]()
    for file in simulated.slips(tray):
        text = b"".join(command.raw for command in split(file.read_bytes())[0] if command.name in (b"", b"\n"))
        number, copy = None, False
        for line in text.decode("ascii", "replace").split("\n"):
            copy = copy or "SALINAN" in line
            if line.startswith("Awal "):
                number = line.removeprefix("Awal ").rstrip(".")
            elif line.startswith("Akhir ") and line.removeprefix("Akhir ").rstrip(".") == number:
                (marked if copy else plain)[int(number)] += 1
                copy = False
    return plain, marked


@contextmanager
def _mended_in_time(tray: Path, name: str, fault: str) -> Iterator[None]:
    """The fault, and for those that a person mends, somebody who comes and does so."""
    set_fault(tray, fault)
    timer = threading.Timer(MENDED_AFTER, set_fault, (tray,)) if name in MENDED_BY_HAND else None
    if timer:
        timer.start()
    try:
        yield
    finally:
        if timer:
            timer.join()
        if name not in MENDED_BY_HAND:
            set_fault(tray)


def with_the_spool(database: Database, folder: Path, seed: int, slips: int) -> Tally:
    """Queue `slips` one by one under the faults of `seed`; a person answers truthfully for each that is uncertain."""
    tray = folder / "tray"
    with database.transaction() as session:
        station = Station(name=f"Meja {seed}", printer=f"simulated://{tray}", paper_mm=80)
        session.add(station)
        session.flush()
    looked_at = printed = faulted = 0
    for number, (name, fault) in enumerate(plan(seed, slips), start=1):
        faulted += name != NOBODY_HELPS
        _queue(database, station, number, 1)
        _work(database, folder, station.id, tray, name, fault)
        while uncertain := _uncertain(database, number):
            plain, marked = on_paper(tray)
            there = plain[number] + marked[number] > 0
            looked_at += 1
            printed += there
            with database.transaction() as session:
                (printouts.came_out if there else printouts.did_not_come_out)(session, uncertain.id, OFFICER)
            if not there:
                _queue(database, station, number, uncertain.copy_no + 1)
                _work(database, folder, station.id, tray, NOBODY_HELPS, "")
    plain, marked = on_paper(tray)
    lost = sum(plain[number] + marked[number] == 0 for number in range(1, slips + 1))
    return Tally(slips, faulted, lost, sum(many > 1 for many in plain.values()), looked_at, printed)


def _queue(database: Database, station: Station, number: int, copy_no: int) -> None:
    payload = slip(number, copy_no)
    database.run(lambda session: printouts.queue(session, "slip", f"loan:{number}", station, payload, copy_no))


def _uncertain(database: Database, number: int) -> Printout | None:
    with database.reading() as session:
        found = printouts.latest(session, "slip", f"loan:{number}")
        return found if found and found.state is PrintoutState.UNCERTAIN else None


def _work(database: Database, folder: Path, station: int, tray: Path, name: str, fault: str) -> None:
    """Have the printout printed, as often as its job wants to be tried again."""
    killed = {"worker killed before sending": partial(_Killing, before=True),
              "worker killed after sending": partial(_Killing, before=False)}.get(name)
    opened: Callable[..., Printer] = partial(open_printer, **QUICK)
    spool = Spool(database, folder, opened if killed is None else lambda address, fence: killed(opened(address, fence=fence)))
    with _mended_in_time(tray, name, fault):
        try:
            _try_until_done(database, spool, station)
        except Killed:
            spool = Spool(database, folder, opened)  # the service starts again
            spool.recover()
            with database.transaction() as session:
                session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=Job.created_at))
            _try_until_done(database, spool, station)


def _try_until_done(database: Database, spool: Spool, station: int) -> None:
    worker = Worker(database, {"print_printout": spool.print_printout}, [f"printing/{station}"])
    while True:
        while worker.run_one():
            pass
        with database.transaction() as session:
            waiting = session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=Job.created_at)).rowcount
        if not waiting:
            return
        time.sleep(0.05)


class _Killing:
    """A printer whose user dies just before the first byte, or just after the last."""

    def __init__(self, printer: Printer, before: bool):
        self.printer, self.before = printer, before

    def send(self, payload: bytes, tell_when_sending: Callable[[], None], after_abort: bool = False) -> Sending:
        def tell() -> None:
            tell_when_sending()
            if self.before:
                raise Killed
        self.printer.send(payload, tell, after_abort).close()
        raise Killed

    def status(self) -> PrinterStatus:
        return self.printer.status()


def with_plain_escpos(folder: Path, seed: int, slips: int, tries: int = 3) -> Tally:
    """What a program does that prints with python-escpos, tries again after an exception, and starts a killed job anew; where
    it gives up, it says so, and a person looks."""
    tray, faulted, given_up = folder / "plain", 0, set[int]()
    with SimulatedPrinterServer(tray) as server:
        for number, (name, fault) in enumerate(plan(seed, slips), start=1):
            faulted += name != NOBODY_HELPS
            with _mended_in_time(tray, name, fault):
                believed = name != "worker killed before sending" and print_plainly(server.port, slip(number), tries)
                if name.startswith("worker killed"):
                    believed = print_plainly(server.port, slip(number), tries)
            if not believed:
                given_up.add(number)
    paper, _ = on_paper(tray)
    lost = sum(paper[number] == 0 for number in range(1, slips + 1) if number not in given_up)
    return Tally(slips, faulted, lost, sum(many > 1 for many in paper.values()), len(given_up),
                 sum(paper[number] > 0 for number in given_up))
