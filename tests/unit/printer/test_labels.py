"""Sheets of labels: where each stands, what fits on it, and codes that a stranger's program reads off the printed sheet."""

import pytest
import zxingcpp

from foundation.errors import Refused
from printer import labels, typesetting
from printer.labels import LAYOUTS, Label, Sheet
from tests import pdf

TITLE = "Keputusan tentang Pedoman Teknis Penyelenggaraan Pemilihan Gubernur dan Wakil Gubernur Tahun 2024 (fiktif) " * 2


def some(count):
    return [Label(f"KPU-{number:06d}", TITLE, f"342.07 KPU p {number}", f"B-{number % 7}") for number in range(1, count + 1)]


def read(data):
    """The codes on each page at 300 dpi, by format: [{"QRCode": [...], "Code128": [...]}, …]."""
    wanted = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128
    found = [zxingcpp.read_barcodes(picture, wanted) for picture in pdf.pictures(data, 300)]
    return [{kind: [code for code in codes if code.format.name == kind] for kind in ("QRCode", "Code128")} for codes in found]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_code_on_a_printed_sheet_is_read_by_another_program(name):
    sheet = LAYOUTS[name]
    made = some(sheet.count + 3)
    pages = read(typesetting.pdf(labels.document(made, sheet, 2, "")))
    assert len(pages) == 2
    for kind in ("QRCode", "Code128"):
        assert sorted(code.text for page in pages for code in page[kind]) == [label.code for label in made]


def test_a_label_stands_where_its_sheet_has_it():
    sheet = LAYOUTS["3x7"]
    [page] = read(typesetting.pdf(labels.document(some(20), sheet, 2, "")))
    for number, label in enumerate(some(20), start=1):
        left, top = sheet.place(number)
        [code] = [code for code in page["QRCode"] if code.text == label.code]
        corners = [code.position.top_left, code.position.bottom_right]
        for corner in corners:
            assert left < corner.x / 300 * 25.4 < left + sheet.width
            assert top < corner.y / 300 * 25.4 < top + sheet.height


@pytest.mark.parametrize("sheet", LAYOUTS.values(), ids=LAYOUTS)
def test_the_usual_sheets_fit_on_a4(sheet):
    assert labels.check(sheet) is sheet


@pytest.mark.parametrize(("sheet", "fields"), [
    (Sheet(3, 7, 63.5, 38.1, 20, 15), {"width"}), (Sheet(3, 8, 63.5, 38.1, 7, 0), {"height"}),
    (Sheet(3, 7, 40, 20, 7, 15), {"width", "height"}), (Sheet(0, 7, 63.5, 38.1, 7, 15), {"columns"}),
    (Sheet(3, 99, 63.5, 38.1, 7, 15), {"rows"}), (Sheet(1, 1, 90, 50, -1, 0, -2), {"left", "gap_x"})])
def test_a_sheet_that_cannot_be_is_refused_with_a_sentence_at_each_number(sheet, fields):
    with pytest.raises(Refused) as refused:
        labels.check(sheet)
    assert set(refused.value.fields) == fields


def test_the_smallest_labels_are_still_read():
    sheet = labels.check(Sheet(4, 9, 50, 30, 5, 10))
    [page] = read(typesetting.pdf(labels.document(some(36), sheet, 1, "")))
    assert [len(page["QRCode"]), len(page["Code128"])] == [36, 36]


@pytest.mark.parametrize(("code", "bars"), [
    ("KPU-000001", True), ("1234567890", True), ("X" * 40, False), ("BUKU-É", False), ("BUKU", True)])
def test_a_code_too_long_for_its_label_has_no_bars_that_no_scanner_reads(code, bars):
    assert labels.has_bars(code, LAYOUTS["3x7"]) is bars
    [sheet] = labels.sheets([Label(code, "Judul")], LAYOUTS["3x7"])
    assert ('class="bars"' in sheet) is bars
    assert 'class="qr-code"' in sheet


def test_a_half_used_sheet_begins_at_its_first_free_label():
    sheets = labels.sheets(some(3), LAYOUTS["2x5"], first=9)
    assert [sheet.count('class="label ') for sheet in sheets] == [2, 1]
    assert "at8" in sheets[0]
    assert "at0" in sheets[1]


def test_what_people_wrote_is_text_and_nothing_else():
    [sheet] = labels.sheets([Label("A<1", "<script>alert(1)</script>\u202e", "</p><b>", '"&')], LAYOUTS["2x5"])
    assert "<script" not in sheet
    assert "<b>" not in sheet
    assert "\u202e" not in sheet
    assert "&lt;script&gt;" in sheet
