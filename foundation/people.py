"""People who work here: what they may do, and the password that proves who they are."""

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import Model
from foundation.errors import Refused
from foundation.text import clean, t

SHORTEST_PASSWORD = 12
TOO_SHORT = t("Use at least 12 characters: three or four words work well.")


class Role(StrEnum):
    ADMIN = "admin"
    OFFICER = "officer"                            # pengelola pelayanan hukum
    PROPOSER = "proposing unit"                    # sub bagian pengusul
    HEAD_OF_DIVISION = "head of division"          # kepala bagian HTH
    HEAD_OF_SUBDIVISION = "head of subdivision"    # kasubbag hukum
    LEGAL_STAFF = "legal staff"                    # staf subbag hukum


VISITOR = "visitor"   # a visitor at a registered kiosk
SYSTEM = "system"     # the program itself: closing time, expiry, self-service


@dataclass(frozen=True)
class Actor:
    """Who does something: a person signed in, a visitor at a station, or the program itself."""

    name: str
    roles: frozenset[str]
    person_id: int | None = None
    station_id: int | None = None

    def must_be(self, *roles: str) -> None:
        """Raises Refused unless the actor holds one of `roles`."""
        if not self.roles & set(roles):
            raise Refused(t("This is not yours to do."), t("Ask somebody who may."), status=403)


PROGRAM = Actor("Loket", frozenset({SYSTEM}))


class Person(Model):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    password_hash: Mapped[str]
    roles: Mapped[list]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    def actor(self) -> Actor:
        return Actor(self.name, frozenset(self.roles), person_id=self.id)


_hasher = PasswordHasher()
_two_at_once = threading.Semaphore(2)  # each hash takes 64 MiB; a burst of sign-ins must not take all memory
_nobody: list[str] = []


def _is_long_enough(password: str) -> bool:
    return SHORTEST_PASSWORD <= len(password) <= 200


def hash_password(password: str) -> str:
    """The argon2 hash of `password`. Raises Refused when it is shorter than 12 characters or longer than 200."""
    if not _is_long_enough(password):
        raise Refused(t("The password is too short."), TOO_SHORT, fields={"password": TOO_SHORT})
    with _two_at_once:
        return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        with _two_at_once:
            return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def find_by_username(session: Session, username: str) -> Person | None:
    return session.scalar(sa.select(Person).where(Person.username == clean(username, 60).casefold()))


_WITH_ID = sa.select(Person).where(Person.id == sa.bindparam("person"), Person.active)


def find_active(session: Session, person_id: int) -> Person | None:
    """The person who may work here; None for one who may no longer."""
    return session.scalar(_WITH_ID, {"person": person_id})


def sign_in_hash(person: Person | None) -> str:
    """The hash to test a password against; for an unknown name one that costs the same, so that names cannot be guessed."""
    if person and person.active:
        return person.password_hash
    if not _nobody:
        _nobody.append(_hasher.hash("nobody has this password"))
    return _nobody[0]


def check_new(session: Session, username: str, name: str, roles: list[str], password: str | None = None) -> None:
    """Raises Refused, with every field that is wrong: an empty or taken user name, no name, an unknown role or none at all, and
    a `password` (where one is given) that `hash_password` would refuse."""
    username, wrong = clean(username, 60).casefold(), {}
    if not username or " " in username:
        wrong["username"] = t("One word, such as “sari”.")
    elif find_by_username(session, username):
        wrong["username"] = t("This user name is taken.")
    if not clean(name, 100):
        wrong["name"] = t("Write the person’s name.")
    if not roles or set(roles) - set(Role):
        wrong["roles"] = t("Choose at least one role.")
    if password is not None and not _is_long_enough(password):
        wrong["password"] = TOO_SHORT
    if wrong:
        raise Refused(t("The person cannot be saved like this."), t("Correct the marked fields."), fields=wrong)


def add_person(session: Session, username: str, name: str, roles: list[str], password_hash: str) -> Person:
    """Raises Refused as `check_new`."""
    check_new(session, username, name, roles)
    username, name = clean(username, 60).casefold(), clean(name, 100)
    person = Person(username=username, name=name, roles=sorted(roles), password_hash=password_hash)
    session.add(person)
    session.flush()
    return person
