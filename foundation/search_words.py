"""Words as the search compares them: folded, stemmed, read as a number or a code, and corrected when mistyped; all pure."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from rapidfuzz import process
from rapidfuzz.distance import OSA
from snowballstemmer import stemmer

LONGEST_QUERY = 200  # characters; what comes after them is not looked at
MOST_WORDS = 8
LONGEST_WORD = 40

# They stand in nearly every citation and say nothing about which title is meant.
STOP_WORDS = frozenset((
    "adalah", "and", "atas", "atau", "bagi", "bahwa", "dalam", "dan", "dari", "dengan", "di", "ini", "itu", "karena", "ke",
    "kepada", "no", "nomor", "of", "oleh", "pada", "para", "sebagai", "secara", "serta", "tahun", "tentang", "tersebut", "the",
    "thn", "untuk", "yang"))

_WORD = re.compile(r"[^\W_]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_stemmer, _one_at_a_time = stemmer("indonesian"), Lock()  # the stemmer keeps its word in itself: it is not safe in threads


def words_of(text: str) -> list[str]:
    """The words of `text` in their order: lower case, without diacritics, letters and digits only."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def folded(text: str) -> str:
    """`text` in lower case and without diacritics, line by line as it was."""
    plain = text.casefold()
    return plain if plain.isascii() else _BEYOND_ASCII.sub(_plain, plain)


def _plain(letters: re.Match[str]) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letters[0]) if not unicodedata.combining(c)).casefold()


def as_written(text: str) -> list[str]:
    """The words of `text` as they stand in it."""
    return _WORD.findall(text)


@lru_cache(maxsize=30_000)
def stem(word: str) -> str:
    """The root of an Indonesian word (pemilihan, memilih -> pilih); short words and numbers are their own.

    A root of one or two letters is not taken: it would find nonsense.
    """
    if len(word) < 5 or not word.isalpha():
        return word
    with _one_at_a_time:
        root = _stemmer.stemWord(word)
    return root if len(root) >= 3 else word


def code_key(text: str) -> str:
    """How a code, ISBN, call number or whole number is found when typed in full, whatever stands between its letters.

    Keys begin with "=", which no word does, so that nobody meets one by typing a word.
    """
    return "=" + "".join(words_of(text))[:LONGEST_WORD]


def number_keys(number: str, year: int | None) -> set[str]:
    """The keys of a printed number: `134/Kpts/KPU/Tahun 2016` -> {"=134", "=134=2016"}; none without a digit."""
    digits = re.findall(r"[0-9]+", number)
    if not digits:
        return set()
    first = digits[0].lstrip("0") or "0"
    years = {y for y in digits[1:] if _YEAR.fullmatch(y)} | ({str(year)} if year else set())
    return {f"={first}"} | {f"={first}={y}" for y in years}


@dataclass(frozen=True)
class Query:
    """What somebody typed: `typed` is every word of it, `words` those to search for (none: look around).

    `number_key` is set where it reads like a number, `beside_number` then holds the words that are not part of it.
    """

    typed: tuple[str, ...]
    words: tuple[str, ...]
    code_key: str | None
    number_key: str | None
    beside_number: tuple[str, ...]


def read_query(text: str) -> Query:
    """Read what was typed. Stop words fall out unless there is nothing else; so do single letters (not single digits)."""
    return _query(words_of(text[:LONGEST_QUERY])[:2 * MOST_WORDS])


def _query(typed: Sequence[str]) -> Query:
    said = [w for w in dict.fromkeys(typed) if len(w) > 1 or w.isdigit()]
    words = tuple([w for w in said if w not in STOP_WORDS] or said)[:MOST_WORDS]
    digits = [w for w in words if w.isascii() and w.isdigit()]
    number, year = digits[0] if digits else "", next((w for w in digits[1:] if _YEAR.fullmatch(w)), "")
    if not year and _YEAR.fullmatch(number):
        number = ""  # a year alone is no number
    key = f"={number.lstrip('0') or '0'}" + (f"={year}" if year else "") if number else None
    return Query(tuple(typed), words, code_key(" ".join(typed)) if _may_be_code("".join(typed)) else None, key,
                 tuple(w for w in words if w not in (number, year)))


def _may_be_code(letters: str) -> bool:
    """A copy's code, a call number or a whole number has letters and digits; an ISBN at least ten digits."""
    digits = sum(c.isdigit() for c in letters)
    return 0 < digits < len(letters) or digits >= 10


class Vocabulary:
    """The words of the collection and how often each was indexed: which begin so, and which are nearly so."""

    def __init__(self, counted: Iterable[tuple[str, int]]):
        self.uses = dict(counted)
        self.words = sorted(self.uses)
        self.by_length: dict[int, list[str]] = {}
        for word in self.words:
            self.by_length.setdefault(len(word), []).append(word)

    def knows(self, beginning: str) -> bool:
        at = bisect_left(self.words, beginning)
        return at < len(self.words) and self.words[at].startswith(beginning)

    def nearest(self, word: str) -> str | None:
        """The word that was most likely meant: one letter wrong, missing, too much or swapped; two in words of 8 or more."""
        most = 2 if len(word) >= 8 else 1
        near = [found for length in range(len(word) - most, len(word) + most + 1) if length in self.by_length
                for found in process.extract(word, self.by_length[length], scorer=OSA.distance, score_cutoff=most, limit=None)]
        return min(near, key=lambda found: (found[1], -self.uses[found[0]]))[0] if near else None


def corrected(query: Query, vocabulary: Vocabulary) -> Query | None:
    """The query with every unknown word of four letters or more replaced by its nearest known one; None when nothing changes."""
    unknown = [w for w in query.words if len(w) >= 4 and w.isalpha() and not vocabulary.knows(w)]
    better = {w: near for w in unknown if (near := vocabulary.nearest(w))}
    return _query([better.get(w, w) for w in query.typed]) if better else None
