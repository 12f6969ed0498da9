"""The feed that the national network (JDIHN) fetches: every published product in 28 keys, in one file that is always whole.

The keys, and what stands in them, are those of BPHN's documentation and schema for /feed/document.json; what they leave open is as
members do it: absent text is "-", an absent abstract is empty, a decision has no promulgation and says the day of its enactment.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from foundation.clock import local
from foundation.database import Database
from foundation.office import Office, office
from foundation.text import translator
from scanner.legal.products import TYPE_NAMES, Product, ProductState
from scanner.legal.publications import Publication
from scanner.publishing.public import full_title, heading, is_public

log = structlog.get_logger()

ABSENT = "-"
EMPTY = 4  # bytes: a smaller file has no product in it
AT_ONCE = 1000  # rows that are in memory
_say = translator("id")

_ROWS = (sa.select(Product.id, Product.type, Product.number, Product.year, Product.issuer, Product.title, Product.enacted_on,
                   Product.promulgated_on, Product.place, Product.subject, Product.field_of_law, Product.source, Product.in_force,
                   Product.changed_at, Publication.file_name, Publication.published_at)
         .join(Publication, Publication.product_id == Product.id).order_by(Product.id))
# Another answer whenever a product comes, goes, changes, or gets another file.
_STATE = (sa.select(sa.func.count(), sa.func.sum(Publication.id), sa.func.max(Publication.published_at), sa.func.max(Product.changed_at))
          .join(Publication, Publication.product_id == Product.id))


def rows(session: Session, base: str, index: str = "", **shown: object) -> Iterator[dict[str, str]]:
    """What the network is told of each public product; `base` begins the public addresses, `index` ends those of pages, `shown` as in
    public.is_public.

    A product without any date is left out, because the network takes none without: the log says which.
    """
    ours = office(session)
    for row in session.execute(_ROWS.where(is_public(**shown)).execution_options(yield_per=AT_ONCE)):
        if row.enacted_on or row.promulgated_on:
            yield told(row, ours, base, index)
        else:
            log.warning("left out of the feed: it has no date", product=row.id)


def told(row: Any, ours: Office, base: str, index: str = "") -> dict[str, str]:
    """The 28 keys of one product; `row` has its columns and those of its publication."""
    page = f"{base}/produk/{row.id}"
    enacted = row.enacted_on or row.promulgated_on
    promulgated = row.promulgated_on or enacted
    return {
        "idData": str(row.id), "tahun_pengundangan": str(row.promulgated_on.year if row.promulgated_on else row.year),
        "tanggal_penetapan": enacted.isoformat(), "tanggal_pengundangan": promulgated.isoformat(),
        "jenis": _say(TYPE_NAMES[row.type]).upper(), "noPeraturan": row.number, "judul": full_title(row, ours, _say), "noPanggil": ABSENT,
        "singkatanJenis": row.type.value.upper(), "tempatTerbit": row.place or ours.place or ABSENT, "penerbit": ABSENT,
        "deskripsiFisik": ABSENT, "sumber": row.source or ABSENT, "subjek": row.subject or ABSENT, "isbn": ABSENT,
        "status": "Berlaku" if row.in_force else "Tidak Berlaku", "bahasa": "Indonesia", "bidangHukum": row.field_of_law or ABSENT,
        "teuBadan": heading(row, ours), "nomorIndukBuku": ABSENT, "abstrak": "", "urlAbstrak": "",
        "last_updated": _moment(max(row.changed_at, row.published_at or row.changed_at), ours.time_zone),
        "urlDetailPeraturan": page + index, "fileDownload": row.file_name, "urlDownload": f"{page}/{row.file_name}",
        "operasi": "4", "display": "1"}


def _moment(at: datetime, zone: str) -> str:
    return local(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def write(out: IO[bytes], products: Iterable[dict[str, str]]) -> str:
    """Write the array, a line for each product; the SHA-256 of what was written."""
    digest, between = hashlib.sha256(), "[\n"
    for each in products:
        digest.update(piece := (between + json.dumps(each, ensure_ascii=False)).encode())
        out.write(piece)
        between = ",\n"
    digest.update(end := b"[]\n" if between == "[\n" else b"\n]\n")
    out.write(end)
    return digest.hexdigest()


class Feed:
    """Keeps the file at `path` what the public products are, whose addresses begin with `base`."""

    def __init__(self, database: Database, path: Path, base: str):
        self.database, self.path, self.base = database, path, base
        self._as_of: tuple[Any, ...] | None = None

    def refresh(self) -> bool:
        """Write the file anew where anything has changed since; whether its content is another one now.

        It gets its name once it is whole: who reads it reads the old one or the new one. A file that has products is never replaced by
        one that has none, unless all of them were withdrawn: the network would take that for a member whose products are all gone.
        Raises OSError, with the file as it was, when the disk is full.
        """
        with self.database.reading() as session:
            ours = office(session)
            as_of = (*session.execute(_STATE.where(is_public())).one(), ours.changed_at)
            if as_of == self._as_of and self.path.exists():
                return False
            self._as_of = None
            written = self._write(rows(session, self.base), partial(_are_withdrawn, session))
            self._as_of = as_of if written is not None else None  # what was refused is looked at again
        return bool(written)

    def _write(self, products: Iterable[dict[str, str]], are_withdrawn: Callable[[set[int]], bool]) -> bool | None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for left in self.path.parent.glob("new-*"):
            left.unlink(missing_ok=True)  # by a service that was killed
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix="new-", delete=False) as draft:
            try:
                digest = write(draft, products)
                draft.flush()
                os.fsync(draft.fileno())
                if is_new := self._is_new(draft.tell(), digest, are_withdrawn):
                    Path(draft.name).rename(self.path)
            finally:
                Path(draft.name).unlink(missing_ok=True)
        return is_new

    def _is_new(self, size: int, digest: str, are_withdrawn: Callable[[set[int]], bool]) -> bool | None:
        """Whether this is to take the place of what is there: who has the same already need not fetch it again. None: it may not."""
        if not self.path.exists():
            return True
        if size < EMPTY < self.path.stat().st_size and not are_withdrawn(_products(self.path)):
            log.warning("the feed is left as it was: nothing is public any more")
            return None
        return _digest(self.path) != digest


def _products(path: Path) -> set[int]:
    """The ids of the products in the feed."""
    return {int(each["idData"]) for each in json.loads(path.read_bytes())}


def _are_withdrawn(session: Session, products: set[int]) -> bool:
    """Whether a person has withdrawn every one of them."""
    withdrawn = sa.select(sa.func.count()).where(Product.id.in_(products), Product.state == ProductState.WITHDRAWN)
    return session.scalar(withdrawn) == len(products)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
