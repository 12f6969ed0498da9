"""Opens the installation's database with the key that seals what is in it, and proves that it is the right key."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.audit import record
from foundation.database import Database, DatabaseUnusable, Model
from foundation.keys import load
from foundation.people import Actor, Role
from foundation.sealing import Sealer, WrongKey, sealed_columns
from foundation.settings import Settings


class SealingKey(Model):
    """The one row that tells by which key everything else was sealed: `proof` is a word sealed with it."""

    __tablename__ = "sealing_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    proof: Mapped[str] = mapped_column(sa.String(200))


def open_database(settings: Settings) -> Database:
    """The database of the installation. Its key is made when it has none yet (see keys.load)."""
    return Database(settings.database, load(settings.data, settings.secret_key).contacts)


def prove_key(database: Database) -> None:
    """Raises DatabaseUnusable when what is sealed in the database was sealed with another key; the first key it sees is the right one."""
    if database.sealer is None:
        return
    proof = database.run(lambda session: _proof(session, database.sealer))
    try:
        database.sealer.open(proof)
    except WrongKey as problem:
        raise DatabaseUnusable(f"{problem} Where they are lost for ever: ./loket keys give-up-contacts") from None


def _proof(session: Session, sealer: Sealer) -> str:
    row = session.get(SealingKey, 1)
    if row is None:
        row = SealingKey(id=1, proof=sealer.seal("loket"))
        session.add(row)
    return row.proof


def give_up(session: Session, by: Actor) -> None:
    """Empty everything that is sealed, because its key is lost for ever; from now on the present key seals."""
    by.must_be(Role.ADMIN)
    for column in sealed_columns(Model.metadata):
        session.execute(sa.update(column.table).values({column.name: ""}))
    session.execute(sa.delete(SealingKey))
    record(session, by, "contacts given up", "contacts")
