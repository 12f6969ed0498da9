"""Papers at the desk: printed by a station's printer, or opened as a page and as a PDF where there is none."""

from functools import cache

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from foundation.stations import printer_station
from kiosk.counter import papers
from kiosk.counter.papers import Draft, What
from printer import pages, typesetting
from printer.layout import DOTS
from printer.printouts import Printout
from webui import assets
from webui.routes.desk.frame import do, page, screens
from webui.wiring import wiring

KINDS = {what.value.replace(" ", "-"): what for what in What}
SLUGS = {what: slug for slug, what in KINDS.items()}


@screens.get("/papers/<kind>/<key>")
def paper(kind: str, key: str) -> ResponseReturnValue:
    """The next copy, as it would come to paper."""
    what = KINDS.get(kind) or abort(404)
    with wiring().database.reading() as db:
        copy_no = papers.next_copy(db, what, key)
        made = papers.draft(db, wiring().keys, what, key, copy_no)
        station = printer_station(db, made.station_id)
        width = _width(station.paper_mm if station else 0)
        return page("desk/paper.html", what=what, kind=kind, key=key, copy_no=copy_no, sheet=_sheet(made, width), width=width,
                    rolls=sorted(DOTS), station=station, copies=papers.printed(db, what, key), home=_home(what, key), ask=False)


@screens.post("/papers/<kind>/<key>")
def print_paper(kind: str, key: str) -> ResponseReturnValue:
    """The next copy: to the printer of its station, or where `to` says, to a page or a file of this browser's."""
    what, to = KINDS.get(kind) or abort(404), request.form.get("to", "")
    if to not in ("page", "pdf"):
        do(lambda db: papers.print_next(db, wiring().keys, what, key, g.actor))
        return redirect(_home(what, key, done="reprinted" if what is What.SLIP else "printing"), 303)
    made = do(lambda db: papers.print_from_browser(db, wiring().keys, what, key, g.actor))
    endpoint = ".paper_pdf" if to == "pdf" else ".paper_copy"
    return redirect(url_for(endpoint, kind=kind, key=key, copy_no=made.copy_no, width=_width(0)), 303)


@screens.get("/papers/<kind>/<key>/<int:copy_no>")
def paper_copy(kind: str, key: str, copy_no: int) -> ResponseReturnValue:
    """One copy that is being printed from this page: the browser's own print dialog opens by itself."""
    what, width = KINDS.get(kind) or abort(404), _width(0)
    made = _copy(what, key, copy_no)
    return page("desk/paper.html", what=what, kind=kind, key=key, copy_no=copy_no, sheet=_sheet(made, width), width=width, rolls=(),
                station=None, copies=(), home=_home(what, key), ask=True)


@screens.get("/papers/<kind>/<key>/<int:copy_no>.pdf")
def paper_pdf(kind: str, key: str, copy_no: int) -> ResponseReturnValue:
    what, width = KINDS.get(kind) or abort(404), _width(0)
    made = _copy(what, key, copy_no)
    document = (f'<!doctype html><html lang="{made.language}"><meta charset="utf-8"><title>{kind} {key}</title><style>{_style()}</style>'
                f'<body>{_sheet(made, width)}<i id="end"></i></body></html>')
    return Response(typesetting.pdf(document, width), mimetype="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="{kind}-{key}-{copy_no}.pdf"'})


def _copy(what: What, key: str, copy_no: int) -> Draft:
    with wiring().database.reading() as db:
        known: list[Printout] = papers.printed(db, what, key)
        if copy_no not in {printout.copy_no for printout in known}:
            abort(404)
        return papers.draft(db, wiring().keys, what, key, copy_no)


def _sheet(made: Draft, width: int) -> Markup:
    return Markup(pages.markup(made.receipt, made.language, width))  # noqa: S704 our own, which escapes what it was given


def _width(usual: int) -> int:
    """The paper's width in mm: as chosen on the page, or else the usual one there."""
    chosen = request.values.get("width", usual, int)
    return chosen if chosen in DOTS else 80


@cache
def _style() -> str:
    """What a paper looks like, with its letters inside."""
    look = assets.asset("css/receipt.css")
    return f"{assets.letters()} body {{ margin: 0 }} {look.plain.decode() if look else ''}"


def _home(what: What, key: str, **more: str) -> str:
    """The page on which the officer finds this paper."""
    match what:
        case What.SLIP | What.RETURN_RECEIPT:
            return url_for(".loan", loan_id=int(key.partition(".")[0]), **more)
        case What.TICKET:
            return url_for(".visitor", visit_id=int(key), **more)
        case What.CARD:
            return url_for(".member", member_id=int(key), **more)
        case What.DAY_SLIP:
            return url_for(".day_book", day=key, **more)
