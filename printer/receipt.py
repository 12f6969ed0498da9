"""What a receipt says, part after part, before any printer is known."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """A strip of kawung, the batik pattern: where the slip begins."""


@dataclass(frozen=True)
class Heading:
    """Whose paper this is."""

    text: str


@dataclass(frozen=True)
class Big:
    """What is read from afar, as large as the paper allows: a number, a call."""

    text: str


@dataclass(frozen=True)
class Title:
    """The name of a document: bold, wrapped at words into lines of about equal length."""

    text: str


@dataclass(frozen=True)
class Line:
    text: str
    bold: bool = False
    center: bool = False


@dataclass(frozen=True)
class Pair:
    """A label on the left and its value on the right; on lines of their own when one line is too short."""

    label: str
    value: str


@dataclass(frozen=True)
class Emphasis:
    """The one thing to remember (the due date): a small label over a tall text, in a frame."""

    label: str
    text: str


@dataclass(frozen=True)
class QrCode:
    """A QR code of `text`, at error correction level H; digits alone make the smallest and sturdiest one."""

    text: str


@dataclass(frozen=True)
class Inverse:
    """White on black over the whole width: SALINAN KE-2."""

    text: str


@dataclass(frozen=True)
class Rule:
    """A dashed line across the paper."""


@dataclass(frozen=True)
class Signature:
    """Room for a hand to sign, a line, and under it who signs."""

    name: str


Part = Band | Heading | Big | Title | Line | Pair | Emphasis | QrCode | Inverse | Rule | Signature


@dataclass(frozen=True)
class Receipt:
    parts: tuple[Part, ...]
