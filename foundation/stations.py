"""Station: one physical place with its screen, its printer and its scanner, known by a token of its own."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import Model, Words

SEEN_EVERY = timedelta(seconds=60)


class StationKind(StrEnum):
    KIOSK = "kiosk"
    DESK = "desk"
    SCANNER = "scanner"


class Station(Model):
    """`printer` and `scanner` are device addresses, empty where there is none.

    What the set-up page found out of the printer: `paper_mm`, the roll's width; `columns` of characters where it has other
    than usual for that width; `accents`: it prints those of code page 437; `native_qr`: it draws QR codes itself;
    `full_density`: it knows no coarser pictures; `has_cutter`; `fence`: how it says that a slip is out
    (printer/conversation.py); `printer_model`: who it says that it is. What the scanner said when it was asked:
    `scanner_known` (scanner/devices/knowing.py), empty where it never was.
    """

    __tablename__ = "station"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[StationKind] = mapped_column(Words(StationKind), default=StationKind.KIOSK)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    enrol_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    enrol_until: Mapped[datetime | None]
    printer: Mapped[str] = mapped_column(sa.String(300), default="")
    paper_mm: Mapped[int] = mapped_column(default=80)
    native_qr: Mapped[bool] = mapped_column(default=False)
    has_cutter: Mapped[bool] = mapped_column(default=True)
    columns: Mapped[int | None]
    accents: Mapped[bool] = mapped_column(default=False)
    full_density: Mapped[bool] = mapped_column(default=False)
    printer_model: Mapped[str] = mapped_column(sa.String(100), default="")
    fence: Mapped[str] = mapped_column(sa.String(20), default="status")
    scanner: Mapped[str] = mapped_column(sa.String(300), default="")
    scanner_known: Mapped[dict] = mapped_column(default=dict)
    scanner_known_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime | None]
    printer_state: Mapped[str] = mapped_column(sa.String(40), default="unknown")
    printer_note: Mapped[str] = mapped_column(sa.String(300), default="")
    printer_state_at: Mapped[datetime | None]     # when it was last seen so
    printer_state_since: Mapped[datetime | None]  # when it became so


_WITH_TOKEN = sa.select(Station).where(Station.token_hash == sa.bindparam("hash"), Station.active)
_WITH_PRINTER = (sa.select(Station).where(Station.active, Station.printer != "")
                 .order_by(sa.case((Station.id == sa.bindparam("own", type_=sa.Integer), 0), else_=1), Station.id).limit(1))


def digest(token: str) -> str:
    """What is stored of a token: a stolen copy of the database opens no screen."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_by_token(session: Session, token: str) -> Station | None:
    if not token or len(token) > 100:
        return None
    return session.scalar(_WITH_TOKEN, {"hash": digest(token)})


def unseen(station: Station) -> bool:
    """Whether the last sign of life of its screen is so old that it should be noted again."""
    return station.seen_at is None or station.seen_at < now() - SEEN_EVERY


def see(session: Session, station: Station) -> None:
    """Its screen has just asked for a page."""
    session.execute(sa.update(Station).where(Station.id == station.id).values(seen_at=now()))


def invite(station: Station, until: datetime) -> str:
    """A one-time code that turns the screen which opens it before `until` into this station; older codes end."""
    code = secrets.token_urlsafe(12)
    station.enrol_hash, station.enrol_until = digest(code), until
    return code


def printer_station(session: Session, station_id: int | None) -> Station | None:
    """The station on whose printer paper for `station_id` comes out: its own, or else the first that has one."""
    return session.scalar(_WITH_PRINTER, {"own": station_id})


def printer_states(session: Session) -> dict[str, str]:
    """How each station's printer was when last looked at, by the station's name."""
    return dict(session.execute(sa.select(Station.name, Station.printer_state).where(Station.active, Station.printer != "")).all())
