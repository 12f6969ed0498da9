"""Which copies get labels, in the order they stand on the shelves; and the sheet they are printed on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.audit import record
from foundation.clock import start_of
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import clean, t
from kiosk.ledger.collection import Copy, CopyStatus, Title, copy_code
from printer import labels
from printer.labels import LAYOUTS, Label, Sheet

MOST = 1200   # labels in one file: fifty sheets of twenty-four, ten seconds of work
OWN = "own"   # the layout whose numbers the person writes
WAYS = ("range", "since", "chosen")
FIELDS = ("which", "first", "last", "since", "codes", "layout", "start", *(field.name for field in fields(Sheet)))


@dataclass(frozen=True)
class Order:
    """What is to be printed: these labels, from place `start` (from 1) of the first sheet on."""

    labels: list[Label]
    sheet: Sheet
    start: int
    without_bars: int   # how many codes are too long for bars on such a label

    @property
    def sheets(self) -> int:
        return -(-(len(self.labels) + self.start - 1) // self.sheet.count)


def read_order(session: Session, form: Mapping[str, str]) -> Order:
    """What a filled-in form asks for. Raises Refused with a sentence at each field that cannot be used."""
    sheet = read_sheet(form)
    start = _number(form, "start", int, 1)
    if start is None or not 1 <= start <= sheet.count:
        raise _wrong("start", t("Write the place of the first free label: 1 is the upper left one."))
    found = [Label(copy.code, copy.title.title, copy.title.call_number or copy.title.number, copy.shelf) for copy in _copies(session, form)]
    if not found:
        raise Refused(t("No copy fits this choice."), t("Choose another range or day."), status=422)
    return Order(found, sheet, start, sum(not labels.has_bars(label.code, sheet) for label in found))


def read_sheet(form: Mapping[str, str]) -> Sheet:
    """One of the usual sheets, or the person's own numbers. Raises Refused for those that cannot be."""
    if (name := form.get("layout") or next(iter(LAYOUTS))) in LAYOUTS:
        return LAYOUTS[name]
    if name != OWN:
        raise _wrong("layout", t("Choose one from the list."))
    given = {field.name: _number(form, field.name, int if field.name in ("columns", "rows") else float, 0) for field in fields(Sheet)}
    if none := [name for name, number in given.items() if number is None]:
        raise Refused(t("Something in the form cannot be used."), t("Correct the marked fields."),
                      fields=dict.fromkeys(none, t("Write a number, such as 63.5.")))
    return labels.check(Sheet(**given))  # type: ignore[arg-type]


def note_made(session: Session, order: Order, by: Actor) -> None:
    """The labels go to a file."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    record(session, by, "labels made", "collection", copies=len(order.labels), first=order.labels[0].code, last=order.labels[-1].code)


def _copies(session: Session, form: Mapping[str, str]) -> Sequence[Copy]:
    way = form.get("which") or WAYS[0]
    if way not in WAYS:
        raise _wrong("which", t("Choose one from the list."))
    if way == "chosen":
        return _in_order(session, _named(session, form.get("codes", "")))
    if way == "since":
        return _in_order(session, _since(session, form.get("since", "")))
    return _in_order(session, _between(session, form.get("first", ""), form.get("last", "")))


def _in_order(session: Session, ids: Sequence[int]) -> Sequence[Copy]:
    if len(ids) > MOST:
        raise Refused(t("These are %(count)s labels; at most %(most)s can be made at once."), t("Choose a smaller range."), status=422,
                      count=len(ids), most=MOST)
    found = {copy.id: copy for copy in session.scalars(sa.select(Copy).where(Copy.id.in_(ids)).options(joinedload(Copy.title)))}
    return [found[copy_id] for copy_id in ids]


_ON_SHELVES = (sa.select(Copy.id, Copy.code, Copy.shelf, Title.call_number).join(Title, Title.id == Copy.title_id)
               .where(Copy.status != CopyStatus.WITHDRAWN))


def _sorted(rows: Sequence[sa.Row]) -> list[sa.Row]:
    """As on the shelves: by shelf, call number and code, numbers in them by their value; what has no shelf comes last."""
    return sorted(rows, key=lambda row: place_of(row.shelf, row.call_number, row.code))


def place_of(shelf: str, call_number: str = "", code: str = "") -> tuple:
    """What things on the shelves are ordered by."""
    return not shelf, *(_natural(text) for text in (shelf, call_number, code))


def _natural(text: str) -> list[tuple[int, int, str]]:
    """B-2 before B-10."""
    return [(0, int(piece), "") if piece.isdigit() else (1, 0, piece)
            for piece in re.split(r"([0-9]{1,15})", text.casefold()) if piece]


def _between(session: Session, first: str, last: str) -> list[int]:
    rows = _sorted(session.execute(_ON_SHELVES).all())
    begin, end = 0, len(rows) - 1
    if clean(first, 80):
        begin = min(_places(rows, "first", first))
    if clean(last, 80):
        end = max(_places(rows, "last", last))
    if rows and end < begin:
        raise _wrong("last", t("On the shelves this comes before the beginning."))
    return [row.id for row in rows[begin:end + 1]]


def _places(rows: list[sa.Row], field: str, text: str) -> list[int]:
    """Where the copy with this code stands, or else everything on the shelf of this name."""
    code, shelf = copy_code(text), clean(text, 80).casefold()
    places = [place for place, row in enumerate(rows) if row.code == code] or [
        place for place, row in enumerate(rows) if row.shelf.casefold() == shelf]
    return places or _refuse(field, t("No copy and no shelf is called so."))


def _since(session: Session, text: str) -> list[int]:
    """Copies of the titles that were added on this day of the office's calendar or later."""
    try:
        moment = start_of(date.fromisoformat(clean(text, 20)), office(session).time_zone)
    except (ValueError, OverflowError):
        raise _wrong("since", t("Write the date as year, month and day: 2026-03-10.")) from None
    return [row.id for row in _sorted(session.execute(_ON_SHELVES.where(Title.added_at >= moment)).all())]


def _named(session: Session, text: str) -> list[int]:
    """Copies by their codes, which stand apart by spaces, commas or lines."""
    codes = list(dict.fromkeys(copy_code(piece) for piece in re.split(r"[\s,;]+", text[:100_000]) if piece))
    if not codes:
        raise _wrong("codes", t("Write at least one code."))
    if len(codes) > MOST:
        raise _wrong("codes", t("These are too many codes at once."))
    every_copy = sa.select(Copy.id, Copy.code, Copy.shelf, Title.call_number).join(Title, Title.id == Copy.title_id)
    rows = session.execute(every_copy.where(Copy.code.in_(codes))).all()
    if unknown := sorted(set(codes) - {row.code for row in rows}):
        raise Refused(t("These codes are of no copy: %(codes)s"), t("Correct the marked fields."),
                      fields={"codes": t("Some of these codes are of no copy.")}, codes=", ".join(unknown[:10]))
    return [row.id for row in _sorted(rows)]


def _number(form: Mapping[str, str], field: str, kind: Callable, default: float) -> float | None:
    """The number in a field, with a point or a comma; None when it is none."""
    text = clean(form.get(field), 20).replace(",", ".")
    if not text:
        return default
    return kind(text) if re.fullmatch(r"-?[0-9]{1,4}" + ("" if kind is int else r"(\.[0-9]{0,3})?"), text, re.ASCII) else None


def _refuse(field: str, sentence: str) -> list[int]:
    raise _wrong(field, sentence)


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(t("Something in the form cannot be used."), t("Correct the marked fields."), fields={field: sentence})
