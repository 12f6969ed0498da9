"""Office: the one row of what this office is called and how it works; changed on a page, read everywhere."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.clock import now
from foundation.database import READS, Model


class Office(Model):
    __tablename__ = "office"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="Perpustakaan Hukum")
    library: Mapped[str] = mapped_column(sa.String(120), default="Perpustakaan Hukum JDIH")
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    time_zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    officer_admits: Mapped[bool] = mapped_column(default=False)   # otherwise a signed guest is admitted at once
    self_service: Mapped[bool] = mapped_column(default=False)     # swalayan: the kiosk lends and prints by itself
    request_minutes: Mapped[int] = mapped_column(default=30)      # a request not handed over by then frees its copies
    print_minutes: Mapped[int] = mapped_column(default=60)        # a paper not printed by then is not printed any more
    retention_days: Mapped[int] = mapped_column(default=90)       # names of the guest book (see kiosk.privacy.retention)
    contact_days: Mapped[int] = mapped_column(default=30)
    reservation_days: Mapped[int] = mapped_column(default=30)
    message_days: Mapped[int] = mapped_column(default=90)
    block_days: Mapped[int] = mapped_column(default=365)
    member_days: Mapped[int] = mapped_column(default=365)
    forgotten_on: Mapped[date | None]                             # the day on which what was over was last forgotten
    borrower_limit: Mapped[int] = mapped_column(default=3)        # copies in one person's hands at once, whatever the rule
    heading: Mapped[str] = mapped_column(sa.String(200), default="")      # as corporate author (T.E.U. badan); empty: its name
    place: Mapped[str] = mapped_column(sa.String(120), default="")        # where what it issues is enacted, unless a product says another
    region: Mapped[str] = mapped_column(sa.String(10), default="")        # its code in the names of published files
    copy_footer: Mapped[str] = mapped_column(sa.String(120), default="")  # under every page of a document's copy, never of its master
    copy_code: Mapped[bool] = mapped_column(default=False)        # on its last page, what leads to where the copy can be compared
    hold_days: Mapped[int] = mapped_column(default=3)             # a reserved copy lies ready for so many open days
    reminder_days: Mapped[int] = mapped_column(default=2)         # who can be reached is reminded so many days before a loan is due
    member_months: Mapped[int] = mapped_column(default=12)        # a card is good for so long; 0: without end
    signer_title: Mapped[str] = mapped_column(sa.String(120), default="")  # who signs letters and reports
    signer_name: Mapped[str] = mapped_column(sa.String(100), default="")
    slip_terms: Mapped[str] = mapped_column(sa.String(400), default="")
    notice_version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


_THE_ONE = sa.select(Office).where(Office.id == 1)
_DEFAULTS = {column.key: column.default.arg for column in Office.__table__.c if column.default is not None and column.default.is_scalar}


def office(session: Session) -> Office:
    """The office's row, read once in a session. When there is none yet it is made with its defaults; one who only reads sees them."""
    row = session.info.get("office") or session.scalar(_THE_ONE)
    if row is None:
        row = Office(id=1, **_DEFAULTS)
        if not session.info.get(READS):
            session.add(row)
            session.flush()
    session.info["office"] = row  # held, or the session would forget it and read it again
    return row
