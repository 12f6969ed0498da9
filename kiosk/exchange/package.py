"""Our own list with its pictures and PDF files, in one ZIP: written, and read without belief in what it says of itself."""

import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import IO, Any

from foundation.errors import Refused
from foundation.files import FileStore
from foundation.text import t
from kiosk.exchange import columns, tables
from kiosk.exchange.records import BadRow, Filing, NewCopy, Record

LIST, FOLDER = "koleksi.csv", "files/"
ENDS = {"cover": "jpg", "digital": "pdf"}  # a cover is drawn as JPEG when it is set, a digital copy is a PDF
LARGEST = 500_000_000  # bytes of one file; a PDF may have so many
_NAME = re.compile(rf"{FOLDER}([0-9a-f]{{64}})\.(jpg|pdf)")


def fields_of(header: list[str]) -> tuple[list[str | None], tuple[str, ...]]:
    """As columns.fields_of, with the columns for files."""
    return columns.fields_of(header, with_files=True)


# ---- read

def records(source: tables.Source, name: str, member: str, fields: list[str | None], until: date) -> Iterator[Record]:
    """The titles of the list `member` in the ZIP; of the files they name, each that is not there is a problem of its line."""
    with tables.opened(source, name) as file, zipfile.ZipFile(file) as archive:
        for row in columns.rows(islice(tables.read_lines(source, name, member), 1, None), fields):
            record = columns.read_row(row, until)
            record.values |= {"cover": "", "digital": "", "digital_pages": 0}
            for column in columns.FILES:
                if said := row.values.get(column, "").strip():
                    record.files[column] = said
                    record.problems += _wrong(archive, record.line, column, said)
            yield record


def _wrong(archive: zipfile.ZipFile, line: int, column: str, said: str) -> list[BadRow]:
    """What can be seen to be wrong with a file without reading all of it."""
    found = _NAME.fullmatch(said)
    if not found or found[2] != ENDS[column]:
        return [BadRow(line, column, said[:60], t("This is not the name of a file as Loket exports it."))]
    try:
        inside = archive.getinfo(said)
    except KeyError:
        return [BadRow(line, column, said[:60], t("This file is not in the ZIP."))]
    return [BadRow(line, column, said[:60], t("This file is larger than 500 MB."))] if inside.file_size > LARGEST else []


def keep(source: tables.Source, name: str, records: Iterator[Record], filing: Filing) -> Iterator[Record]:
    """These records, each once its files are in the store and were looked into; what is wrong with one is a problem of its record."""
    with tables.opened(source, name) as file, zipfile.ZipFile(file) as archive:
        for record in records:
            for column, said in record.files.items() if not record.problems else ():
                try:
                    record.values |= _kept(archive, column, said, filing)
                except Refused as refusal:
                    record.problems.append(BadRow(record.line, column, said[:60], refusal.message, refusal.details))
            yield record


def _kept(archive: zipfile.ZipFile, column: str, said: str, filing: Filing) -> dict[str, Any]:
    """The columns of a title, of a file that is safely in the store."""
    try:
        with archive.open(said) as inside:
            sha256 = filing.store.put(inside)
    except tables.BAD_ZIP:
        sha256 = ""
    if said != f"{FOLDER}{sha256}.{ENDS[column]}":
        raise Refused(t("This file is damaged: it is not what it was when it was exported."))
    path = filing.store.path(sha256)
    if column == "digital":
        return {"digital": sha256, "digital_pages": filing.pages_of(path)}
    filing.look_at(path)
    return {"cover": sha256}


# ---- written

def write_list(file: IO[bytes], titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]]) -> set[str]:
    """The ZIP with the list alone; the names of the files that it speaks of, for `add_files`. `cover` and `digital` are their SHA-256."""
    names: set[str] = set()

    def with_names() -> Iterator[tuple[Mapping[str, Any], list[NewCopy]]]:
        for values, copies in titles:
            named = {column: f"{FOLDER}{values[column]}.{end}" if values[column] else "" for column, end in ENDS.items()}
            names.update(filter(None, named.values()))
            yield {**values, **named}, copies
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(LIST, "w", force_zip64=True) as inside:
        tables.write_csv(inside, columns.lines(with_names(), with_files=True))
    return names


def add_files(file: IO[bytes], names: Iterable[str], store: FileStore) -> None:
    """Put the files into the ZIP that `names` names there, as they are: they hardly get smaller. Raises Refused where one is not kept."""
    with zipfile.ZipFile(file, "a") as archive:
        for name in sorted(names):
            try:
                with store.path(name.removeprefix(FOLDER)[:64]).open("rb") as kept, archive.open(name, "w", force_zip64=True) as inside:
                    shutil.copyfileobj(kept, inside)
            except FileNotFoundError:
                raise Refused(t("A file of the collection is missing in the store: %(name)s."),
                              t("Try again; if it says so again, tell the administrator."), name=name) from None
