"""Who works here: people hired, changed and let go, and their passwords; every function is one use case."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.errors import Refused
from foundation.people import Actor, Person, Role, add_person
from foundation.text import clean, t


def everybody(session: Session) -> list[Person]:
    """Everybody who ever worked here, those who still do first."""
    return list(session.scalars(sa.select(Person).order_by(Person.active.desc(), Person.name, Person.id)))


def hire(session: Session, username: str, name: str, roles: list[str], password_hash: str, by: Actor) -> Person:
    """Give somebody a way in. Raises Refused as people.add_person does."""
    by.must_be(Role.ADMIN)
    person = add_person(session, username, name, roles, password_hash)
    record(session, by, "person added", person, roles=person.roles)
    return person


def change_person(session: Session, person_id: int, name: str, roles: list[str], active: bool, by: Actor) -> Person:
    """Change a name, the roles, or whether somebody may work here; the caller ends the sessions of who may not.

    Raises Refused for a missing name or role, and where no administrator would be left.
    """
    by.must_be(Role.ADMIN)
    person = session.get_one(Person, person_id)
    name = clean(name, 100)
    wrong = {} if name else {"name": t("Write the person’s name.")}
    if not roles or set(roles) - set(Role):
        wrong["roles"] = t("Choose at least one role.")
    if wrong:
        raise Refused(t("The person cannot be saved like this."), t("Correct the marked fields."), fields=wrong)
    if _is_last_administrator(session, person) and not (active and Role.ADMIN in roles):
        raise Refused(t("This is the last administrator: nobody could manage the office any more."),
                      t("Make somebody else an administrator first."), fields={"roles": t("The last administrator stays one.")})
    person.name, person.roles, person.active = name, sorted(roles), active
    record(session, by, "person changed", person, roles=person.roles, active=active)
    return person


def set_password(session: Session, person_id: int, password_hash: str, by: Actor) -> Person:
    """A new password, by the person or by an administrator; the caller ends the sessions of before."""
    if by.person_id != person_id:
        by.must_be(Role.ADMIN)
    person = session.get_one(Person, person_id)
    person.password_hash = password_hash
    record(session, by, "password changed", person)
    return person


def _is_last_administrator(session: Session, person: Person) -> bool:
    def leads(somebody: Person) -> bool:
        return somebody.active and Role.ADMIN in somebody.roles
    rows = session.scalars(sa.select(Person).where(Person.active).with_for_update())  # two of them may not let each other go
    return leads(person) and not any(leads(other) for other in rows if other.id != person.id)
