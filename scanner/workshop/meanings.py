"""What a code means to a person: how bad it is, a sentence, and what to do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple


class Meaning(NamedTuple):
    """Marked sentences, with places for details; `next_step` is empty where nothing needs to be done."""

    severity: Any  # a StrEnum of its own for each kind of code
    sentence: str
    next_step: str = ""


class Explained:
    """Something with a `code` that `meanings` explain."""

    meanings: ClassVar[Mapping[Any, Meaning]]
    code: StrEnum

    @property
    def severity(self) -> Any:
        return self.meanings[self.code].severity

    @property
    def sentence(self) -> str:
        return self.meanings[self.code].sentence

    @property
    def next_step(self) -> str:
        return self.meanings[self.code].next_step
