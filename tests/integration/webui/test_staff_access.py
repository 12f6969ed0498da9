"""Who gets in, who may open what, when a session ends, and what every answer says to the browser."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller
from werkzeug.routing import Rule

from foundation import housekeeping, staffing, stationing
from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.errors import Refused
from foundation.people import VISITOR, Actor, Person, Role
from kiosk.counter import equipping, serving
from tests.builders import OFFICER
from tests.integration.webui.conftest import PASSWORD, Browser
from webui.sessions import BrowserSession, sweep

ANYBODY = set(Role) | {None}
MAY_OPEN = {"desk": {Role.OFFICER, Role.ADMIN}, "office": {Role.ADMIN}, "scanning": {Role.LEGAL_STAFF, Role.ADMIN},
            "procedure": set(Role) - {Role.OFFICER}, "procedure.new": {Role.PROPOSER}, "procedure.submit": {Role.PROPOSER},
            "staff.password": set(Role), "staff.change_password": set(Role), "staff": ANYBODY}
ENDS_THE_SESSION = {"staff.sign_out"}


def path_of(app: Flask, rule: Rule) -> str:
    """A path of the route, with the first of the words where it takes some words only."""
    def value(name: str) -> object:
        words = re.search(rf"any\((\w+)[^)]*\):{name}>", rule.rule)
        return words[1] if words else "2026-03-10" if name in ("day", "first", "last") else 999
    return app.url_for(rule.endpoint, **{name: value(name) for name in rule.arguments})


def routes_of_staff(app: Flask) -> Iterator[tuple[str, str, str, set]]:
    """Method, a path, endpoint and who may open it, for every route that is staff's."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            blueprint = rule.endpoint.partition(".")[0]
            if blueprint in MAY_OPEN:
                path = path_of(app, rule)
                for method in rule.methods & {"GET", "POST"}:
                    yield method, path, rule.endpoint, MAY_OPEN.get(rule.endpoint, MAY_OPEN[blueprint])


@pytest.mark.parametrize("role", [*Role, None])
def test_each_route_opens_for_its_roles_alone(app: Flask, signed_in: Callable[..., Browser], anybody: Browser, role: Role | None) -> None:
    browser = signed_in(role) if role else anybody
    wrong = []
    for method, path, endpoint, allowed in routes_of_staff(app):
        if endpoint in ENDS_THE_SESSION:
            continue
        answer = browser.get(path) if method == "GET" else browser.post(path)
        to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
        refused = to_sign_in if role is None else answer.status_code == 403
        if answer.status_code == 500 or refused is (role in allowed):
            wrong.append(f"{method} {path}: {answer.status}")
    assert wrong == []


USE_CASES = [
    lambda s, by: staffing.hire(s, "baru", "Orang Baru", [Role.OFFICER], "hash", by),
    lambda s, by: staffing.change_person(s, 1, "Lain", [Role.OFFICER], True, by),
    lambda s, by: staffing.set_password(s, 1, "hash", by),
    lambda s, by: stationing.save_station(s, by, name="Kiosk", kind="kiosk"),
    lambda s, by: stationing.invite_screen(s, 1, by),
    lambda s, by: stationing.forget_screen(s, 1, by),
    lambda s, by: housekeeping.save_office(s, {}, by),
    lambda s, by: equipping.print_test(s, 1, by),
]


@pytest.mark.parametrize("use_case", USE_CASES)
def test_the_use_cases_themselves_refuse_who_is_no_administrator(
        database: Database, person: Callable[..., Person], use_case: Callable) -> None:
    person(Role.ADMIN)
    with pytest.raises(Refused) as refusal, database.transaction() as session:
        use_case(session, OFFICER)
    assert refusal.value.status == 403


@pytest.mark.parametrize("use_case", [lambda s, by: serving.lend(s, 1, [], "n", by), lambda s, by: serving.sign_for(s, None, by, "id")])
def test_a_visitor_does_not_serve_at_the_counter(database: Database, use_case: Callable) -> None:
    with pytest.raises(Refused) as refusal, database.transaction() as session:
        use_case(session, Actor("Kiosk", frozenset({VISITOR})))
    assert refusal.value.status == 403


def test_a_form_without_its_token_changes_nothing(app: Flask, admin: Browser) -> None:
    taken = [path for method, path, _, _ in routes_of_staff(app) if method == "POST" and admin.client.post(path).status_code != 400]
    assert taken == []


def test_every_answer_protects_its_reader(app: Flask, anybody: Browser) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static.serve" or "GET" not in rule.methods:
            continue
        with app.test_request_context():
            path = path_of(app, rule)
        headers = anybody.client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe-inline" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        if not rule.endpoint.startswith("public."):  # what everybody may read, a browser may keep
            assert headers["Cache-Control"] == "no-store", path


def test_signing_in_leads_to_the_page_that_was_asked_for(anybody: Browser, person: Callable[..., Person]) -> None:
    person(Role.OFFICER)
    page = anybody.follow(anybody.get("/desk/loans?show=overdue"))
    assert 'value="/desk/loans?show=overdue"' in page.text
    answer = anybody.post("/sign-in", username="OFFICER ", password=PASSWORD, next="/desk/loans?show=overdue")
    assert (answer.status_code, answer.location) == (303, "/desk/loans?show=overdue")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
                                       "/\t/evil.example", "/\r/evil.example", "/\n/evil.example"])
def test_signing_in_leads_nobody_elsewhere(anybody: Browser, person: Callable[..., Person], elsewhere: str) -> None:
    person(Role.OFFICER)
    assert anybody.post("/sign-in", username="officer", password=PASSWORD, next=elsewhere).location == "/desk"


def test_a_failed_sign_in_does_not_say_what_was_wrong(anybody: Browser, person: Callable[..., Person], database: Database) -> None:
    person(Role.OFFICER)
    wrong = anybody.post("/sign-in", username="officer", password="salah salah salah")
    unknown = anybody.post("/sign-in", username="siapa", password="salah salah salah")
    sentence = "Nama pengguna dan kata sandi tidak cocok."
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert "salah salah salah" not in wrong.text
    with database.reading() as session:
        kept = session.execute(sa.select(AuditEntry.deed, AuditEntry.subject).order_by(AuditEntry.id)).all()
    assert kept == [("sign-in failed", "person:1"), ("sign-in failed", "unknown name")]


def test_the_sixth_failed_try_in_a_minute_waits(anybody: Browser, person: Callable[..., Person]) -> None:
    person(Role.OFFICER)
    tries = [anybody.post("/sign-in", username=f"nama{n}", password="salah").status_code for n in range(6)]
    assert tries == [422] * 5 + [429]
    assert "Terlalu banyak percobaan" in anybody.post("/sign-in", username="officer", password=PASSWORD).text


def test_tries_on_one_name_from_many_addresses_wait_too(app: Flask, person: Callable[..., Person]) -> None:
    person(Role.OFFICER)
    tries = []
    for n in range(6):
        browser = Browser(app.test_client())
        browser.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{n + 1}"
        tries.append(browser.post("/sign-in", username="officer", password="salah").status_code)
    assert tries == [422] * 5 + [429]


def test_the_token_of_before_the_sign_in_is_worthless_after_it(app: Flask, anybody: Browser, person: Callable[..., Person]) -> None:
    person(Role.OFFICER)
    anybody.get("/sign-in")
    before = anybody.client.get_cookie("loket_staff").value
    anybody.post("/sign-in", username="officer", password=PASSWORD)
    assert anybody.client.get_cookie("loket_staff").value != before
    thief = app.test_client()
    thief.set_cookie("loket_staff", before)
    assert thief.get("/desk").location.startswith("/sign-in")


def test_signing_out_ends_the_session_for_whoever_kept_its_token(app: Flask, officer: Browser, database: Database) -> None:
    token = officer.client.get_cookie("loket_staff").value
    officer.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("loket_staff", token)
    assert thief.get("/desk").location.startswith("/sign-in")
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(BrowserSession.person_id.is_not(None))) == 0


def test_half_an_hour_without_a_person_ends_the_session_though_the_page_asks_on(clock: Traveller, officer: Browser) -> None:
    assert officer.get("/desk").status_code == 200
    for _ in range(3):
        clock.shift(timedelta(minutes=9))
        assert officer.get("/desk/live").status_code == 200
    clock.shift(timedelta(minutes=4))
    assert officer.get("/desk/live").location.startswith("/sign-in")


def test_what_a_visitor_typed_goes_with_the_session_that_ended(app: Flask, database: Database, clock: Traveller) -> None:
    with database.transaction() as session:
        session.add_all(BrowserSession(token_hash=scope, scope=scope, data={"draft": {"name": "Ratna"}}) for scope in ("kiosk", "staff"))
    clock.shift(timedelta(minutes=11))
    with database.transaction() as session:
        sweep(session)
    with database.reading() as session:
        assert session.scalars(sa.select(BrowserSession.scope)).all() == ["staff"]


def test_who_may_not_work_here_any_more_is_out_at_once(officer: Browser, admin: Browser) -> None:
    assert officer.get("/desk").status_code == 200
    admin.post("/office/people/1", name="Sari Contoh", roles=["officer"])
    assert "Masuk" in officer.follow(officer.get("/desk")).text
    assert officer.post("/sign-in", username="officer", password=PASSWORD).status_code == 422


def test_a_new_password_ends_the_other_sessions(app: Flask, officer: Browser) -> None:
    other = Browser(app.test_client())
    other.post("/sign-in", username="officer", password=PASSWORD)
    refused = officer.post("/password", old="salah", password="empat kata sandi baru", again="empat kata sandi baru")
    assert refused.status_code == 422
    done = officer.follow(officer.post("/password", old=PASSWORD, password="empat kata sandi baru", again="empat kata sandi baru"))
    assert "Kata sandi baru berlaku" in done.text
    assert other.get("/desk").location.startswith("/sign-in")
    assert officer.get("/desk").status_code == 200


def test_the_first_page_names_nobody(anybody: Browser, officer: Browser) -> None:
    page = anybody.get("/")
    assert page.status_code == 200
    assert "Sari Contoh" not in page.text


def test_every_page_speaks_both_languages(officer: Browser) -> None:
    assert "Menunggu Anda" in officer.get("/desk").text
    assert officer.post("/language", language="en", next="/desk").location == "/desk"
    page = officer.get("/desk")
    assert "Waiting for you" in page.text
    assert '<html lang="en"' in page.text


def test_what_a_stranger_asks_for_is_answered_with_a_sentence(officer: Browser) -> None:
    for path in ("/desk/loan/4711", "/desk/loan/2147483648", "/desk/copy/99999999999999999999", "/desk/visitor/-1", "/desk/loans?show=x",
                 "/desk/day/9999-12-31", "/desk/day/0001-01-01"):
        page = officer.get(path)
        assert page.status_code == 404
        assert "Halaman ini tidak ada." in page.text
