"""The only module that knows python-escpos: laid-out lines become the bytes a thermal printer understands."""

import logging
import os
import re
import shutil
import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from printer.layout import QR_DOTS, Paper, Picture, Run, TextLine, lay_out
from printer.receipt import QrCode, Receipt

if TYPE_CHECKING:
    from escpos.printer import Dummy

PLAIN = Run("")
_INK = b"\xff\0" + bytes(254)  # a light pixel is 0 in a picture and white on an image, a dark one is 1 and black
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
FEED_TO_TEAR_BAR = 4  # lines between the print head and the bar


def render(receipt: Receipt, paper: Paper, ends: bool = True) -> bytes:
    """The bytes that put `receipt` on `paper`, from reset (ESC @) to cut, or to the tear bar where there is no cutter.

    `ends` False: more follows on the same paper, which is neither cut nor fed.

    They depend on nothing else and are kept: what was sent can be looked at and is never made anew. The first call of a
    process takes 0.3 s more, for python-escpos' own table of printers.
    """
    pen = _Pen(paper)
    for item in lay_out(receipt, paper):
        match item:
            case TextLine():
                pen.line(item)
            case Picture():
                pen.picture(item)
            case QrCode(text):
                pen.native_qr(text)
    return pen.finished(ends)


class _Pen:
    """Writes commands, and each look only where it changes: half the bytes, which counts on a serial line."""

    def __init__(self, paper: Paper):
        self.paper, self.dummy = paper, _dummy(paper)
        self.look, self.centered = PLAIN, False
        self.dummy.hw("INIT")
        if paper.accents:
            self.dummy._raw(b"\x1c.")  # many clones begin in a Chinese mode, in which two bytes above 127 are one ideograph
        self.dummy._raw(b"\x1bt\x00")  # code page 437; python-escpos sends none when its own choosing is off

    def line(self, line: TextLine) -> None:
        self._align(line.center)
        for run in line.runs:
            self._change_look(run)
            self.dummy._raw(run.text.encode("cp437"))
        self.dummy._raw(b"\n")

    def picture(self, picture: Picture) -> None:
        self._align(True)
        self.dummy._raw(_raster(self.paper, len(picture.pixels[0]), b"".join(map(bytes, picture.pixels)), picture.zoom))

    def native_qr(self, text: str) -> None:
        from escpos.constants import QR_ECLEVEL_H

        self._align(True)
        self.dummy.text("\n")  # the quiet zone: the printer adds none
        self.dummy.qr(text, ec=QR_ECLEVEL_H, size=QR_DOTS, native=True)
        self.dummy.text("\n")

    def finished(self, ends: bool) -> bytes:
        self._change_look(PLAIN)
        self._align(False)
        if not ends:
            return self.dummy.output
        if self.paper.has_cutter:
            self.dummy.cut(mode="PART")
        else:
            self.dummy.print_and_feed(FEED_TO_TEAR_BAR)
        return self.dummy.output

    def _align(self, center: bool) -> None:
        if center != self.centered:
            self.dummy.set(align="center" if center else "left")
            self.centered = center

    def _change_look(self, run: Run) -> None:
        now, self.look = self.look, run
        if (run.wide, run.tall) != (now.wide, now.tall):
            self.dummy.set(custom_size=True, width=run.wide, height=run.tall)
        if run.bold != now.bold:
            self.dummy.set(bold=run.bold)
        if run.inverse != now.inverse:
            self.dummy.set(invert=run.inverse)


@lru_cache(32)  # the band is on every slip
def _raster(paper: Paper, width: int, pixels: bytes, zoom: int) -> bytes:
    """A picture as GS v 0: at low density (m=3) a quarter of the bytes for the same size on paper; letters are finer than that.

    Some printers obey a real-time command (DLE EOT, ENQ or DC4, which opens a drawer) even among the dots of a picture: where
    letters happen to draw one, a dot is put beside another.
    """
    from PIL import Image

    image, coarse = Image.frombytes("L", (width, len(pixels) // width), pixels.translate(_INK)), zoom % 2 == 0 and not paper.full_density
    step, dummy = zoom // 2 if coarse else zoom, _dummy(paper)
    dummy.image(image.resize((image.width * step, image.height * step), Image.Resampling.NEAREST),
                high_density_vertical=not coarse, high_density_horizontal=not coarse)
    return _REAL_TIME.sub(lambda found: bytes((found[0][0], found[0][1] | 8)), dummy.output)


def _dummy(paper: Paper) -> "Dummy":
    load()
    from escpos.capabilities import Profile
    from escpos.printer import Dummy

    profile = Profile(paper.columns, {"paperPartCut": paper.has_cutter})
    # without a known width python-escpos prints a remark on standard output for every picture
    profile.profile_data = profile.profile_data | {"media": {"width": {"mm": paper.width_mm, "pixels": paper.dots}}}
    return Dummy(profile=profile, magic_encode_args={"disabled": True, "encoding": "CP437"})


_loading = threading.Lock()


def load() -> None:
    """Import python-escpos, and undo what importing it (3.1) does to the process. A service may do so before its first slip."""
    with _loading:
        _load()


@cache
def _load() -> None:
    handlers = logging.root.handlers[:]
    import escpos.capabilities as capabilities

    logging.root.handlers[:] = handlers  # it calls logging.basicConfig()
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir)  # a fresh private folder in each process, which it never removes
