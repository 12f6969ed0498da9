"""The index of public satisfaction (SKM, Permenpan RB 14/2017), in exact arithmetic (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from foundation.text import t

SCALE = (1, 2, 3, 4)  # 4 is best


class Grade(StrEnum):
    """How the service is judged: of 100, A from 88.31, B from 76.61, C from 65.00, D below."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


WORDS = {Grade.A: t("Very good"), Grade.B: t("Good"), Grade.C: t("Less good"), Grade.D: t("Not good")}
FROM = {Grade.A: Decimal("88.31"), Grade.B: Decimal("76.61"), Grade.C: Decimal("65.00"), Grade.D: Decimal("25.00")}


@dataclass(frozen=True)
class Element:
    """What was said of one element: how many times each score from 1 to 4."""

    counts: tuple[int, int, int, int]

    @property
    def answers(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> Fraction | None:
        """Of the answers that the element got ("total unsur yang terisi"), 1 to 4; None without any."""
        return Fraction(sum(score * count for score, count in zip(SCALE, self.counts, strict=True)), self.answers) if self.answers else None

    @property
    def value(self) -> Decimal | None:
        """The mean converted to 25-100, rounded."""
        return None if self.mean is None else rounded(self.mean * 25)


@dataclass(frozen=True)
class Index:
    """`respondents` answered every element; who left some out is counted in `partial` and, in the means, where an answer was given."""

    elements: tuple[Element, ...]
    respondents: int
    partial: int

    @property
    def value(self) -> Decimal | None:
        """Each mean weighs the same (1/9, exactly); their sum is converted to 25-100 and rounded once, at the end. None while an element
        has no answer."""
        means = [element.mean for element in self.elements]
        if not means or None in means:
            return None
        return rounded(sum(mean * Fraction(1, len(means)) for mean in means) * 25)  # type: ignore[operator]

    @property
    def grade(self) -> Grade | None:
        return None if self.value is None else grade(self.value)


def index(answers: Iterable[Sequence[int | None]], elements: int) -> Index:
    """The index of these answers, each with a score or None for every one of the `elements`."""
    counts = [[0, 0, 0, 0] for _ in range(elements)]
    respondents = partial = 0
    for scores in answers:
        given = [(place, score) for place, score in enumerate(scores) if score is not None]
        respondents += len(given) == elements
        partial += 0 < len(given) < elements
        for place, score in given:
            counts[place][score - 1] += 1
    return Index(tuple(Element(tuple(each)) for each in counts), respondents, partial)  # type: ignore[arg-type]


def rounded(value: Fraction) -> Decimal:
    """To two decimals, half up."""
    return Decimal((value * 200 + 1) // 2).scaleb(-2)


def grade(value: Decimal) -> Grade:
    """Of an index or of an element's value, after rounding."""
    return next((grade for grade, least in FROM.items() if value >= least), Grade.D)
