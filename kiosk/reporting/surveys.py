"""The formal satisfaction survey (SKM, Permenpan RB 14/2017): its periods, and answers that are linked to nobody."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.clock import now
from foundation.database import Model


class Survey(Model):
    """One period, both days included. `elements` are the nine questions in their order, with their words by language:
    `[{"name": {"id": "Persyaratan", "en": "Requirements"}, "question": {"id": …, "en": …}}, …]`."""

    __tablename__ = "survey"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    minimum: Mapped[int] = mapped_column(default=30)      # with fewer answers there is no index
    elements: Mapped[list]
    published_at: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Answer(Model):
    """One filled-in survey: `scores` has 1 to 4 for each element in their order, 4 best, and nothing for one that was skipped."""

    __tablename__ = "survey_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    day: Mapped[date]
    scores: Mapped[list]
