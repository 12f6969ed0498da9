"""What a reader of pictures makes of letters: some for others that look like them, some lost, and it is less sure of those words."""

import random
from dataclasses import replace

from scanner.workshop.texts import Line, PageText, Word

# for each sign what it is taken for; mostly what looks like it, and now and then another digit
LOOKS = {
    "0": "OOOOooQD8", "1": "llllIIII|7", "2": "ZZZz", "3": "3333338", "5": "SSSSSSs6", "6": "GGGG8", "8": "BBBBBB3", "9": "gggq", "4": "4",
    "7": "7", "O": "00Q", "I": "l1|", "S": "5",
    "B": "8", "l": "1I|i", "o": "0c", "e": "c", "c": "e", "n": "ri", "m": "rn", "u": "ii", "a": "o", "h": "b", "t": "f", "i": "l", "r": "n",
    "g": "q", "b": "h", "d": "cl", "E": "F", "F": "P", "T": "I", "N": "M", "M": "N", "U": "V", "P": "F", "G": "C", "R": "K", "K": "X",
    "A": "4", "D": "O", "H": "N", ".": ",", ",": ".", ":": ".", ";": ":", "/": "I", "-": "",
}


def noisy(page: PageText, rate: float, seed: int) -> PageText:
    """`page` with so many of its signs misread (0.01: one of a hundred)."""
    chance = random.Random(seed)
    return replace(page, lines=tuple(Line(tuple(_misread(word, rate, chance) for word in line.words)) for line in page.lines))


def bare(page: PageText) -> PageText:
    """`page` as a reader leaves it that drops what has neither letters nor digits: colons, dashes, and dots that stand alone."""
    lines = (Line(tuple(word for word in line.words if any(map(str.isalnum, word.text)))) for line in page.lines)
    return replace(page, lines=tuple(line for line in lines if line.words))


def _misread(word: Word, rate: float, chance: random.Random) -> Word:
    signs = [_sign(sign, chance) if chance.random() < rate else sign for sign in word.text]
    text = "".join(signs) or word.text
    sure = chance.uniform(88, 97) if text == word.text else chance.uniform(45, 90)
    return Word(text, word.box, sure)


def _sign(sign: str, chance: random.Random) -> str:
    alike = LOOKS.get(sign, "")
    if not alike:
        return "" if chance.random() < 0.3 else sign
    if sign in "nmud" and len(alike) > 1:
        return alike
    return chance.choice(alike)
