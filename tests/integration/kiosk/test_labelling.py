"""Which copies get labels: a range of the shelves, what is new, or named ones; always in the order they stand."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.errors import Refused
from kiosk.ledger.collection import Copy, CopyStatus
from kiosk.shelves import labelling
from tests.builders import OFFICER, a_kiosk, a_title, an_office

pytestmark = pytest.mark.usefixtures("clock")
SHELVED = [("K-1", "B-10", "300 A"), ("K-2", "B-2", "340 B"), ("K-3", "B-2", "34.5 A"), ("K-4", "", ""), ("K-5", "A-1", "999"),
           ("K-10", "B-2", "340 B")]
IN_ORDER = ["K-5", "K-3", "K-2", "K-10", "K-1", "K-4"]


@pytest.fixture
def shelves(database: Database) -> Database:
    with database.transaction() as session:
        an_office(session)
        for code, shelf, call_number in SHELVED:
            copy = a_title(session, f"Judul {code} (fiktif)", call_number=call_number).copies[0]
            copy.code, copy.shelf = code, shelf
    return database


def codes(database: Database, **form: str) -> list[str]:
    with database.reading() as session:
        return [label.code for label in labelling.read_order(session, form).labels]


def fields(database: Database, **form: str) -> set[str]:
    with pytest.raises(Refused) as refused:
        codes(database, **form)
    return set(refused.value.fields)


def test_labels_come_in_the_order_of_the_shelves_with_numbers_by_their_value(shelves: Database) -> None:
    assert codes(shelves, which="range") == IN_ORDER


@pytest.mark.parametrize(("first", "last", "found"), [
    ("B-2", "B-2", ["K-3", "K-2", "K-10"]), ("b-2", "", ["K-3", "K-2", "K-10", "K-1", "K-4"]), ("", "k-2", ["K-5", "K-3", "K-2"]),
    ("K-2", "B-10", ["K-2", "K-10", "K-1"]), ("K-1", "K-1", ["K-1"])])
def test_a_range_goes_from_a_copy_or_shelf_to_another(shelves: Database, first: str, last: str, found: list[str]) -> None:
    assert codes(shelves, which="range", first=first, last=last) == found


@pytest.mark.parametrize(("form", "field"), [
    ({"first": "Z-9"}, "first"), ({"last": "K-99"}, "last"), ({"first": "B-10", "last": "A-1"}, "last"), ({"which": "chosen"}, "codes"),
    ({"which": "chosen", "codes": "K-1 K-99"}, "codes"), ({"which": "since", "since": "kemarin"}, "since"), ({"which": "since"}, "since"),
    ({"which": "lain"}, "which"), ({"start": "0"}, "start"), ({"start": "11"}, "start"), ({"start": "satu"}, "start"),
    ({"layout": "9x9"}, "layout"),
    ({"layout": "own", "columns": "2", "rows": "x", "width": "60", "height": "40"}, "rows"),
    ({"layout": "own", "columns": "2.5", "rows": "2", "width": "60", "height": "40"}, "columns"),
    ({"layout": "own", "columns": "2", "rows": "2", "width": "160", "height": "40"}, "width")])
def test_what_cannot_be_is_said_at_its_field(shelves: Database, form: dict, field: str) -> None:
    assert fields(shelves, **{"which": "range", **form}) == {field}


def test_chosen_copies_may_be_typed_by_a_scanner(shelves: Database) -> None:
    assert codes(shelves, which="chosen", codes="k-1\r\nK-2,K-5;K-5") == ["K-5", "K-2", "K-1"]


def test_new_is_what_was_added_since_a_day_of_the_office(shelves: Database, clock) -> None:
    clock.shift(timedelta(days=1))
    with shelves.transaction() as session:
        a_title(session, "Baru (fiktif)").copies[0].code = "K-NEW"
    assert codes(shelves, which="since", since="2026-03-11") == ["K-NEW"]
    assert len(codes(shelves, which="since", since="2026-03-10")) == len(SHELVED) + 1
    with pytest.raises(Refused, match="No copy fits"):
        codes(shelves, which="since", since="2026-03-12")


def test_a_withdrawn_copy_gets_a_label_only_when_it_is_named(shelves: Database) -> None:
    with shelves.transaction() as session:
        session.execute(sa.update(Copy).where(Copy.code == "K-5").values(status=CopyStatus.WITHDRAWN))
    assert "K-5" not in codes(shelves, which="range")
    assert codes(shelves, which="chosen", codes="K-5") == ["K-5"]


def test_own_sizes_are_written_with_a_point_or_a_comma(shelves: Database) -> None:
    sheet = labelling.read_sheet({"layout": "own", "columns": "2", "rows": "4", "width": "99,1", "height": "67.7", "left": "4.65",
                                  "top": "13"})
    assert (sheet.columns, sheet.rows, sheet.width, sheet.height, sheet.left, sheet.gap_x) == (2, 4, 99.1, 67.7, 4.65, 0)


def test_too_many_at_once_are_refused_with_their_number(shelves: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "MOST", 3)
    with pytest.raises(Refused, match="These are 6 labels; at most 3"):
        codes(shelves, which="range")


def test_a_half_used_sheet_is_counted(shelves: Database) -> None:
    with shelves.reading() as session:
        order = labelling.read_order(session, {"which": "range", "layout": "2x5", "start": "6"})
    assert (order.sheets, order.start, len(order.labels)) == (2, 6, 6)


def test_making_labels_is_noted_and_not_a_visitor_s(shelves: Database) -> None:
    with shelves.transaction() as session:
        order = labelling.read_order(session, {"which": "range"})
        with pytest.raises(Refused):
            labelling.note_made(session, order, a_kiosk(session))
        labelling.note_made(session, order, OFFICER)
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "labels made")).one()
        assert entry.details == {"copies": 6, "first": "K-5", "last": "K-4"}
