"""What a page's picture told about it: the words for it, for the operator who still has the paper in the hand."""

import base64
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import mul
from typing import Any, ClassVar, Self

from foundation.text import t
from scanner.workshop.meanings import Explained, Meaning

# the same sheet, scanned twice, is alike by .96 and more (.92 when one is pale and blurred), other pages of its make by .70 and less:
# 16 drawn pages of decisions, 8 of plain text
SAME_SHEET = 0.9


class Severity(StrEnum):
    LOOK = "look"    # yellow: a person should look, and may well go on
    AGAIN = "again"  # red: the page is no good as it is


class Flag(StrEnum):
    BLANK = "blank"
    ALMOST_BLANK = "almost blank"
    SKEWED = "skewed"
    TURNED = "turned"
    SOFT = "soft"
    BLURRED = "blurred"
    CUT_OFF = "cut off"
    DOUBLED = "doubled"  # raised by who knows the neighbours: `alike` of the two above `SAME_SHEET`
    COARSE = "coarse"
    PALE = "pale"
    UNSEEN = "unseen"    # raised by who has a failed Examination


MEANINGS = {
    Flag.BLANK: Meaning(Severity.LOOK, t("The page is blank.")),
    Flag.ALMOST_BLANK: Meaning(Severity.LOOK, t("The page is almost blank."), t("See whether what little is on it is wanted.")),
    Flag.SKEWED: Meaning(Severity.LOOK, t("The page lies about %(degrees)d° crooked."),
                         t("If something is missing at its edges, straighten the sheet and scan it again.")),
    Flag.TURNED: Meaning(Severity.LOOK, t("The page is upside down or lies on its side."), t("Turn it on the screen.")),
    Flag.SOFT: Meaning(Severity.LOOK, t("The letters are not quite sharp."), t("Look at small print in full size.")),
    Flag.BLURRED: Meaning(Severity.AGAIN, t("The letters are blurred."),
                          t("Press the sheet flat, wipe the scanner’s glass, and scan it again.")),
    Flag.CUT_OFF: Meaning(Severity.AGAIN, t("Text goes up to %(distance)d mm from the edge: something may be cut off."),
                          t("Put the sheet in straight, choose its page size, and scan it again.")),
    Flag.DOUBLED: Meaning(Severity.LOOK, t("The page looks the same as one just before it."),
                          t("If the sheet was scanned twice, remove one of the two.")),
    Flag.COARSE: Meaning(Severity.AGAIN, t("The page has only %(dpi)d dots per inch: small print is lost."),
                         t("Choose 300 dpi and scan it again.")),
    Flag.PALE: Meaning(Severity.LOOK, t("The writing is pale."), t("Scan it again darker, or in gray instead of black and white.")),
    Flag.UNSEEN: Meaning(Severity.LOOK, t("The page could not be checked."), t("Look at it yourself.")),
}


@dataclass(frozen=True)
class Finding(Explained):
    """Something that a person should know about a page; `details` fill the places in its sentence."""

    meanings: ClassVar[Mapping[Flag, Meaning]] = MEANINGS
    code: Flag
    details: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Examination:
    """What was found on a page.

    `skew_degrees`: its lines climb to the right by so much. `turn`: so many degrees clockwise, 90, 180 or 270, make it upright; 0 when
    it is, or nobody can tell. `fingerprint` is for `alike`, empty for a page that has too little on it. `codes`: the texts of the
    QR codes on it. `failed`: it could not be looked at, and the rest says nothing.
    """

    findings: tuple[Finding, ...] = ()
    skew_degrees: float = 0.0
    turn: int = 0
    fingerprint: bytes = b""
    codes: tuple[str, ...] = ()
    failed: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"findings": [[finding.code, dict(finding.details)] for finding in self.findings], "skew_degrees": self.skew_degrees,
                "turn": self.turn, "fingerprint": base64.b64encode(self.fingerprint).decode(), "codes": self.codes,
                "failed": self.failed}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        return cls(tuple(Finding(Flag(code), details) for code, details in told["findings"]), told["skew_degrees"], told["turn"],
                   base64.b64decode(told["fingerprint"]), tuple(told["codes"]), told["failed"])


def alike(a: bytes, b: bytes) -> float:
    """How much two fingerprints are alike, as a correlation: 1 the same, around 0 nothing in common; 0 when one is empty.

    In plain Python, some milliseconds: the caller need not load anything.
    """
    if not a or not b:
        return 0.0
    one, other = zlib.decompress(a), zlib.decompress(b)
    size = len(one)
    sums = sum(one), sum(other)
    together = sum(map(mul, one, other)) - sums[0] * sums[1] / size
    spread = [sum(map(mul, dots, dots)) - total * total / size for dots, total in zip((one, other), sums, strict=True)]
    return together / math.sqrt(spread[0] * spread[1]) if all(spread) else 0.0
