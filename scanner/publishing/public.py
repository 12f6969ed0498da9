"""What everybody may see: the products that are published, found by their words and by what they are, and what a file once was."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from foundation.office import Office
from foundation.searching import turn_to, understand
from scanner.documents.records import Document, DocumentPage
from scanner.documents.searching import DOCUMENTS
from scanner.legal.particulars import FIELDS_OF_LAW, RELATIONS, ProductRelation
from scanner.legal.products import TYPE_NAMES, Product, ProductStep, ProductType
from scanner.legal.publications import Publication, PublicationState
from scanner.workshop.texts import PageText

PORTAL = "portal"
VISIBLE = (PublicationState.PROVING, PublicationState.PUBLISHED)
LOOKED_THROUGH = 2000  # documents that have the words, public or not, among which the public ones are taken
CODE_LETTERS, ALPHABET = 10, "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # 49 bits; none that is taken for another


@lru_cache(100)
def is_public(publisher: str = PORTAL, arriving: int | None = None) -> sa.ColumnElement[bool]:
    """The condition that a Publication is what `publisher` shows of its product: while a new file is being proven, that one.

    Product `arriving` counts from the moment its file is under way: a publisher that writes pages writes them before it is there.
    """
    def shown(one: type[Publication]) -> sa.ColumnElement[bool]:
        visible = one.state.in_(VISIBLE)
        if arriving is not None:
            visible |= (one.product_id == arriving) & (one.state == PublicationState.UPLOADING)
        return (one.publisher == publisher) & visible

    other = aliased(Publication)
    is_settled, other_settled = (sa.case((one.state == PublicationState.PUBLISHED, 1), else_=0) for one in (Publication, other))
    newer = (other_settled < is_settled) | ((other_settled == is_settled) & (other.id > Publication.id))
    return shown(Publication) & ~sa.exists().where(other.product_id == Publication.product_id, shown(other), newer)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; nothing set: everything."""

    words: str = ""
    type: ProductType | None = None
    year: int | None = None
    in_force: bool | None = None
    field_of_law: str = ""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Wanted":
        """From the search form; what is on none of its lists is not asked for."""
        kind, year, law = said.get("type", ""), said.get("year", ""), said.get("field", "")
        return cls(said.get("q", "").strip()[:200], ProductType(kind) if kind in set(ProductType) else None,
                   int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None,
                   {"yes": True, "no": False}.get(said.get("force", "")), law if law in FIELDS_OF_LAW else "")

    @property
    def narrowed(self) -> bool:
        return self != Wanted()

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        for name in ("type", "year", "in_force"):
            if (value := getattr(self, name)) is not None:
                yield getattr(Product, name) == value
        if self.field_of_law:
            yield Product.field_of_law == self.field_of_law


@dataclass(frozen=True)
class Listed:
    """One page of what was found, out of `total`; `corrected` is what was searched instead of a word that was mistyped."""

    products: Sequence[Product]
    total: int
    corrected: str | None = None


def listed(session: Session, wanted: Wanted, limit: int, offset: int = 0, **shown: Any) -> Listed:
    """The public products that are `wanted`: the newest first, or with words the best first. `shown` as in is_public."""
    found = sa.select(Product).join(Publication, Publication.product_id == Product.id).where(is_public(**shown), *wanted.conditions())
    if not wanted.words:
        total = session.scalar(found.with_only_columns(sa.func.count()))
        newest = found.order_by(Product.year.desc(), sa.func.coalesce(Product.enacted_on, Product.promulgated_on).desc(), Product.id.desc())
        return Listed(session.scalars(newest.limit(limit).offset(offset)).all(), total)
    meant = understand(session, DOCUMENTS, wanted.words, (wanted.year, wanted.year), LOOKED_THROUGH)
    place = {document: at for at, document in enumerate(meant.found)}
    rows = session.execute(found.add_columns(Publication.document_id).where(Publication.document_id.in_(place))).all()
    best = [product for product, _ in sorted(rows, key=lambda row: place[row[1]])]
    return Listed(turn_to(best, limit, offset), len(best), meant.corrected)


class Choices(NamedTuple):
    """What the public products can be narrowed to."""

    types: list[ProductType]
    years: list[int]
    fields_of_law: list[str]


def choices(session: Session) -> Choices:
    public = sa.select(Publication.product_id).where(Publication.publisher == PORTAL, Publication.state.in_(VISIBLE))
    kinds = sa.select(Product.type, Product.year, Product.field_of_law).where(Product.id.in_(public)).distinct()
    found = session.execute(kinds).all()
    types, years, fields = ({row[at] for row in found} for at in range(3))
    return Choices([kind for kind in ProductType if kind in types], sorted(years, reverse=True), sorted(fields - {""}))


class Related(NamedTuple):
    """What is said of the relation, the other product where it is known, whether it is public too, and what it is called otherwise."""

    sentence: str
    product: Product | None
    is_public: bool
    called: str


@dataclass(frozen=True)
class Look:
    """Everything that a public page says. `text` is the first page's, empty where nobody has read it; `pages` so many has the file."""

    product: Product
    publication: Publication
    pages: int
    text: str
    related: list[Related]


# Hot statements are made once: making one anew costs more than running it.
_OF_PRODUCT = (sa.select(Product, Publication, Document.report, Document.sha256).join(Publication, Publication.product_id == Product.id)
               .join(Document, Document.id == Publication.document_id).where(Product.id == sa.bindparam("product")))
_FIRST_PAGE = sa.select(DocumentPage.text).where(DocumentPage.document_id == sa.bindparam("document"), DocumentPage.number == 1)
_COUNTED = sa.select(sa.func.count()).where(DocumentPage.document_id == sa.bindparam("document"))
_OTHER = aliased(Product)
_SAID_OF_IT = (sa.select(ProductRelation, Product, _OTHER).join(Product, Product.id == ProductRelation.product_id)
               .outerjoin(_OTHER, _OTHER.id == ProductRelation.other_id).order_by(ProductRelation.id)
               .where((ProductRelation.product_id == sa.bindparam("product")) | (ProductRelation.other_id == sa.bindparam("product"))))
_AMONG = sa.select(Publication.product_id).where(Publication.product_id.in_(sa.bindparam("products", expanding=True)))


@lru_cache(100)
def _public(statement: sa.Select, publisher: str = PORTAL, arriving: int | None = None) -> sa.Select:
    return statement.where(is_public(publisher, arriving))


def look_at(session: Session, product_id: int, **shown: Any) -> Look | None:
    """A public product; None where it is none. `shown` as in is_public."""
    row = session.execute(_public(_OF_PRODUCT, **shown), {"product": product_id}).first()
    if row is None:
        return None
    product, publication, report, made = row
    of_document = {"document": publication.document_id}
    first = session.scalar(_FIRST_PAGE, of_document) if made == publication.sha256 else None
    pages = report.get("pages") or session.scalar(_COUNTED, of_document)
    return Look(product, publication, pages, PageText.from_json(first).text if first else "",
                _related(session, product_id, **shown))


def _related(session: Session, product_id: int, **shown: Any) -> list[Related]:
    """Both ways; what another product does to this one is said only once that one is public."""
    found = session.execute(_SAID_OF_IT, {"product": product_id}).all()
    public = _among(session, [one.id for _, *both in found for one in both if one], **shown)
    does = [Related(RELATIONS[each.relation][0], other, each.other_id in public, each.other)
            for each, one, other in found if one.id == product_id]
    done = [Related(RELATIONS[each.relation][1], one, True, "") for each, one, other in found if one.id != product_id and one.id in public]
    return does + done


def _among(session: Session, products: Collection[int], **shown: Any) -> set[int]:
    """Those of the products that are public."""
    return set(session.scalars(_public(_AMONG, **shown), {"products": list(products)})) if products else set()


def neighbours(session: Session, product_id: int, **shown: Any) -> list[int]:
    """The public products whose pages name this one, or are named by its."""
    pairs = session.execute(_SAID_OF_IT, {"product": product_id}).all()
    others = {one.id for _, *both in pairs for one in both if one} - {product_id}
    return sorted(_among(session, others, **shown))


def addresses(session: Session, **shown: Any) -> list[tuple[int, datetime]]:
    """The id of each public product, and when it changed last. `shown` as in is_public."""
    wanted = sa.select(Product.id, Product.changed_at).join(Publication, Publication.product_id == Product.id).where(is_public(**shown))
    return [(product, changed) for product, changed in session.execute(wanted.order_by(Product.id))]


def address_of(session: Session, product_id: int, ours: Callable[[int], str]) -> str:
    """Where a product can be read: here (`ours` answers the address), or at another publisher; empty where nowhere."""
    if publication_of(session, product_id):
        return ours(product_id)
    elsewhere = sa.select(Publication.page_url).where(Publication.product_id == product_id, Publication.page_url != "",
                                                      Publication.state == PublicationState.PUBLISHED)
    return session.scalar(elsewhere.order_by(Publication.id).limit(1)) or ""


def publication_of(session: Session, product_id: int) -> Publication | None:
    """What this service itself shows of a product."""
    return session.scalar(sa.select(Publication).where(Publication.product_id == product_id, is_public()))


def gone(session: Session, product_id: int, publisher: str = PORTAL) -> tuple[Product, datetime] | None:
    """A product that was withdrawn from the public, and since when; None for one that never was there, or is there."""
    there = sa.select(Publication.state).where(Publication.product_id == product_id, Publication.publisher == publisher,
                                               Publication.published_at.is_not(None))
    states = set(session.scalars(there))
    if PublicationState.WITHDRAWN not in states or states & set(VISIBLE):
        return None
    product = session.get_one(Product, product_id)
    taken = sa.select(sa.func.max(ProductStep.at)).where(ProductStep.product_id == product_id, ProductStep.step == "withdraw")
    return product, session.scalar(taken) or product.state_since


def full_title(product: Product, office: Office, translate: Callable[[str], str]) -> str:
    """As it is cited: type, issuer, number, year and title."""
    return f"{citation(product, office, translate)} tentang {product.title}"


def citation(product: Product, office: Office, translate: Callable[[str], str]) -> str:
    """As full_title, without the title; a number that has its year already is not given another one."""
    year = "" if str(product.year) in product.number else f" Tahun {product.year}"
    return f"{translate(TYPE_NAMES[product.type])} {issuer(product, office)} Nomor {product.number}{year}"


def issuer(product: Product, office: Office) -> str:
    return product.issuer or office.name


def heading(product: Product, office: Office) -> str:
    """Its main entry (T.E.U. badan) in a catalogue."""
    return product.issuer or office.heading or office.name


class Verdict(StrEnum):
    CURRENT = "current"      # the published file
    REPLACED = "replaced"    # it was, until another one took its place
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


def judged(session: Session, sha256: str) -> tuple[Verdict, Publication | None]:
    """What the file with this SHA-256 is, at whichever publisher; what is better known comes first."""
    return _judged(session.scalars(sa.select(Publication).where(Publication.sha256 == sha256).options(joinedload(Publication.product))))


def standing(session: Session, product_id: int) -> tuple[Verdict, Publication | None]:
    """What became of a product, whose copies have a code."""
    return _judged(session.scalars(sa.select(Publication).where(Publication.product_id == product_id)
                                   .options(joinedload(Publication.product)).order_by(Publication.id.desc())))


def _judged(publications: Iterator[Publication]) -> tuple[Verdict, Publication | None]:
    state = {PublicationState.REPLACED: Verdict.REPLACED, PublicationState.WITHDRAWN: Verdict.WITHDRAWN}
    seen = [(state.get(each.state, Verdict.CURRENT), each) for each in publications if each.published_at]
    ranks = list(Verdict)
    return min(seen, key=lambda pair: ranks.index(pair[0]), default=(Verdict.UNKNOWN, None))


def verify_code(keys: Mapping[int, bytes], product_id: int) -> str:
    """What the QR on a published copy leads to, after /verify/: it names the product and cannot be guessed from its number.

    Of HMAC-SHA256 with the newest of `keys` (Keys.slips) ten letters are taken, 49 bits.
    """
    return f"{product_id}-{_mac(keys[max(keys)], product_id)}"


def read_code(keys: Mapping[int, bytes], code: str) -> int | None:
    """The product that a code was made for, with whichever of our keys; None for any other text. It may be typed in small letters."""
    number, _, letters = "".join(code[:40].split()).upper().partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10 and letters.isascii()):
        return None
    matches = [hmac.compare_digest(letters, _mac(key, int(number))) for key in keys.values()]
    return int(number) if any(matches) else None


def _mac(key: bytes, product_id: int) -> str:
    number, letters = int.from_bytes(hmac.digest(key, f"verify {product_id}".encode(), hashlib.sha256), "big"), ""
    for _ in range(CODE_LETTERS):
        number, letter = divmod(number, len(ALPHABET))
        letters += ALPHABET[letter]
    return letters
