"""What the server remembers of a browser: rows that end when idle, when old, or when somebody ends them."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import Database, Model
from foundation.stations import digest

KIOSK, STAFF = "kiosk", "staff"
IDLE = {KIOSK: timedelta(minutes=10), STAFF: timedelta(minutes=30)}    # the kiosk's own screen wipes itself after 90 s
OLDEST = {KIOSK: timedelta(hours=2), STAFF: timedelta(hours=10)}
COOKIE = {KIOSK: "loket_visitor", STAFF: "loket_staff"}
TOUCH = timedelta(minutes=1)
PUBLIC = ("/produk/", "/feed/", "/sitemap", "/robots.txt/", "/verify/", "/survei/")


def is_public(path: str) -> bool:
    """Whether it is a page for everybody, which remembers nobody."""
    return f"{path}/".startswith(PUBLIC)


class BrowserSession(Model):
    __tablename__ = "browser_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scope: Mapped[str] = mapped_column(sa.String(10))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    data: Mapped[dict] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)


TABLE = BrowserSession.__table__
_KNOWN = (sa.select(TABLE.c.id, TABLE.c.data, TABLE.c.seen_at, TABLE.c.made_at)
          .where(TABLE.c.token_hash == sa.bindparam("hash"), TABLE.c.scope == sa.bindparam("scope")))
_CHANGE = sa.update(TABLE).where(TABLE.c.id == sa.bindparam("row"))


class ServerSession(SessionMixin):
    """The session of one request; `row_id` None until something is kept."""

    def __init__(self, scope: str, row_id: int | None = None, data: dict | None = None, seen_at: datetime | None = None):
        self.scope, self.row_id, self.seen_at = scope, row_id, seen_at
        self._data = data or {}
        self.modified = self.ended = self.renew = False
        self.passive = False   # a page that refreshes itself does not count as a person being there

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self._data or self._data[key] != value:
            self._data[key] = value
            self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._data[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def end(self) -> None:
        """Forget everything and take the cookie away; what is written after this belongs to a new session."""
        self._data = {}
        self.ended = True
        self.modified = False

    def as_dict(self) -> dict:
        return dict(self._data)


class ServerSessions(SessionInterface):
    """Flask's sessions as rows; the cookie holds a random token, the row only its hash."""

    def __init__(self, database: Database, https: bool):
        self.database, self.https = database, https

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        if request.path.startswith("/static/") or request.path == "/health" or is_public(request.path):
            return NullSession()
        scope = KIOSK if request.path.startswith("/kiosk") else STAFF
        token = request.cookies.get(COOKIE[scope], "")
        if not 20 < len(token) < 100:
            return ServerSession(scope)
        try:
            with self.database.reading() as session:
                row = session.execute(_KNOWN, {"hash": digest(token), "scope": scope}).one_or_none()
        except OperationalError:
            return ServerSession(scope)  # the route meets the same trouble and says it on a page
        if row is None or row.seen_at < now() - IDLE[scope] or row.made_at < now() - OLDEST[scope]:
            return ServerSession(scope)
        return ServerSession(scope, row.id, dict(row.data), row.seen_at)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession):
            return
        if session.ended or session.renew:
            self._forget(session, response)
        if session.modified:
            self._keep(session, response)
        elif session.row_id and not session.passive and session.seen_at < now() - TOUCH:
            self._write(_CHANGE, {"row": session.row_id, "seen_at": now()})

    def _keep(self, session: ServerSession, response: Response) -> None:
        values = {"data": session.as_dict(), "seen_at": now(), "person_id": session.get("person_id")}
        if session.row_id:
            self._write(_CHANGE, {"row": session.row_id, **values})
            return
        token = secrets.token_urlsafe(32)
        self._write(sa.insert(TABLE), {**values, "token_hash": digest(token), "scope": session.scope})
        response.set_cookie(COOKIE[session.scope], token, httponly=True, samesite="Lax", secure=self.https, path=_path(session.scope))

    def _forget(self, session: ServerSession, response: Response) -> None:
        if session.row_id:
            self._write(sa.delete(TABLE).where(TABLE.c.id == session.row_id), {})
        response.delete_cookie(COOKIE[session.scope], path=_path(session.scope), httponly=True, samesite="Lax", secure=self.https)
        session.row_id = None

    def _write(self, statement: Any, values: dict) -> None:
        with self.database.transaction() as session:
            session.execute(statement, values)


def _path(scope: str) -> str:
    return "/kiosk" if scope == KIOSK else "/"


def end_all_of(session: Session, person_id: int) -> None:
    """Sign a person out everywhere: after a new password, or when the person may no longer work here."""
    session.execute(sa.delete(BrowserSession).where(BrowserSession.person_id == person_id))


def sweep(session: Session) -> None:
    """Forget sessions that have ended by themselves, and with them what a visitor had typed."""
    for scope in (KIOSK, STAFF):
        over = sa.or_(BrowserSession.seen_at < now() - IDLE[scope], BrowserSession.made_at < now() - OLDEST[scope])
        session.execute(sa.delete(BrowserSession).where(BrowserSession.scope == scope, over))
