"""Messages on their way: a real mail server, a real HTTP service, and a network that is away."""

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler

import pytest
from aiosmtpd.controller import Controller

from foundation.clock import now
from foundation.database import Database
from foundation.jobs import Job, Worker, enqueue
from kiosk.borrowing.sending import Sender, masked, way_of
from kiosk.ledger.messages import Kind, Message, MessageState, Messaging
from tests.integration.publishers.servers import free_port, serving

pytestmark = pytest.mark.one_database


class Mailbox:
    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.letters.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, str]]:
    """A mail server on the loopback, and Apprise's address of it."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    yield box, f"mailto://127.0.0.1:{server.port}?from=loket@contoh.example&mode=insecure&to={{to}}"
    server.stop()


@contextmanager
def a_service(answers: list[int]) -> Iterator[tuple[list[tuple[str, dict]], str]]:
    """An HTTP service that answers so, one after the other; what it was told, and Apprise's address of it."""
    told = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """It says nothing."""
    with serving(Service) as port:
        yield told, f"json://127.0.0.1:{port}/to/{{to}}"


def a_message(database: Database, contact: str) -> int:
    with database.transaction() as session:
        made = Message(kind=Kind.READY, about="reservation:1", day=now().date(), borrower_key="ani|umum", contact=contact,
                       title="Eksemplar siap diambil", body="“Hukum & Acara” <fiktif> siap.", made_by="Loket")
        session.add(made)
        session.flush()
        enqueue(session, Messaging.send_message, message=made.id)
        return made.id


def work(database: Database, **ways: str) -> None:
    assert Worker(database, {"send_message": Sender(database, ways).send_message}, ["messaging"]).run_one()


def the(database: Database, message: int) -> Message:
    with database.reading() as session:
        return session.get_one(Message, message)


def test_an_e_mail_reaches_its_person(database, mail):
    box, address = mail
    message = a_message(database, "ani.contoh@surat.example")
    work(database, email=address)
    assert (the(database, message).state, the(database, message).sent_at is not None) == (MessageState.SENT, True)
    (to, letter), = box.letters
    assert to == ["ani.contoh@surat.example"]
    assert letter["Subject"] == "Eksemplar siap diambil"
    assert "“Hukum & Acara” <fiktif> siap." in letter.get_body(("plain",)).get_content()


def test_what_was_sent_is_not_sent_again_by_a_second_job(database, mail):
    box, address = mail
    message = a_message(database, "ani@surat.example")
    with database.transaction() as session:
        enqueue(session, Messaging.send_message, message=message)
    work(database, email=address)
    work(database, email=address)
    assert len(box.letters) == 1


def test_a_telephone_number_goes_by_its_own_way(database):
    with a_service([200]) as (told, address):
        message = a_message(database, "0812-3456-789")
        work(database, phone=address, email="json://127.0.0.1:1/nobody/{to}")
    assert the(database, message).state is MessageState.SENT
    (path, said), = told
    assert (path, said["title"]) == ("/to/+628123456789", "Eksemplar siap diambil")


def test_a_service_that_is_away_is_tried_again_after_a_growing_pause(database, clock):
    message = a_message(database, "ani@surat.example")
    nowhere = f"mailto://127.0.0.1:{free_port()}?from=loket@contoh.example&mode=insecure&to={{to}}"
    pauses = []
    for _ in range(4):
        begun = now()
        work(database, email=nowhere)
        with database.reading() as session:
            job = session.get_one(Job, 1)
        pauses.append(round((job.due - begun).total_seconds()))
        assert (job.done_at, job.tries, job.error) == (None, 0, None)
        clock.move_to(job.due)
    assert pauses == [30, 30, 60, 120]
    assert the(database, message).state is MessageState.WAITING


def test_after_a_day_of_trying_an_officer_is_told(database, clock):
    with a_service([503, 503]) as (told, address):
        message = a_message(database, "ani@surat.example")
        work(database, email=address)
        clock.shift(timedelta(hours=25))
        work(database, email=address)
        assert len(told) == 2
    it = the(database, message)
    assert (it.state, it.trouble) == (MessageState.FAILED, "The service for messages could not be reached, or did not take it.")


def test_a_service_that_is_back_gets_the_message_that_waited(database, clock):
    with a_service([503, 200]) as (told, address):
        message = a_message(database, "ani@surat.example")
        work(database, email=address)
        clock.shift(timedelta(minutes=1))
        work(database, email=address)
        assert len(told) == 2
    assert the(database, message).state is MessageState.SENT


def test_a_service_whose_address_is_wrong_is_said_at_once(database):
    message = a_message(database, "ani@surat.example")
    work(database, email="nosuchservice://x/{to}")
    it = the(database, message)
    assert (it.state, it.trouble) == (MessageState.FAILED, "The service for messages is set up wrongly.")


@pytest.mark.parametrize(("contact", "trouble"), [
    ("ani@surat.example", "No way to send to this contact is set up."), ("rumah sebelah masjid", "This contact is no address.")])
def test_where_there_is_no_way_a_person_has_to_tell(database, contact, trouble):
    message = a_message(database, contact)
    work(database)
    it = the(database, message)
    assert (it.state, it.trouble) == (MessageState.UNSENT, trouble)


@pytest.mark.parametrize(("contact", "way"), [
    ("ani@surat.example", ("email", "ani@surat.example")), (" ani@localhost ", ("email", "ani@localhost")),
    ("0812 3456 789", ("phone", "+628123456789")), ("+62 (812) 3456-789", ("phone", "+628123456789")),
    ("@ani_contoh", ("telegram", "@ani_contoh")), ("tg:123456", ("telegram", "123456")),
    ("a@b.example, c@d.example", None), ("ani@x.example?to=lain@y.example", None), ("", None),
    ("12", None)])
def test_a_contact_is_reached_by_the_way_it_looks_like(contact, way):
    assert way_of(contact) == way


@pytest.mark.parametrize(("contact", "shown"), [
    ("ani.contoh@surat.example", "…@surat.example"), ("0812-3456-789", "…789"), ("@ani_contoh", "…toh"), ("tg:123456", "…456")])
def test_of_a_contact_only_its_end_is_shown(contact, shown):
    assert masked(contact) == shown


def test_an_address_cannot_write_itself_into_that_of_the_service(database):
    with a_service([200]) as (told, address):
        a_message(database, "ani/../x@surat.example")
        work(database, email=address)
    assert told[0][0].startswith("/to/ani%2F..%2Fx")
