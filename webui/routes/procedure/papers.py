"""The papers of a product, as a page and as PDF: disposition sheet, approval sheet, completeness sheet and signature table."""

from typing import NamedTuple

from flask import abort
from flask.typing import ResponseReturnValue

from foundation.text import t
from scanner.procedure import dossier
from scanner.procedure.dossier import Dossier
from webui import assets
from webui.downloads import pdf
from webui.routes.procedure.frame import page, screens
from webui.wiring import wiring


class Paper(NamedTuple):
    """`of`: the step that it is about; empty for one that there always is."""

    name: str
    of: str


PAPERS = {
    "disposition": Paper(t("Disposition sheet"), "disposition"), "approval": Paper(t("Approval sheet"), "verify copy"),
    "completeness": Paper(t("Completeness sheet"), "check"), "signatures": Paper(t("Signature table"), ""),
}


def there_are(look: Dossier) -> dict[str, Paper]:
    """The papers that can be printed by now."""
    return {kind: paper for kind, paper in PAPERS.items() if look.steps and (not paper.of or look.last(paper.of))}


screens.add_app_template_global(there_are, "papers_of")


@screens.get("/<int:product_id>/papers/<kind>")
def paper(product_id: int, kind: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        look = _look(db, product_id, kind)
        return page("procedure/paper.html", look=look, kind=kind, paper=PAPERS[kind], **_facts())


@screens.get("/<int:product_id>/papers/<kind>.pdf")
def paper_pdf(product_id: int, kind: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        body, _ = page("procedure/pdf.html", look=_look(db, product_id, kind), kind=kind, paper=PAPERS[kind], **_facts())
    return pdf(body, f"{kind}-{product_id}")


def _look(db: object, product_id: int, kind: str) -> Dossier:
    look = dossier.of_product(db, product_id) or abort(404)
    return look if kind in there_are(look) else abort(404)


def _facts() -> dict[str, object]:
    return {"seven": dossier.SEVEN, "step_names": dossier.STEP_NAMES, "confirmed": dossier.confirmed,
            "letters": assets.letters, "plain": assets.plain}
