"""Reading the audit trail: the latest deeds, and what kinds of deeds there are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import AuditEntry


def latest(session: Session, deed: str = "", most: int = 200, *, by: str = "", first: datetime | None = None,
           until: datetime | None = None) -> list[AuditEntry]:
    """The newest entries first; only those of one `deed`, `by` one name, from `first` on and before `until`, where these are given."""
    asked = [AuditEntry.deed == deed] if deed else []
    asked += [AuditEntry.by == by] if by else []
    asked += [AuditEntry.at >= first] if first else []
    asked += [AuditEntry.at < until] if until else []
    return list(session.scalars(sa.select(AuditEntry).where(*asked).order_by(AuditEntry.id.desc()).limit(most)))


def who_did(session: Session, deed: str) -> list[str]:
    """The names of those who ever did it, in alphabetical order."""
    return list(session.scalars(sa.select(AuditEntry.by).where(AuditEntry.deed == deed).distinct().order_by(AuditEntry.by)))


def of(session: Session, subject: str) -> list[AuditEntry]:
    """Everything that was done to one thing (`loan:12`), the first deed first."""
    return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)))


def deeds(session: Session) -> list[str]:
    """Every kind of deed in the trail, in alphabetical order."""
    return list(session.scalars(sa.select(AuditEntry.deed).distinct().order_by(AuditEntry.deed)))
