"""The job that sends messages, and the only room that knows Apprise, by which they go."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import quote

import structlog
from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.database import Database
from foundation.jobs import Later
from foundation.text import t
from kiosk.ledger.messages import Message, MessageState

FIRST_PAUSE = 30                    # seconds before the second try; each further pause is as long as it has been tried until then
TRIED_FOR = timedelta(hours=24)     # then a person has to tell
ENDED_MEANWHILE = t("The program ended while this was being sent: it may have arrived, or not.")
log = structlog.get_logger()

# what a contact looks like, and by which way its person is reached
_FORMS = {"email": re.compile(r"[^\s@,;:<>\"]+@[^\s@,;:<>\"]+\.[^\s@,;:<>\"]+|[^\s@,;:<>\"]+@localhost"),
          "phone": re.compile(r"(?:\+|0)[0-9][0-9 ().-]{6,20}"), "telegram": re.compile(r"tg:-?[0-9]{5,20}|@[A-Za-z0-9_]{4,32}")}


WAYS = tuple(_FORMS)


class Undelivered(Exception):
    """Nobody took the message; `permanent` when no further try will help."""

    def __init__(self, why: str, permanent: bool = False):
        super().__init__(why)
        self.permanent = permanent


def way_of(contact: str) -> tuple[str, str] | None:
    """By which way ("email", "phone", "telegram") and at which address who gave this contact is reached; None: it is none of these.

    A telephone number is written as the world writes it: 0812… is +62812….
    """
    contact = contact.strip()
    kind = next((kind for kind, form in _FORMS.items() if form.fullmatch(contact)), None)
    if kind == "phone":
        digits = re.sub("[^0-9]", "", contact)
        return kind, "+62" + digits[1:] if digits.startswith("0") else "+" + digits
    return (kind, contact.removeprefix("tg:")) if kind else None


def masked(contact: str) -> str:
    """Enough of a contact for who gave it to know it again, and for nobody else to use it: …@surat.example, …789."""
    _, at, place = contact.strip().partition("@")
    return f"…@{place}" if at and place and "." in place else f"…{contact.strip()[-3:]}"


def deliver(url: str, title: str, body: str) -> None:
    """Send through the service that `url` names (github.com/caronc/apprise says how these are written). Raises Undelivered."""
    import apprise

    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Loket", app_desc="Loket"))
    if not service.add(url):
        raise Undelivered("the address of the service cannot be used", permanent=True)
    with apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s") as said:
        if not service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT):
            raise Undelivered(" ".join(said.getvalue().split())[:200])


class Sender:
    """`ways` are the addresses of services, by way, with {to} where the person's own address belongs; an empty one is none."""

    def __init__(self, database: Database, ways: Mapping[str, str], deliver: Callable[[str, str, str], None] = deliver):
        self.database, self.ways, self.deliver = database, ways, deliver

    def send_message(self, message: int) -> None:
        """Send what waits; one that was sent, or given up, stays as it is.

        The network away: again after a while that grows, until it has been tried for a day. That it is being sent is noted before it
        is: one that a process which died has left in between was perhaps sent, and never goes once more by itself.
        """
        it = self.database.run(lambda session: _taken(session, message))
        if it is None:
            return
        way = way_of(it.contact)
        service = self.ways.get(way[0], "") if way else ""
        if not way or not service:
            why = t("No way to send to this contact is set up.") if way else t("This contact is no address.")
            self._settle(message, MessageState.UNSENT, why)
            return
        try:
            self.deliver(service.replace("{to}", quote(way[1], safe="")), it.title, it.body)
        except Undelivered as problem:
            self._not_now(it, problem)
        else:
            self._settle(message, MessageState.SENT)

    def _not_now(self, it: Message, problem: Undelivered) -> None:
        log.warning("message not delivered", message=it.id, why=str(problem))
        age = now() - it.made_at
        if problem.permanent:
            self._settle(it.id, MessageState.FAILED, t("The service for messages is set up wrongly."))
        elif age > TRIED_FOR:
            self._settle(it.id, MessageState.FAILED, t("The service for messages could not be reached, or did not take it."))
        else:
            self._settle(it.id, MessageState.WAITING)
            raise Later(max(FIRST_PAUSE, age.total_seconds()))

    def _settle(self, message: int, state: MessageState, trouble: str = "") -> None:
        with self.database.transaction() as session:
            session.get_one(Message, message).settle(state, trouble)


def _taken(session: Session, message: int) -> Message | None:
    """The message that is to be sent now, noted as being sent; None where none is. One that was being sent already was perhaps sent."""
    it = session.get(Message, message, with_for_update=True)
    if it and it.state is MessageState.SENDING:
        it.settle(MessageState.PERHAPS, ENDED_MEANWHILE)
    if it is None or it.state is not MessageState.WAITING:
        return None
    it.settle(MessageState.SENDING)
    return it
