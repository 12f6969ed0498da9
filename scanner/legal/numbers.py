"""How the numbers of legal products are printed: the forms as data, and what a reader of pictures takes for something else in them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

# letters that a digit is taken for, and the other way round: only ever applied where the form wants the one or the other
_DIGITS = str.maketrans("OoQDIl|!iZzSsBGgq", "00001111122558699")
_LETTERS = str.maketrans("01|58", "OIISB")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

# what the segments between serial and year may say: offices put them in whatever order (KPU's own, of 2013 to 2022, and SOPs)
CODES = ("HK", "PP", "PL", "TIK", "KU", "SDM", "PR", "RT", "HM", "ORT", "PK", "PY", "PW", "PAW", "TU", "KP", "LG", "OT", "UM", "DL")
KINDS = ("Kpt", "Kpts", "BA", "SOP", "SE", "SD", "ST", "SU", "NK", "PKS", "MoU", "Und", "PU", "SR")
UNITS = ("KPU", "SJ", "Prov", "Kab", "Kot", "Kota", "Sek", "Ses", "Set", "Sekjen", "Sesprov", "PPK", "Kpts", "Kpt")
# in capitals and in small letters
_LOOK_ALIKE = [set(pair) for pair in ("ao", "ec", "hn", "fp", "kx", "uv", "rk", "gc", "mn", "bh", "tf", "ti", "il", "oc", "rn", "od")]
_UNITS = {word.casefold() for word in UNITS}

_SERIAL = r"[\dOoQDIl|!iZzSsBGgq]{1,5}"
_YEAR = r"[12Il|!iZz][\dOoQDIl|!iZzSsBGgq]{3}"
_WITH_YEAR_WORD = re.compile(rf"({_SERIAL}(?: {_SERIAL})?) (\w{{3,6}}) ?({_YEAR})")
_SLASHED = re.compile(rf"({_SERIAL})/(.+?)/(?:(\w{{4,6}}) ?)?({_YEAR})")
_CODE = re.compile(r"(\w{2,3}?)[.,]?([\dOoQDIl|SB]{2})(?:[.,]([\dOoQDIl|SB]{1,2}))?(?:-?([A-Za-z][A-Za-z018]{1,4}))?")
_REGION = re.compile(r"(?=.*\d)[\dOoQDIl|!ZzSsBGgq]{1,6}(?:[.,][\dOoQDIl|!ZzSsBGgq]{1,6})*")


class Number(NamedTuple):
    """`printed`: as it stands on the paper, what was misread put right. `doubt`: how many of its places are not of a known form."""

    printed: str
    serial: str
    year: int
    doubt: int = 0


def digits(text: str) -> str:
    """Its digits, with the letters that look like them as digits."""
    return re.sub(r"\D", "", text.translate(_DIGITS))


def parse(text: str, month: int | None = None) -> Number | None:
    """The number that `text` (what follows “NOMOR”) says, None where it is in no known form.

    `month` (1 to 12) is that of the date, for a Roman month that cannot be read. Nothing is derived from the segments in the middle:
    they are region, unit or month, differently in each office.
    """
    plain = re.sub(r"(?<=.)\s*[/\\|]\s*", "/", " ".join(text.split()).strip(" .,:;_-–—=*'\"“”‘’"))
    plain = re.sub(r"-\s+", "-", plain)
    if match := _WITH_YEAR_WORD.fullmatch(plain):
        serial, word, year = match.groups()
        return _number(digits(serial), f" {_year_word(word)} ", year) if _year_word(word) else None
    match = _SLASHED.fullmatch(plain) or _SLASHED.fullmatch(plain.replace(" ", ""))
    if not match:
        return None
    serial, middle, word, year = match.groups()
    if word and not _year_word(word):
        middle, word = f"{middle}/{word}", None
    read = [_segment(segment.replace(" ", ""), month) for segment in middle.split("/")]
    between = "/" + "/".join(segment for segment, _ in read) + "/" + (f"{_year_word(word)} " if word else "")
    return _number(digits(serial), between, year, sum(not known for _, known in read))


def _number(serial: str, between: str, year: str, doubt: int = 0) -> Number | None:
    year = digits(year)
    if not serial or not 1945 <= int(year) <= 2199:
        return None
    return Number(f"{serial}{between}{year}", str(int(serial)), int(year), doubt)


def _year_word(word: str) -> str:
    """“TAHUN” or “Tahun” as it was meant, empty for another word."""
    return "" if fuzz.ratio(word.upper(), "TAHUN") < 75 else "TAHUN" if sum(map(str.isupper, word)) > 2 else "Tahun"


def _segment(read: str, month: int | None) -> tuple[str, bool]:
    """A segment between serial and year put right, and whether it is of a known kind."""
    if good := _roman(read, month) or _code(read) or _unit(read):
        return good, True
    if _REGION.fullmatch(read):
        return read.translate(_DIGITS).replace(",", "."), True
    for left, right in _halves(read):  # a slash that was taken for a letter
        before = _code(left) or _unit(left) or (left if len(left) == 4 and left.isdecimal() else "")
        after = _roman(right, None) or _unit(right) or (digits(right) if right[:1].isdecimal() else "")
        if before and after:
            return f"{before}/{after}", True
    return read, False


def _halves(read: str) -> Iterator[tuple[str, str]]:
    return ((read[:at], read[at + 1:]) for at in range(2, len(read) - 1) if read[at] in "Il1jJf!")


def _roman(read: str, month: int | None) -> str:
    """A month; what cannot be one is rewritten from the date. Digits alone may be a region or a unit, and stay unless the date says."""
    plain = read.translate(str.maketrans("1l|!iTYx", "IIIIIIVX"))
    meant = ROMAN[month - 1] if month else ""
    if read.isdecimal():
        return meant if plain == meant and int(read) != month and len(read) > 1 else ""
    if plain in ROMAN:
        return plain
    near = meant and len(read) <= 4 and len(plain) == len(meant) and Levenshtein.distance(plain, meant) == 1 and set(plain) & set("IVX")
    return meant if near and len(meant) > 1 else ""


def _code(read: str) -> str:
    """A classification and the kind of paper after it: HK.03.1-Kpt."""
    if not (match := _CODE.fullmatch(read)):
        return ""
    letters, first, second, kind = match.groups()
    letters = letters.translate(_LETTERS)
    if letters not in CODES:
        letters = _known(letters, CODES)
    if not letters or (kind and not (kind := _known(kind, KINDS))):
        return ""
    return f"{letters}.{digits(first)}" + (f".{digits(second)}" if second else "") + (f"-{kind}" if kind else "")


def _unit(read: str) -> str:
    """Who made it, and where: KPU-Prov-014, Sek-Kab, Kpts."""
    parts = [word for part in read.split("-") for word in _apart(part)]
    good = [_known(part, UNITS) or (at and _REGION.fullmatch(part) and part.translate(_DIGITS).replace(",", ".")) or ""
            for at, part in enumerate(parts)]
    return "-".join(good) if all(good) else ""


def _apart(part: str) -> tuple[str, ...]:
    """The two words, or the word and the region, that it is when a hyphen between them was not seen."""
    if part.casefold() in _UNITS:
        return (part,)
    if match := re.fullmatch(r"([A-Za-z]{3,})(\d[\d.]*)", part):
        return match[1], match[2]
    pairs = ((part[:at], part[at:]) for at in range(2, len(part) - 1))
    return next((pair for pair in pairs if {word.casefold() for word in pair} <= _UNITS), (part,))


def _known(read: str, words: tuple[str, ...]) -> str:
    """`read` itself when it is one of the words, in whatever case; the one word that it is with a single letter misread; else empty.

    Of several such words, the one whose letter looks like the one that was read; of two letters, only such a one.
    """
    folded = read.casefold()
    if any(folded == word.casefold() for word in words):
        return read
    near = {word.casefold(): word for word in words if len(read) > 1 and Levenshtein.distance(folded, word.casefold()) == 1}
    looks = [word for plain, word in near.items() if len(word) == len(read)
             and any({a, b} in _LOOK_ALIKE for a, b in zip(folded, plain, strict=True) if a != b)]
    lost = [word for word in near.values() if len(word) == len(read) + 1 and len(word) > 2]
    other = [word for word in near.values() if len(word) == len(read) > 2]
    return next((found[0] for found in (looks, lost, other) if len(set(map(str.casefold, found))) == 1), "")
