"""What a person does at the verification queue: takes a product in hand, confirms claim by claim, corrects, and finishes."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import t
from scanner.legal import particulars
from scanner.legal.products import LEGAL, Product, ProductState, S
from scanner.procedure import procedure, verification, verification_overview
from scanner.procedure.verification_overview import is_barred, ticked

MOST = 50  # products that are looked through at a time


def take(session: Session, product_id: int, by: Actor) -> Product:
    """Take a product in hand to check it. Raises Refused where it does not wait for that, is in other hands, or was scanned by the same
    person, unless they may override that."""
    by.must_be(LEGAL)
    product = procedure.find(session, product_id)
    if product.state is not S.SCANNED:
        raise Refused(t("This product does not wait for its check."), t("Look at the queue: it says what waits."))
    if is_barred(product.steps, by) and not by.roles & procedure.OVERRIDERS:
        raise Refused(t("Four eyes are asked for: you scanned this, or handed it in."), t("Ask a colleague to check it."), status=403)
    return procedure.claim(session, product_id, by)


def take_next(session: Session, by: Actor) -> Product | None:
    """Take in hand what `by` is to check next: what they have already, then the oldest deadline. None: nothing waits for them."""
    offset = 0
    while found := verification_overview.waiting(session, by, MOST, offset):
        for each in found:
            product = procedure.find(session, each.product.id) if each.offered else None
            if product and product.state is S.SCANNED and product.claimed_by_id in (None, by.person_id):
                return procedure.claim(session, product.id, by)
        offset += MOST
    return None


def tick(session: Session, product_id: int, code: str, is_so: bool, sha256: str, by: Actor) -> Product:
    """Confirm claim `code` on the file `sha256`, or take that back. It is kept, for this person and this file only, until the next step."""
    product = take(session, product_id, by)
    document = procedure.checkable(session, product, sha256)
    if code not in {claim.code for claim in verification.claims(document)}:
        raise Refused(t("There is no such line."), t("Look at the page again."), status=404)
    codes = ticked(product, sha256, by)
    _keep(product, codes | {code} if is_so else codes - {code}, sha256, by)
    return product


def _keep(product: Product, codes: Iterable[str], sha256: str, by: Actor) -> None:
    product.ticks = {"person": by.person_id, "sha256": sha256, "codes": sorted(codes)}


def correct(session: Session, product_id: int, said: Mapping[str, str], sha256: str, by: Actor) -> Product:
    """Correct what is said of the product, as particulars.correct; what was confirmed of the corrected fields is open again."""
    product = take(session, product_id, by)
    before = {name: getattr(product, name) for name in particulars.FIELDS}
    particulars.change(session, product, said, by)
    changed = {name for name, value in before.items() if getattr(product, name) != value}
    codes = ticked(product, sha256, by)
    _keep(product, codes - {claim.code for claim in verification.ALL if changed & set(claim.fields)}, sha256, by)
    return product


def finish(session: Session, product_id: int, sha256: str, note: str, by: Actor, override: str = "") -> Product:
    """Step 6, with what this person has confirmed of the file `sha256`: as procedure.check."""
    product = procedure.find(session, product_id)
    return procedure.check(session, product_id, ticked(product, sha256, by), sha256, note, by, override)


def target(reason: str) -> ProductState:
    """Where a product mostly goes for a reason of procedure.REASONS: to be scanned again for what a scan can mend, else to its unit."""
    return S.VERIFIED if reason in ("pages", "quality") else S.RETURNED
