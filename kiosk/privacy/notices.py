"""What a visitor is told about personal data before writing anything: versions, the newest of which is shown."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.audit import record
from foundation.clock import now
from foundation.database import Model
from foundation.errors import Refused
from foundation.office import Office, office
from foundation.people import Actor, Role
from foundation.text import LANGUAGES, clean, t

MOST_WORDS = 60                # of the short text, so that it is read (the more stands behind "selengkapnya")
LONGEST_SHORT, LONGEST_MORE = 600, 3000   # characters


class Notice(Model):
    """One version in one language. `short` is read before the form, `more` behind it, one point on each line.

    Both may say {days}, {contact_days} and {office}: how long names and contacts are kept, and who keeps them.
    """

    __tablename__ = "notice"
    __table_args__ = (sa.UniqueConstraint("version", "language"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(2))
    short: Mapped[str] = mapped_column(sa.String(LONGEST_SHORT))
    more: Mapped[str] = mapped_column(sa.Text)
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by: Mapped[str] = mapped_column(sa.String(100))

    def said(self, here: Office) -> tuple[str, list[str]]:
        """The short text and the points of the longer one, as they are for this office today."""
        def fill(text: str) -> str:
            for place, value in (("{days}", here.retention_days), ("{contact_days}", here.contact_days), ("{office}", here.name)):
                text = text.replace(place, str(value))
            return text
        return fill(self.short), [fill(line) for line in self.more.splitlines() if line]


def current(session: Session, language: str) -> Notice:
    """The version that visitors read now, in `language` or in Indonesian."""
    newest = sa.select(Notice).where(Notice.version == office(session).notice_version)
    return session.scalars(newest.order_by((Notice.language == language).desc(), (Notice.language == "id").desc()).limit(1)).one()


def versions(session: Session) -> list[dict[str, Notice]]:
    """Every version by language, the newest first."""
    found: dict[int, dict[str, Notice]] = {}
    for notice in session.scalars(sa.select(Notice).order_by(Notice.version.desc(), Notice.language.desc())):
        found.setdefault(notice.version, {})[notice.language] = notice
    return list(found.values())


def publish(session: Session, texts: dict[str, tuple[str, str]], by: Actor) -> int:
    """Make `texts` (language -> short, more) the notice that is shown from now on; the number of the version.

    The same words as now are no new version. Raises Refused, with the fields `short-id`, `more-id`, …, for an empty text, a short
    one of more than 60 words, and one that is too long to keep.
    """
    by.must_be(Role.ADMIN)
    here, kept, wrong = office(session), {}, {}
    for language in LANGUAGES:
        short, more = texts[language]
        points = [clean(line, LONGEST_MORE) for line in more.splitlines()]
        kept[language] = clean(short, LONGEST_SHORT + 1), "\n".join(filter(None, points))
        if not kept[language][0]:
            wrong[f"short-{language}"] = t("This may not be empty.")
        elif len(kept[language][0].split()) > MOST_WORDS or len(kept[language][0]) > LONGEST_SHORT:
            wrong[f"short-{language}"] = t("Use at most 60 words, so that people read it.")
        if not kept[language][1]:
            wrong[f"more-{language}"] = t("This may not be empty.")
        elif len(more) > LONGEST_MORE:
            wrong[f"more-{language}"] = t("This is too long; please shorten it.")
    if wrong:
        raise Refused(t("The notice cannot be published like this."), t("Correct the marked fields."), fields=wrong)
    now_shown = {language: current(session, language) for language in LANGUAGES}
    if all((now_shown[language].short, now_shown[language].more) == kept[language] for language in LANGUAGES):
        return here.notice_version
    here.notice_version += 1
    session.add_all(Notice(version=here.notice_version, language=language, short=short, more=more, published_by=by.name)
                    for language, (short, more) in kept.items())
    record(session, by, "notice published", f"notice:{here.notice_version}")
    session.info["office changed"] = True
    return here.notice_version
