"""The public pages as HTML, without Flask and its sessions: the service answers them, and the static site has them as files."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from foundation.clock import local
from foundation.office import Office
from foundation.text import PLAIN, translator, written
from kiosk.reporting import satisfaction
from kiosk.reporting.surveying import Result
from kiosk.reporting.surveys import Survey
from scanner.legal.products import TYPE_NAMES, Product
from scanner.legal.publications import Publication
from scanner.publishing import legislation, public
from scanner.publishing.public import Look, Verdict, Wanted
from webui.assets import FOLDER, asset_url

PAGE = 20      # products on a page of the list
PICTURES = 12  # pages of a file that are shown as pictures; the file itself has the rest
STYLES = ("css/tokens.css", "css/components.css", "css/public.css")
LETTERS = "vendor/plus-jakarta-sans.woff2"

_environment = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, trim_blocks=True,
                           lstrip_blocks=True)


@dataclass(frozen=True)
class Links:
    """Where each page, file and picture is: of the service, or in a folder of files, seen from one that lies `depth` folders deep.

    `base` begins the addresses that readers from elsewhere have.
    """

    base: str
    language: str = "id"
    on_disk: bool = False
    depth: int = 0

    def listing(self, number: int = 1, wanted: Wanted | None = None, language: str = "") -> str:
        language = language or self.language
        if self.on_disk:
            return "../" * self.depth + listing_file(number, language)
        return "/produk" + _query(_asked(wanted) | ({"page": str(number)} if number > 1 else {}), language)

    def product(self, product_id: int, language: str = "") -> str:
        language = language or self.language
        if self.on_disk:
            return f"{'../' * self.depth}{product_file(product_id, language)}"
        return f"/produk/{product_id}" + _query({}, language)

    def public(self, product_id: int) -> str:
        """The one address of its page, whoever asks."""
        return f"{self.base}/{product_file(product_id) if self.on_disk else f'produk/{product_id}'}"

    def file(self, publication: Publication) -> str:
        return f"{self._root}produk/{publication.product_id}/{quote(publication.file_name)}"

    def picture(self, publication: Publication, number: int) -> str:
        version = "" if self.on_disk else f"?v={publication.sha256[:16]}"
        return f"{self._root}produk/{publication.product_id}/halaman/{number}.jpg{version}"

    def feed(self) -> str:
        return f"{self._root}feed/document.json"

    def verify(self, code: str = "", language: str = "") -> str:
        """Only the service can look a copy up."""
        return "" if self.on_disk else f"/verify{f'/{code}' if code else ''}" + _query({}, language or self.language)

    def survey(self, survey_id: int | None = None, language: str = "") -> str:
        """The result of a survey, or of the latest one; the service alone has them."""
        number = f"/{survey_id}" if survey_id else ""
        return "" if self.on_disk else f"/survei{number}" + _query({}, language or self.language)

    def asset(self, name: str) -> str:
        return f"{self._root}tampilan/{name}" if self.on_disk else asset_url(name)

    @property
    def _root(self) -> str:
        return "../" * self.depth if self.on_disk else "/"


def listing_file(number: int = 1, language: str = "id") -> str:
    return f"{'index' if language == 'id' else language}{f'-{number}' if number > 1 else ''}.html"


def product_file(product_id: int, language: str = "id") -> str:
    return f"produk/{product_id}/{listing_file(1, language)}"


def _asked(wanted: Wanted | None) -> dict[str, str]:
    """What the search form sends for it."""
    if wanted is None:
        return {}
    said = {"q": wanted.words, "type": wanted.type or "", "year": str(wanted.year or ""), "field": wanted.field_of_law,
            "force": {True: "yes", False: "no", None: ""}[wanted.in_force]}
    return {name: value for name, value in said.items() if value}


def _query(said: dict[str, str], language: str) -> str:
    said = said | ({"lang": language} if language != "id" else {})
    return f"?{urlencode(said)}" if said else ""


def _render(template: str, links: Links, office: Office, turned: Callable[[str], str], **values: Any) -> str:
    """`turned` answers the address of this page in another language."""
    language, translate = links.language, translator(links.language)

    def say(sentence: str, **more: Any) -> str:
        said = translate(sentence)
        return said % more if more else said

    def dated(day: date | datetime) -> str:
        return written(_day(day, office), language, PLAIN)

    def cited(product: Product) -> str:
        return public.citation(product, office, translator("id"))  # as it stands on its first page, for whoever reads
    return _environment.get_template(f"public/{template}").render(
        _=say, links=links, office=office, language=language, turned=turned, icon=icon, dated=dated,
        megabytes=_megabytes(language), cited=cited, heading=public.heading, type_names=TYPE_NAMES, styles=STYLES, **values)


def _day(day: date | datetime, office: Office) -> date:
    return local(day, office.time_zone).date() if isinstance(day, datetime) else day


def _megabytes(language: str) -> Callable[[int], str]:
    def written_out(size: int) -> str:
        said = f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"
        return said.replace(".", ",") if language == "id" else said
    return written_out


@cache
def icon(name: str) -> Markup:
    """Drawn in the page itself: a page that lies on a disk may not fetch it from another file."""
    drawn = (FOLDER / "vendor/icons.svg").read_text(encoding="utf-8")
    found = re.search(rf'<symbol id="{re.escape(name)}"[^>]*>(.*?)</symbol>', drawn, re.DOTALL)
    if found is None:
        raise LookupError(f"no icon {name}")
    return Markup('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">%s</svg>') % Markup(found[1])  # noqa: S704 our own file


def listing(links: Links, office: Office, found: public.Listed, choices: public.Choices, wanted: Wanted, number: int) -> str:
    """A page of the list; `number` from 1."""
    return _render("list.html", links, office, lambda language: links.listing(number, wanted, language), found=found, choices=choices,
                   wanted=wanted, number=number, numbers=max(1, -(-found.total // PAGE)))


def product(links: Links, office: Office, look: Look, size: int, code: str) -> str:
    """The page of a product; `size` of its file in bytes, `code` that of its copies."""
    pictures = min(look.pages, 1 if links.on_disk else PICTURES)
    machine = legislation.described(look, office, links.public, _absolute(links, look.publication))
    return _render("product.html", links, office, lambda language: links.product(look.product.id, language), look=look, size=size,
                   code=code, pictures=pictures, canonical=links.public(look.product.id), machine=_json(machine),
                   full_title=public.full_title(look.product, office, translator("id")))


def _absolute(links: Links, publication: Publication) -> str:
    return links.base + replace(links, on_disk=False).file(publication)


def _json(said: dict[str, Any]) -> Markup:
    """As it may stand inside a script element."""
    text = json.dumps(said, ensure_ascii=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 nothing in it ends the element


def gone(links: Links, office: Office, withdrawn: Product, since: datetime) -> str:
    """In the place of a product that was withdrawn: that it was, and since when. Its title is not said any more."""
    return _render("gone.html", links, office, lambda language: links.product(withdrawn.id, language), product=withdrawn, since=since)


def verification(links: Links, office: Office, code: str = "", sha256: str = "", verdict: Verdict | None = None,
                 publication: Publication | None = None, error: str = "", typed: str = "", address: str = "") -> str:
    """The verification page, with what is known of a copy or a file; `address` is where its product can be read now."""
    return _render("verify.html", links, office, lambda language: links.verify(code, language), code=code, sha256=sha256, verdict=verdict,
                   publication=publication, error=error, typed=typed, address=address, Verdict=Verdict)


def survey(links: Links, office: Office, published: Sequence[Survey], result: Result | None) -> str:
    """The result of a satisfaction survey, and which others are `published`; without one that nothing is yet."""
    survey = result.survey if result else None
    return _render("survey.html", links, office, lambda language: links.survey(survey.id if survey else None, language), result=result,
                   survey=survey, published=published, words=satisfaction.WORDS, decimal=_decimal(links.language))


def _decimal(language: str) -> Callable[[Decimal], str]:
    return lambda value: f"{value}".replace(".", "," if language == "id" else ".")


def refused(links: Links, office: Office, sentence: str, next_step: str, **values: Any) -> str:
    return _render("refused.html", links, office, lambda language: links.listing(language=language), sentence=sentence,
                   next_step=next_step, values=values)
