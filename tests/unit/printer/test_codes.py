"""The digits on a slip: ours open, everything else is refused and says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer import codes
from printer.codes import Wrong, WrongCode

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = {1: OLD, 2: NEW}


@given(st.integers(0, 10**10 - 1))
def test_a_code_opens_the_slip_it_was_made_for(slip):
    code = codes.make(KEYS, slip)
    assert len(code) == 34
    assert code.isdigit()
    assert codes.read(KEYS, code) == slip


def test_a_code_is_always_the_same():
    """Slips on paper must open for years: a golden value, made once with openssl."""
    assert codes.make({1: OLD}, 42) == "1100000000423247066665401405211760"


def test_codes_are_made_with_the_newest_key_and_those_of_older_keys_stay_good():
    assert codes.make(KEYS, 7)[1] == "2"
    assert codes.read(KEYS, codes.make({1: OLD}, 7)) == 7


def test_white_space_that_a_scanner_types_is_nothing():
    code = codes.make(KEYS, 7)
    assert codes.read(KEYS, f" {code[:10]} {code[10:]}\t\r\n") == 7


def test_a_card_is_told_from_a_slip_by_its_first_digit_and_neither_opens_as_the_other():
    card, slip = codes.make(KEYS, 7, codes.Of.CARD), codes.make(KEYS, 7)
    assert (codes.is_card(card), codes.is_card(slip), codes.is_card(card[:-1])) == (True, False, False)
    assert codes.read(KEYS, card, codes.Of.CARD) == 7
    assert kind_of(card) is Wrong.FOREIGN
    assert kind_of("1" + card[1:]) is Wrong.FORGED


def kind_of(text):
    with pytest.raises(WrongCode) as refusal:
        codes.read(KEYS, text)
    return refusal.value.kind


@pytest.mark.parametrize("text", ["", "7", "KPU-0001-2", "https://example.org/x", "9" * 34, "1" * 33, "1" * 35, "１" * 34,
                                  "²" * 34, "1" + "x" * 33, "1" * 10**6])
def test_what_is_no_slip_code_is_foreign(text):
    assert kind_of(text) is Wrong.FOREIGN


@given(st.integers(0, 33), st.integers(1, 9))
def test_a_code_with_one_digit_changed_never_opens_a_slip(place, step):
    code = codes.make(KEYS, 7)
    changed = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1:]
    assert kind_of(changed) is (Wrong.FOREIGN if place == 0 else Wrong.FORGED)


def test_a_code_of_another_library_is_forged():
    assert kind_of(codes.make({1: b"x" * 32}, 7)) is Wrong.FORGED


@given(st.integers(2020, 2099), st.integers(1, 10**6))
def test_a_slip_number_typed_by_hand_opens_its_slip(year, number):
    assert codes.read_slip_number(KEYS, codes.slip_number(KEYS, year, number)) == (year, number)


@pytest.mark.parametrize("write", [
    "{0}-{1}-{2}", " {0} {1} {2} ", "{0}{1}{2}", "{0}–{1}–{2}", "{0}.{1}.{2}", "{0} - {1} - {2}\r\n"])
@pytest.mark.parametrize("number", ["00042", "42", "042"])
def test_a_slip_number_may_be_typed_with_or_without_dashes_and_zeros(write, number):
    typed = write.format("2026", number, codes.check_digits(KEYS, 2026, 42))
    assert codes.read_slip_number(KEYS, typed) == (2026, 42)


def test_a_slip_number_of_an_older_key_stays_good():
    assert codes.read_slip_number(KEYS, codes.slip_number({1: OLD}, 2026, 42)) == (2026, 42)


@pytest.mark.parametrize("typed", ["", "-", "2026", "2026-42", "26-42-7391", "2026-00042-73914", "abc-def-ghij", 
                                   "2026-00042-739x", "２０２６-00042-7391", "9" * 10**5])
def test_what_is_no_slip_number_is_foreign(typed):
    with pytest.raises(WrongCode) as refusal:
        codes.read_slip_number(KEYS, typed)
    assert refusal.value.kind is Wrong.FOREIGN


def test_a_slip_number_with_wrong_check_digits_is_mistyped():
    right = codes.check_digits(KEYS, 2026, 42)
    wrong = next(f"{n:04d}" for n in range(10000) if f"{n:04d}" not in (right, codes.check_digits({1: OLD}, 2026, 42)))
    with pytest.raises(WrongCode) as refusal:
        codes.read_slip_number(KEYS, f"2026-00042-{wrong}")
    assert refusal.value.kind is Wrong.MISTYPED
    assert refusal.value.message
    assert refusal.value.next_step
