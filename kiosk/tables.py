"""Tables that people bring as CSV or XLSX: read as lines of text, or refused in one sentence that says why."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from foundation.errors import Refused
from foundation.text import t

LARGEST_FILE = 50 * 2**20       # bytes
LARGEST_UNPACKED = 400 * 2**20  # bytes; 200,000 long rows need less, a zip bomb more
MOST_ROWS = 200_000
MOST_COLUMNS = 60
SEPARATORS = ",;\t"

Line = tuple[int, list[str]]    # its number in the file, counted from 1, and its cells


def read_lines(source: Path | bytes, name: str) -> Iterator[Line]:
    """The lines of a CSV or XLSX file that are not empty, one by one; of a workbook, those of its first sheet.

    CSV may be UTF-8 or Windows-1252, separated by comma, semicolon or tab. Of a formula the value last saved counts; none is
    evaluated. `name` is the file's name, for the message. Raises Refused, also while reading, for whatever is no such table.
    """
    content = _content(source, name)
    lines = _xlsx_lines(content) if _is_workbook(content) else _csv_lines(content)
    return _limited((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))


def _content(source: Path | bytes, name: str) -> bytes:
    try:
        if not isinstance(source, bytes):
            source = source.read_bytes() if source.stat().st_size <= LARGEST_FILE else bytes(LARGEST_FILE + 1)
    except OSError:
        raise Refused(t("The file “%(name)s” cannot be read."), t("Check that it is there and that you may read it."),
                      status=422, name=name) from None
    if len(source) > LARGEST_FILE:
        raise Refused(t("The file is larger than 50 MB."), t("Split it into several files."), status=422)
    if not source.strip():
        raise Refused(t("The file is empty."), t("Choose the file with the list of the collection."), status=422)
    return source


def _is_workbook(content: bytes) -> bool:
    """Whether it is a ZIP with an XLSX workbook in it. Raises Refused for the files people mistake for one."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # OLE: an old .xls, or the envelope of an encrypted .xlsx
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused(t("The file is protected with a password."), t("Save it without a password, then try again."),
                          status=422)
        raise _no_table()
    if not content.startswith(b"PK"):
        return False
    try:
        inside = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _damaged() from None
    names = {entry.filename for entry in inside}
    if "xl/workbook.xml" not in names:
        raise _no_table()
    if "xl/vbaProject.bin" in names:
        raise Refused(t("The file contains macros."), t("Save it as XLSX or CSV, without macros."), status=422)
    if sum(entry.file_size for entry in inside) > LARGEST_UNPACKED:  # zipfile reads no more than the size stated here
        raise Refused(t("Unpacked, the file is far larger than a list can be."), t("Copy the list into a new file."), status=422)
    return True


def _xlsx_lines(content: bytes) -> Iterator[Line]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, which are not read
            sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            yield number, ["" if value is None else _as_text(value) for value in row]
    except Exception as problem:  # in a damaged file anything can go wrong, and to a person it all means the same
        raise _damaged() from problem


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel keeps every number as a fraction: 2016.0
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = io.TextIOWrapper(io.BytesIO(content), _encoding(content), newline="")
    first = next((line for line in text if line.strip()), "")[:10_000]
    separator = max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
    text.seek(0)
    reader = csv.reader(text, delimiter=separator)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells[:MOST_COLUMNS]
            begins = reader.line_num + 1  # a cell in quotation marks may go over several lines
    except csv.Error:
        raise Refused(t("Line %(line)s cannot be read."), t("Check the quotation marks in this line and the lines before it."),
                      status=422, line=begins) from None


def _encoding(content: bytes) -> str:
    if b"\0" in content or content.startswith(b"%PDF"):
        raise _no_table()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(encoding)
            return encoding
        except UnicodeDecodeError:
            continue
    raise _no_table()


def _limited(lines: Iterator[Line]) -> Iterator[Line]:
    for count, line in enumerate(lines):
        if count > MOST_ROWS:  # the first one names the columns
            raise Refused(t("The file has more than 200,000 rows."), t("Split it into several files."), status=422)
        yield line


def _no_table() -> Refused:
    return Refused(t("This is not a CSV or XLSX file."), t("Save the list as CSV or XLSX, then try again."), status=422)


def _damaged() -> Refused:
    return Refused(t("The file is damaged."), t("Open it in the spreadsheet program, save it anew and try again."), status=422)
