"""What a person filled into a form, read field by field, with a sentence for each field that cannot be used."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from foundation.errors import Refused
from foundation.text import clean, t

Kind = TypeVar("Kind", bound=StrEnum)


class Form:
    """Each reading answers what can be used, or something empty and notes in `wrong` what is the matter with the field."""

    def __init__(self, given: Mapping[str, str]):
        self.given = given
        self.wrong: dict[str, str] = {}

    def text(self, field: str, longest: int, shortest: int = 0, sentence: str = "") -> str:
        """One line of at most `longest` characters; `sentence` is for one shorter than `shortest`."""
        given = self.given.get(field) or ""
        cleaned = clean(given, longest + 1)
        if len(cleaned) > longest or len(given) > longest * 8:
            self.wrong[field] = t("This is too long; please shorten it.")
        elif len(cleaned) < shortest:
            self.wrong[field] = sentence
        return cleaned[:longest]

    def name(self, field: str = "name") -> str:
        """The name of whoever fills the form in: 2 to 100 characters, letters among them."""
        return self._name(field, t("Please write your name."), t("Please write your name with letters."))

    def name_of_another(self, field: str = "name") -> str:
        """The same, of somebody else."""
        return self._name(field, t("Write the person’s name."), t("Write the person’s name."))

    def _name(self, field: str, missing: str, unfit: str) -> str:
        name = self.text(field, 100, 2, missing)
        if field not in self.wrong and not any(c.isalpha() for c in name):
            self.wrong[field] = unfit
        return name

    def number(self, field: str, least: int, most: int, sentence: str) -> int | None:
        """A whole number in these bounds; None where nothing is written."""
        given = clean(self.given.get(field), 12)
        if not given:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", given) or not least <= int(given) <= most:
            self.wrong[field] = sentence
            return None
        return int(given)

    def choice(self, field: str, kind: type[Kind]) -> Kind | None:
        try:
            return kind(self.given.get(field) or "")
        except ValueError:
            self.wrong[field] = t("Choose one.")
            return None

    def day(self, field: str) -> date | None:
        """A day as a date field sends it; None where none is chosen."""
        given = clean(self.given.get(field), 20)
        try:
            return date.fromisoformat(given) if given else None
        except ValueError:
            self.wrong[field] = t("Write the date as year, month and day: 2026-03-10.")
            return None

    def check(self, sentence: str, next_step: str) -> None:
        """Raises Refused with everything that is wrong."""
        if self.wrong:
            raise Refused(sentence, next_step, fields=self.wrong)
