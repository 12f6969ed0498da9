"""Who took what out of the program, as a line of the trail."""

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.people import Actor, Role


def exported(session: Session, what: str, by: Actor, kind: str, **details: object) -> None:
    """Note that `by` took `what` out of the program, as a file of that kind."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    record(session, by, "exported", what, kind=kind, **details)
