"""How titles are described: fields by kind, what people write into them, and the order of the shelves."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.cells import MONTHS, Unusable, read_day, read_line, read_year
from kiosk.ledger.collection import Kind, Title, usual_code
from kiosk.shelves.describing import FIELDS, NAMES, example_of, fields_of, name_of
from kiosk.shelves.labelling import place_of

TODAY = date(2026, 3, 10)
DAYS = st.dates(date(1700, 1, 1), TODAY)


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_a_kind_is_a_column_and_has_a_name(kind):
    assert all(field in Title.__table__.c and name_of(kind, field) for field in FIELDS[kind])
    assert len(set(FIELDS[kind])) == len(FIELDS[kind])
    assert set(fields_of(kind, dict.fromkeys(NAMES, "x"))) == set(NAMES), "what is known is shown, whatever the kind"
    assert fields_of(kind, dict.fromkeys(NAMES)) == list(FIELDS[kind])


def test_the_metadata_of_the_national_network_has_a_place():
    """Of its 28 keys those that describe a work; a decision has no promulgation."""
    assert {"promulgated_on", "signatory", "source", "field_of_law", "in_force", "type_name"} <= set(FIELDS[Kind.REGULATION])
    assert "promulgated_on" not in FIELDS[Kind.DECISION]
    assert {"isbn", "edition", "register_number", "extent", "call_number"} <= set(FIELDS[Kind.BOOK])
    assert name_of(Kind.RULING, "author") != name_of(Kind.BOOK, "author")
    assert example_of(Kind.REGULATION, "number")
    assert not example_of(Kind.JOURNAL, "number")


@given(DAYS, st.sampled_from(["{0:%Y-%m-%d}", "{0.day}/{0.month}/{0.year:04}", "{0:%d-%m-%Y}", "{0:%d.%m.%Y}", " {0.day} {1} {0.year:04}"]))
def test_a_day_is_read_in_every_form_people_write(day, form):
    assert read_day(form.format(day, MONTHS[day.month - 1].title()), TODAY) == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_a_year_or_refused(text):
    for read in (read_day, read_year):
        with contextlib.suppress(Unusable):
            found = read(text, TODAY)
            assert found is None or found <= (TODAY if read is read_day else TODAY.year)


def test_a_line_is_as_long_as_its_column():
    assert read_line(" a \u200b  b\n", 3) == "a b"
    with pytest.raises(Unusable):
        read_line("abcd", 3)


def test_shelves_stand_in_the_order_of_their_numbers():
    assert sorted(["B-10", "", "b-9", "A-1"], key=place_of) == ["A-1", "b-9", "B-10", ""]


def test_a_code_says_what_it_is_a_copy_of():
    assert usual_code(Kind.BOOK, 12, 3) == "BUK-0012-3"
    assert usual_code(Kind.DECISION, 123456, 1) == "KPT-123456-1"
