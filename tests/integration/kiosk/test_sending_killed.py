"""The power goes off while a message is given to the mail server: it never goes twice by itself, and the officer is asked."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from foundation.clock import now
from foundation.database import Database
from foundation.jobs import Job, Worker
from kiosk.borrowing import notifying
from kiosk.borrowing.sending import Sender
from kiosk.ledger.messages import Message, MessageState
from tests.builders import OFFICER
from tests.conftest import KEY
from tests.integration.kiosk.test_sending import Mailbox, a_message, the
from tests.integration.publishers.servers import free_port

# the same as the worker of a service does, in a process that can be killed alone
WORKER = """
import sys
import webui.models
from foundation.database import Database
from foundation.jobs import Worker
from kiosk.borrowing.sending import Sender
sender = Sender(Database(sys.argv[1], bytes.fromhex(sys.argv[2])), {"email": sys.argv[3]})
Worker(sender.database, {"send_message": sender.send_message}, ["messaging"]).run_one()
"""


class Deadly(Mailbox):
    """Kills the process `victim` in the middle of what it sends: when it greets (`at` "MAIL"), or when its letter has arrived."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.victim: subprocess.Popen | None = None

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if self.at == "MAIL":
            self.kill()
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.kill()
        return answer

    def kill(self) -> None:
        if self.victim:
            os.kill(self.victim.pid, signal.SIGKILL)


def killed(database: Database, box: Deadly, address: str) -> int:
    """Work in a process of its own, which the mailbox kills; how it ended."""
    url = database.url.render_as_string(hide_password=False)
    box.victim = subprocess.Popen([sys.executable, "-c", WORKER, url, KEY.hex(), address], cwd=Path(__file__).parents[3])
    ended = box.victim.wait(60)
    box.victim = None
    return ended


def work_again(database: Database, address: str) -> bool:
    """What another worker does when the dead one's lease is over; whether there was anything to do."""
    with database.transaction() as session:
        session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=now() - timedelta(seconds=1)))
    return Worker(database, {"send_message": Sender(database, {"email": address}).send_message}, ["messaging"]).run_one()


@pytest.mark.parametrize(("at", "arrived"), [("DATA", 1), ("MAIL", 0)])
def test_what_was_perhaps_sent_goes_once_more_only_when_the_officer_says_so(database, at, arrived):
    box = Deadly(at)
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        address = f"mailto://127.0.0.1:{server.port}?from=loket@contoh.example&mode=insecure&to={{to}}"
        message = a_message(database, "ani@surat.example")
        assert killed(database, box, address) == -signal.SIGKILL
        assert the(database, message).state is MessageState.SENDING
        assert work_again(database, address)
        it = the(database, message)
        assert (it.state, it.trouble) == (
            MessageState.PERHAPS, "The program ended while this was being sent: it may have arrived, or not.")
        assert it.sent_at is not None
        assert not work_again(database, address)
        assert len(box.letters) == arrived
        with database.transaction() as session:
            notifying.send_again(session, message, OFFICER)
        assert work_again(database, address)
        assert (the(database, message).state, len(box.letters)) == (MessageState.SENT, arrived + 1)
    finally:
        server.stop()


def test_a_slow_worker_that_was_thought_dead_says_in_the_end_that_it_was_sent(database):
    message = a_message(database, "ani@surat.example")

    def slow(*_: str) -> None:
        Sender(database, {"email": "json://unused/{to}"}, slow).send_message(message)  # another worker takes its job over
        assert the(database, message).state is MessageState.PERHAPS
    Sender(database, {"email": "json://unused/{to}"}, slow).send_message(message)
    with database.reading() as session:
        it = session.scalars(sa.select(Message)).one()
        assert (it.state, it.trouble) == (MessageState.SENT, "")
