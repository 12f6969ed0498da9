"""The application over its HTTP door, on both databases, and people who come through it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from foundation.clock import now
from foundation.database import Database
from foundation.people import Person, Role, add_person
from foundation.settings import Settings
from foundation.stations import Station, invite
from tests.builders import a_kiosk, an_office
from webui import all_screens, install
from webui.access import limiter

PASSWORD = "tiga kata sandi"


@pytest.fixture(scope="session")
def password_hash() -> str:
    """As the product makes it, but cheap to verify: hundreds of tests sign in."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture(scope="session")
def screens() -> Flask:
    """Every screen, made once: three hundred routes and the templates behind them are the same for every test."""
    return all_screens()


@pytest.fixture
def app(screens: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The screens of an installation of the test's own."""
    install(screens, Settings(data=tmp_path / "data", database_url=database_url, demo=True))
    with screens.extensions["wiring"].database.transaction() as session:
        an_office(session)
    limiter.reset()
    yield screens
    screens.extensions["wiring"].database.close()


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's own, so that what it keeps in memory of the database stays true."""
    return app.extensions["wiring"].database


class Browser:
    """A client that sends the CSRF token of the page it last saw, as a form does."""

    def __init__(self, client: FlaskClient):
        self.client, self.token = client, ""

    def get(self, path: str, query: dict | None = None) -> TestResponse:
        return self._seen(self.client.get(path, query_string=query))

    def post(self, path: str, **form: object) -> TestResponse:
        if not self.token:
            self.get("/sign-in")
        return self._seen(self.client.post(path, data={"csrf_token": self.token, **form}))

    def follow(self, response: TestResponse) -> TestResponse:
        assert response.status_code == 303, response.status
        return self.get(response.location)

    def _seen(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and (found := re.search(r'name="csrf_token" value="([^"]+)"', response.text)):
            self.token = found[1]
        return response


@pytest.fixture
def anybody(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def kiosk(app: Flask, database: Database) -> Browser:
    """A registered kiosk's browser, on its attract screen."""
    with database.transaction() as session:
        by = a_kiosk(session)
        code = invite(session.get_one(Station, by.station_id), now() + timedelta(hours=1))
    browser = Browser(app.test_client())
    browser.follow(browser.get(f"/kiosk/enrol/{code}"))
    return browser


@pytest.fixture
def person(database: Database, password_hash: str) -> Callable[..., Person]:
    """Makes somebody with these roles; the user name is the first of them."""
    def make(*roles: Role, name: str = "Sari Contoh") -> Person:
        with database.transaction() as session:
            return add_person(session, roles[0].replace(" ", "-"), name, list(roles), password_hash)
    return make


@pytest.fixture
def signed_in(app: Flask, person: Callable[..., Person]) -> Callable[..., Browser]:
    """A browser in which somebody with these roles has signed in."""
    def sign_in(*roles: Role, name: str = "Sari Contoh") -> Browser:
        browser = Browser(app.test_client())
        somebody = person(*roles, name=name)
        assert browser.post("/sign-in", username=somebody.username, password=PASSWORD).status_code == 303
        browser.get("/password")
        return browser
    return sign_in


@pytest.fixture
def officer(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.OFFICER)


@pytest.fixture
def admin(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.ADMIN, name="Rina Contoh")
