"""MARC 21 and MARCXML, read and written: the only module that knows pymarc.

The fields are those of the MARC 21 Format for Bibliographic Data (Library of Congress). Copies are looked for where the programs of
libraries put them: 852 (MARC holdings; Evergreen), 949 and 999 (local, Symphony), 952 (Koha), 990 (INLISLite). A record is kept as it
came beside the columns, so that nothing is lost, and goes out again so, but for what was changed here since.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import replace
from datetime import date
from typing import IO, Any
from xml.sax import SAXException, make_parser
from xml.sax.handler import feature_external_ges, feature_external_pes, feature_namespaces

import pymarc
from pymarc import Field, Indicators, Subfield
from pymarc import Record as Marc
from pymarc.marcxml import XmlHandler, record_to_xml

from foundation.errors import Refused
from foundation.text import t
from kiosk.exchange import columns
from kiosk.exchange.columns import KIND_WORDS
from kiosk.exchange.records import APART, BLANK, BadRow, Fitting, NewCopy, Record, checked, classified, usable_code, usable_year
from kiosk.exchange.tables import Source, opened
from kiosk.ledger.cells import Unusable
from kiosk.ledger.collection import CopyStatus

# tag of a field with a copy -> its subfields with the code, the shelf, the inventory number
COPIES = {"852": ("p", "c", "j"), "952": ("p", "c", "i"), "949": ("i", "l", ""), "990": ("a", "", ""), "999": ("i", "l", "")}
NAMES = ("100", "110", "111", "700", "710", "711")
TOPICS = ("600", "610", "611", "630", "650", "651", "653")
LANGUAGES = {"ind": "Indonesia", "eng": "Inggris", "may": "Melayu", "jav": "Jawa", "sun": "Sunda", "ara": "Arab", "dut": "Belanda"}
CODES = {name: code for code, name in LANGUAGES.items()} | {"English": "eng"}
# our column -> the fields it is read from
MADE_OF = {"title": ("245",), "author": NAMES, "edition": ("250",), "place": ("260", "264"), "publisher": ("260", "264"),
           "year": ("260", "264"), "extent": ("300",), "abstract": ("520",), "subject": TOPICS, "call_number": ("090", "084", "082"),
           "isbn": ("020", "022"), "language": ("041",)}
MORE, OURS = "887", "loket"  # the field for what is not MARC, and its source (subfield 2): cells of our own list that have no other place
CELL_OF = {"register_number": "copy_register", "extra": "copy_extra"}
OF_COPY = ("shelf", "status", "status_reason", "status_at", "register_number", "extra")
NOTE = "x"                  # subfield of a copy for such cells: a note that is not public
NEW = "00000nam a2200000 a 4500"
RECORD_LENGTH = 99_999      # bytes; a longer one cannot be written as MARC 21 (ISO 2709)
MARCXML = b'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n'

_LEADER = re.compile(rb"\s*[0-9]{5}.{5}22[0-9]{5}.{3}4500", re.DOTALL)
_AT_THE_END = " /:;,="
PIECE = 1 << 16


def is_marc(beginning: bytes) -> bool:
    return bool(_LEADER.match(beginning))


def is_marcxml(beginning: bytes) -> bool:
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and (b"MARC21/slim" in beginning or b"<leader>" in beginning)


# ---- read

def records(source: Source, name: str, until: date) -> Iterator[Record]:
    """The records of a MARC 21 file (UTF-8 or MARC-8); one that is damaged is a record with a problem."""
    with opened(source, name) as file:
        reader = pymarc.MARCReader(file, to_unicode=True, hide_utf8_warnings=True)
        number = 0
        while True:
            try:
                with redirect_stderr(io.StringIO()):  # it says there what a MARC-8 letter could not be read as
                    marc = next(reader)
            except StopIteration:
                return
            number += 1
            if marc is None:
                yield _unreadable(number)
            else:
                yield _record(number, marc, until)


def xml_records(source: Source, name: str, until: date) -> Iterator[Record]:
    """The records of a MARCXML file."""
    handler = XmlHandler()
    parser = make_parser()  # noqa: S317 it fetches nothing, and Expat 2.4.1 and newer stop entities that grow
    parser.setFeature(feature_namespaces, True)
    parser.setFeature(feature_external_ges, False)
    parser.setFeature(feature_external_pes, False)
    parser.setContentHandler(handler)
    number = 0
    with opened(source, name) as file:
        while True:
            try:
                piece = file.read(PIECE)
                if piece:
                    parser.feed(piece)
                else:
                    parser.close()
            except (SAXException, AttributeError, KeyError, ValueError):
                raise Refused(t("The file breaks off or is damaged after record %(number)s."),
                              t("Export it anew where it comes from, then try again."), status=422,
                              number=number + len(handler.records)) from None
            for marc in handler.records:
                number += 1
                yield _record(number, marc, until)
            handler.records.clear()
            if not piece:
                return


def _unreadable(number: int) -> Record:
    problem = BadRow(number, "record", "", t("This record is damaged, or its letters are of no known kind."))
    return Record(number, {"title": "", "extra": {}}, [], [problem])


def _record(number: int, marc: Marc, until: date) -> Record:
    values, problems = _described(number, marc, until)
    copies = []
    of_copies = [field for field in marc if _is_copy(field)]
    for field in of_copies:
        try:
            copies.append(_copy(number, field, until))
        except Unusable as problem:
            problems.append(BadRow(number, "codes", (field.get(COPIES[field.tag][0]) or "")[:60], problem.reason, problem.details))
    kept = _kept(marc, of_copies)
    if "008" in marc or _kept(_marc(values, []), []) != kept:  # those of cataloguers have a field 008: it is none that we wrote
        values["extra"] = {**values["extra"], "marc": kept}
    return checked(number, values, copies, problems, values["elsewhere"])


def _described(number: int, marc: Marc, until: date) -> tuple[dict[str, Any], list[BadRow]]:
    """Our columns, of what MARC has a place for and of what we noted beside it."""
    values = {**BLANK, "elsewhere": _origin(marc), "extra": {}, **_values(marc, until)}
    noted = next((field.get("a") for field in marc.get_fields(MORE) if field.get("2") == OURS), None)
    more = _cells(noted)
    if not more:
        return values, []
    ours = columns.read_row(columns.Row(number, {"title": "-", "kind": KIND_WORDS[values["kind"]], **more}), until)
    return values | {column: ours.values[column] for column in more if column in ours.values}, ours.problems


def _values(marc: Marc, until: date) -> dict[str, Any]:
    """Our columns, of what MARC has a place for."""
    fit, said = Fitting(until), _read(marc)
    values: dict[str, Any] = {column: usable_year(text, until) if column == "year" else fit.title(column, column, text)
                              for column, text in said.items()}
    values["language"] = values["language"] or "Indonesia"
    classified(values, [field.value() for field in marc.get_fields("655", "380")], until)
    return values


def _cells(text: str | None) -> dict[str, str]:
    """The cells of our own list in a field; none where somebody else wrote it."""
    try:
        cells = json.loads(text or "{}")
    except ValueError:
        return {}
    return {name: cell for name, cell in cells.items() if isinstance(cell, str)} if isinstance(cells, dict) else {}


def _origin(marc: Marc) -> str:
    control, agency = (next((field.data.strip() for field in marc.get_fields(tag) if field.data), "") for tag in ("001", "003"))
    return control if ":" in control else f"marc:{agency}/{control}" if control else ""


def _read(marc: Marc) -> dict[str, str]:
    """What a record says for each of our columns that MARC has a field for."""
    title = marc.get("245")
    issue = next(iter(marc.get_fields("264", "260")), None)
    return {
        "title": _joined(title, "anpbfgks"), "author": APART.join(filter(None, (_joined(f, "abcdq") for f in marc.get_fields(*NAMES)))),
        "edition": _joined(marc.get("250"), "ab"),
        "place": _joined(issue, "a"), "publisher": _joined(issue, "b"), "year": _joined(issue, "c"),
        "extent": _joined(marc.get("300"), "abce"), "abstract": " ".join(_joined(field, "ab") for field in marc.get_fields("520")),
        "subject": APART.join(" - ".join(s.value.strip(_AT_THE_END + ".") for s in field.subfields if s.code in "abcdtvxyz")
                              for field in marc.get_fields(*TOPICS)),
        "call_number": next(filter(None, (_joined(field, "ab") for tag in MADE_OF["call_number"] for field in marc.get_fields(tag))), ""),
        "isbn": next(filter(None, (_joined(field, "a") for field in marc.get_fields("020", "022"))), ""), "language": _language(marc)}


def _joined(field: Field | None, codes: str) -> str:
    """These subfields as one line, without the punctuation of a catalogue card at the end."""
    if field is None:
        return ""
    return " ".join(" ".join(s.value for s in field.subfields if s.code in codes).split()).rstrip(_AT_THE_END)


def _language(marc: Marc) -> str:
    fixed = next((field.data for field in marc.get_fields("008") if field.data), "")
    code = next(iter(marc.get_fields("041")), Field("041", Indicators(" ", " "))).get("a", "") or fixed[35:38]
    return LANGUAGES.get(code, code.strip(" |#"))


def _is_copy(field: Field) -> bool:
    """Whether a field is a copy: some of their tags mean other things elsewhere (999 of Koha is the number of the record)."""
    return field.tag in COPIES and not field.control_field and (field.tag in ("852", "952") or COPIES[field.tag][0] in field)


def _copy(number: int, field: Field, until: date) -> NewCopy:
    """Raises Unusable for a code that cannot be used, or a note of ours that somebody changed."""
    copy = _copy_described(number, field, until)
    return copy if _as_list(_field_of(copy)) == _as_list(field) else replace(copy, extra=copy.extra | {"marc": _as_list(field)})


def _copy_described(number: int, field: Field, until: date) -> NewCopy:
    code_in, shelf_in, register_in = COPIES[field.tag]
    fit = Fitting(until)
    copy = NewCopy(number, usable_code(field.get(code_in) or ""), fit.copy("shelf", "shelf", field.get(shelf_in) or ""), _status(field),
                   register_number=fit.copy("register_number", "inventory number", field.get(register_in) or ""), extra=fit.extra)
    more = _cells(field.get(NOTE))
    if not more:
        return copy
    ours = columns.read_row(columns.Row(number, {"title": "-", "kind": "Buku", **more}), until)
    if ours.problems:
        raise Unusable(ours.problems[0].reason, **ours.problems[0].details or {})
    return replace(copy, **{name: getattr(ours.copies[0], name) for name in OF_COPY if CELL_OF.get(name, name) in more})


def _status(field: Field) -> CopyStatus:
    """Of Koha's items: 0 withdrawn, 1 lost, 4 damaged, 7 not for loan (its default MARC framework)."""
    withdrawn, lost, damaged, not_lent = (field.tag == "952" and (field.get(code) or "0") != "0" for code in "0147")
    return (CopyStatus.WITHDRAWN if withdrawn else CopyStatus.MISSING if lost else CopyStatus.IN_REPAIR if damaged
            else CopyStatus.REFERENCE_ONLY if not_lent else CopyStatus.AVAILABLE)


# ---- kept as JSON: [tag, data] or [tag, indicators, [[code, value], …]]

def _kept(marc: Marc, without: list[Field]) -> dict[str, Any]:
    leader, gone = str(marc.leader), {id(field) for field in without}
    return {"leader": f"00000{leader[5:12]}00000{leader[17:]}", "fields": [_as_list(field) for field in marc if id(field) not in gone]}


def _as_list(field: Field) -> list[Any]:
    if field.control_field:
        return [field.tag, field.data]
    return [field.tag, "".join(field.indicators), [[s.code, s.value] for s in field.subfields]]


def _as_field(kept: list[Any]) -> Field:
    if len(kept) == 2:
        return Field(kept[0], data=kept[1])
    return Field(kept[0], Indicators(*kept[1]), [Subfield(code, value) for code, value in kept[2]])


# ---- written

def write(file: IO[bytes], titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]]) -> None:
    """As MARC 21 in UTF-8. Raises Refused for a title with more than such a record can hold."""
    for values, copies in titles:
        record = _marc(values, copies).as_marc()
        if len(record) > RECORD_LENGTH:
            raise Refused(t("“%(title)s” is too long for a MARC 21 record."), t("Choose MARCXML instead: it has no limits."), status=422,
                          title=values["title"][:60])
        file.write(record)


def write_xml(file: IO[bytes], titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]]) -> None:
    """As one MARCXML collection."""
    file.write(MARCXML)
    for values, copies in titles:
        file.write(record_to_xml(_marc(values, copies)) + b"\n")
    file.write(b"</collection>\n")


def _marc(values: Mapping[str, Any], copies: list[NewCopy]) -> Marc:
    """The record a title came as, with what was changed here since; or a new one."""
    kept = values["extra"].get("marc")
    marc = Marc(leader=kept["leader"] if kept else NEW, force_utf8=True)
    marc.add_field(*map(_as_field, kept["fields"]) if kept else sorted(_fields_of(values), key=lambda field: field.tag))
    before = _values(marc, date.max)
    if changed := {tag for column, tags in MADE_OF.items() if before[column] != values[column] for tag in tags}:
        marc.remove_fields(*changed)
        marc.add_ordered_field(*(field for field in _fields_of(values) if field.tag in changed))
    for ours in [field for field in marc.get_fields(MORE) if field.get("2") == OURS]:
        marc.remove_field(ours)
    back, _ = _described(0, marc, date.max)
    here = {**values, "extra": {name: said for name, said in values["extra"].items() if name != "marc"}}
    if more := {column: columns.written(column, here[column]) for column in columns.OF_TITLE if here[column] != back[column]}:
        marc.add_ordered_field(_noted(MORE, [Subfield("2", OURS), Subfield("a", json.dumps(more, ensure_ascii=False))]))
    marc.add_field(*map(_field_of, copies))
    marc.leader.coding_scheme = "a"  # UTF-8
    return marc


def _noted(tag: str, subfields: list[Subfield]) -> Field:
    return Field(tag, Indicators(" ", " "), subfields)


def _fields_of(values: Mapping[str, Any]) -> list[Field]:
    """Our columns as fields of MARC."""
    def field(tag: str, indicators: str, **subfields: object) -> list[Field]:
        said = [Subfield(code[-1], str(value)) for code, value in subfields.items() if value not in ("", None)]
        return [Field(tag, Indicators(*indicators), said)] if said else []

    authors, topics = (values[column].split(APART) if values[column] else [] for column in ("author", "subject"))
    main = "110" if values["number"] else "100"  # a legal product is by a body
    fields = [*field("020", "  ", a=values["isbn"]), *field("041", "0 ", a=CODES.get(values["language"], values["language"])),
              *field("090", "  ", a=values["call_number"]), *field("245", "10", a=values["title"]),
              *field("250", "  ", a=values["edition"]),
              *field("264", " 1", a=values["place"], b=values["publisher"], c=values["year"]), *field("300", "  ", a=values["extent"]),
              *field("520", "  ", a=values["abstract"])]
    if values["elsewhere"]:
        fields.append(Field("001", data=values["elsewhere"]))
    for position, author in enumerate(authors):
        fields += field(main if position == 0 else f"7{main[1:]}", "1 " if main == "100" else "2 ", a=author)
    for topic in topics:
        fields += field("650", " 4", a=topic)
    return fields


def _field_of(copy: NewCopy) -> Field:
    """The field a copy came as, with what was changed here since; or a new 852."""
    field = _as_field(copy.extra["marc"]) if "marc" in copy.extra else _noted("852", [])
    if NOTE in field and _cells(field[NOTE]):
        field.delete_subfield(NOTE)
    for subfield, value in zip(COPIES[field.tag], (copy.code, copy.shelf, copy.register_number), strict=True):
        if subfield and (field.get(subfield) or "") != value:
            _set(field, subfield, value)
    try:
        back = _copy_described(0, field, date.max)
    except Unusable:
        back = NewCopy(0)
    here, back = (replace(each, extra={name: said for name, said in each.extra.items() if name != "marc"}) for each in (copy, back))
    cells = dict(zip((CELL_OF.get(name, name) for name in OF_COPY), columns.said_of_copy(here), strict=True))
    if more := {CELL_OF.get(name, name): cells[CELL_OF.get(name, name)] for name in OF_COPY if getattr(here, name) != getattr(back, name)}:
        field.add_subfield(NOTE, json.dumps(more, ensure_ascii=False))
    return field


def _set(field: Field, code: str, value: str) -> None:
    while code in field:
        field.delete_subfield(code)
    if value:
        field.add_subfield(code, value)
