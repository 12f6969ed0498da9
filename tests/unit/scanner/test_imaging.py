"""What the picture of a page tells, on drawn pages: each flag where it belongs, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import qrcode
from PIL import Image

from scanner.workshop import imaging
from scanner.workshop.findings import MEANINGS, SAME_SHEET, Examination, Finding, Flag, Severity, alike
from tests import drawn


def picture(page: Image.Image, dpi: int = drawn.DPI) -> imaging.Picture:
    return imaging.Picture(np.asarray(page), dpi)


@pytest.fixture
def examined(tmp_path: Path):
    """Save a page as a scanner would, and have it looked at."""
    def save_and_examine(page: Image.Image, name: str = "page.png", dpi: int | None = drawn.DPI) -> Examination:
        page.save(tmp_path / name)
        return imaging.examine(tmp_path / name, dpi)
    return save_and_examine


def flags(examination: Examination) -> list[Flag]:
    return [finding.code for finding in examination.findings]


# --- nothing wrong ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.png", "page.jpg", "page.tiff"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_good_page_has_no_flag_in_any_colours_and_any_format(examined, mode, name):
    page = drawn.scanned(drawn.text(1)).convert(mode, dither=Image.Dither.NONE)
    found = examined(page, name)
    assert (flags(found), found.turn, found.codes, found.failed) == ([], 0, (), False)
    assert found.skew_degrees == pytest.approx(0, abs=0.05)
    assert 0 < len(found.fingerprint) <= 40_000


def test_a_page_with_sixteen_bits_is_one_like_others(examined):
    page = Image.fromarray(np.asarray(drawn.scanned(drawn.text(1))).astype(np.uint16) * 257)
    assert flags(examined(page)) == []


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
@pytest.mark.parametrize("name", ["page.jpg", "page.tiff"])
def test_a_page_of_600_dpi_is_looked_at_with_300(examined, tmp_path, mode, name):
    page = drawn.scanned(drawn.crooked(drawn.text(2), 2.6)).resize((4960, 7016)).convert(mode)
    found = examined(page.convert("L") if mode == "1" and name == "page.jpg" else page, name, 600)
    assert flags(found) == [Flag.SKEWED]
    assert imaging.opened(tmp_path / name, 600)[0].gray.shape == (3508, 2480)


# --- blank ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", drawn.BLANK, ids=lambda kind: kind.__name__)
def test_a_blank_page_is_blank_whatever_paper_and_scanner_add(kind, seed):
    assert picture(drawn.scanned(kind(seed), seed)).ink.mean() < imaging.BLANK


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", drawn.SPARSE, ids=lambda kind: kind.__name__)
def test_a_page_with_hardly_anything_on_it_is_not_blank(kind, seed):
    assert picture(drawn.scanned(kind(seed), seed)).ink.mean() > imaging.BLANK


def test_blank_and_almost_blank_are_two_flags_and_neither_page_is_like_any_other(examined):
    blank, initials = examined(drawn.scanned(drawn.show_through(1))), examined(drawn.scanned(drawn.initials(1)))
    assert (flags(blank), flags(initials)) == ([Flag.BLANK], [Flag.ALMOST_BLANK])
    assert alike(initials.fingerprint, initials.fingerprint) == alike(blank.fingerprint, initials.fingerprint) == 0


# --- crooked and turned -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-9, -4, -3.3, -2.1, -1.15, -0.6, -0.07, 0, 0.12, 0.45, 1.3, 2.44, 3.7, 4, 8])
@pytest.mark.parametrize("lines", [42, 8])
def test_skew_is_measured_to_a_twentieth_of_a_degree(degrees, lines):
    page = drawn.scanned(drawn.crooked(drawn.text(3, lines=lines), degrees))
    assert imaging.skew(picture(page).ink) == pytest.approx(degrees, abs=0.05)


@pytest.mark.parametrize("kind", [drawn.stamp, drawn.initials, drawn.page_number], ids=lambda kind: kind.__name__)
def test_what_has_no_lines_has_no_skew(kind):
    assert imaging.skew(picture(drawn.scanned(kind(1))).ink) == 0


@pytest.mark.parametrize(("degrees", "said"), [(1.6, []), (2.6, [3]), (-3.2, [3])])
def test_only_a_page_that_is_plainly_crooked_is_called_so(examined, degrees, said):
    found = examined(drawn.scanned(drawn.crooked(drawn.text(4), degrees)))
    assert [finding.details["degrees"] for finding in found.findings] == said


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("blur", [0.8, 2.5])
def test_which_way_is_up_and_how_crooked_is_seen_of_a_page_in_any_position(examined, turn, blur):
    page = drawn.scanned(drawn.crooked(drawn.text(5), 1.2), blur=blur)
    found = examined(page.rotate(turn, expand=True))  # Pillow turns to the left
    assert (found.turn, Flag.TURNED in flags(found)) == (turn, turn != 0)
    assert found.skew_degrees == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("kind", [drawn.stamp, drawn.initials, drawn.pencil], ids=lambda kind: kind.__name__)
def test_of_a_page_with_little_text_nobody_says_which_way_is_up(kind):
    assert imaging.turn_to_upright(picture(drawn.scanned(kind(0)))) is None


def test_without_tesseracts_data_everything_else_is_still_seen(examined, tmp_path, monkeypatch):
    monkeypatch.setattr(imaging, "TESSERACT", tmp_path)
    imaging._orientation.cache_clear()
    found = examined(drawn.scanned(drawn.crooked(drawn.text(5), 3)))
    imaging._orientation.cache_clear()
    assert (flags(found), found.turn) == ([Flag.SKEWED], 0)


# --- legible ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("blur", "flag"), [(0.4, None), (0.8, None), (1.5, None), (2.5, None), (3.5, Flag.SOFT), (4.5, Flag.BLURRED),
                                            (6, Flag.BLURRED)])
def test_blurred_letters_are_noticed_by_how_wide_their_edges_are(examined, blur, flag):
    found = flags(examined(drawn.scanned(drawn.text(6), blur=blur)))
    assert [found for found in found if found in (Flag.SOFT, Flag.BLURRED)] == ([flag] if flag else [])


@pytest.mark.parametrize(("ink", "pale"), [(30, False), (120, False), (165, True)])
def test_pale_writing_is_noticed(examined, ink, pale):
    assert (Flag.PALE in flags(examined(drawn.scanned(drawn.text(7, ink=ink))))) == pale


@pytest.mark.parametrize(("dpi", "coarse"), [(100, [100]), (150, [150]), (200, []), (300, [])])
def test_a_page_with_too_few_dots_is_noticed(examined, dpi, coarse):
    found = examined(drawn.scanned(drawn.text(8, dpi), blur=0.5), dpi=dpi)
    assert [finding.details["dpi"] for finding in found.findings if finding.code is Flag.COARSE] == coarse


@pytest.mark.parametrize(("size", "said", "dpi"), [
    ((2480, 3508), 300, 300), ((2480, 3508), 72, 300), ((2480, 3508), None, 300), ((3508, 2480), None, 300), ((1240, 1754), 96, 150),
    ((2539, 3898), None, 300), ((1240, 1748), 300, 300)])
def test_a_resolution_that_no_sheet_can_have_is_not_believed(size, said, dpi):
    assert imaging.likely_dpi(*size, said) == pytest.approx(dpi, abs=1)


@pytest.mark.parametrize(("left_mm", "cut"), [(-3, True), (0, True), (3, True), (7, False), (25, False)])
def test_text_at_the_edge_is_noticed(examined, left_mm, cut):
    assert (Flag.CUT_OFF in flags(examined(drawn.scanned(drawn.text(9, left_mm=left_mm))))) == cut


def test_a_shadow_at_the_edge_is_no_text():
    page = drawn.text(10)
    page.paste(60, (0, 0, 40, drawn.A4[1]))
    assert imaging.text_to_edge(picture(drawn.scanned(page))) > imaging.NARROW_MM


# --- doubled ----------------------------------------------------------------------------------------------------------------------


def test_a_sheet_that_was_scanned_twice_is_like_itself_wherever_it_lay_and_no_other_page_is(examined):
    pages = {seed: examined(drawn.scanned(drawn.text(seed))).fingerprint for seed in range(5)}
    moved = drawn.crooked(drawn.text(2), 1.4).transform(drawn.A4, Image.Transform.AFFINE, (1, 0, 60, 0, 1, -45), fillcolor=drawn.PAPER)
    for again in (moved, moved.rotate(180), drawn.text(2, ink=100)):
        print_ = examined(drawn.scanned(again, seed=99, blur=1.2)).fingerprint
        assert [seed for seed in pages if alike(pages[seed], print_) >= SAME_SHEET] == [2]
        assert max(alike(pages[seed], print_) for seed in pages if seed != 2) < SAME_SHEET - 0.15


# --- codes ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size_mm", "degrees"), [(12, 0), (15, 3), (40, -30), (40, 180)])
def test_qr_codes_on_a_page_are_read(examined, size_mm, degrees):
    page, code = drawn.text(11, lines=20), qrcode.make("LOKET:42").get_image().convert("L").resize((drawn.mm(size_mm),) * 2)
    page.paste(code.rotate(degrees, expand=True, fillcolor=drawn.PAPER), (drawn.mm(60), drawn.mm(200)))
    assert examined(drawn.scanned(page)).codes == ("LOKET:42",)


# --- what is no page --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["empty", "cut", "other", "narrow"])
def test_a_file_that_is_no_page_is_an_error_and_no_finding(tmp_path, damage):
    path = tmp_path / "page.png"
    drawn.text(1).save(path)
    if damage == "narrow":
        Image.new("L", (1, 3000)).save(path)
    else:
        path.write_bytes({"empty": b"", "cut": path.read_bytes()[:9000], "other": b"GIF89a and more"}[damage])
    with pytest.raises(Exception, match=r"\w"):  # whatever Pillow or OpenCV have for it
        imaging.examine(path, 300)


# --- words ------------------------------------------------------------------------------------------------------------------------


def test_every_flag_has_words_and_what_is_no_good_has_a_next_step():
    assert set(MEANINGS) == set(Flag)
    assert all(meaning.next_step for meaning in MEANINGS.values() if meaning.severity is Severity.AGAIN)
    crooked = Finding(Flag.SKEWED, {"degrees": 3})
    assert (crooked.sentence % crooked.details, crooked.severity) == ("The page lies about 3° crooked.", Severity.LOOK)


def test_who_reads_findings_loads_no_picture_library():
    subprocess.run([sys.executable, "-c", "import sys, scanner.workshop.findings, scanner.workshop.processes\n"
                    "assert not {'cv2', 'numpy', 'tesserocr', 'PIL'} & set(sys.modules)"], check=True)
