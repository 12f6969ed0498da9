"""What all pages of the scanner station share: who may open them, how a batch is shown, and what is asked of the scanner."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import now
from foundation.errors import Refused
from foundation.people import Role
from foundation.text import t
from scanner.devices.knowing import known_options
from scanner.devices.port import PAPERS, Mode, Options, Settings, Source
from scanner.devices.troubles import WrongSettings
from scanner.documents import document_overview
from scanner.legal import products
from scanner.pages import separators
from scanner.pages.batches import Page, Run
from scanner.station import digitising, overview
from webui.access import load_person, requires
from webui.wiring import wiring

screens = Blueprint("scanning", __name__, url_prefix="/scanning")
screens.before_request(load_person)

DONE = {"closed": t("The batch is closed."), "split": t("The stack is split: each document is a batch of its own."),
        "product": t("The product is entered."), "taken": t("The PDF is taken in."),
        "known": t("This PDF is here already: this is its document.")}
A4 = dict(zip(("width_mm", "height_mm"), PAPERS["A4"], strict=True))
RESOLUTIONS = (150, 200, 300, 400, 600)  # dpi, to choose from where nobody knows what the scanner has
FINEST = 2400        # dpi; the scanner says when it has not got one
OWN = "own"          # the profile whose settings stand in the form
YEAR = 365 * 24 * 3600  # seconds that a browser keeps a picture
BY_HAND = "by hand"  # beside the sources that a scanner has: both sides, the pile turned over


class Profile(NamedTuple):
    """Settings to choose by name; a kept one has an `id`, and its name is not translated."""

    name: str
    settings: Settings
    by_hand: bool = False
    id: int | None = None


PROFILES = {
    "letter": Profile(t("Letter, black and white, both sides"), Settings(Source.DUPLEX, Mode.LINEART, 300, **A4)),
    "decision": Profile(t("Stamped decision, colour, 300 dpi"), Settings(Source.FEEDER, Mode.COLOR, 300, **A4)),
    "turned": Profile(t("Both sides, the pile turned over by hand"), Settings(Source.FEEDER, Mode.COLOR, 300, **A4), by_hand=True),
    "glass": Profile(t("One page on the glass"), Settings(Source.FLATBED, Mode.COLOR, 300, **A4)),
}


@screens.before_request
@requires(Role.LEGAL_STAFF, Role.ADMIN)
def legal_staff_only() -> None:
    """Every page here, and every picture, is legal staff's."""


def do(work: Callable[[Any], Any]) -> Any:
    """What `work` answers, done in one transaction of its own; done again when another one won a race."""
    return wiring().database.run(work)


def page(template: str, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """The page; after a refused try with the sentence at each field it is about."""
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), refusal=refusal, now=now(),
                           types=products.TYPE_NAMES,
                           errors=refusal.fields if refusal else {}, **values), refusal.status if refusal else 200


def batch_page(batch_id: int, part: str = "", page_id: int | None = None, **values: Any) -> ResponseReturnValue:
    """The batch, or of it the `part` that a script wants anew; with page `page_id` chosen, or the one that came last."""
    with wiring().database.reading() as db:
        seen = overview.signature(db, batch_id)
        look = overview.look(db, batch_id) or abort(404)
        chosen, aim = look.chosen(page_id), request.args.get("aim", "")
        aimed = chosen if aim in digitising.AIMED and look.takes_pages and chosen and not chosen.removed_at else None
        can = known_options(look.station)
        offered = on_offer(db, can)
        return page(f"scanning/{part or 'batch.html'}", look=look, seen=seen, chosen=chosen, picture=picture_url,
                    aim=aim if aimed else "", aimed=aimed, profiles=offered, profile=_profile(look.model, offered),
                    wanted=look.model.wanted if look.model else Settings(), by_hand=BY_HAND, **_choices(can),
                    findings=overview.findings, severity=overview.severity, separator=separators.read,
                    zoomed="zoom" in request.args,
                    made=document_overview.of_batch(db, batch_id) if look.batch.closed_at else None, **values)


def on_offer(session: Any, can: Options | None = None) -> dict[str, Profile]:
    """The profiles to choose from, ours first, then those that staff keep; without those that the scanner cannot serve, where that is
    known (`can`)."""
    kept = {f"kept-{each.id}": Profile(each.name, each.wanted, each.by_hand, each.id) for each in overview.profiles(session)}
    return {name: profile for name, profile in (PROFILES | kept).items() if can is None or _fits(can, profile.settings)}


def _fits(can: Options, settings: Settings) -> bool:
    try:
        can.check(settings)
    except WrongSettings:
        return False
    return True


def _choices(can: Options | None) -> dict[str, Any]:
    """What the form's own settings can be chosen from: what the scanner has, where that is known."""
    if can is None:
        return {"sources": list(Source), "modes": list(Mode), "papers": PAPERS, "resolutions": RESOLUTIONS}
    papers = {name: size for name, size in PAPERS.items() if any(name in can.papers(source) for source in can.sources)}
    return {"sources": [each for each in Source if each in can.sources], "modes": [each for each in Mode if each in can.modes],
            "papers": papers, "resolutions": can.common_resolutions or RESOLUTIONS}


def picture_url(page: Page, size: str) -> str:
    """The address names what is seen, so that a browser may keep it for ever."""
    return url_for("scanning.picture", page_id=page.id, size=size, v=version(page))


def version(page: Page) -> str:
    return f"{page.sha256[:16]}-{page.turned}"


def to_batch(batch_id: int, page_id: int | None = None, changed: str = "", profile: str = "") -> ResponseReturnValue:
    """Back to the batch; `changed` is what a script has to draw anew beside the part it asked from: the page on the strip, its place
    there ("move"), how to scan, or all of it ("strip"); with `profile` chosen."""
    return redirect(url_for("scanning.batch", batch_id=batch_id, page=page_id, changed=changed or None, profile=profile or None), 303)


def to_list(done: str) -> ResponseReturnValue:
    """To all batches, with the word of DONE that says what was done; also for a script that asked from the batch's page."""
    address = url_for("scanning.batches", done=done)
    if "HX-Request" in request.headers:
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303)


def with_address(answer: ResponseReturnValue, address: str) -> ResponseReturnValue:
    """The part of a page, and the address at which a reload shows the same."""
    response = make_response(answer)
    response.headers["HX-Replace-Url"] = address
    return response


def _profile(run: Run | None, offered: dict[str, Profile]) -> str:
    """The profile that the address names, otherwise the one that a run was made with; "own" for others, the first where nothing was
    scanned yet."""
    if (named := request.args.get("profile", "")) in offered:
        return named
    if run is None:
        return next(iter(offered), OWN)
    settings, by_hand = replace(run.wanted, sheets=None), run.purpose in digitising.PILES
    return next((name for name, each in offered.items() if (each.settings, each.by_hand) == (settings, by_hand)), OWN)


def wanted(session: Any) -> tuple[Settings, bool]:
    """What the form asks the scanner for, and whether the pile is turned over by hand. Raises Refused for what is not on the lists."""
    form = request.form
    if profile := on_offer(session).get(form.get("profile", "")):
        return profile.settings, profile.by_hand
    try:
        width, height = PAPERS[form["paper"]]
        dpi = form.get("dpi", 0, int)
        if not 1 <= dpi <= FINEST:
            raise ValueError(dpi)
        by_hand = form["source"] == BY_HAND
        return Settings(Source.FEEDER if by_hand else Source(form["source"]), Mode(form["mode"]), dpi, width, height), by_hand
    except (KeyError, ValueError):
        raise Refused(t("The scanner cannot be asked for that."), t("Choose a profile, or every one of the settings."),
                      status=422) from None


def count(name: str) -> int | None:
    """A number of sheets from the form: None where nothing was written, 0 for what is no number."""
    written = request.form.get(name, "").strip()
    return (int(written) if written.isdecimal() and len(written) < 9 else 0) if written else None
