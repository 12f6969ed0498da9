"""Reading the audit trail: the latest deeds, and what kinds of deeds there are."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import AuditEntry


def latest(session: Session, deed: str = "", most: int = 200) -> list[AuditEntry]:
    """The newest entries first; only those of one `deed` when it is named."""
    query = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    return list(session.scalars(query.where(AuditEntry.deed == deed) if deed else query))


def of(session: Session, subject: str) -> list[AuditEntry]:
    """Everything that was done to one thing (`loan:12`), the first deed first."""
    return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)))


def deeds(session: Session) -> list[str]:
    """Every kind of deed in the trail, in alphabetical order."""
    return list(session.scalars(sa.select(AuditEntry.deed).distinct().order_by(AuditEntry.deed)))
