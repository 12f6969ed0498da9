"""Trying out what stands at a station: the test page of its printer, the answers that a person reads off it, the scanner's test."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import local, now
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.stations import Station
from foundation.text import t, translator
from printer import printouts, wedge
from printer.layout import Paper
from printer.printouts import Printout
from printer.receipt import Band, Heading, Inverse, Line, Pair, Part, QrCode, Receipt, Rule
from printer.thermal import render

TEST, SCANNER_TEST = "test print", "scanner test"
WIDEST = 48                 # characters a line that any of these printers has
USUAL = {58: 32, 80: 48}    # characters a line, by the roll's width in mm
ACCENTS = "é ü ñ ç à ° ½"
SQUARE = "0" * 34           # as long as a slip's code


def print_test(session: Session, station_id: int, by: Actor) -> Printout:
    """The page that shows what the printer can do, whatever was set before. Raises Refused where the station has no printer."""
    station, copy_no = _station(session, station_id, by, TEST)
    here = office(session)
    _ = translator(here.language)
    plain = Paper(station.paper_mm, native_qr=False, across=station.columns)
    pieces = [
        (plain, (Heading(here.library), Inverse(_(t("Test print"))), Pair(_(t("Station")), station.name),
                 Pair(_(t("Time")), f"{local(now(), here.time_zone):%d.%m.%Y %H.%M}"), Rule(),
                 Line(_(t("1. The last number on this line:"))))),
        (replace(plain, across=WIDEST), (Line(_ruler()),)),
        (replace(plain, accents=True), (Line(_(t("2. Letters:"))), Line(ACCENTS))),
        (replace(plain, full_density=False), (Line(_(t("3. Square A"))), QrCode(SQUARE))),
        (replace(plain, full_density=True), (Line(_(t("Square B"))), QrCode(SQUARE))),
        (replace(plain, native_qr=True), (Line(_(t("Square C"))), QrCode(SQUARE))),
        (replace(plain, has_cutter=True), (Line(_(t("4. Is the paper cut after this line?"))), Rule())),
    ]
    return _queue(session, TEST, station, pieces, copy_no)


def print_scanner_test(session: Session, station_id: int, by: Actor) -> Printout:
    """The square that tells how the scanner types. Raises Refused where the station has no printer."""
    station, copy_no = _station(session, station_id, by, SCANNER_TEST)
    _ = translator(office(session).language)
    parts = (Band(), Inverse(_(t("Scanner test"))), Line(_(t("Scan this on the page “Printer and scanner” of this station.")), center=True),
             QrCode(wedge.SAMPLE), Line(wedge.SAMPLE, center=True))
    return _queue(session, SCANNER_TEST, station, [(Paper.of(station), parts)], copy_no)


def _station(session: Session, station_id: int, by: Actor, what: str) -> tuple[Station, int]:
    """The station, and the number of the next copy of `what` there."""
    by.must_be(Role.ADMIN)
    station = session.get_one(Station, station_id)
    if not station.printer:
        raise Refused(t("This station has no printer."), t("Write its address into the form and save it first."))
    last = printouts.latest(session, what, f"station:{station.id}")
    return station, last.copy_no + 1 if last else 1


def _queue(session: Session, what: str, station: Station, pieces: list[tuple[Paper, tuple[Part, ...]]], copy_no: int) -> Printout:
    *before, (last, end) = pieces
    payload = b"".join(render(Receipt(parts), paper, ends=False) for paper, parts in before) + render(Receipt(end), last)
    return printouts.queue(session, what, f"station:{station.id}", station, payload, copy_no=copy_no)


def _ruler() -> str:
    """....:...10....:...20 and so on: the last number that stands on the first line is the number of characters."""
    return "".join("....:" if tens % 10 else f"{'.' * (5 - len(str(tens)))}{tens}" for tens in range(5, WIDEST + 1, 5)) + ".48"


def read_test(session: Session, station_id: int, by: Actor, *, columns: int, accents: bool, squares: str, cut: bool) -> Station:
    """Keep what a person read off the test page.

    `columns`: 30, 40 or 48, the ruler's last number on its first line. `squares`: which of A, B and C are whole squares of
    about the same size. Raises Refused when none is, for then no slip of this printer could be read.
    """
    by.must_be(Role.ADMIN)
    if columns not in _COLUMNS:
        raise Refused(t("The ruler was not read."), fields={"columns": t("Choose the last number on the ruler’s first line.")})
    if not set(squares) & set("ABC"):
        raise Refused(t("Without a whole square no slip can be read back."),
                      t("Print the test once more. If no square comes out whole again, this printer is not one for slips."),
                      fields={"squares": t("Choose the squares that came out whole.")})
    station = session.get_one(Station, station_id)
    across = _COLUMNS[columns]
    learnt = {"columns": None if across == USUAL[station.paper_mm] else across, "accents": accents, "has_cutter": cut,
              "native_qr": "C" in squares and "A" not in squares,  # A is read best: its size and its quiet zone are ours
              "full_density": "A" not in squares}
    return _learn(session, station, by, learnt)


_COLUMNS = {30: 32, 40: 42, 48: 48}


def learn_identity(session: Session, station_id: int, by: Actor, model: str, fence: str) -> Station:
    """Keep who the printer says that it is, and how it says that a slip is out."""
    by.must_be(Role.ADMIN)
    return _learn(session, session.get_one(Station, station_id), by, {"printer_model": model, "fence": fence})


def _learn(session: Session, station: Station, by: Actor, learnt: Mapping[str, object]) -> Station:
    changed = {name: value for name, value in learnt.items() if getattr(station, name) != value}
    for name, value in changed.items():
        setattr(station, name, value)
    record(session, by, "printer set up", station, **changed)
    return station
