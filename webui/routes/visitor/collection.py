"""Finding a title and looking at it; reading it on the spot."""

import re
import secrets

from flask import abort, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from foundation.clock import today
from foundation.database import Session
from foundation.text import t
from kiosk.borrowing import lending, reserving, rules
from kiosk.ledger.collection import Kind, Title
from kiosk.shelves import attaching
from kiosk.shelves.availability import availability
from kiosk.shelves.searching import MOST, Years
from kiosk.shelves.searching import search as find
from webui import language, title_files
from webui.access import visitor
from webui.routes.visitor.kiosk import begin, go, is_part, screens, tell, visit_of_session
from webui.wiring import wiring

PAGE = 20
SPAN = re.compile(r"([0-9]{4})?-([0-9]{4})?")


@screens.get("/search")
def search() -> ResponseReturnValue:
    """Results for what is typed and chosen; alone as a part while somebody types, from the `after`-th on for "show more"."""
    begin()
    given = request.args
    upto = _number(given.get("upto"), PAGE)
    after = _number(given.get("after"), 0) if is_part() else 0
    kinds = [kind for kind in Kind if kind.value in given.getlist("kind")]
    with wiring().database.reading() as db:
        found = find(db, given.get("q", ""), kinds=kinds, years=_years(given.get("year", "")),
                     only_available=given.get("free") == "yes", limit=upto - after, offset=after)
        visit = visit_of_session(db)
        example = None if found.hits else _example(db)
        pictures = attaching.pictured(db, [hit.id for hit in found.hits])
    page = "visitor/_hits.html" if after else "visitor/_found.html" if is_part() else "visitor/search.html"
    return render_template(page, found=found, visit=visit, chosen=chosen_here(given), kinds=kinds, all_kinds=Kind,
                           year_spans=_year_spans(), after=after, upto=upto, page=PAGE, may_have_more=upto < found.total, example=example,
                           pictures=pictures)


def _number(text: str | None, otherwise: int) -> int:
    return min(int(text), MOST) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _example(db: Session) -> str | None:
    """A number that would find something here, as somebody may write it: 134/2016."""
    newest = next(iter(find(db, "", kinds=[Kind.DECISION, Kind.REGULATION], limit=1).hits), None)
    digits = re.match(r"[0-9]+", newest.number) if newest else None
    return f"{digits[0]}/{newest.year}" if digits and newest.year else None


def _years(text: str) -> Years:
    """The span in `2020-2023`, `2024-` or `-2014`; anything else is every year."""
    if not SPAN.fullmatch(text):
        return None, None
    first, last = text.split("-")
    return int(first) if first else None, int(last) if last else None


def _year_spans() -> list[str]:
    """This year, the two before, and older ones together."""
    year = today(wiring().office().time_zone).year
    return [f"{year}-{year}", f"{year - 1}-{year - 1}", f"{year - 2}-{year - 2}", f"{year - 6}-{year - 3}",
            f"{year - 11}-{year - 7}", f"-{year - 12}"]


def chosen_here(given: MultiDict[str, str]) -> dict[str, object]:
    """What a link back to these results has to carry."""
    kept = {name: given.get(name, "")[:200] for name in ("q", "year", "free", "upto") if given.get(name)}
    if not SPAN.fullmatch(kept.get("year", "-")):
        del kept["year"]
    return {**kept, "kind": [kind for kind in given.getlist("kind") if kind in set(Kind)], "s": session["s"]}


@screens.get("/title/<int:title_id>")
def title(title_id: int) -> ResponseReturnValue:
    begin()
    with wiring().database.reading() as db:
        it, visit = db.get(Title, title_id), visit_of_session(db)
        if it is None:
            abort(404)
        rule = rules.choose(rules.load(db), visit.category if visit else None, it.kind, today(wiring().office().time_zone))
        copies = availability(db, [title_id])[title_id]
        here = lending.free_copy(db, title_id, also_reference=True)
        standing = reserving.standing(db, title_id, visit) if copies.total and not copies.free else None
        mine = bool(standing and reserving.is_of(standing.reservation, visit))
        picture, digital = attaching.pictured(db, [title_id]).get(title_id), title_files.digital_of(db, it)
    return render_template("visitor/title.html", it=it, picture=picture, digital=digital, copies=copies, here=here, rule=rule, visit=visit,
                           rule_words=rules.in_words(rule, language.say) if rule else None, chosen=chosen_here(request.args),
                           in_basket=title_id in session.get("basket", []), standing=standing,
                           mine=mine, where=reserving.told_at(standing.reservation) if mine else "",
                           nonce=secrets.token_urlsafe(16))


@screens.post("/title/<int:title_id>/read")
def read_here(title_id: int) -> ResponseReturnValue:
    nonce = request.form["nonce"][:64]

    def read(db):
        visit = visit_of_session(db)
        return lending.read_here(db, title_id, visit.id if visit else None, nonce, visitor()).copy
    copy = wiring().database.run(read)
    tell(t("Noted: you read it here. It stands on shelf %(shelf)s."),
         t("Please leave it on the reading table when you are done."), shelf=copy.shelf or "–")
    return go("title", title_id=title_id, **chosen_here(request.args))
