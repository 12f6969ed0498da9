"""INLISLite 3 (Perpustakaan Nasional): its data sheet of the collection as XLSX or CSV, a row for each copy, and its two tables.

The data sheet's columns are those of its template of holdings and bibliographic data ("DATA EKSEMPLAR", "DATA BIBLIOGRAFIS"), named in
its second line; the tables are `catalogs` and `collections` (pizaini/inlislite, src/common/models). Its MARC export is read as MARC.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from kiosk.exchange.columns import folded
from kiosk.exchange.records import BadRow, Fitting, NewCopy, Record, checked, classified, usable_code
from kiosk.exchange.tables import Line
from kiosk.ledger.cells import Unusable
from kiosk.ledger.collection import CopyStatus

# our column -> the names it has there, folded; the first that is filled counts
TITLE = ("judulutama", "title", "judul")
SUBTITLE = ("anakjudul",)
OUR_COLUMN = {"edition": ("edisi", "edition"), "place": ("kotaterbit", "publishlocation", "tempatterbit"),
              "publisher": ("penerbit", "publisher"), "extent": ("jumlahhalaman", "physicaldescription", "deskripsifisik"),
              "isbn": ("isbn", "issn", "ismn"),
              "call_number": ("nomorpanggilkatalog", "callnumber", "nomorpanggileksemplar", "nomorpanggil"),
              "abstract": ("abstrak", "note", "abstract"), "language": ("bahasa", "languages")}
YEAR = ("tahunterbit", "publishyear")
AUTHORS = ("tajukpengarang", "tajukpengarangbadankooperasi", "tajukpengarangbadankorporasi", "pengarangtambahannamaorang",
           "pengarangtambahannamabadan", "author", "pengarang")
SUBJECTS = ("subjektopik", "subject", "subjek")
IDENTITY = ("catalogid", "bibid", "controlnumber")
LANGUAGES = {"ind": "Indonesia", "eng": "Inggris"}
CODE = ("nobarcode", "nomorbarcode")
REGISTER = ("noinduk", "nomorinduk")
SHELF = ("kodelokasiruang", "kodelokasiruangan", "locationid", "location", "lokasi")
OF_COPY = {*CODE, *REGISTER, *SHELF, "tglpengadaan", "tanggalpengadaan", "norfid", "rfid", "jenissumber", "namasumber", "matauang",
           "currency", "harga", "price", "pricetype", "kodelokasiperpustakaan", "akses", "kategori", "media", "ketersediaan",
           "nomorpanggileksemplar", "edisiserial", "tglterbitedisiserial", "bahansertaanserial", "keteranganlainserial", "statusid",
           "ruleid", "categoryid", "mediaid", "sourceid", "locationlibraryid", "partnerid"}
STATUS = {"hilang": CopyStatus.MISSING, "rusak": CopyStatus.IN_REPAIR, "dalam perbaikan": CopyStatus.IN_REPAIR,
          "diperbaiki": CopyStatus.IN_REPAIR, "disiangi": CopyStatus.WITHDRAWN, "penyiangan": CopyStatus.WITHDRAWN}
FOR_HERE = ("baca di tempat", "tidak dapat dipinjam", "koleksi referensi", "referensi")
NOTHING = ("", "-", "00-00-0000", "---belum ditentukan---")
ROW_NUMBER = ("no", "urut")


def columns_of(lines: Iterable[list[str]]) -> list[str] | None:
    """The folded names of the columns, where one of the first lines has the names of INLISLite; None: another table."""
    for cells in lines:
        names = [folded(cell) for cell in cells]
        if "judulutama" in names or {"bibid", "title"} <= {*names} or "title" in names and {"catalogid", "nomorbarcode"} & {*names}:
            return names
        if "judul" in names and {"nobarcode", "nomorbarcode"} & {*names}:
            return names
    return None


def records(lines: Iterator[Line], until: date) -> Iterator[Record]:
    """A record for each row; rows of one title bring its copies."""
    names: list[str] | None = None
    for number, cells in lines:
        if names is None:
            names = columns_of([cells])
        else:
            yield _record(number, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}, until)


def _record(number: int, row: dict[str, str], until: date) -> Record:
    rest = {name: said for name, said in row.items() if said.casefold() not in NOTHING and name not in ROW_NUMBER}
    fit = Fitting(until)
    head, sub = _first(rest, TITLE), _first(rest, SUBTITLE)
    values: dict[str, Any] = {"title": fit.title("title", "judul", f"{head[1]} : {sub[1]}" if sub[1] else head[1])}
    for column, names in OUR_COLUMN.items():
        values[column] = fit.title(column, *_first(rest, names))
    values["language"] = LANGUAGES.get(values["language"], values["language"]) or "Indonesia"
    values["year"] = fit.year(*_first(rest, YEAR))
    values["author"] = fit.several("author", "pengarang", [said for name in AUTHORS if (said := rest.pop(name, ""))])
    values["subject"] = fit.several("subject", "subjek", [said for name in SUBJECTS if (said := rest.pop(name, ""))])
    identity = _first(rest, IDENTITY)[1]
    of_copy = {name: rest.pop(name) for name in list(rest) if name in OF_COPY}
    classified(values, [rest.get("jenisbahan", ""), of_copy.get("media", ""), of_copy.get("kategori", "")], until)
    values["extra"] = fit.extra | rest
    problems: list[BadRow] = []
    copies = []
    if of_copy:
        try:
            copies = [_copy(number, of_copy, until)]
        except Unusable as problem:
            problems = [BadRow(number, "codes", _first(of_copy, CODE)[1][:60], problem.reason, problem.details)]
    return checked(number, values, copies, problems, f"inlislite:{identity}" if identity else "")


def _copy(number: int, row: dict[str, str], until: date) -> NewCopy:
    fit, rest = Fitting(until), dict(row)
    name, raw = _first(rest, CODE)
    code = usable_code(raw)
    if code != raw:
        fit.extra[name] = raw
    register = fit.copy("register_number", *_first(rest, REGISTER))
    shelf = fit.copy("shelf", *_first(rest, SHELF))
    here = any(rest.get(name, "").casefold() in FOR_HERE for name in ("akses", "kategori"))
    status = STATUS.get(rest.get("ketersediaan", "").casefold(), CopyStatus.REFERENCE_ONLY if here else CopyStatus.AVAILABLE)
    return NewCopy(number, code, shelf, status, register_number=register, extra=fit.extra | rest)


def _first(row: dict[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """The first of these that is filled, taken out of the row, with its name; the others stay."""
    name = next((name for name in names if row.get(name)), names[0])
    return name, row.pop(name, "")
