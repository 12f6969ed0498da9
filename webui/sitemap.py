"""What search engines are told: which public pages there are, and which pages are nobody's business."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

MOST = 50_000  # addresses in one file (sitemaps.org)
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def written(base: str, products: Sequence[tuple[int, datetime]], number: int | None = None, index: str = "") -> str | None:
    """The sitemap of the products (id, when it changed last): one file, or an index of several where they are too many for one.

    `base` begins every address, `index` ends that of a page. With `number`, from 1, that one of the several; None where there is none.
    """
    if number is None and len(products) > MOST:
        files = range(1, -(-len(products) // MOST) + 1)
        named = "".join(f"<sitemap><loc>{escape(base)}/sitemap-{each}.xml</loc></sitemap>\n" for each in files)
        return f"{_HEAD}<sitemapindex {_SPACE}>\n{named}</sitemapindex>\n"
    part = products if number is None else products[MOST * (number - 1):MOST * number]
    if number is not None and not part:
        return None
    urls = "".join(f"<url><loc>{escape(base)}/produk/{product}{index}</loc><lastmod>{changed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>"
                   "</url>\n" for product, changed in part)
    return f"{_HEAD}<urlset {_SPACE}>\n{urls}</urlset>\n"


def robots(base: str) -> str:
    return f"User-agent: *\nAllow: /produk\nAllow: /feed/\nAllow: /static/\nDisallow: /\n\nSitemap: {base}/sitemap.xml\n"
