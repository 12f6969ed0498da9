"""The port to publishers, which put a product's file where the public reads it: what one is handed, what it answers, how it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Order:
    """The file to be published: `path` in our store, of content `sha256`, to be called `file_name`.

    `fields` are the product's particulars as delivery.FIELDS names them, each as text, empty where it is not known.
    """

    product: int
    sha256: str
    path: Path
    file_name: str
    fields: Mapping[str, str]

    @property
    def number(self) -> str:
        return self.fields["number"]

    @property
    def title(self) -> str:
        return self.fields["title"]


@dataclass(frozen=True)
class Placed:
    """Where the public finds it; an empty `file_url`: the page links to the file."""

    page_url: str
    file_url: str = ""


class Publisher(Protocol):
    """What it is told twice it does once: a process may die between the deed and the note of it.

    It never says that something is published. It is proven for every publisher in one way (proving.py).
    """

    def put(self, order: Order) -> Placed | None:
        """Put the file there; nobody ever sees half of it. None: a person does it by hand. Raises Unpublished."""

    def remove(self, order: Order) -> bool:
        """Take it away; False: a person does it by hand. Raises Unpublished."""

    def refresh(self) -> None:
        """Bring everything it shows up to today. Raises Unpublished."""


class Unpublished(Exception):
    """Why it could not be put there, taken away or proven, and what a person can do; both are marked with t(), `details` fill them.

    `lasting`: it will not pass by itself. `said` is what the other side said, for the log; never a password or a token.
    """

    def __init__(self, sentence: str, next_step: str, *, lasting: bool = False, said: str = "", **details: object):
        self.sentence, self.next_step, self.lasting, self.said, self.details = sentence, next_step, lasting, said, details
        super().__init__(sentence % details if details else sentence)


class Unreachable(Unpublished):
    """Nobody answered, or only that it cannot just now: what is there nobody knows."""
