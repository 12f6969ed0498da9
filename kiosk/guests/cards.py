"""A member's card: the code on it, whom that code opens, and what else the card says."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.keys import Keys
from foundation.office import Office
from foundation.text import SHORT, t, translator, written
from kiosk.ledger.members import MOST_CARDS, Member
from printer import codes
from printer.cards import Card


def card_code(member: Member, keys: Keys) -> str:
    """The 34 digits of the member's present card; a new card has others."""
    return codes.make(keys.slips, member.number * MOST_CARDS + member.card, codes.Of.CARD)


def find_by_card(session: Session, keys: Keys, text: str) -> Member:
    """The member whose card's code is `text`. Raises Refused with one sentence for a forged, a foreign and a replaced card."""
    number, card = divmod(codes.read(keys.slips, text, codes.Of.CARD), MOST_CARDS)
    member = session.scalar(sa.select(Member).where(Member.number == number))
    if member is None or card > member.card:
        raise Refused(t("This card is of nobody who is known here."), t("Show the card to the officer."), status=404)
    if card < member.card:
        raise Refused(t("This card was replaced by a newer one."), t("Use the newer card, or ask the officer."))
    return member


def label(member: Member, here: Office, keys: Keys) -> Card:
    """What a card of plastic or cardboard says."""
    _ = translator(here.language)
    until = _(t("valid until %(day)s")) % {"day": written(member.valid_until, here.language, SHORT)} if member.valid_until else ""
    return Card(here.library, _(t("Member card")), member.name, member.institution, member.number_on_card, until,
                card_code(member, keys))
