"""Seals text before it reaches the database and opens it again behind it, so that who has a copy of the file cannot read it."""

import base64
import os

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.types import TypeDecorator

_MARK = "s1:"   # what every sealed text begins with, so that one sealed in another way can be told from it later
_NONCE = 12     # bytes, as NIST SP 800-38D recommends for AES-GCM; a new random one for every text


class WrongKey(Exception, sa.exc.DontWrapMixin):
    """A sealed text and the key do not go together; the message is a sentence that says what to do."""

    def __init__(self) -> None:
        super().__init__("The keys of this installation do not open the contacts in its database: put the keys.json that belongs to "
                         "it (or its LOKET_SECRET_KEY) back from the backup and start again; nothing is lost.")


class Sealer:
    """AES-256-GCM with one key of 32 bytes: what it opens is what it sealed, unchanged."""

    def __init__(self, key: bytes):
        self._box = AESGCM(key)

    def seal(self, text: str) -> str:
        """`text` sealed, never twice the same; the empty text stays empty, so that a query can still ask for it."""
        if not text:
            return text
        nonce = os.urandom(_NONCE)
        return _MARK + base64.b64encode(nonce + self._box.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises WrongKey for what another key sealed, and for what was changed or never sealed."""
        if not sealed:
            return sealed
        try:
            raw = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
            return self._box.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (InvalidTag, ValueError):
            raise WrongKey from None


class Sealed(TypeDecorator[str]):
    """Text in a column, sealed with the key its database was opened with (see database.Database).

    No query can look for it or sort by it: every sealing of the same text is another. It can be compared with "" only.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return _sealer(dialect).seal(value) if value else value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return _sealer(dialect).open(value) if value else value


def _sealer(dialect: sa.Dialect) -> Sealer:
    sealer = getattr(dialect, "sealer", None)
    if sealer is None:  # a database that was opened without a key holds no contact and can be given none
        raise WrongKey
    return sealer


def sealed_columns(metadata: sa.MetaData) -> list[sa.Column]:
    return [column for table in metadata.sorted_tables for column in table.c if isinstance(column.type, Sealed)]
