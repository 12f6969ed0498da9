"""The proof that something is published: it is downloaded from its public address, and its page says what it is."""

import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urljoin

from foundation.text import t
from scanner.publishing.public_web import WAIT, Answer, Web
from scanner.publishing.publisher import Order, Placed, Unpublished, Unreachable

LARGEST_PAGE, LARGEST_FILE = 5_000_000, 500_000_000   # bytes
LINKS = 10                                            # files that a page links to and that are looked at
GONE = (404, 410)
AGAIN = t("Let it be uploaded again, or put the right one there by hand.")


def prove(web: Web, order: Order, placed: Placed) -> Placed:
    """Where it was seen: the file's content is the order's, and the page shows number and title. Raises Unpublished."""
    page = _page(web, placed.page_url)
    for name, sentence in (("number", t("The page %(url)s does not show the number %(value)s.")),
                           ("title", t("The page %(url)s does not show the title."))):
        if f" {_words(order.fields[name])} " not in f" {_words(page.text)} ":
            raise Unpublished(sentence, t("Put it on the page there, then let it be tried again."), url=placed.page_url,
                              value=order.fields[name])
    if placed.file_url:
        if _digest(web, placed.file_url) != order.sha256:
            raise Unpublished(t("At %(url)s is another file than the one that was checked."), AGAIN, lasting=True, url=placed.file_url)
        return placed
    return Placed(placed.page_url, _linked(web, order, page.links))


def prove_gone(web: Web, order: Order, placed: Placed) -> None:
    """That the order's file is at its address no more; where that never was known, that there is no page. Raises Unpublished."""
    url = placed.file_url or placed.page_url
    try:
        found = _digest(web, url) if url else ""
    except _Missing:
        return
    if url and (found == order.sha256 or not placed.file_url):
        raise Unpublished(t("The file is still at %(url)s."), t("Take it away there."), url=url)


class _Missing(Unpublished):
    """There is nothing at that address."""


class _Page(HTMLParser):
    """A page's words, and the files that it links to."""

    def __init__(self, url: str, source: str):
        super().__init__()
        self.url, self.words, self.links, self._silent = url, [], {}, 0
        self.feed(source)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        for name, value in attrs:
            if value and name in ("href", "src", "data") and tag in ("a", "iframe", "embed", "object"):
                self.links[urljoin(self.url, value).partition("#")[0]] = None

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self._silent <= 0:
            self.words.append(data)


def _words(text: str) -> str:
    """Compared without what pages do to a text: quotes, dashes, breaks, capitals."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _page(web: Web, url: str) -> _Page:
    with web.get(url) as answer:
        _must_be_there(answer, url)
        return _Page(answer.url, answer.text(LARGEST_PAGE))


def _digest(web: Web, url: str) -> str:
    digest = hashlib.sha256()
    with web.get(url) as answer:
        _must_be_there(answer, url)
        for piece in answer.pieces(LARGEST_FILE):
            digest.update(piece)
    return digest.hexdigest()


def _must_be_there(answer: Answer, url: str) -> None:
    if answer.status in GONE:
        raise _Missing(t("There is nothing at %(url)s."), AGAIN, said=f"HTTP {answer.status}", url=url)
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(t("%(url)s cannot be shown just now."), WAIT, said=f"HTTP {answer.status}", url=url)
    if answer.status != 200:
        raise Unpublished(t("%(url)s is not shown to the public."), t("See whether it is open to everybody there."),
                          said=f"HTTP {answer.status}", url=url)


def _linked(web: Web, order: Order, links: dict[str, None]) -> str:
    """Of the files that the page links to, the order's."""
    likely = sorted((link for link in links if ".pdf" in link.casefold() or "download" in link.casefold()),
                    key=lambda link: order.file_name not in link)
    for link in likely[:LINKS]:
        try:
            if _digest(web, link) == order.sha256:
                return link
        except Unreachable:
            raise
        except Unpublished:  # a link to elsewhere, or to nothing: another one may be it
            continue
    raise Unpublished(t("The page links to no file that is the one that was checked."),
                      t("See whether the right file was uploaded there, or write the file’s own address."), lasting=True)
