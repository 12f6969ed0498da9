"""Slips that are pale, scratched or crumpled are read; what is no slip is nothing."""

import io
import random

import pytest
import zxingcpp
from PIL import Image

from printer.decoding import decode
from webui.bench.damage import code_on_paper, crumpled, dead_dots, faded, photographed

CODE = "1100000000421234567890123456789012"
SLIPS = 12


def pictures(damage):
    for seed in range(SLIPS):
        chance = random.Random(seed)
        yield photographed(damage(code_on_paper(CODE), chance), chance)


@pytest.mark.parametrize("damage", [faded(0.6), faded(0.75), dead_dots(6), crumpled(1.5)],
                         ids=["pale", "very pale", "worn head", "crumpled"])
def test_a_worn_slip_is_read(damage):
    assert sum(decode(picture) == CODE for picture in pictures(damage)) >= SLIPS - 1


def test_looking_again_in_other_ways_reads_what_one_look_does_not():
    once = sum(bool(zxingcpp.read_barcodes(Image.open(picture), zxingcpp.BarcodeFormat.QRCode)) for picture in pictures(faded(0.8)))
    assert once < sum(decode(picture) == CODE for picture in pictures(faded(0.8)))


def test_what_is_no_picture_of_a_code_is_nothing():
    blank, huge = io.BytesIO(), io.BytesIO()
    Image.new("L", (400, 300), 255).save(blank, "PNG")
    Image.new("1", (9000, 10)).save(huge, "PNG")
    for picture in (blank, huge, io.BytesIO(b"not a picture"), io.BytesIO(b""), io.BytesIO(blank.getvalue()[:60]), io.BytesIO(b"GIF89a")):
        picture.seek(0)
        assert decode(picture) is None
