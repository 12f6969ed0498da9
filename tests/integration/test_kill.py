"""The power goes off at any moment, again and again: nothing half-done, no slip lost, none doubled without its mark."""

import random
import re
import threading
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation.audit import broken_at, seal
from foundation.opening import open_database
from foundation.settings import Settings
from kiosk.ledger.loans import OUT, Loan, LoanItem, LoanState
from printer import paper
from printer.printouts import Printout, PrintoutState
from webui.bench import making
from webui.bench.scripts import Desk, Kiosk
from webui.bench.service import Service

ROUNDS = 6
BROKEN = (OSError, HTTPException, RuntimeError, IndexError)  # what a browser sees of a server that dies under it


def _borrow(port: int, number: int, titles: list[int], stop: threading.Event) -> None:
    while not stop.is_set() and titles:
        with suppress(*BROKEN), closing(Kiosk(port, number)) as guest:
            guest.start()
            guest.sign()
            guest.choose(titles.pop())
            if guest.may_borrow:
                guest.borrow()


def _hand_over(port: int, handed: list[int], stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(*BROKEN), closing(Desk(port)) as desk:
            desk.sign_in()
            while not stop.is_set():
                desk.look()
                for loan in desk.waiting:
                    desk.hand_over(loan)
                    handed.append(int(loan.rpartition("/")[2]))


@pytest.fixture(scope="module")
def survived(tmp_path_factory):
    """The service after its kills: what was answered as handed over, and the database that is left."""
    folder = tmp_path_factory.mktemp("killed") / "data"
    making.make(folder, 400)
    chance, handed, titles = random.Random(4), [], list(range(1, 400))
    with Service(folder) as service:
        for _ in range(ROUNDS):
            stop = threading.Event()
            people = [threading.Thread(target=_borrow, args=(service.port, n, titles, stop)) for n in range(3)]
            people.append(threading.Thread(target=_hand_over, args=(service.port, handed, stop)))
            for person in people:
                person.start()
            enough = len(handed) + 3
            while len(handed) < enough:
                stop.wait(0.01)
            stop.wait(chance.random() / 4)
            service.process.process.kill()
            service.process.process.wait()
            stop.set()
            for person in people:
                person.join()
            service.start()
        service.settle()
    database = open_database(Settings(data=folder))
    yield handed, database, service.paper
    database.close()


def _on_paper(folder: Path) -> list[str]:
    """The slip numbers that came out whole, each as often as it did; copies marked SALINAN are not among them."""
    texts = [slip.text for file in sorted(folder.rglob("*.bin")) for slip in paper.pages(file.read_bytes(), 80)]
    numbers = [re.search(r"\d{4}-\d{5}-\d{4}", text) for text in texts if "SALINAN" not in text]
    return [found[0][:10] for found in numbers if found]


def test_the_database_is_whole_and_so_is_the_trail(survived):
    _, database, _ = survived
    with database.transaction() as session:
        assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        while seal(session):
            pass
        assert broken_at(session) is None


def test_every_hand_over_that_was_answered_is_there(survived):
    handed, database, _ = survived
    with database.reading() as session:
        out = set(session.scalars(sa.select(Loan.id).where(Loan.state.in_(OUT))))
    assert len(handed) >= ROUNDS * 3
    assert set(handed) <= out


def test_slip_numbers_have_no_gap_and_every_loan_out_has_its_one_slip(survived):
    _, database, _ = survived
    with database.reading() as session:
        loans = session.scalars(sa.select(Loan).where(Loan.number.is_not(None)).order_by(Loan.number)).all()
        assert [loan.number for loan in loans] == list(range(1, len(loans) + 1))
        subjects = session.scalars(sa.select(Printout.subject).where(Printout.copy_no == 1)).all()
    assert sorted(subjects) == sorted(f"loan:{loan.id}" for loan in loans)


def test_no_slip_is_lost_in_silence_and_none_is_doubled(survived):
    _, database, folder = survived
    came_out = _on_paper(folder)
    assert len(came_out) == len(set(came_out))
    with database.reading() as session:
        rows = session.execute(sa.select(Printout.state, Loan.year, Loan.number)
                               .join(Loan, sa.literal("loan:") + sa.cast(Loan.id, sa.String) == Printout.subject)).all()
    assert {row.state for row in rows} <= {PrintoutState.PRINTED, PrintoutState.UNCERTAIN}
    printed = {f"{row.year}-{row.number:05d}" for row in rows if row.state is PrintoutState.PRINTED}
    uncertain = {f"{row.year}-{row.number:05d}" for row in rows if row.state is PrintoutState.UNCERTAIN}
    assert printed <= set(came_out)
    assert set(came_out) <= printed | uncertain


def test_no_copy_is_in_two_hands_and_no_request_is_half_made(survived):
    _, database, _ = survived
    with database.reading() as session:
        twice = sa.select(LoanItem.copy_id).where(LoanItem.outcome.is_(None)).group_by(LoanItem.copy_id).having(sa.func.count() > 1)
        assert session.scalars(twice).all() == []
        for loan in session.scalars(sa.select(Loan)):
            assert loan.items
            assert (loan.number is None) == (loan.state is LoanState.REQUESTED)
            assert (loan.due_at is None) == (loan.state is LoanState.REQUESTED)
