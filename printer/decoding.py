"""Reading the code on a picture of paper, also where the paper is pale, scratched or crumpled."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 1600  # pixels; more only takes longer
LARGEST_SIDE = 6000  # of a picture that is looked at at all


def decode(picture: IO[bytes], looks: int = 7) -> str | None:
    """The text of the QR code, Code 128 or Code 39 on a JPEG or PNG; None when none can be read, or it is no picture.

    What cannot be read at once is looked at in other ways, `looks` in all: in trials these read more than any choice of the
    code itself.
    """
    import zxingcpp
    from PIL import Image, ImageOps

    formats = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39)
    try:
        image = Image.open(picture, formats=("JPEG", "PNG"))
        if max(image.size) > LARGEST_SIDE:
            return None
        grey = ImageOps.grayscale(image)
    except (OSError, SyntaxError, Image.DecompressionBombError):
        return None
    grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    for attempt in islice(_attempts(grey), looks):
        if found := zxingcpp.read_barcodes(attempt, formats):
            return found[0].text
    return None


def _attempts(grey: "Image") -> Iterator["Image"]:
    """The picture as it is, then in six ways that each mend one kind of damage."""
    from PIL import ImageFilter, ImageOps
    from PIL.Image import Resampling

    yield grey
    even = _even_light(grey)
    yield ImageOps.autocontrast(even, cutoff=2)              # faded
    half = grey.resize((max(1, grey.width // 2), max(1, grey.height // 2)), Resampling.BOX)
    yield half.filter(ImageFilter.MedianFilter(3))           # speckled
    yield even.filter(ImageFilter.MinFilter(5))              # scratches and dead dots: white lines through the dark
    yield even.filter(ImageFilter.GaussianBlur(2.5))         # the grain of a worn print head
    yield _darker_than_around(even, 25)                      # shadows and folds
    yield even.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MedianFilter(5))


def _even_light(grey: "Image") -> "Image":
    """The picture over its own background, so that a shadow or a pale half disappears."""
    from PIL import ImageChops, ImageFilter
    from PIL.Image import Resampling

    background = grey.resize((max(1, grey.width // 8), max(1, grey.height // 8)), Resampling.BOX)
    background = background.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(3))
    return ImageChops.invert(ImageChops.subtract(background.resize(grey.size, Resampling.BILINEAR), grey))


def _darker_than_around(grey: "Image", radius: int) -> "Image":
    """Black where a pixel is darker than what is around it."""
    from PIL import ImageChops, ImageFilter

    around = grey.filter(ImageFilter.BoxBlur(radius))
    return ImageChops.subtract(around, grey, offset=-6).point(lambda darker: 0 if darker else 255)
