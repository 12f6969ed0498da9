"""The public pages as files, which can be read from a disk or any web server, without this service."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

import structlog

from foundation.database import Database, Session
from foundation.files import FileStore
from foundation.office import Office, office
from foundation.text import LANGUAGES
from scanner.pages import thumbnails
from scanner.publishing import feed, public
from scanner.publishing.public import Look, Wanted
from scanner.workshop.processes import Failed
from webui import public_pages, sitemap
from webui.assets import asset
from webui.public_pages import LETTERS, PAGE, STYLES, Links

log = structlog.get_logger()
Draw = Callable[[Path, int, int, Path], None]


class PublicSite:
    """What `publisher` shows, for readers who have it from `base`; `draw` (of the workshop) makes the picture of each first page, kept in
    the folder `thumbnails`."""

    def __init__(self, database: Database, files: FileStore, thumbnails: Path, draw: Draw, base: str, publisher: str):
        self.database, self.files, self.thumbnails, self.draw = database, files, thumbnails, draw
        self.base, self.publisher = base.rstrip("/"), publisher

    def __call__(self, product_id: int | None) -> Iterator[tuple[str, bytes | Path]]:
        """Every file of the site: its path and what is in it. With `product_id` those only that this product stands in, also while its
        file is still under way."""
        shown = {"publisher": self.publisher, "arriving": product_id}
        with self.database.reading() as session:
            ours = office(session)
            yield from self._styles()
            for each in self._concerned(session, product_id, shown):
                yield from self._product(session, ours, each, shown)
            yield from self._lists(session, ours, shown)
            yield from self._for_machines(session, shown)

    def _concerned(self, session: Session, product_id: int | None, shown: dict) -> Iterable[int]:
        if product_id is None:
            return [each for each, _ in public.addresses(session, **shown)]
        return [product_id, *public.neighbours(session, product_id, **shown)]

    def _product(self, session: Session, ours: Office, product_id: int, shown: dict) -> Iterator[tuple[str, bytes | Path]]:
        look = public.look_at(session, product_id, **shown)
        withdrawn = None if look else public.gone(session, product_id, self.publisher)
        for language in LANGUAGES:
            links, path = Links(self.base, language, on_disk=True, depth=2), public_pages.product_file(product_id, language)
            if look:
                size = self.files.path(look.publication.sha256).stat().st_size
                yield path, public_pages.product(links, ours, look, size, "").encode()
            elif withdrawn:
                yield path, public_pages.gone(links, ours, *withdrawn).encode()
        if look:
            yield f"produk/{product_id}/{look.publication.file_name}", self.files.path(look.publication.sha256)
            yield from self._picture(look)

    def _picture(self, look: Look) -> Iterator[tuple[str, Path]]:
        try:
            yield (f"produk/{look.product.id}/halaman/1.jpg",
                   thumbnails.pdf_page(self.files, self.thumbnails, look.publication.sha256, thumbnails.Size.SCREEN, 1, self.draw))
        except (OSError, Failed):
            log.warning("a page without its picture", product=look.product.id)

    def _lists(self, session: Session, ours: Office, shown: dict) -> Iterator[tuple[str, bytes]]:
        number, numbers = 1, 1
        while number <= numbers:
            found = public.listed(session, Wanted(), PAGE, PAGE * (number - 1), **shown)
            numbers = max(1, -(-found.total // PAGE))
            for language in LANGUAGES:
                text = public_pages.listing(Links(self.base, language, on_disk=True), ours, found, None, Wanted(), number)
                yield public_pages.listing_file(number, language), text.encode()
            number += 1

    def _for_machines(self, session: Session, shown: dict) -> Iterator[tuple[str, bytes]]:
        feed.write(array := BytesIO(), feed.rows(session, self.base, "/index.html", **shown))
        yield "feed/document.json", array.getvalue()
        addresses = public.addresses(session, **shown)
        yield "sitemap.xml", (sitemap.written(self.base, addresses, index="/index.html") or "").encode()
        number = 1
        while len(addresses) > sitemap.MOST and (part := sitemap.written(self.base, addresses, number, "/index.html")):
            yield f"sitemap-{number}.xml", part.encode()
            number += 1
        yield "robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {self.base}/sitemap.xml\n".encode()

    def _styles(self) -> Iterator[tuple[str, bytes]]:
        for name in (*STYLES, LETTERS):
            if found := asset(name):
                yield f"tampilan/{name}", found.plain
