"""Puts text under the pages of a scan that was made elsewhere: OCRmyPDF with our own reader of pages, in a process of its own."""

import logging
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ocrmypdf
import pikepdf
import pluggy
from ocrmypdf import OcrElement, OcrEngine, OrientationConfidence, exceptions, hookimpl
from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOptions
from ocrmypdf.hocrtransform import BoundingBox, OcrClass
from pikepdf import pdfa
from PIL import Image

from foundation.errors import Refused
from foundation.text import t
from scanner.workshop import imaging, recognising
from scanner.workshop.checking_pdf import ASK, LOCKED
from scanner.workshop.texts import Box, PageText

SURE = 15.0  # of OCRmyPDF: "very confident"; who cannot tell which way up a page is says 0

SIGNED = t("The PDF is signed: text under its pages would break the signature.")
UNFIT = t("No text can be put under this PDF: its pages are too large, or it is not made as a PDF should be.")
AS_IT_CAME = t("It stays as it came.")

_read: dict[int, PageText] = {}  # by page number: what was read, with how sure that is, which no PDF can say


def put_text_under(order: Mapping[str, Any]) -> dict[str, Any]:
    """Write the PDF at `path` to `out`, upright, straight, and with text under those of its pages that have none; `texts`: of these, by
    number, a PageText as JSON each; `claims`: the kind of PDF/A that it is now, or empty: with fonts that are not in it, for one, none.
    The PDF itself is not changed.

    Raises Refused for one that no text can be put under, OSError where `out` cannot be written.
    """
    logging.getLogger("ocrmypdf").setLevel(logging.ERROR)
    _read.clear()
    tempfile.tempdir = str(Path(order["out"]).parent)  # what is left when this process is killed goes with that folder
    try:
        # optimising would take programs of this computer where they are, among them one that mistakes digits (JBIG2)
        ocrmypdf.ocr(order["path"], order["out"], language=["ind"], skip_text=True, tagged_pdf_mode="ignore", rotate_pages=True,
                     rotate_pages_threshold=SURE, deskew=True, rasterizer="pypdfium", output_type="pdf", optimize=0, jobs=1,
                     use_threads=True, progress_bar=False, plugins=[__name__])
    except exceptions.DigitalSignatureError as problem:
        raise Refused(SIGNED, AS_IT_CAME) from problem
    except exceptions.EncryptedPdfError as problem:
        raise Refused(LOCKED, ASK) from problem
    except (exceptions.ExitCodeException, pikepdf.PdfError, Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Refused(UNFIT, AS_IT_CAME) from problem
    finally:
        tempfile.tempdir = None
    claims = "2b" if _for_archives(Path(order["out"])) else ""
    return {"texts": {number: text.to_json() for number, text in _read.items()}, "claims": claims}


def _for_archives(path: Path) -> bool:
    """Whether it could be made PDF/A-2b; it stays as it is where not."""
    whole = path.with_suffix(".pdfa")
    try:
        with pikepdf.open(path) as pdf:
            pdfa.save(pdf, whole, "2b")
    except pdfa.PdfaError:
        return False
    whole.replace(path)
    return True


class Reader(OcrEngine):
    """What OCRmyPDF asks of who reads pages: ours, instead of the program tesseract, which is slower and reads worse."""

    @staticmethod
    def version() -> str:
        return "1"

    @staticmethod
    def creator_tag(options: object) -> str:
        return "Loket"

    def __str__(self) -> str:
        return "Loket"

    @staticmethod
    def languages(options: object) -> set[str]:
        return {"ind"}

    @staticmethod
    def get_orientation(input_file: Path, options: object) -> OrientationConfidence:
        """Counterclockwise, whatever its documentation says."""
        turn = imaging.turn_to_upright(imaging.opened(input_file, None)[0])
        return OrientationConfidence(-(turn or 0) % 360, 0 if turn is None else SURE)

    @staticmethod
    def get_deskew(input_file: Path, options: object) -> float:
        """Counterclockwise, so that lines that climb are turned back."""
        picture = imaging.opened(input_file, None)[0]
        return 0.0 if picture.ink.mean() < imaging.ALMOST_BLANK else -imaging.skew(picture.strokes)

    @staticmethod
    def supports_generate_ocr() -> bool:
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: object, page_number: int = 0) -> tuple[OcrElement, str]:
        """`page_number`: the first is 0."""
        with Image.open(input_file) as image:
            width, height, dpi = *image.size, float(image.info.get("dpi", (recognising.DPI,))[0])
        text = _read[page_number + 1] = recognising.read(input_file, round(dpi), 0, 0.0)
        scale = width / text.width
        lines = [_element(OcrClass.LINE, line.box, scale, children=[
            _element(OcrClass.WORD, word.box, scale, text=word.text, confidence=word.confidence / 100) for word in line.words])
            for line in text.lines]
        whole = BoundingBox(0, 0, width, height)
        part = OcrElement(OcrClass.PARAGRAPH, whole, children=lines)
        return OcrElement(OcrClass.PAGE, whole, dpi=dpi, page_number=page_number, children=[part] if lines else []), text.text

    generate_hocr = generate_pdf = None  # abstract there, and never asked of an engine that has `generate_ocr`


def _element(kind: str, box: Box, scale: float, **more: Any) -> OcrElement:
    return OcrElement(kind, BoundingBox(*(side * scale for side in (box.x, box.y, box.right, box.bottom))), **more)


# --- what OCRmyPDF asks of a plugin: this module is one. Its own for tesseract wants that program, but has options that it needs --------


@hookimpl
def initialize(plugin_manager: pluggy.PluginManager) -> None:
    plugin_manager.set_blocked("ocrmypdf.builtin_plugins.tesseract_ocr")


@hookimpl
def register_options() -> dict[str, type]:
    return {"tesseract": TesseractOptions}


@hookimpl
def add_options(parser: ArgumentParser) -> None:
    TesseractOptions.add_arguments_to_parser(parser)


@hookimpl
def get_ocr_engine(options: object) -> OcrEngine:
    return Reader()
