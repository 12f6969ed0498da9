"""The simulated printer's paper, drawn from the very bytes it received, and its faults, set by name: for demo and training only."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from webui.access import load_person
from webui.simulation import FAULTS, SimulatedPaper, simulated_printers
from webui.wiring import wiring

screens = Blueprint("paper", __name__, url_prefix="/paper")


@screens.before_request
def only_where_it_is_simulated() -> None:
    load_person()
    if not wiring().settings.demo:
        abort(404)


def _printer(station_id: int) -> SimulatedPaper:
    with wiring().database.reading() as session:
        found = {printer.station_id: printer for printer in simulated_printers(session)}
    return found.get(station_id) or abort(404)


def _drawn(printer: SimulatedPaper) -> list[Markup]:
    return [Markup(svg) for svg in printer.drawn()]  # noqa: S704 our own drawing, which escapes what it was given


@screens.get("/")
def printers() -> ResponseReturnValue:
    with wiring().database.reading() as session:
        found = simulated_printers(session)
    if len(found) == 1:
        return redirect(url_for(".paper", station_id=found[0].station_id), 303)
    return render_template("paper/printers.html", printers=found)


@screens.get("/<int:station_id>")
def paper(station_id: int) -> ResponseReturnValue:
    printer = _printer(station_id)
    return render_template("paper/paper.html", printer=printer, slips=_drawn(printer), faults=FAULTS)


@screens.get("/<int:station_id>/slips")
def slips(station_id: int) -> ResponseReturnValue:
    printer = _printer(station_id)
    return render_template("paper/_slips.html", printer=printer, slips=_drawn(printer))


@screens.post("/<int:station_id>/fault")
def fault(station_id: int) -> ResponseReturnValue:
    _printer(station_id).set_fault(request.form.get("fault", ""))
    return redirect(url_for(".paper", station_id=station_id), 303)
