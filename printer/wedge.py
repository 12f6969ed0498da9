"""What a hand-held scanner types, compared with what it read: the keyboard layout, Caps Lock and what ends a code."""

from dataclasses import dataclass
from enum import StrEnum

from foundation.text import t

# Every letter, digit and mark that the usual layouts put elsewhere, and both cases
SAMPLE = "LOKET-qwaz/2357-MY"

_AZERTY = str.maketrans("qwazQWAZmM1234567890-/", "azqwAZQW,?&é\"'(-è_çà)!")
_QWERTZ = str.maketrans("yzYZ-/", "zyZYß-")


class Typing(StrEnum):
    RIGHT = "right"
    CAPS_LOCK = "caps lock"
    FRENCH = "french"
    GERMAN = "german"
    CUT_OFF = "cut off"
    EXTENDED = "extended"
    OTHER = "other"


class Ending(StrEnum):
    ENTER = "enter"
    TAB = "tab"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Verdict:
    """What the scanner does (`typing`), in a sentence, with what to do about it (empty: nothing)."""

    typing: Typing
    sentence: str
    next_step: str = ""


_RIGHT = Verdict(Typing.RIGHT, t("The scanner types every character right."))
_CAPS = Verdict(Typing.CAPS_LOCK, t("Caps Lock is on: capital and small letters are swapped."),
                t("Slips and labels are read all the same. Switch Caps Lock off, or let the scanner follow it (its manual: “Caps Lock”)."))
_FRENCH = Verdict(Typing.FRENCH, t("The scanner and this computer disagree on the keyboard: one of them is set to French (AZERTY)."),
                  t("Digits come out wrong, so slips cannot be read. Set the scanner’s keyboard layout to that of this computer."))
_GERMAN = Verdict(Typing.GERMAN, t("The scanner and this computer disagree on the keyboard: one of them is set to German (QWERTZ)."),
                  t("Slips are read, labels with Y, Z or a dash are not. Set the scanner’s keyboard layout to that of this computer."))
_CUT_OFF = Verdict(Typing.CUT_OFF, t("Characters are missing: this computer does not keep up, or the scanner leaves some out."),
                   t("Set a longer pause between characters in the scanner (its manual: “intercharacter delay”), and test again."))
_EXTENDED = Verdict(Typing.EXTENDED, t("The scanner adds characters of its own before or after the code."),
                    t("Switch its prefix and suffix off (its manual: “prefix”, “suffix”, “code ID”), but for Enter."))
_OTHER = Verdict(Typing.OTHER, t("This is not what the square says."),
                 t("See that it was this square that was scanned; then set the scanner’s keyboard layout to US English."))

ENDINGS = {
    Ending.ENTER: t("It ends each code with Enter, which is best."),
    Ending.TAB: t("It ends each code with Tab; that works."),
    Ending.NOTHING: t("It ends a code with nothing; that works, a moment slower. Enter is better (its manual: “suffix”)."),
}


def judge(typed: str) -> Verdict:
    """What the scanner did to SAMPLE, told by what arrived as `typed`."""
    known = {SAMPLE: _RIGHT, SAMPLE.swapcase(): _CAPS, SAMPLE.upper(): _CAPS, SAMPLE.translate(_AZERTY): _FRENCH,
             SAMPLE.translate(_AZERTY).swapcase(): _FRENCH, SAMPLE.translate(_QWERTZ): _GERMAN,
             SAMPLE.translate(_QWERTZ).swapcase(): _GERMAN}
    typed = typed.strip()
    if typed in known:
        return known[typed]
    if SAMPLE in typed:
        return _EXTENDED
    return _CUT_OFF if len(typed) >= 4 and _is_within(typed, SAMPLE) else _OTHER


def _is_within(part: str, whole: str) -> bool:
    """Whether the characters of `part` stand in `whole` in this order."""
    left = iter(whole)
    return all(character in left for character in part)
