"""Trying out what stands at a station: a test print, on the same way to the paper as every slip."""

from sqlalchemy.orm import Session

from foundation.clock import local, now
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.stations import Station
from foundation.text import t, translator
from printer import printouts
from printer.printouts import Printout
from printer.receipt import Band, Big, Heading, Line, Pair, QrCode, Receipt, Rule
from printer.thermal import Paper, render

TEST = "test print"


def print_test(session: Session, station_id: int, by: Actor) -> Printout:
    """A paper that shows whether width, QR code and cutter are set right. Raises Refused where the station has no printer."""
    by.must_be(Role.ADMIN)
    station, here = session.get_one(Station, station_id), office(session)
    if not station.printer:
        raise Refused(t("This station has no printer."), t("Write its address into the form and save it first."))
    _ = translator(here.language)
    subject = f"station:{station.id}"
    last = printouts.latest(session, TEST, subject)
    number = last.copy_no + 1 if last else 1
    receipt = Receipt((
        Band(), Heading(here.library), Line(_(t("Test print")), center=True), Rule(), Pair(_(t("Station")), station.name),
        Pair(_(t("Paper")), f"{station.paper_mm} mm"), Pair(_(t("Time")), f"{local(now(), here.time_zone):%d.%m.%Y %H.%M}"),
        QrCode("0" * 34), Big(f"{number}"), Line(_(t("Every edge and the whole square must be on the paper.")), center=True)))
    paper = Paper(station.paper_mm, native_qr=station.native_qr, has_cutter=station.has_cutter)
    return printouts.queue(session, TEST, subject, station, render(receipt, paper), copy_no=number)
