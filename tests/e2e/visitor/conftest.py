"""A kiosk before a visitor: the service in this process, so that a test can also be the officer, and a touch screen of its own."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page
from waitress import create_server

from foundation.clock import now
from foundation.database import Database
from foundation.office import Office, office
from foundation.people import Actor, Role
from foundation.settings import Settings
from foundation.stations import Station, invite
from kiosk.borrowing import lending
from kiosk.counter import slips
from kiosk.guests import visiting
from kiosk.guests.visiting import GuestEntry
from kiosk.ledger.collection import Kind, Title
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.visits import Category, Purpose, Visit, VisitState
from webui import create_app, demo
from webui.migrating import upgrade

OFFICER = Actor("Sari Pangestuti", frozenset({Role.OFFICER}))
NUMBERS = itertools.count(1)


@dataclass
class Service:
    app: Flask
    url: str
    used: set[int] = field(default_factory=set)

    @property
    def database(self) -> Database:
        return self.app.extensions["wiring"].database

    @property
    def keys(self):
        return self.app.extensions["wiring"].keys

    def set_office(self, **values: object) -> None:
        with self.database.transaction() as session:
            for name, value in values.items():
                setattr(office(session), name, value)
            session.info["office changed"] = True

    def new_station(self) -> str:
        """The invitation of a kiosk nobody has used: limits and calls of other tests are not its own."""
        with self.database.transaction() as session:
            station = Station(name=f"Kiosk {next(NUMBERS)}")
            session.add(station)
            session.flush()
            return invite(station, now() + timedelta(hours=1))

    def admit(self) -> None:
        with self.database.transaction() as session:
            for visit in session.scalars(sa.select(Visit).where(Visit.state == VisitState.SIGNED)):
                visiting.admit(session, visit.id, OFFICER)

    def newest_loan(self) -> Loan:
        with self.database.reading() as session:
            loan_id = session.scalar(sa.select(sa.func.max(Loan.id)))
            return lending.find_loan(session, loan_id)

    def hand_over(self) -> Loan:
        with self.database.transaction() as session:
            lending.hand_over(session, self.newest_loan().id, OFFICER)
        return self.newest_loan()

    def lend(self, copies: int = 1) -> tuple[str, list[str]]:
        """A loan that is out: the digits of its slip and the labels of its copies."""
        with self.database.transaction() as session:
            station = session.scalars(sa.select(Station)).first()
            by = Actor(station.name, frozenset({"visitor"}), station_id=station.id)
            entry = GuestEntry(f"Peminjam {next(NUMBERS)}", "Umum", Category.PUBLIC, Purpose.BORROW)
            visit = visiting.sign(session, visiting.arrive(session, by, "id").id, entry, by)
            if visit.state is VisitState.SIGNED:
                visiting.admit(session, visit.id, OFFICER)
            titles = [self.a_title(session).id for _ in range(copies)]
            loan = lending.request_loan(session, visit.id, titles, f"test {next(NUMBERS)}", by, "id")
            lending.hand_over(session, loan.id, OFFICER)
        loan = self.newest_loan()
        return slips.slip_code(loan, self.keys), [item.copy.code for item in loan.items]

    def a_title(self, session) -> Title:
        """A decision of which a copy can be had; another one each time."""
        found = session.scalars(sa.select(Title).where(Title.kind == Kind.DECISION, Title.id.not_in(self.used)).order_by(Title.id))
        title = next(title for title in found if lending.free_copy(session, title.id))
        self.used.add(title.id)
        return title

    def loans(self) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count(Loan.id)).where(Loan.state == LoanState.REQUESTED))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("kiosk")
    app = create_app(Settings(data=folder))
    database = app.extensions["wiring"].database
    upgrade(database)
    demo.fill(database, printer="")
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Service(app, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    thread.join(5)
    database.close()


@pytest.fixture(scope="session")
def base_url(service: Service) -> str:
    return service.url


@pytest.fixture(autouse=True)
def ordinary_office(service: Service) -> None:
    service.set_office(**{name: Office.__table__.c[name].default.arg for name in ("officer_admits", "self_service", "borrower_limit")})


@pytest.fixture
def kiosk(page: Page, service: Service) -> Page:
    """The attract screen of a registered kiosk."""
    page.goto(f"/kiosk/enrol/{service.new_station()}")
    return page


@pytest.fixture
def guest(kiosk: Page) -> Page:
    """Somebody who has signed the guest book and may browse."""
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    return kiosk


def open_guest_book(page: Page, purpose: str = "borrow", category: str = "student") -> None:
    """From the attract screen to the question for the name."""
    follow(page, ".tile.first")
    follow(page, "a[href$='/guest-book']")
    page.tap(f"label:has([name=purpose][value='{purpose}'])")
    page.tap(f"label:has([name=category][value='{category}'])")
    page.tap("#step-on")


def sign(page: Page, name: str = "") -> None:
    """Sign the guest book; without a `name` as somebody who has no loans yet."""
    open_guest_book(page)
    page.fill("#name", name or f"Ratna Widyaningsih {next(NUMBERS)}")
    page.fill("#institution", "Universitas Nusa Harapan")
    page.tap("#step-on")
    follow(page, "#step-on")


@pytest.fixture
def borrow_one(service: Service) -> Callable[[Page], Title]:
    """Finds a title by its words, puts it in the basket and asks for it."""
    def borrow(page: Page) -> Title:
        with service.database.reading() as session:
            title = service.a_title(session)
        page.goto(f"/kiosk/title/{title.id}")
        follow(page, "form[action$='/basket/add'] button")
        follow(page, "form[action$='/borrow'] button")
        return title
    return borrow


def scan(page: Page, code: str, ending: str = "\n") -> None:
    """What a scanner does: types fast, and ends its line."""
    page.keyboard.type(code + ending)


def heading(page: Page) -> Locator:
    return page.locator("main h1:visible")


def follow(page: Page, selector: str) -> None:
    """Tap on what leads to another page, and be there."""
    with page.expect_navigation():
        page.tap(selector)
