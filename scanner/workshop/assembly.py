"""Makes one PDF/A of the pages of a document, in processes of their own: small, searchable, and compared with the masters page by page."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name, Stream, pdfa
from PIL import Image

from foundation.clock import now
from foundation.errors import Refused
from foundation.text import t, translator
from scanner.devices.intake import FORMATS
from scanner.workshop import comparing, compression, footer, imaging, stand_in, text_layer
from scanner.workshop.compression import Layer
from scanner.workshop.geometry import upright
from scanner.workshop.texts import PageText
from scanner.workshop.ways import MISSING, SENTENCES, Why, missing

MOST_LINE_ART = 80_000_000  # dots: A3 with 600 dpi has 70; finer pages in black and white are written as gray ones of 300 dpi
BLURRED_DPI = 120           # a page that is not sharp has no more than that in it: its edges are twice as wide as such a dot
KEPT = 20                   # pages in memory; then they go to the disk until all are there
SIDES = (3, 14_400)         # points that a page may be wide and high (ISO 19005-2, 6.1.13)
FONT = "/F"

MM = 25.4
NOT_HERE = t("Page %(number)d is missing here")
NOT_WHOLE = t("This document is not complete: the page has to be scanned again.")
SCAN_AGAIN = t("Remove it or scan it again, then have the document made again.")


class NoPage(Exception):
    """The picture cannot be put into a document, for the reason `why`."""

    def __init__(self, why: Why):
        super().__init__(why)
        self.why = why


class Way(NamedTuple):
    """How a page is put into the document, and why not in the smallest way; "": it is."""

    method: str
    why: Why | str
    layers: list[Layer]


def put_in(page: Mapping[str, Any]) -> dict[str, Any]:
    """Write a PDF of the picture of one `page` of those of `compose` to its `out`, in the smallest way that loses no ink.

    The answer: method (g4, mrc or jpeg; `missing`: it cannot be put in, and there is no file), why not a smaller one (of ways.Why, or
    ""), bytes, lost_mm2: the largest blob of ink that differs from the master. Raises OSError where `out` cannot be written.
    """
    try:
        dots, dpi, ways = _opened(page)
    except NoPage as problem:
        return missing(problem.why)
    for way in ways:
        pdf, seen = _drawn(way.layers, dots.shape[1] * 72 / dpi, dots.shape[0] * 72 / dpi)
        master = cv2.resize(dots, seen.shape[1::-1], interpolation=cv2.INTER_AREA)
        lost = comparing.difference_mm2(master, seen)
        if lost <= comparing.LARGEST_MM2:
            break
    Path(page["out"]).write_bytes(pdf)
    return {"method": way.method, "why": way.why, "bytes": sum(len(layer.data) for layer in way.layers), "lost_mm2": round(lost, 3)}


def compose(order: Mapping[str, Any]) -> dict[str, Any]:
    """Write the PDF/A that `order` asks for; what it became.

    `order`: pages (path, dpi or None, turned in degrees clockwise, skew_degrees, size_mm of the paper or None, text: a PageText as JSON
    or None), made (what `put_in` told of each), drawn (the folder with their PDFs, 1.pdf and so on), out (a path), about (title, number,
    type, year, issuer, subject, language; each may be empty), footer (a line under every page, or ""), qr (an address as a code under
    the last page, or ""), profile ("2b" or "1b", ISO 19005), language (of the office, in which a sheet says that a page is missing). A
    footer lies below the page, which it never covers.

    The answer: pages (what was told of each), bytes, sha256, profile, verdict. Raises Refused where no page at all could be put in,
    OSError where `out` cannot be written, and `pikepdf.pdfa.PdfaError` rather than leave a file that is no PDF/A.
    """
    out, pages, made, sheets = Path(order["out"]), order["pages"], order["made"], {}
    if all(each["method"] == MISSING for each in made):
        raise Refused(SENTENCES[Why(made[0]["why"])], SCAN_AGAIN, number=1)
    parts = _Parts(Path(order["drawn"]))
    for number, (page, each) in enumerate(zip(pages, made, strict=True), start=1):
        if each["method"] == MISSING:
            single, sheets[number] = _stand_in(number, Why(each["why"]), page["size_mm"], order["language"])
            parts.add(pikepdf.open(io.BytesIO(single)))
        else:
            parts.add(pikepdf.open(parts.folder / f"{number}.pdf"))
    pdf = parts.joined()
    font = text_layer.font(pdf)
    for number, (page, sheet) in enumerate(zip(pages, pdf.pages, strict=True), start=1):
        words = sheets.get(number) or (page["text"] and PageText.from_json(page["text"]))
        _add_words(pdf, sheet, words, font)
        address = order["qr"] if number == len(pages) else ""  # which is also to be read, and typed
        _add_footer(pdf, sheet, f"{order['footer']} {address}".strip(), address)
    _describe(pdf, order["about"])
    report = pdfa.save(pdf, out, order["profile"], linearize=True)
    with out.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"pages": made, "bytes": out.stat().st_size, "sha256": digest, "profile": order["profile"], "verdict": str(report.verdict)}


# --- one page ---------------------------------------------------------------------------------------------------------------------


def _opened(page: Mapping[str, Any]) -> tuple[np.ndarray, float, Iterator[Way]]:
    """The dots of a page, upright and straight, how many of them are an inch, and the ways to write it, the smallest first."""
    path, turns = Path(page["path"]), (page["turned"], page["skew_degrees"])
    try:
        with Image.open(path, formats=tuple(FORMATS)) as image:
            size, line_art = image.size, image.mode == "1" and image.width * image.height <= MOST_LINE_ART
        dpi = imaging.likely_dpi(*size, page["dpi"])
        if not all(SIDES[0] <= side * 72 / dpi <= SIDES[1] for side in size):
            raise NoPage(Why.STRIP)
        if line_art:
            dots = upright(_line_art(path), *turns)
            return dots, dpi, _line_art_ways(dots)
        picture, _ = imaging.opened(path, page["dpi"])
        dots = upright(picture.dots, *turns)
        return dots, picture.dpi, _ways(dots, picture.dpi, _is_blurred(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise NoPage(Why.HUGE) from problem
    except (OSError, SyntaxError, ValueError, IndexError, TypeError, KeyError, EOFError) as problem:  # Pillow's, for damaged files
        raise NoPage(Why.DAMAGED) from problem


def _line_art(path: Path) -> np.ndarray:
    """All the dots of a page in black and white, 0 and 255."""
    with Image.open(path, formats=tuple(FORMATS)) as image:
        return np.asarray(image).astype(np.uint8) * 255


def _line_art_ways(dots: np.ndarray) -> Iterator[Way]:
    yield Way("g4", "", [compression.as_lines(dots < 128)])


def _ways(dots: np.ndarray, dpi: float, blurred: bool) -> Iterator[Way]:
    white = partial(compression.flattened, light=compression.paper(dots, dpi))
    if blurred:
        few = cv2.resize(dots, None, fx=BLURRED_DPI / dpi, fy=BLURRED_DPI / dpi, interpolation=cv2.INTER_AREA)
        yield Way("jpeg", Why.BLURRED, [compression.as_jpeg(white(few), 75)])
    else:
        yield Way("mrc", "", compression.as_layers(dots, dpi))
    yield Way("jpeg", Why.LOST_INK, [compression.as_jpeg(white(dots), 75)])
    yield Way("jpeg", Why.LOST_INK, [compression.as_jpeg(dots, 90)])


def _is_blurred(picture: imaging.Picture) -> bool:
    """Letters that are not sharp become thick, or break, as lossless dots."""
    edge, _ = imaging.edges(picture)
    return edge is not None and edge > imaging.SOFT and picture.dpi > BLURRED_DPI


def _drawn(layers: Sequence[Layer], width: float, height: float) -> tuple[bytes, np.ndarray]:
    """A PDF of one page of `width` × `height` points, and how PDFium shows what was written, with `comparing.DPI`, RGB."""
    pdf, pictures, content = pikepdf.new(), Dictionary(), []
    for number, layer in enumerate(layers):
        left, top, wide, high = layer.place
        place = wide * width, high * height, left * width, (1 - top - high) * height
        pictures[f"/P{number}"] = _image(pdf, layer)
        content.append(b"q %.3f g %.3f 0 0 %.3f %.3f %.3f cm /P%d Do Q" % (layer.gray or 0, *place, number))
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(Dictionary(
        Type=Name.Page, MediaBox=[0, 0, round(width, 3), round(height, 3)], Resources=Dictionary(XObject=pictures),
        Contents=pdf.make_indirect(Stream(pdf, b"\n".join(content)))))))
    buffer = io.BytesIO()
    pdf.save(buffer)
    with closing(pypdfium2.PdfDocument(buffer.getvalue())) as shown:
        return buffer.getvalue(), shown[0].render(scale=comparing.DPI / 72, rev_byteorder=True).to_numpy()[..., :3].copy()


def _image(pdf: pikepdf.Pdf, layer: Layer) -> pikepdf.Object:
    image = Stream(pdf, layer.data, Type=Name.XObject, Subtype=Name.Image, Width=layer.width, Height=layer.height)
    if layer.gray is None:
        image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB if layer.coloured else Name.DeviceGray, 8
        image.Filter = Name.DCTDecode
    else:
        image.ImageMask, image.BitsPerComponent = True, 1
        image.Filter = Name.CCITTFaxDecode
        image.DecodeParms = Dictionary(K=-1, Columns=layer.width, Rows=layer.height)
    return pdf.make_indirect(image)


def _stand_in(number: int, why: Why, size_mm: Sequence[float] | None, language: str) -> tuple[bytes, PageText]:
    """A PDF of the sheet that stands for page `number`, and the words on it."""
    say, size_mm = translator(language), stand_in.paper(size_mm)
    heading, *rest = (say(sentence) % {"number": number} for sentence in (NOT_HERE, SENTENCES[why], NOT_WHOLE))
    layer, words = stand_in.sheet(heading, rest, size_mm)
    return _drawn([layer], *(side / MM * 72 for side in size_mm))[0], words


# --- all pages --------------------------------------------------------------------------------------------------------------------


class _Parts:
    """Pages that wait for the others, `KEPT` to a file in `folder`: the memory that they take does not grow with their number."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: list[Path] = []
        self.part = pikepdf.new()

    def add(self, single: pikepdf.Pdf) -> None:
        self.part.pages.extend(single.pages)
        if len(self.part.pages) == KEPT:
            self._put_down()

    def _put_down(self) -> None:
        self.files.append(self.folder / f"{len(self.files)}.pdf")
        self.part.save(self.files[-1])
        self.part = pikepdf.new()

    def joined(self) -> pikepdf.Pdf:
        """One PDF of all; it reads from the files until it is saved."""
        self._put_down()
        whole = pikepdf.new()
        for file in self.files:
            whole.pages.extend(pikepdf.open(file).pages)
        return whole


def _describe(pdf: pikepdf.Pdf, about: Mapping[str, Any]) -> None:
    """XMP (ISO 16684-1, Dublin Core) of what is known; what is not is left out."""
    said = {"dc:title": about["title"], "dc:creator": [about["issuer"]] if about["issuer"] else [], "dc:identifier": about["number"],
            "dc:subject": [str(word) for word in (about["type"], about["year"], about["subject"]) if word],
            "dc:language": {about["language"]} if about["language"] else set()}
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["xmp:CreatorTool"] = metadata["pdf:Producer"] = "Loket"
        metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = now().isoformat(timespec="seconds")
        for key, value in said.items():
            if value:
                metadata[key] = value
    if about["language"]:
        pdf.Root.Lang = pikepdf.String(about["language"])


def _add_words(pdf: pikepdf.Pdf, sheet: pikepdf.Page, words: PageText | None, font: pikepdf.Object) -> None:
    sheet.Resources.Font = Dictionary({FONT: font})
    _, _, width, height = map(float, sheet.MediaBox)
    if words and (content := text_layer.written(words, width, height, FONT)):
        sheet.contents_add(pdf.make_stream(content))


def _add_footer(pdf: pikepdf.Pdf, sheet: pikepdf.Page, line: str, address: str) -> None:
    """Below the page, which becomes as much higher."""
    if not (line or address):
        return
    left, bottom, width, top = map(float, sheet.MediaBox)
    high_mm, layer, words = footer.strip(line, address, width / 72 * 25.4)
    high = high_mm / 25.4 * 72
    sheet.MediaBox = [left, round(bottom - high, 3), width, top]
    sheet.Resources.XObject.Footer = _image(pdf, layer)
    content = b"q 1 0 0 1 0 %.3f cm q 0 g %.3f 0 0 %.3f 0 0 cm /Footer Do Q\n%s\nQ" % (
        -high, width, high, text_layer.written(words, width, high, FONT))
    sheet.contents_add(pdf.make_stream(content))
