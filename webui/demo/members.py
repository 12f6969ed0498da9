"""A dozen fictional members of the demo office, all guests before: one is blocked, the card of one is over, and one has lost it."""

import random
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.people import Actor
from kiosk.guests import membership
from kiosk.guests.membership import MemberEntry
from kiosk.ledger.members import BlockKind, Member
from kiosk.ledger.visits import Visit

COUNT = 12
CONTACT = "{}@contoh.example"


def write_members(session: Session, day: date, officer: Actor, seed: int = 5) -> None:
    """Let guests of the last weeks (`day` is today) have become members, with their visits and loans."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    latest = sa.select(sa.func.max(Visit.id)).where(Visit.people == 1, Visit.signed_at.is_not(None)).group_by(Visit.person_key)
    guests = session.scalars(sa.select(Visit).where(Visit.id.in_(latest)).order_by(Visit.name)).all()
    members = [_join(session, visit, officer) for visit in chance.sample(guests, min(COUNT, len(guests)))]
    for member in members:
        member.joined_on = day - timedelta(chance.randint(30, 300))
        member.valid_until = day + timedelta(chance.randint(40, 330))
    expired, blocked, careless = members[:3]
    expired.joined_on, expired.valid_until = day - timedelta(days=371), day - timedelta(days=6)
    membership.block(session, blocked.key, BlockKind.OFFICE, "Dua lembar lampiran hilang, sedang diganti",
                     day + timedelta(days=14), officer)
    membership.replace_card(session, careless.id, officer)


def _join(session: Session, visit: Visit, officer: Actor) -> Member:
    entry = MemberEntry(visit.name, visit.institution, visit.category, CONTACT.format(visit.name.lower().replace(" ", ".")))
    return membership.join(session, entry, officer, was=visit.person_key, another=True)
