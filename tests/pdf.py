"""What a PDF says and looks like, to a reader that nobody here wrote (PDFium)."""

from contextlib import closing

import pypdfium2
from PIL import Image


def pictures(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Its pages as they come out of a printer of that resolution."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in mm."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [tuple(side / 72 * 25.4 for side in page.get_size()) for page in document]


def text(pdf: bytes) -> str:
    """What can be copied out of it."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
