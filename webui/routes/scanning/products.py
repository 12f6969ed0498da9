"""Products that are scanned, and separator sheets to be printed for them."""

from functools import partial

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from printer import typesetting
from scanner.legal import particulars, products
from scanner.pages import separators
from webui import assets
from webui.forms import row_id
from webui.language import current, say
from webui.routes.scanning.frame import do, page, screens
from webui.wiring import wiring

MOST = 100  # separator sheets in one file


@screens.get("/products")
def all_products() -> ResponseReturnValue:
    return _products({})


@screens.post("/products")
def register() -> ResponseReturnValue:
    form = request.form
    try:
        made = do(lambda db: particulars.register(db, form, g.actor))
    except Refused as refusal:
        return _products(form, refusal)
    return redirect(url_for(".batches", product_id=made.id, done="product"), 303)


def _products(values: dict, refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("scanning/products.html", refusal, values=values, products=products.newest(db))


@screens.get("/separators.pdf")
def separator_sheets() -> ResponseReturnValue:
    """The sheets as PDF: one for each `product`, and as many for no product as `loose` says."""
    loose, chosen = request.args.get("loose", 0, int), request.args.getlist("product", row_id)
    hint = say(t("Put this sheet before the first page of the document, and scan it with the stack. Loket splits the stack here."))
    with wiring().database.reading() as db:
        found = [product for product in map(partial(db.get, products.Product), chosen[:MOST + 1]) if product]
        wanted = [separators.Sheet(product.id, products.designation(product, say), product.title, hint) for product in found]
    wanted += [separators.Sheet(0, say(t("Separator sheet")), say(t("A new document begins here.")), hint)] * min(loose, MOST + 1)
    if not 0 < len(wanted) <= MOST:
        raise Refused(t("Choose from 1 to 100 separator sheets."), t("Tick products, or write how many sheets without a product."),
                      status=422)
    return Response(typesetting.pdf(separators.document(wanted, current(), assets.letters())), mimetype="application/pdf",
                    headers={"Content-Disposition": 'inline; filename="separators.pdf"'})
