"""A page gets small and keeps its ink; what does not is found."""

import io

import cv2
import numpy as np
import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image, ImageDraw

from scanner.workshop import comparing, compression
from tests.drawn import BLACK, DPI, PAPER, empty, font, mm, scanned, text
from tests.written import page, stamped


def layers(picture: Image.Image) -> list[compression.Layer]:
    return compression.as_layers(np.asarray(picture), DPI)


def difference(master: Image.Image, shown: Image.Image) -> float:
    size = tuple(round(side * comparing.DPI / DPI) for side in master.size)
    return comparing.difference_mm2(*(cv2.resize(np.asarray(each), size, interpolation=cv2.INTER_AREA) for each in (master, shown)))


def test_text_is_lossless_dots_and_nothing_else():
    letters, = layers(scanned(text(1)))
    assert 0 < letters.gray < 0.3
    assert (letters.width, letters.height) == (2480, 3508)
    assert len(letters.data) < 70_000


def test_a_stamp_and_a_signature_lie_in_tiles_with_all_their_dots_and_colours():
    found = layers(scanned(stamped(page()[0])))
    tile, = (layer for layer in found if layer.coloured)
    left, top, wide, high = tile.place
    assert left * 2480 < 1300 < 1300 + mm(35) < (left + wide) * 2480
    assert top * 3508 < 1500 < 1500 + mm(35) < (top + high) * 3508
    assert tile.width == pytest.approx(wide * 2480, abs=1)
    assert sum(len(layer.data) for layer in found) < 100_000


def test_no_letter_is_cut_by_the_border_of_a_tile():
    picture = scanned(stamped(page()[0]))
    found = layers(picture)
    lines = next(layer for layer in found if layer.gray is not None)
    tile = next(layer for layer in found if layer.coloured)
    in_tile = np.asarray(Image.open(io.BytesIO(tile.data)).convert("L")) < 160
    beside = decoded(lines)[round(tile.place[1] * 3508):, round(tile.place[0] * 2480):][:tile.height, :tile.width]
    number, labels = cv2.connectedComponents((in_tile | beside).astype(np.uint8), connectivity=8)
    both = [part for part in range(1, number) if in_tile[labels == part].sum() > 20 and beside[labels == part].sum() > 20]
    assert not both


def decoded(lines: compression.Layer) -> np.ndarray:
    """True where there is ink, to a reader of PDF."""
    pdf = pikepdf.new()
    image = pikepdf.Stream(pdf, lines.data, Type=Name.XObject, Subtype=Name.Image, Width=lines.width, Height=lines.height,
                           BitsPerComponent=1, ColorSpace=Name.DeviceGray, Filter=Name.CCITTFaxDecode,
                           DecodeParms=Dictionary(K=-1, Columns=lines.width, Rows=lines.height))
    return ~np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("1"))


def test_a_photograph_keeps_its_grays():
    picture = empty()
    gradient = Image.linear_gradient("L").resize((600, 600)).point(lambda dot: 40 + dot * 150 // 255)
    picture.paste(gradient, (800, 800))
    tile, = (layer for layer in layers(scanned(picture)) if layer.gray is None and layer.width > 500)
    shown = np.asarray(Image.open(io.BytesIO(tile.data)))
    middle = shown[shown.shape[0] // 2 - 200:shown.shape[0] // 2 + 200, shown.shape[1] // 2]
    assert len(np.unique(middle)) > 40


def test_a_blank_page_is_next_to_nothing():
    assert sum(len(layer.data) for layer in layers(scanned(empty()))) < 3_000


def test_dots_come_back_as_they_were():
    ink = np.random.default_rng(3).random((64, 90)) < 0.3
    assert np.array_equal(decoded(compression.as_lines(ink)), ink)


# --- what is lost, or new -----------------------------------------------------------------------------------------------------------


def test_a_page_is_like_itself_with_another_grain():
    assert difference(scanned(text(1), seed=1), scanned(text(1), seed=2)) == 0


def test_one_lost_letter_is_found():
    picture = page()[0]
    without = picture.copy()
    ImageDraw.Draw(without).rectangle((mm(68), mm(43), mm(70), mm(50)), fill=PAPER)
    assert difference(scanned(picture), scanned(without)) > comparing.LARGEST_MM2


def test_ink_from_nowhere_is_found():
    picture = page()[0]
    more = picture.copy()
    ImageDraw.Draw(more).text((mm(100), mm(200)), "i", BLACK, font(11))
    assert difference(scanned(picture), scanned(more)) > comparing.LARGEST_MM2


def test_a_lost_stamp_is_found_though_all_letters_are_there():
    picture = page()[0]
    assert difference(scanned(stamped(picture)), scanned(picture.convert("RGB"))) > 10


def test_a_lost_word_in_pale_ink_is_found():
    picture = text(1, ink=160)
    without = picture.copy()
    ImageDraw.Draw(without).rectangle((mm(25), mm(25), mm(45), mm(30)), fill=PAPER)
    assert difference(scanned(picture), scanned(without)) > comparing.LARGEST_MM2
