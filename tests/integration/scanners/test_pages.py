"""When a page exists: whole, of the size that was asked for, and never in place of another; all else is a sentence."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from scanner.devices.intake import CUT, EMPTY, HUGE, MANY, OTHER, Intake
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.troubles import BadPage, Denied

A5 = Settings(Source.FEEDER, Mode.GRAY, 100, 148, 210)


def picture(form: str, size: tuple[int, int] = A5.pixels, mode: str = "L", **how) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(file, form, **how)
    return file.getvalue()


def a_bomb() -> bytes:
    """A PNG of 60,000 × 60,000 dots in some hundred bytes."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.fixture
def intake(out):
    return Intake(out, 7, A5)


def put(intake: Intake, content: bytes):
    draft = intake.drafts / "draft"
    draft.write_bytes(content)
    return intake.keep(draft)


@pytest.mark.parametrize(("content", "suffix", "mode"), [
    (picture("TIFF"), ".tiff", Mode.GRAY), (picture("JPEG", mode="RGB"), ".jpg", Mode.COLOR),
    (picture("PNG", mode="1"), ".png", Mode.LINEART), (picture("TIFF", mode="1", compression="group4"), ".tiff", Mode.LINEART)],
    ids=["TIFF", "JPEG", "PNG", "G4"])
def test_a_whole_page_is_kept_byte_for_byte(intake, out, content, suffix, mode):
    page = put(intake, content)
    assert (page.number, page.path, page.mode, page.dpi) == (7, out / f"00007{suffix}", mode, 100)
    assert page.path.read_bytes() == content
    assert page.sha256 == hashlib.sha256(content).hexdigest()
    assert put(intake, content).number == 8


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", EMPTY), (picture("JPEG")[:-3000], CUT), (picture("TIFF")[:-3000], CUT), (picture("PNG")[:-3000], CUT),
    (picture("JPEG")[:30], CUT), (picture("BMP"), OTHER), (picture("GIF"), OTHER), (b"%PDF-1.7 and so on", OTHER), (b"\0" * 5000, OTHER),
    (a_bomb(), HUGE), (picture("TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]), MANY)],
    ids=["empty", "half a JPEG", "half a TIFF", "half a PNG", "a header", "BMP", "GIF", "PDF", "zeros", "bomb", "two pages"])
def test_what_is_no_whole_page_is_told_in_a_sentence_and_not_kept(intake, out, content, sentence):
    with pytest.raises(BadPage) as bad:
        put(intake, content)
    assert (bad.value.sentence, bool(bad.value.next_step)) == (sentence, True)
    assert not list(out.glob("0*"))
    assert put(intake, picture("TIFF")).number == 7


def test_a_file_that_says_that_it_has_a_gigabyte_is_not_read(intake):
    draft = intake.drafts / "draft"
    with draft.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(BadPage) as bad:
        intake.keep(draft)
    assert bad.value.sentence == HUGE


@pytest.mark.parametrize("size", [(583, 400), (583, 800), (291, 413), (413, 583)])
def test_a_page_of_another_size_is_told_with_both_sizes(intake, size):
    with pytest.raises(BadPage) as bad:
        put(intake, picture("TIFF", size))
    assert str(bad.value) == f"The page is {size[0]} × {size[1]} dots, and not 583 × 827 as was asked for."


def test_some_dots_more_or_less_are_every_scanners_own(intake):
    assert put(intake, picture("TIFF", (576, 835))).width_px == 576


def test_what_an_interrupted_scan_left_never_was_a_page(out):
    (out / "incoming").mkdir(parents=True)
    (out / "incoming" / "3.tiff.part").write_bytes(b"half")
    intake = Intake(out, 1, A5)
    assert list(intake.drafts.iterdir()) == []
    intake.close()
    assert list(out.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Denied):
        Intake(tmp_path / "file" / "out", 1, A5)
