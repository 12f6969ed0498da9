"""Tables that people bring as CSV or XLSX, and take away: read as lines of text, or refused in one sentence that says why."""

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from foundation.errors import Refused
from foundation.text import t

LARGEST_FILE = 200 * 2**20      # bytes
LARGEST_ZIP = 50 * 2**30        # bytes; a list with pictures and PDF files
LARGEST_UNPACKED = 800 * 2**20  # bytes; 500,000 long rows need less, a zip bomb more
MOST_PACKED = 20                # times its size is what a ZIP of pictures and PDF files can hold, which hardly get smaller
MOST_ROWS = 500_000
MOST_COLUMNS = 80
LONGEST_CELL = 1_000_000        # characters, of a CSV file
LONGEST_IN_EXCEL, MOST_IN_EXCEL = 32_767, 1_048_576  # characters of a cell, rows of a sheet (Microsoft, Excel specifications and limits)
SEPARATORS = ",;\t^|"
CHUNK = 1 << 20

_FORMULA = re.compile("'*[=+\\-@\t\r]")

# what zipfile raises for what is cut off, changed, or (its NotImplementedError) of a ZIP version or packing that it cannot read
BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)

Source = Path | bytes           # where a file lies, or what is in it
Line = tuple[int, list[str]]    # its number in the file, counted from 1, and its cells
Cell = str | int | float | date | None  # of what is written


def opened(source: Source, name: str) -> IO[bytes]:
    """The file, at its beginning. Raises Refused for one that cannot be read, is empty or too large; `name` is for the message."""
    try:
        file: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError:
        raise Refused(t("The file “%(name)s” cannot be read."), t("Check that it is there and that you may read it."),
                      status=422, name=name) from None
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    beginning = file.read(1000)
    file.seek(0)
    most, said = (LARGEST_ZIP, "50 GB") if beginning.startswith(b"PK") else (LARGEST_FILE, "200 MB")
    if size <= most and beginning.strip():
        return file
    file.close()
    if size > most:
        raise Refused(t("The file is larger than %(most)s."), t("Split it into several files."), status=422, most=said)
    raise Refused(t("The file is empty."), t("Choose the file with the list."), status=422)


def read_lines(source: Source, name: str, member: str = "") -> Iterator[Line]:
    """The lines of a CSV or XLSX file that are not empty, one by one; of a workbook, those of its first sheet.

    CSV may be UTF-8 or Windows-1252, separated by comma, semicolon, tab, caret or bar. Of a formula the value last saved counts; none
    is evaluated. `member` reads that file out of a ZIP. Raises Refused, also while reading, for whatever is no such table.
    """
    with opened(source, name) as file:
        if member:
            try:
                with zipfile.ZipFile(file) as archive, archive.open(member) as inside:
                    yield from _limited(_csv_lines(inside))
            except BAD_ZIP:
                raise _damaged() from None
        elif files_inside(file) is None:
            yield from _limited(_csv_lines(file))
        else:
            yield from _limited(_xlsx_lines(file))


def files_inside(file: IO[bytes]) -> list[str] | None:
    """The names of the CSV files in a ZIP, none for a workbook; None for what is neither.

    Raises Refused for the files people mistake for a workbook, and for what is too large when unpacked.
    """
    beginning = file.read(8)
    file.seek(0)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):  # OLE: an old .xls, or the envelope of an encrypted .xlsx
        encrypted = "EncryptedPackage".encode("utf-16-le") in file.read(LARGEST_FILE)
        file.seek(0)
        if encrypted:
            raise Refused(t("The file is protected with a password."), t("Save it without a password, then try again."), status=422)
        raise no_list()
    if not beginning.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            inside = archive.infolist()
    except (*BAD_ZIP, ValueError):
        raise _damaged() from None
    finally:
        file.seek(0)
    names = {entry.filename for entry in inside}
    tables = sorted(name for name in names if name.lower().endswith((".csv", ".txt")))
    if "xl/workbook.xml" not in names and not tables:
        raise no_list()
    if "xl/vbaProject.bin" in names:
        raise Refused(t("The file contains macros."), t("Save it as XLSX or CSV, without macros."), status=422)
    tables = [] if "xl/workbook.xml" in names else tables
    _check_inside(inside, tables, file.seek(0, io.SEEK_END))
    file.seek(0)
    return tables


def _check_inside(inside: list[zipfile.ZipInfo], tables: list[str], size: int) -> None:
    """Raises Refused for what no honest ZIP of so many bytes says of its files: zipfile reads no more than the sizes stated there."""
    read = sum(entry.file_size for entry in inside if not tables or entry.filename in tables)
    if read > LARGEST_UNPACKED or sum(entry.file_size for entry in inside) > max(LARGEST_UNPACKED, MOST_PACKED * size):
        raise Refused(t("Unpacked, the file is far larger than a list can be."), t("Copy the list into a new file."), status=422)
    for entry in inside:
        if ".." in re.split(r"[/\\]", entry.filename) or entry.filename.startswith(("/", "\\")) or entry.filename[1:2] == ":":
            raise Refused(t("A file in this ZIP has a name that leads out of it: “%(name)s”."),
                          t("Export it anew where it comes from; if it says so again, do not trust it."), status=422,
                          name=entry.filename[:80])
        if entry.flag_bits & 1:
            raise Refused(t("The file is protected with a password."), t("Save it without a password, then try again."), status=422)


def _xlsx_lines(file: IO[bytes]) -> Iterator[Line]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, which are not read
            sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
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


def _csv_lines(file: IO[bytes]) -> Iterator[Line]:
    text = io.TextIOWrapper(file, _encoding(file), newline="")
    try:
        first = next((line for line in iter(lambda: text.readline(LONGEST_CELL), "") if line.strip()), "")[:10_000]
        separator = max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
        text.seek(0)
        reader = csv.reader(text, delimiter=separator)
        csv.field_size_limit(LONGEST_CELL)
        begins = 1
        try:
            for cells in reader:
                yield begins, [_unguarded(cell) for cell in cells[:MOST_COLUMNS]]
                begins = reader.line_num + 1  # a cell in quotation marks may go over several lines
        except csv.Error:
            raise Refused(t("Line %(line)s cannot be read."), t("Check the quotation marks in this line and the lines before it."),
                          status=422, line=begins) from None
    finally:
        with suppress(ValueError):
            text.detach()  # the file is closed by whoever opened it


def _encoding(file: IO[bytes]) -> str:
    if file.read(4) == b"%PDF":
        raise no_list()
    for encoding in ("utf-8-sig", "cp1252"):
        file.seek(0)
        decode = codecs.getincrementaldecoder(encoding)().decode
        try:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    raise no_list()
                decode(chunk)
            decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise no_list()


def _limited(lines: Iterator[Line]) -> Iterator[Line]:
    count = 0
    for number, cells in lines:
        if any(cell.strip() for cell in cells):
            if count > MOST_ROWS:  # the first one names the columns
                raise Refused(t("The file has more than 500,000 rows."), t("Split it into several files."), status=422)
            count += 1
            yield number, cells


def no_list() -> Refused:
    return Refused(t("This is no list that Loket can read."),
                   t("Choose a list as a CSV or XLSX file."), status=422)


def _damaged() -> Refused:
    return Refused(t("The file is damaged."), t("Open it in the spreadsheet program, save it anew and try again."), status=422)


# ---- written


def write_csv(file: IO[bytes], lines: Iterable[Sequence[Cell]]) -> None:
    """As CSV that spreadsheets open with its letters whole (UTF-8 with a mark), lists and reports alike.

    No cell is taken for a formula (OWASP, CSV injection), and what `read_lines` reads is what was written.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows([_guarded(cell) for cell in line] for line in lines)
    text.detach()


def _guarded(cell: Cell) -> Cell:
    """With a mark before a text that a spreadsheet would run: reading takes it off again, and so it is put before such marks too.

    A number has none: -5 is no formula, and is added up where it arrives.
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def write_xlsx(file: IO[bytes], lines: Iterable[Sequence[str]]) -> None:
    """As a workbook of text cells: nothing in it is a formula, a link or a number. Raises Refused for what no workbook can hold."""
    import xlsxwriter

    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for row, line in enumerate(lines):
            if row >= MOST_IN_EXCEL or max(map(len, line)) > LONGEST_IN_EXCEL:
                raise Refused(t("An Excel file cannot hold all of this collection."), t("Choose CSV instead: it has no limits."),
                              status=422)
            for column, cell in enumerate(line):
                if cell:
                    sheet.write_string(row, column, cell)
