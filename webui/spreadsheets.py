"""Tables that leave for a spreadsheet."""

import csv as csv_
import io
from collections.abc import Iterable, Sequence

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv(rows: Iterable[Sequence[str]]) -> bytes:
    """As CSV that spreadsheets open with its letters whole (UTF-8 with a mark); no cell is taken for a formula (OWASP, CSV injection)."""
    written = io.StringIO(newline="")
    csv_.writer(written).writerows([f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")
