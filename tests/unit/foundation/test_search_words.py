"""Words are folded, stemmed, read as numbers and corrected in one way, whoever typed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.search_words import (
    LONGEST_QUERY,
    LONGEST_WORD,
    MOST_WORDS,
    Vocabulary,
    code_key,
    corrected,
    number_keys,
    read_query,
    stem,
    words_of,
)


@pytest.mark.parametrize(("text", "words"), [
    ("Pemilihan UMUM", ["pemilihan", "umum"]),
    ("café naïve", ["cafe", "naive"]),
    ("134/Kpts/KPU/Tahun 2016", ["134", "kpts", "kpu", "tahun", "2016"]),
    ("undang-undang_dasar", ["undang", "undang", "dasar"]),
    ("²", ["2"]),
    ("\x00 * \" ' 😀 ---", []),
])
def test_words_are_letters_and_digits_in_lower_case_without_diacritics(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(("one", "other"), [
    ("memilih", "pemilihan"), ("menetapkan", "penetapan"), ("pengujian", "diuji"), ("peraturan", "mengatur"),
])
def test_affixed_forms_have_one_stem(one, other):
    assert stem(one) == stem(other)


def test_short_words_and_numbers_are_their_own_stem():
    assert [stem(word) for word in ("kpu", "2016", "di")] == ["kpu", "2016", "di"]


@pytest.mark.parametrize(("number", "year", "keys"), [
    ("134/Kpts/KPU/Tahun 2016", 2016, {"=134", "=134=2016"}),
    ("9 Tahun 2022", 2022, {"=9", "=9=2022"}),
    ("04/HK.03.1-Kpt/5204/02/Sek-Kab/I/2018", None, {"=4", "=4=2018"}),
    ("16/Kpts/KPU-Prov-014/2013", 2013, {"=16", "=16=2013"}),
    ("12", 2020, {"=12", "=12=2020"}),
    ("", 2020, set()),
    ("tanpa nomor", 2020, set()),
])
def test_a_printed_number_is_known_by_its_first_number_and_its_year(number, year, keys):
    assert number_keys(number, year) == keys


@pytest.mark.parametrize("typed", [
    "134/Kpts/KPU/2016", "134 kpts 2016", "nomor 134 tahun 2016", "no. 134/2016", "Keputusan KPU Nomor 134 Tahun 2016", "0134/2016",
])
def test_every_way_to_type_a_number_reads_the_same(typed):
    assert read_query(typed).number_key == "=134=2016"


def test_a_year_alone_is_no_number():
    assert read_query("pemilu 2024").number_key is None


def test_a_code_is_known_whatever_stands_between_its_letters():
    assert read_query("kpt 0001 1").code_key == code_key("KPT-0001-1")
    assert read_query("978-602-0000-001").code_key == code_key("9786020000001")
    assert read_query("arsip").code_key is read_query("2016").code_key is None


def test_stop_words_fall_out_unless_there_is_nothing_else():
    assert read_query("keputusan tentang penetapan di daerah").words == ("keputusan", "penetapan", "daerah")
    assert read_query("tentang").words == ("tentang",)


def test_a_single_letter_is_no_word_yet_but_a_single_digit_is():
    assert read_query("p").words == ()
    assert read_query("arsip p").words == ("arsip",)
    assert read_query("9").words == ("9",)


def test_what_is_too_long_is_not_looked_at():
    query = read_query("kata panjang sekali " * 100_000)
    assert len(query.words) <= MOST_WORDS
    assert read_query("x" * 1_000_000).words == ("x" * LONGEST_WORD,)
    assert read_query(" " * LONGEST_QUERY + "arsip").words == ()


@given(st.text())
def test_any_text_gives_words_that_need_no_quoting(text):
    query = read_query(text)
    assert all(word.isalnum() and len(word) <= LONGEST_WORD for word in (*query.words, *map(stem, query.words)))


VOCABULARY = Vocabulary([("pemilihan", 900), ("pemilu", 300), ("umum", 800), ("umur", 3), ("rekapitulasi", 50), ("perlu", 2)])


@pytest.mark.parametrize(("typed", "meant"), [
    ("pemlihan umun", "pemilihan umum"),          # a letter missing; a letter wrong, the more frequent word wins
    ("peimlu", "pemilu"),                         # swapped
    ("rekapitulassi", "rekapitulasi"),            # too much
    ("rekaptulsi 2019", "rekapitulasi 2019"),     # two in a long word
    ("pemilihan di umun", "pemilihan di umum"),   # what is right stays
])
def test_a_mistyped_word_becomes_the_nearest_known_one(typed, meant):
    better = corrected(read_query(typed), VOCABULARY)
    assert better
    assert " ".join(better.typed) == meant


@pytest.mark.parametrize("typed", ["pemil", "umum", "kpo", "xylofon", "2061", "p3milu", ""])
def test_beginnings_short_words_numbers_and_the_unheard_of_are_left_alone(typed):
    assert corrected(read_query(typed), VOCABULARY) is None
