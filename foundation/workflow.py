"""State machines as a table: which step leads from which states to which state, and who may take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from foundation.errors import Refused
from foundation.text import t

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, init=False)
class Step(Generic[S]):
    """One line of the table."""

    name: str
    from_: frozenset[S]
    to: S
    by: frozenset[str]

    def __init__(self, name: str, from_: S | Iterable[S], to: S, by: str | Iterable[str]):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "from_", frozenset({from_} if isinstance(from_, StrEnum) else from_))
        object.__setattr__(self, "to", to)
        object.__setattr__(self, "by", frozenset({by} if isinstance(by, str) else by))


class Workflow(Generic[S]):
    def __init__(self, *steps: Step[S]):
        self.steps = {step.name: step for step in steps}

    def take(self, name: str, state: S, roles: Iterable[str]) -> S:
        """The state after somebody with `roles` takes step `name` in `state`.

        Raises Refused where the table has no such step from there, or it is not theirs to take.
        """
        step = self.steps[name]
        if not step.by & set(roles):
            raise Refused(t("This is not yours to do."), t("Ask somebody who may."), status=403)
        if state not in step.from_:
            raise Refused(t("This cannot be done any more: its state is now “%(state)s”."),
                          t("Look at the page again: somebody was faster."), state=state)
        return step.to

    def possible(self, state: S, roles: Iterable[str]) -> list[str]:
        """The steps that `roles` may take in `state`: the buttons to show."""
        held = set(roles)
        return [step.name for step in self.steps.values() if state in step.from_ and step.by & held]
