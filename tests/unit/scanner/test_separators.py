"""Separator sheets: what stands on them is read back from the paper, and nothing else is taken for one."""

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from printer import typesetting
from scanner.pages import separators
from scanner.pages.separators import Separator, Sheet
from tests import pdf

LONG = "Penetapan jadwal dan tahapan yang amat panjang " * 20


@given(st.integers(0, 2**31 - 1).filter(lambda number: number < 10**9))
def test_a_code_names_the_product_it_was_made_for(product):
    assert separators.read([separators.code(product)]) == Separator(product)


def test_a_code_is_always_the_same():
    """Separator sheets on paper are used for years."""
    assert separators.code(42) == "loket:separator:42"


@pytest.mark.parametrize("text", ["", "loket:separator:", "loket:separator:x", "loket:separator:-1", "loket:separator:1 ",
                                  "loket:separator:1\n", " loket:separator:1", "LOKET:SEPARATOR:1", "loket:separator:١", "https://loket.example/separator:1",
                                  "loket:separator:9999999999", "1100000000423247066665401405211760"])
def test_other_codes_on_a_page_separate_nothing(text):
    assert separators.read([text]) is None


def test_the_separator_is_found_among_other_codes():
    assert separators.read(["https://loket.example/7", "loket:separator:7", "loket:separator:8"]) == Separator(7)
    assert separators.read([]) is None


def test_every_sheet_is_a_page_of_a4_with_its_code_and_its_words():
    wanted = [Sheet(7, "Keputusan 7/2026", "Penetapan <jadwal> & \"tahapan\"", "Taruh lembar ini di depan."),
              Sheet(123_456_789, "Keputusan " + "134/Kpts/KPU/Tahun/" * 4, LONG, "Taruh lembar ini di depan."),
              Sheet(0, "Lembar pemisah", "Dokumen baru mulai di sini.", "Taruh lembar ini di depan.")]
    data = typesetting.pdf(separators.document(wanted, "id", ""))
    assert [tuple(map(round, size)) for size in pdf.sizes(data)] == [(210, 297)] * 3
    found = [zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode) for picture in pdf.pictures(data, 150)]
    assert [[code.text for code in codes] for codes in found] == [[separators.code(each.product_id)] for each in wanted]
    words = pdf.text(data)
    assert 'Penetapan <jadwal> & "tahapan"' in words
    assert words.count("Taruh lembar ini di depan.") == 3
