"""Going through the shelves: what is missing, misplaced and unexpected, and a missing copy that turns up; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.database import Database
from foundation.errors import Refused
from kiosk.borrowing import lending, reserving
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.ledger.stock import Sighting, StockTake
from kiosk.shelves import cataloguing, stock_taking
from kiosk.shelves.availability import availability
from kiosk.shelves.stock_taking import Report, Verdict
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_reservation, a_title, an_office

pytestmark = pytest.mark.usefixtures("clock")
SHELVES = {"K-1": "A-1", "K-2": "A-1", "K-3": "A-1", "K-4": "B-2", "K-5": "B-2", "K-6": "C-10"}


@pytest.fixture
def shelves(database: Database) -> Database:
    with database.transaction() as session:
        an_office(session)
        for code, shelf in SHELVES.items():
            copy = a_title(session, f"Judul {code} (fiktif)").copies[0]
            copy.code, copy.shelf = code, shelf
    return database


def begin(database: Database, *shelves: str) -> int:
    with database.transaction() as session:
        return stock_taking.begin(session, shelves, OFFICER).id


def see(database: Database, take: int, label: str, shelf: str) -> Verdict:
    with database.transaction() as session:
        return Verdict(stock_taking.see(session, take, label, shelf, OFFICER).verdict)


def found(database: Database, take: int, shelf: str | None = None) -> Report:
    with database.reading() as session:
        return stock_taking.findings(session, session.get_one(StockTake, take), shelf)


def close(database: Database, take: int) -> None:
    with database.transaction() as session:
        stock_taking.close(session, take, OFFICER)


def copy(database: Database, code: str) -> Copy:
    with database.reading() as session:
        return session.scalars(sa.select(Copy).where(Copy.code == code)).one()


def codes(lines: list) -> list[str]:
    return [line.code for line in lines]


def test_every_label_is_judged_when_it_is_read(shelves: Database) -> None:
    with shelves.transaction() as session:
        a_loan(session, a_kiosk(session), session.get_one(Title, 2))
        for code, status in (("K-3", CopyStatus.WITHDRAWN), ("K-5", CopyStatus.MISSING)):
            cataloguing.set_status(session, session.scalars(sa.select(Copy).where(Copy.code == code)).one(), status, "uji", OFFICER)
    take = begin(shelves)
    assert see(shelves, take, "k-1 ", "A-1") is Verdict.FINE
    assert see(shelves, take, "K-2", "A-1") is Verdict.ON_LOAN
    assert see(shelves, take, "K-3", "A-1") is Verdict.WITHDRAWN
    assert see(shelves, take, "K-4", "A-1") is Verdict.MISPLACED
    assert see(shelves, take, "K-5", "B-2") is Verdict.TURNED_UP
    assert see(shelves, take, "ASING-9", "A-1") is Verdict.UNKNOWN
    report = found(shelves, take)
    assert codes(report.misplaced) == ["K-4"]
    assert sorted(codes(report.unexpected)) == ["ASING-9", "K-2", "K-3"]
    assert set(Verdict) == set(stock_taking.WHAT_TO_DO), "each says what to do"


def test_a_missing_copy_that_turns_up_can_be_borrowed_again(shelves: Database) -> None:
    take = begin(shelves)
    see(shelves, take, "K-1", "A-1")
    close(shelves, take)
    assert copy(shelves, "K-2").status is CopyStatus.MISSING
    with shelves.reading() as session:
        assert availability(session, [2])[2].free == 0
    again = begin(shelves)
    assert see(shelves, again, "K-2", "A-1") is Verdict.TURNED_UP
    assert see(shelves, again, "K-2", "A-1") is Verdict.FINE, "it turns up once"
    assert copy(shelves, "K-2").status is CopyStatus.AVAILABLE
    with shelves.transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.deed == "copy turned up")) == 1
        assert a_loan(session, a_kiosk(session), session.get_one(Title, 2)).items[0].copy.code == "K-2"


def test_what_is_lent_read_or_in_repair_is_not_expected(shelves: Database) -> None:
    with shelves.transaction() as session:
        kiosk = a_kiosk(session)
        a_loan(session, kiosk, session.get_one(Title, 1))
        lending.read_here(session, 2, None, "satu", kiosk)
        cataloguing.set_status(session, session.get_one(Copy, 3), CopyStatus.IN_REPAIR, "", OFFICER)
    take = begin(shelves)
    see(shelves, take, "K-4", "B-2")
    assert [(each.shelf, each.expected, each.seen, each.read) for each in counts(shelves, take)] == [("B-2", 2, 1, 1), ("C-10", 1, 0, 0)]


def counts(database: Database, take: int) -> list[stock_taking.ShelfCount]:
    with database.reading() as session:
        return stock_taking.counts(session, session.get_one(StockTake, take))


def test_only_the_chosen_shelves_are_gone_through(shelves: Database) -> None:
    take = begin(shelves, "C-10", "A-1")
    see(shelves, take, "K-6", "C-10")
    see(shelves, take, "K-1", "A-1")
    assert codes(found(shelves, take).missing) == ["K-2", "K-3"]
    with pytest.raises(Refused, match="open already"):
        begin(shelves)
    close(shelves, take)
    with pytest.raises(Refused, match="no such shelf"):
        begin(shelves, "Z-1")


def test_a_shelf_where_nothing_was_read_was_not_gone_through(shelves: Database) -> None:
    take = begin(shelves)
    see(shelves, take, "K-1", "A-1")
    assert found(shelves, take).untouched == ["B-2", "C-10"]
    assert codes(found(shelves, take, "B-2").missing) == ["K-4", "K-5"], "whoever stands there sees what should be there"
    close(shelves, take)
    assert [copy(shelves, code).status is CopyStatus.MISSING for code in SHELVES] == [False, True, True, False, False, False]
    assert copy(shelves, "K-2").status_reason == stock_taking.MISSED
    assert copy(shelves, "K-2").status_at == now()


def test_a_copy_that_is_seen_on_another_shelf_is_not_missing(shelves: Database) -> None:
    take = begin(shelves)
    see(shelves, take, "K-1", "B-2")
    see(shelves, take, "K-2", "A-1")
    report = found(shelves, take)
    assert codes(report.missing) == ["K-3", "K-4", "K-5"]
    assert [(line.code, line.shelf, line.seen_on) for line in report.misplaced] == [("K-1", "A-1", "B-2")]
    see(shelves, take, "K-1", "A-1")  # brought home, and read there
    assert not found(shelves, take).misplaced


def test_two_devices_read_the_same_label_once(shelves: Database) -> None:
    take = begin(shelves)
    before = signature(shelves, take)
    for shelf in ("A-1", "B-2"):
        see(shelves, take, "K-1", shelf)
    assert signature(shelves, take) != before
    with shelves.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Sighting.id))) == 1


def test_many_devices_at_once_lose_nothing_and_double_nothing(shelves: Database) -> None:
    take, labels = begin(shelves), [*SHELVES, "ASING-1"]

    def go_through(shelf: str) -> None:
        for label in labels:
            shelves.run(partial(stock_taking.see, take_id=take, label=label, shelf=shelf, by=OFFICER))
    with ThreadPoolExecutor(4) as devices:
        list(devices.map(go_through, ("A-1", "B-2", "C-10", "A-1")))
    with shelves.reading() as session:
        assert sorted(session.scalars(sa.select(Sighting.code))) == sorted(labels)
    assert found(shelves, take).seen == len(SHELVES)


def signature(database: Database, take: int) -> str:
    with database.reading() as session:
        return stock_taking.signature(session, session.get_one(StockTake, take))


def test_the_report_stays_as_it_was_when_the_stock_take_was_closed(shelves: Database) -> None:
    take = begin(shelves)
    for code in ("K-1", "K-2", "K-9"):
        see(shelves, take, code, "A-1")
    before = found(shelves, take)
    close(shelves, take)
    close(shelves, take)  # a second tap
    with shelves.transaction() as session:
        cataloguing.set_status(session, session.get_one(Copy, 3), CopyStatus.AVAILABLE, "", OFFICER)
    assert found(shelves, take) == before
    assert (before.expected, before.seen, codes(before.missing), codes(before.unexpected)) == (6, 2, ["K-3"], ["K-9"])
    with pytest.raises(Refused, match="closed"):
        see(shelves, take, "K-1", "A-1")


def test_a_label_is_needed_and_the_visitor_takes_no_stock(shelves: Database) -> None:
    take = begin(shelves)
    with pytest.raises(Refused, match="No label"):
        see(shelves, take, " ", "A-1")
    with shelves.transaction() as session, pytest.raises(Refused):
        stock_taking.close(session, take, a_kiosk(session))


@pytest.mark.one_database
def test_four_thousand_copies_are_a_few_statements(shelves: Database) -> None:
    statements: list[str] = []
    with shelves.transaction() as session:
        session.execute(sa.insert(Title.__table__),
                        [{"id": n, "kind": Kind.BOOK, "title": f"Judul {n}", "extra": {}} for n in range(10, 410)])
        session.execute(sa.insert(Copy.__table__), [{"title_id": 10 + n % 400, "code": f"B-{n}", "shelf": f"R-{n % 40}", "extra": {}}
                                                    for n in range(4000)])
    take = begin(shelves)
    sa.event.listen(shelves.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    see(shelves, take, "B-1", "R-1")
    found(shelves, take, "R-1")
    assert len(statements) < 20, "the same for forty copies and for four thousand"
    statements.clear()
    with shelves.transaction() as session:
        for shelf in range(40):
            stock_taking.see(session, take, f"B-{shelf}", f"R-{shelf}", ADMIN)
    statements.clear()
    close(shelves, take)
    assert len(statements) < 15
    assert copy(shelves, "B-3999").status is CopyStatus.MISSING


def test_a_copy_on_the_hold_shelf_is_said_to_be_put_aside_and_is_not_missed(shelves):
    with shelves.transaction() as session:
        at, title = a_kiosk(session), session.scalars(sa.select(Copy).where(Copy.code == "K-1")).one().title
        loan = a_loan(session, at, title)
        a_reservation(session, at, title, a_guest(session, at, name="Bagas Contoh"))
        lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
        reserving.serve_all(session)
    take = begin(shelves)
    assert see(shelves, take, "K-2", "A-1") is Verdict.FINE
    assert see(shelves, take, "K-1", "A-1") is Verdict.HELD
    here = found(shelves, take, "A-1")
    assert (codes(here.missing), codes(here.unexpected)) == (["K-3"], ["K-1"])
