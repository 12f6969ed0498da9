"""What all pages of the scanner station share: who may open them, how a batch is shown, and what is asked of the scanner."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import now
from foundation.errors import Refused
from foundation.people import Role
from foundation.text import t
from scanner import overview
from scanner.batches import Page
from scanner.device import PAPERS, Mode, Settings, Source
from webui.access import load_person, requires
from webui.wiring import wiring

screens = Blueprint("scanning", __name__, url_prefix="/scanning")
screens.before_request(load_person)

DONE = {"closed": t("The batch is closed.")}
A4 = dict(zip(("width_mm", "height_mm"), PAPERS["A4"], strict=True))
PROFILES = {
    "letter": (t("Letter, black and white, both sides"), Settings(Source.DUPLEX, Mode.LINEART, 300, **A4)),
    "decision": (t("Stamped decision, colour, 300 dpi"), Settings(Source.FEEDER, Mode.COLOR, 300, **A4)),
    "glass": (t("One page on the glass"), Settings(Source.FLATBED, Mode.COLOR, 300, **A4)),
}
RESOLUTIONS = (150, 200, 300, 400, 600)  # dpi, to choose from; the scanner says when it has not got one


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
                           errors=refusal.fields if refusal else {}, **values), refusal.status if refusal else 200


def batch_page(batch_id: int, part: str = "", page_id: int | None = None, **values: Any) -> ResponseReturnValue:
    """The batch, or of it the `part` that a script wants anew; with page `page_id` chosen, or the one that came last."""
    with wiring().database.reading() as db:
        seen = overview.signature(db, batch_id)
        look = overview.look(db, batch_id) or abort(404)
        return page(f"scanning/{part or 'batch.html'}", look=look, seen=seen, chosen=look.chosen(page_id), picture=picture_url,
                    profiles=PROFILES, profile=profile_of(look.run and look.run.wanted), wanted=look.run.wanted if look.run else Settings(),
                    sources=Source, modes=Mode, papers=PAPERS, resolutions=RESOLUTIONS, zoomed="zoom" in request.args, **values)


def picture_url(page: Page, size: str) -> str:
    """The address names what is seen, so that a browser may keep it for ever."""
    return url_for("scanning.picture", page_id=page.id, size=size, v=version(page))


def version(page: Page) -> str:
    return f"{page.sha256[:16]}-{page.turned}"


def to_batch(batch_id: int, page_id: int | None = None, changed: str = "") -> ResponseReturnValue:
    """Back to the batch; `changed` is what a script has to draw anew beside the chosen page: that page on the strip, or the strip."""
    return redirect(url_for("scanning.batch", batch_id=batch_id, page=page_id, changed=changed or None), 303)


def with_address(answer: ResponseReturnValue, address: str) -> ResponseReturnValue:
    """The part of a page, and the address at which a reload shows the same."""
    response = make_response(answer)
    response.headers["HX-Replace-Url"] = address
    return response


def profile_of(wanted: Settings | None) -> str:
    """The profile that these settings are; "own" for others, the first where nothing was scanned yet."""
    if wanted is None:
        return next(iter(PROFILES))
    return next((name for name, (_, settings) in PROFILES.items() if settings == wanted), "own")


def wanted_settings() -> Settings:
    """What the form asks the scanner for. Raises Refused for what is not on the lists."""
    form = request.form
    if form.get("profile") in PROFILES:
        return PROFILES[form["profile"]][1]
    try:
        width, height = PAPERS[form["paper"]]
        dpi = form.get("dpi", 0, int)
        if dpi not in RESOLUTIONS:
            raise ValueError(dpi)
        return Settings(Source(form["source"]), Mode(form["mode"]), dpi, width, height)
    except (KeyError, ValueError):
        raise Refused(t("The scanner cannot be asked for that."), t("Choose a profile, or every one of the settings."),
                      status=422) from None
