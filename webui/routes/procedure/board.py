"""The board, and whatever a scanner reads while one of these pages is open."""

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.text import clean
from scanner.legal.products import ProductType
from scanner.procedure import board
from webui.routes.procedure.frame import page, screens, today
from webui.wiring import wiring

LONGEST = 200  # characters of what is searched


@screens.get("")
def show() -> ResponseReturnValue:
    wanted = _wanted()
    with wiring().database.reading() as db:
        years, units = board.choices(db)
        return page("procedure/board.html", wanted=wanted, years=years, units=units, board=board.look(db, wanted, g.actor, today()))


def _wanted() -> board.Wanted:
    said = request.args
    kind = said.get("type", "")
    return board.Wanted(clean(said.get("q"), LONGEST), ProductType(kind) if kind in set(ProductType) else None, said.get("year", type=int),
                        clean(said.get("unit"), 120), said.get("only", ""), said.get("column", 0, int))


@screens.get("/scan")
def scan() -> ResponseReturnValue:
    """The code on a folder, or a number that only one product has, opens it; anything else is searched."""
    code = request.args.get("code", "")[:LONGEST]
    with wiring().database.reading() as db:
        found = board.open_code(db, code)
    return redirect(url_for(".product", product_id=found) if found else url_for(".show", q=code), 303)
