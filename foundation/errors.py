"""The one exception a person is meant to see."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """Why something cannot be done and what to do next: two sentences, each marked with t()."""

    sentence: str
    next_step: str
    details: dict[str, object] = field(default_factory=dict)


class Refused(Exception):
    """The domain said no, for a reason a person can act on.

    `message` is an untranslated sentence with %(name)s places, filled from `details`; whoever shows it translates it.
    `next_step` says what the person can do now. `fields` names the form fields it is about, each with its own sentence;
    `reasons` lists every blocking reason where there are several.
    """

    def __init__(self, message: str, next_step: str = "", *, fields: dict[str, str] | None = None,
                 reasons: tuple[Reason, ...] = (), status: int = 409, **details: object):
        super().__init__(message % details if details else message)
        self.message = message
        self.next_step = next_step
        self.fields = fields or {}
        self.reasons = reasons
        self.status = 422 if fields else status
        self.details = details
