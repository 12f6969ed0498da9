"""The digits that stand for a slip or a member's card in a QR code, and for a slip typed by hand: made, read and verified."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import StrEnum

from foundation.errors import Refused
from foundation.text import t

SEQUENCE_DIGITS, MAC_DIGITS, CHECK_DIGITS = 10, 22, 4
LENGTH = 2 + SEQUENCE_DIGITS + MAC_DIGITS


class Of(StrEnum):
    """What a code stands for: its first digit."""

    SLIP = "1"
    CARD = "2"


class Wrong(StrEnum):
    FOREIGN = "foreign"    # not a code of this kind at all: another library's, a product's, one read in part
    FORGED = "forged"      # it has the right form, and no key of ours made it
    MISTYPED = "mistyped"  # a slip number whose check digits do not fit: a finger beside the key, not a forger


_SENTENCES = {
    Wrong.FOREIGN: (t("This is not the code of a loan slip."), t("Scan the square code on the slip, or type the slip’s number.")),
    Wrong.FORGED: (t("This slip’s code was not made by this library."), t("Show the slip to the officer.")),
    Wrong.MISTYPED: (t("There is no slip with this number."), t("Compare it with the slip and type it once more, or ask the officer.")),
}
_OF_CARDS = {
    Wrong.FOREIGN: (t("This is not the code of a member card."), t("Scan the square code on the card.")),
    Wrong.FORGED: (t("This card’s code was not made by this library."), t("Show the card to the officer.")),
}


class WrongCode(Refused):
    """A code that opens nothing; `kind` says why."""

    def __init__(self, kind: Wrong, of: Of = Of.SLIP):
        super().__init__(*(_OF_CARDS if of is Of.CARD else _SENTENCES)[kind], status=422)
        self.kind = kind


def make(keys: Mapping[int, bytes], number: int, of: Of = Of.SLIP) -> str:
    """The 34 digits of slip (or card) `number` (0 to 9,999,999,999), made with the newest of `keys` (by key id, 0 to 9).

    What it is of, key id, ten digits of `number`, and HMAC-SHA256 over these twelve modulo 10^22: 73 bits. Digits alone
    survive every keyboard layout a scanner may type through but the French, and Caps Lock.
    """
    key = max(keys)
    body = f"{of}{key}{number:0{SEQUENCE_DIGITS}d}"
    return body + _mac(keys[key], body, MAC_DIGITS)


def read(keys: Mapping[int, bytes], text: str, of: Of = Of.SLIP) -> int:
    """The number of the slip (or card) that the scanned `text` stands for; white space in it is nothing. Raises WrongCode."""
    code = "".join(text[:200].split())
    if not _has_form(code) or code[0] != of:
        raise WrongCode(Wrong.FOREIGN, of)
    body, mac = code[:-MAC_DIGITS], code[-MAC_DIGITS:]
    key = keys.get(int(code[1]))
    if key is None or not hmac.compare_digest(mac, _mac(key, body, MAC_DIGITS)):
        raise WrongCode(Wrong.FORGED, of)
    return int(body[2:])


def is_card(text: str) -> bool:
    """Whether the scanned `text` looks like a card's code; whether it is one, `read` says."""
    code = "".join(text[:200].split())
    return _has_form(code) and code[0] == Of.CARD


def _has_form(code: str) -> bool:
    return len(code) == LENGTH and code.isascii() and code.isdigit()


def slip_number(keys: Mapping[int, bytes], year: int, number: int) -> str:
    """The number a person reads and types: 2026-00042-7391, year, running number and check digits."""
    return f"{year:04d}-{number:05d}-{check_digits(keys, year, number)}"


def check_digits(keys: Mapping[int, bytes], year: int, number: int) -> str:
    """Four digits that a slip number typed by hand must end with, by the newest of `keys`.

    They catch slips of the finger and make guessing slow, if guesses are counted; they do not replace the QR code.
    """
    return _mac(keys[max(keys)], f"{year}-{number}", CHECK_DIGITS)


def read_slip_number(keys: Mapping[int, bytes], text: str) -> tuple[int, int]:
    """Year and running number of a slip number as typed: with dashes, spaces or nothing between, leading zeros or none.

    Raises WrongCode: foreign when it is not such a number, mistyped when its check digits are those of no key.
    """
    groups = re.split(r"[\s\-‐‑–—.]+", text[:60].strip())
    if not all(group.isascii() and group.isdigit() for group in groups):
        raise WrongCode(Wrong.FOREIGN)
    if len(groups) == 3:
        year, number, check = groups[0], groups[1], groups[2].zfill(CHECK_DIGITS)
    else:
        digits = "".join(groups)
        year, number, check = digits[:4], digits[4:-CHECK_DIGITS], digits[-CHECK_DIGITS:]
    if len(year) != 4 or len(check) != CHECK_DIGITS or not 1 <= len(number) <= SEQUENCE_DIGITS:
        raise WrongCode(Wrong.FOREIGN)
    body = f"{int(year)}-{int(number)}"
    matches = [hmac.compare_digest(check, _mac(key, body, CHECK_DIGITS)) for key in keys.values()]
    if not any(matches):
        raise WrongCode(Wrong.MISTYPED)
    return int(year), int(number)


def _mac(key: bytes, body: str, digits: int) -> str:
    number = int.from_bytes(hmac.digest(key, body.encode(), hashlib.sha256), "big") % 10**digits
    return f"{number:0{digits}d}"
