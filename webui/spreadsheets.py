"""Tables that leave for a spreadsheet: as CSV, and as a workbook with charts."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.exchange.tables import Cell, write_csv

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31   # of a sheet, in Excel
WIDEST = 60         # letters of a column
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its head, its rows, and under them a `total` where there is one.

    `charted` are the columns (counted from 0) that are drawn beside the table, over the first column; `lying` draws the bars lying.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    charted: Sequence[int] = ()
    lying: bool = False


def csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """As CSV, with numbers that can be added up; no text is taken for a formula: `write_csv` sees to it for every list that leaves."""
    written = io.BytesIO()
    write_csv(written, rows)
    return written.getvalue()


def xlsx(sheets: Iterable[Sheet]) -> bytes:
    """As a workbook. What is text stays text, whatever it begins with: nothing in it is a formula or a link."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        last = book.add_format({"bold": True, "top": 1})
        dated = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        names: set[str] = set()
        for each in sheets:
            paper = book.add_worksheet(_name(each.name, names))
            lines = [(each.head, bold), *((row, None) for row in each.rows), *([(each.total, last)] if each.total else [])]
            for y, (row, look) in enumerate(lines):
                for x, cell in enumerate(row):
                    _write(paper, y, x, cell, look, dated)
            for x in range(len(each.head)):
                widths = [len(str(row[x])) for row, _ in lines if x < len(row) and row[x] is not None]
                paper.set_column(x, x, min(WIDEST, max([8, *widths]) + 2))
            paper.freeze_panes(1, 0)
            if each.charted and each.rows:
                paper.insert_chart(1, len(each.head) + 1, _chart(book, paper.get_name(), each))
    return written.getvalue()


def _write(paper: object, y: int, x: int, cell: Cell, look: object, dated: object) -> None:
    if isinstance(cell, date):
        paper.write_datetime(y, x, cell, dated)
    elif isinstance(cell, int | float):
        paper.write_number(y, x, cell, look)
    elif cell is not None:
        paper.write_string(y, x, cell, look)


def _name(wanted: str, names: set[str]) -> str:
    """A name that a sheet may have, and no other one has."""
    plain = _NOT_IN_A_NAME.sub(" ", wanted).strip("' ")[:LONGEST_NAME] or "1"
    name, number = plain, 2
    while name.casefold() in names:
        name, number = f"{plain[:LONGEST_NAME - 4]} {number}", number + 1
    names.add(name.casefold())
    return name


def _chart(book: object, name: str, each: Sheet) -> object:
    """Bars that can be told apart in grey print."""
    chart = book.add_chart({"type": "bar" if each.lying else "column"})
    looks = ({"fill": {"color": "#0B4F56"}}, {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#0B4F56", "bg_color": "#FFFFFF"}},
             {"fill": {"color": "#FFFFFF"}})
    end = len(each.rows)
    for number, x in enumerate(each.charted):
        chart.add_series({"name": [name, 0, x], "categories": [name, 1, 0, end, 0], "values": [name, 1, x, end, x],
                          "border": {"color": "#1B1A17"}, "data_labels": {"value": len(each.charted) == 1},
                          **looks[number % len(looks)]})
    chart.set_title({"name": each.name, "overlay": False})
    chart.set_legend({"none": len(each.charted) == 1, "position": "bottom"})
    if each.lying:
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 220 + (22 * end if each.lying else 140)})
    return chart
