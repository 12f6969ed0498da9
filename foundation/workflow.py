"""State machines as a table: which step leads from which states to which state, who may take it, and who must be somebody else."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from foundation.errors import Refused
from foundation.text import t

S = TypeVar("S", bound=StrEnum)


def _set(one_or_more):
    return frozenset({one_or_more} if isinstance(one_or_more, str) else one_or_more)


@dataclass(frozen=True, init=False)
class Step(Generic[S]):
    """One line of the table. It leads `to` a state, or to one of `or_to` where that is chosen; nobody may take it who took one of the
    steps `unlike` (four eyes). Several lines may have one name: a step that others take from other states."""

    name: str
    from_: frozenset[S]
    to: S
    by: frozenset[str]
    unlike: frozenset[str]
    or_to: frozenset[S]

    def __init__(self, name: str, from_: S | Iterable[S], to: S, by: str | Iterable[str], unlike: str | Iterable[str] = (),
                 or_to: S | Iterable[S] = ()):
        for field, value in {"name": name, "from_": _set(from_), "to": to, "by": _set(by), "unlike": _set(unlike),
                             "or_to": _set(or_to)}.items():
            object.__setattr__(self, field, value)

    def leads(self, to: S | None) -> bool:
        return to is None or to == self.to or to in self.or_to


class Workflow(Generic[S]):
    def __init__(self, *steps: Step[S]):
        self.steps = steps

    def take(self, name: str, state: S, roles: Iterable[str], *, to: S | None = None, who: Collection[object] = (),
             took: Mapping[str, Collection[object]] | None = None) -> S:
        """The state after somebody with `roles` takes step `name` in `state`, the one of `to` where a step leads to several.

        `who` is by what the person is known, `took` by step the same of those who took it: None where nobody must be somebody else.
        Raises Refused where the table has no such step from there, it is not theirs to take, or they are not somebody else.
        """
        lines = [step for step in self.steps if step.name == name]
        if not lines:
            raise KeyError(name)
        theirs = [step for step in lines if step.by & set(roles)]
        if not theirs:
            raise Refused(t("This is not yours to do."), t("Ask somebody who may."), status=403)
        step = next((step for step in theirs if state in step.from_ and step.leads(to)), None)
        if step is None:
            raise Refused(t("This cannot be done any more: its state is now “%(state)s”."),
                          t("Look at the page again: somebody was faster."), state=state)
        if took and self.is_same(step, who, took):
            raise Refused(t("Four eyes are asked for: this must be done by somebody else than who did the work before it."),
                          t("Ask a colleague to do it."), status=403)
        return step.to if to is None else to

    @staticmethod
    def is_same(step: Step[S], who: Collection[object], took: Mapping[str, Collection[object]]) -> bool:
        """Whether the person took a step that `step` must be taken unlike."""
        return any(set(who) & set(took.get(name, ())) for name in step.unlike)

    def open(self, state: S, roles: Iterable[str]) -> list[Step[S]]:
        """The lines that `roles` may take in `state`."""
        held = set(roles)
        return [step for step in self.steps if state in step.from_ and step.by & held]

    def possible(self, state: S, roles: Iterable[str]) -> list[str]:
        """The steps that `roles` may take in `state`: the buttons to show."""
        return list(dict.fromkeys(step.name for step in self.open(state, roles)))
