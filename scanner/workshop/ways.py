"""Why a page is in its document in another way than the smallest one, or is not in it at all: in words for who looks at it."""

from enum import StrEnum
from typing import Any

from foundation.text import t

MISSING = "missing"  # the method of a page that could not be put in: a sheet that says so stands in its place


class Why(StrEnum):
    BLURRED = "blurred"
    LOST_INK = "lost ink"
    DAMAGED = "damaged"
    STRIP = "strip"
    HUGE = "huge"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    BROKE = "broke"


SENTENCES = {
    Why.BLURRED: t("Page %(number)d is not quite sharp: it is in the PDF as one picture, which takes more room."),
    Why.LOST_INK: t("Page %(number)d is in the PDF as one picture, which takes more room: in less, ink would have been lost."),
    Why.DAMAGED: t("Page %(number)d cannot be read: its file is cut off or damaged."),
    Why.STRIP: t("Page %(number)d is a strip and not a sheet."),
    Why.HUGE: t("Page %(number)d has more dots than can be worked on: scan it with fewer dots to the inch."),
    Why.TOO_LONG: t("Page %(number)d took too long and was given up."),
    Why.NO_MEMORY: t("Page %(number)d needs more memory than there is for it."),
    Why.BROKE: t("The program that works on pages broke down over page %(number)d."),
}


def missing(why: Why) -> dict[str, Any]:
    """What is told of a page that could not be put in, in the words of `assembly.put_in`."""
    return {"method": MISSING, "why": why, "bytes": 0, "lost_mm2": 0.0}
