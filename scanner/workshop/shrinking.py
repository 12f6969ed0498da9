"""Makes a small picture, with nothing in it but what is seen, of one that somebody brings; for processes of their own."""

import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from foundation.errors import Refused
from foundation.text import t

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_DOTS = 80_000_000  # a telephone's camera makes 50
QUALITY = 85

NO_PICTURE = t("This is no JPEG, PNG or WebP picture.")
DAMAGED = t("The picture is cut off or damaged.")
HUGE = t("The picture has too many dots.")
ANOTHER = t("Choose another picture.")
SMALLER = t("Make it smaller, or take another one.")


def shrink(order: dict[str, Any]) -> dict[str, Any]:
    """Draw the picture at `path` anew as a JPEG at `out`, upright, its longer side at most `long_side` dots, without what cameras write
    into it. Raises Refused for one that cannot be used."""
    Image.MAX_IMAGE_PIXELS = MOST_DOTS
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    side = order["long_side"]
    try:
        with Image.open(Path(order["path"]), formats=FORMATS) as given:
            given.draft("RGB", (side, side))  # of a JPEG, no more is decoded than is needed
            image = ImageOps.exif_transpose(given).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused(HUGE, SMALLER) from None
    except UnidentifiedImageError:
        raise Refused(NO_PICTURE, ANOTHER) from None
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise Refused(DAMAGED, ANOTHER) from problem
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    paper.thumbnail((side, side))
    paper.save(order["out"], "JPEG", quality=QUALITY)
    return {}
