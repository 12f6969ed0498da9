"""A public product in the words of schema.org (Legislation), for search engines and whoever else reads pages by program."""

from collections.abc import Callable
from typing import Any

from foundation.office import Office
from foundation.text import translator
from scanner.legal.particulars import RELATIONS, Relation
from scanner.legal.products import TYPE_NAMES, Product
from scanner.publishing.public import Look, citation, full_title, issuer

_say = translator("id")
_DOES = {RELATIONS[Relation.AMENDS][0]: "legislationChanges", RELATIONS[Relation.REPEALS][0]: "legislationRepeals",
         RELATIONS[Relation.IMPLEMENTS][0]: "legislationApplies"}


def described(look: Look, office: Office, page: Callable[[int], str], file: str) -> dict[str, Any]:
    """The JSON-LD of one product; `page` answers the public address of a product by its id, `file` is that of this one's PDF."""
    product = look.product
    said: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Legislation", "@id": page(product.id), "url": page(product.id),
        "name": full_title(product, office, _say), "legislationIdentifier": citation(product, office, _say),
        "legislationType": _say(TYPE_NAMES[product.type]), "legislationPassedBy": _organization(issuer(product, office)),
        "publisher": _organization(office.name), "legislationLegalForce": _force(product), "inLanguage": "id",
        "encoding": {"@type": "LegislationObject", "contentUrl": file, "encodingFormat": "application/pdf",
                     "sha256": look.publication.sha256}}
    days = {"legislationDate": product.enacted_on, "datePublished": product.promulgated_on or product.enacted_on}
    said |= {name: day.isoformat() for name, day in days.items() if day}
    said |= {name: value for name, value in (("about", product.subject), ("genre", product.field_of_law)) if value}
    for related in look.related:
        if name := _DOES.get(related.sentence):
            said.setdefault(name, []).append(_named(related.product, related.is_public, related.called, office, page))
    return said


def _force(product: Product) -> str:
    return f"https://schema.org/{'InForce' if product.in_force else 'NotInForce'}"


def _organization(name: str) -> dict[str, str]:
    return {"@type": "GovernmentOrganization", "name": name}


def _named(product: Product | None, is_public: bool, called: str, office: Office, page: Callable[[int], str]) -> dict[str, str]:
    if product is None:
        return {"@type": "Legislation", "name": called}
    if not is_public:
        return {"@type": "Legislation", "name": citation(product, office, _say)}
    return {"@type": "Legislation", "name": full_title(product, office, _say), "@id": page(product.id)}
