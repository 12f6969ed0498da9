"""Which list of a collection a file is: told by what is in it, not by its name."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from foundation.errors import Refused
from foundation.text import t
from kiosk.exchange import columns, inlislite, marc, package, slims, slims_dump, tables
from kiosk.exchange.records import Source
from kiosk.exchange.tables import files_inside, opened, read_lines

LIST, PACKAGE, SLIMS, SLIMS_BACKUP, INLISLITE, MARC21, MARCXML = (
    t("own list"), t("own list with files"), t("SLiMS export"), t("SLiMS backup"), t("INLISLite data sheet"), t("MARC 21"), t("MARCXML"))
LOOKED_AT = 1 << 16  # bytes of a file's beginning, for a backup begins with a long comment
FIRST_LINES = 3      # one of these has the names of the columns; INLISLite puts headings above them


def recognise(source: tables.Source, name: str) -> Source:
    """The list of a collection in a file. Raises Refused where it is none, or one with a mistake in the names of its columns.

    `name` is the file's name, for the message only.
    """
    with opened(source, name) as file:
        beginning = file.read(LOOKED_AT)
        file.seek(0)
        inside = files_inside(file)
        if inside:
            return _inside(source, name, inside)
    if marc.is_marc(beginning):
        return Source(MARC21, partial(marc.records, source, name))
    if marc.is_marcxml(beginning):
        return Source(MARCXML, partial(marc.xml_records, source, name))
    if slims_dump.is_dump(beginning):
        return Source(SLIMS_BACKUP, partial(slims_dump.records, source, name))
    return _table(source, name)


def _table(source: tables.Source, name: str) -> Source:
    first = [cells for _, cells in islice(read_lines(source, name), FIRST_LINES)]
    header = first[0] if first else []
    if recognised := slims.columns_of(header):
        if recognised[0] == "items":
            raise _alone()
        return Source(SLIMS, lambda until: slims.records(read_lines(source, name), None, until))
    if inlislite.columns_of(first):
        return Source(INLISLITE, lambda until: inlislite.records(read_lines(source, name), until))
    fields, ignored = columns.fields_of(header)
    return Source(LIST, lambda until: (columns.read_row(row, until) for row in columns.rows(_after_first(source, name), fields)), ignored)


def _after_first(source: tables.Source, name: str) -> Iterator[tables.Line]:
    return islice(read_lines(source, name), 1, None)


def _inside(source: tables.Source, name: str, inside: list[str]) -> Source:
    """The two lists of SLiMS in one ZIP, or one of them, or our own list with its files."""
    found: dict[str, str] = {}
    for member in inside:
        header = next((cells for _, cells in read_lines(source, name, member)), [])
        if recognised := slims.columns_of(header):
            found[recognised[0]] = member
        elif member == package.LIST:
            fields, ignored = package.fields_of(header)
            return Source(PACKAGE, partial(package.records, source, name, member, fields), ignored, partial(package.keep, source, name))
    if "biblio" not in found:
        raise _alone() if found else tables.no_list()

    def lines(what: str) -> Iterator[tables.Line] | None:
        return read_lines(source, name, found[what]) if what in found else None
    return Source(SLIMS, lambda until: slims.records(lines("biblio"), lines("items"), until))


def _alone() -> Refused:
    return Refused(t("This is the list of items of SLiMS, without the bibliography."),
                   t("Choose both exports of SLiMS together: bibliography and items."), status=422)

